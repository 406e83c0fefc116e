package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// Write writes one WAV file a row: one channel of 16 bits.
func (m *audio) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	c, err := playable(space, rows)
	if err != nil {
		return nil, err
	}
	if err := checkNames(names, rows.Len()); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	var paths []string
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return paths, err
		}
		path := filepath.Join(dir, name+".wav")
		content := encodeWAV(sound{rate: c.rate, samples: c.decode(rows.Row(i), fileIterations)})
		if err := writeWhole(path, content); err != nil {
			return paths, fmt.Errorf("write sound: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// playable returns what makes the rows sounds, and reports rows that are none.
func playable(space sdk.Space, rows sdk.Batch) (*codec, error) {
	c, err := codecOf(space)
	if err != nil {
		return nil, err
	}
	return c, space.Check(rows)
}

func checkNames(names []string, rows int) error {
	if len(names) != rows {
		return fmt.Errorf("%w: %d names for %d rows", sdk.ErrBadInput, len(names), rows)
	}
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" || name != filepath.Base(name) || strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) || seen[name] {
			return fmt.Errorf("%w: a sound cannot be named %q: want names without folders, each once", sdk.ErrBadInput, name)
		}
		seen[name] = true
	}
	return nil
}

// writeWhole writes under another name first, so that nobody sees half a file.
func writeWhole(path string, content []byte) error {
	temporary := path + ".tmp"
	err := os.WriteFile(temporary, content, 0o666)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// Write writes one WAV file a row: one channel of 16 bits.
func (m *audio) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	c, err := playable(space, rows)
	if err != nil {
		return nil, err
	}
	if err := folder.CheckNames(names, rows.Len()); err != nil {
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
		if err := folder.WriteAll(path, content); err != nil {
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

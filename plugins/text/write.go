package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// Write writes lines as one text file, named after the first, and windows as a
// file each.
func (m *texts) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	s, err := scriptOf(space, rows)
	if err != nil {
		return nil, err
	}
	if err := folder.CheckNames(names, rows.Len()); err != nil {
		return nil, err
	}
	if rows.Len() == 0 {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	if s.mode == modeWindows {
		return s.writeEach(ctx, rows, dir, names)
	}
	var all strings.Builder
	for i := range rows.Len() {
		all.WriteString(s.text(rows.Row(i)) + "\n")
	}
	path := filepath.Join(dir, names[0]+".txt")
	if err := folder.WriteAll(path, []byte(all.String())); err != nil {
		return nil, fmt.Errorf("write text: %w", err)
	}
	return []string{path}, nil
}

func (s *script) writeEach(ctx context.Context, rows sdk.Batch, dir string, names []string) ([]string, error) {
	var paths []string
	for i, name := range names {
		if err := ctx.Err(); err != nil {
			return paths, err
		}
		path := filepath.Join(dir, name+".txt")
		if err := folder.WriteAll(path, []byte(s.text(rows.Row(i)))); err != nil {
			return paths, fmt.Errorf("write text: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

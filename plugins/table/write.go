package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// Write writes all rows as the records of one CSV file, named after the first.
func (m *tables) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	l, err := layoutOf(space, rows)
	if err != nil {
		return nil, err
	}
	if err := folder.CheckNames(names, rows.Len()); err != nil {
		return nil, err
	}
	if rows.Len() == 0 {
		return nil, nil
	}
	text, err := l.csv(ctx, rows)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, names[0]+extension(l.separator))
	if err := folder.WriteAll(path, text); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	return []string{path}, nil
}

// csv is the header, where files have one, and a line a row.
func (l *layout) csv(ctx context.Context, rows sdk.Batch) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = l.separator
	write := func(cells []string) {
		if len(cells) == 1 && cells[0] == "" { // else an empty line, which is no record
			w.Flush()
			out.WriteString("\"\"\n")
			return
		}
		w.Write(cells)
	}
	if l.header != nil {
		write(l.header)
	}
	var cells []string
	for i := range rows.Len() {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		cells = l.cells(cells, rows.Row(i))
		write(cells)
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

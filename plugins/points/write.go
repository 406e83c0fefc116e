package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// Write writes all rows as the lines of one CSV file, named after the first.
func (m *points) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	f, err := frameOf(space, rows)
	if err != nil {
		return nil, err
	}
	if err := folder.CheckNames(names, rows.Len()); err != nil {
		return nil, err
	}
	if rows.Len() == 0 {
		return nil, nil
	}
	text, err := f.csv(ctx, space, rows)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, names[0]+".csv")
	if err := folder.WriteAll(path, text); err != nil {
		return nil, fmt.Errorf("write points: %w", err)
	}
	return []string{path}, nil
}

// csv is a header and a line a row, with its label where it has one.
func (f *frame) csv(ctx context.Context, space sdk.Space, rows sdk.Batch) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	labels, values, header := []float32(nil), []string(nil), slices.Clone(f.columns)
	if c, err := space.Condition(labelName); err == nil && len(c.Values) > 0 && rows.Conditions[labelName] != nil {
		labels, values, header = rows.Conditions[labelName], c.Values, append(header, labelName)
	}
	w.Write(header)
	cells := make([]string, len(header))
	for i := range rows.Len() {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for j, v := range rows.Row(i) {
			cells[j] = f.coordinate(j, v)
		}
		if labels != nil {
			cells[len(cells)-1] = values[int(labels[i])]
		}
		w.Write(cells)
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// coordinate writes number j of a row as the coordinate that it is, in as few
// digits as a float32 needs to be read back.
func (f *frame) coordinate(j int, v float32) string {
	x := min(max(float64(float64(v)*f.scale)+f.centre[j], -math.MaxFloat32), math.MaxFloat32)
	return strconv.FormatFloat(float64(float32(x)), 'g', -1, 32)
}

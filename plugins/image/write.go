package main

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// Write writes one PNG a row.
func (m *images) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	if err := drawable(space, rows); err != nil {
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
		path := filepath.Join(dir, name+".png")
		picture := toImage(space.Shape, rows.Row(i))
		if err := folder.Write(path, func(w io.Writer) error { return png.Encode(w, picture) }); err != nil {
			return paths, fmt.Errorf("write picture: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// drawable reports rows that are no pictures.
func drawable(space sdk.Space, rows sdk.Batch) error {
	if err := pictures(space, sdk.Unit, sdk.Binary); err != nil {
		return err
	}
	return space.Check(rows)
}

// pictures reports a Space whose rows are no pictures of numbers of these kinds.
func pictures(space sdk.Space, kinds ...sdk.Kind) error {
	if err := space.Validate(); err != nil {
		return err
	}
	if len(space.Shape) != 3 || space.Shape[2] != 1 && space.Shape[2] != 3 {
		return fmt.Errorf("%w: rows of shape %v are no pictures: want height, width and 1 or 3 channels", sdk.ErrBadInput, space.Shape)
	}
	for _, g := range space.Segments {
		if !slices.Contains(kinds, g.Kind) {
			return fmt.Errorf("%w: %s values are no pixels: want unit values", sdk.ErrBadInput, g.Kind)
		}
	}
	return nil
}

// toImage makes a picture of a row.
func toImage(shape []int, row []float32) image.Image {
	bounds := image.Rect(0, 0, shape[1], shape[0])
	if shape[2] == 1 {
		m := image.NewGray(bounds)
		for i, v := range row {
			m.Pix[i] = uint8(v*255 + 0.5)
		}
		return m
	}
	m := image.NewNRGBA(bounds)
	for i, v := range row {
		m.Pix[i/3*4+i%3] = uint8(v*255 + 0.5)
	}
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 255
	}
	return m
}

package main

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// Write writes one PNG a row.
func (m *images) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	if err := drawable(space, rows); err != nil {
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
		path := filepath.Join(dir, name+".png")
		if err := writePNG(path, toImage(space.Shape, rows.Row(i))); err != nil {
			return paths, fmt.Errorf("write picture: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// drawable reports rows that are no pictures.
func drawable(space sdk.Space, rows sdk.Batch) error {
	if err := space.Validate(); err != nil {
		return err
	}
	if len(space.Shape) != 3 || space.Shape[2] != 1 && space.Shape[2] != 3 {
		return fmt.Errorf("%w: rows of shape %v are no pictures: want height, width and 1 or 3 channels", sdk.ErrBadInput, space.Shape)
	}
	for _, g := range space.Segments {
		if g.Kind != sdk.Unit && g.Kind != sdk.Binary {
			return fmt.Errorf("%w: %s values are no pixels: want unit values", sdk.ErrBadInput, g.Kind)
		}
	}
	return space.Check(rows)
}

func checkNames(names []string, rows int) error {
	if len(names) != rows {
		return fmt.Errorf("%w: %d names for %d rows", sdk.ErrBadInput, len(names), rows)
	}
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" || name != filepath.Base(name) || strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) || seen[name] {
			return fmt.Errorf("%w: a picture cannot be named %q: want names without folders, each once", sdk.ErrBadInput, name)
		}
		seen[name] = true
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

// writePNG writes a picture under another name first, so that nobody sees half
// of it.
func writePNG(path string, m image.Image) error {
	temporary := path + ".tmp"
	f, err := os.Create(temporary)
	if err != nil {
		return err
	}
	err = png.Encode(f, m)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

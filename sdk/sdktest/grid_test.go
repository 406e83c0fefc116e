package sdktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

type gridSettings struct {
	Batch int `json:"batch" min:"1" help:"rows read at a time"`
}

// A grid is an honest modality: grey pictures in P2 files, and a dataset of
// twelve stripes.
type grid struct{ gridSettings }

func newGrid(s gridSettings) (*grid, error) { return &grid{s}, nil }

var gridDatasets = []sdk.Dataset{
	{Name: "stripes", Doc: "twelve pictures of one line", Licence: "CC0-1.0"},
	{Name: "far", Doc: "a dataset that is not installed", Licence: "MIT"},
}

func gridSpace(height, width int) sdk.Space {
	return sdk.Space{
		Modality: "grid", Shape: []int{height, width, 1}, Axes: []string{"height", "width", "channel"},
		Segments: []sdk.Segment{{Kind: sdk.Unit, Len: height * width}},
	}
}

// open returns all rows of a split, and the files they are in.
func (g *grid) open(src sdk.Source) (sdk.Space, sdk.Batch, []string, error) {
	switch {
	case src.Split != "" && src.Split != "train" && (src.Split != "test" || src.Dataset == ""):
		return sdk.Space{}, sdk.Batch{}, nil, fmt.Errorf("%w: no split %q", sdk.ErrBadInput, src.Split)
	case src.Dataset == "stripes":
		return g.carried(src.Split)
	case src.Dataset == "far":
		return sdk.Space{}, sdk.Batch{}, nil, sdk.Hint(fmt.Errorf("far: %w", fs.ErrNotExist), "install it")
	case src.Dataset != "" || src.Path == "":
		return sdk.Space{}, sdk.Batch{}, nil, fmt.Errorf("%w: no dataset %q", sdk.ErrBadInput, src.Dataset)
	}
	info, err := os.Stat(src.Path)
	if err != nil {
		return sdk.Space{}, sdk.Batch{}, nil, err
	}
	files := []string{src.Path}
	if info.IsDir() {
		files = nil
		entries, err := os.ReadDir(src.Path)
		if err != nil {
			return sdk.Space{}, sdk.Batch{}, nil, err
		}
		for _, e := range entries {
			if filepath.Ext(e.Name()) == ".pgm" {
				files = append(files, filepath.Join(src.Path, e.Name()))
			}
		}
	}
	return g.files(src.Path, files)
}

func (g *grid) carried(split string) (sdk.Space, sdk.Batch, []string, error) {
	toy := stripes()
	space := gridSpace(8, 8)
	space.Conditions = toy.space.Conditions
	rows := toy.rows.Slice(0, 12)
	if split == "test" {
		rows = toy.rows.Slice(12, 17)
	}
	for i, v := range rows.Data {
		rows.Data[i] = float32(math.Round(255*float64(v)) / 255)
	}
	return space, rows, nil, nil
}

func (g *grid) files(path string, files []string) (sdk.Space, sdk.Batch, []string, error) {
	var all sdk.Batch
	for _, f := range files {
		b, err := readPGM(f)
		if err != nil {
			return sdk.Space{}, sdk.Batch{}, nil, err
		}
		if all.Shape != nil && !slices.Equal(all.Shape, b.Shape) {
			return sdk.Space{}, sdk.Batch{}, nil, fmt.Errorf("%w: %s is of another size", sdk.ErrBadInput, f)
		}
		all.Shape, all.Data = b.Shape, append(all.Data, b.Data...)
	}
	if all.Len() == 0 {
		return sdk.Space{}, sdk.Batch{}, nil, fmt.Errorf("%w: no .pgm files in %s", sdk.ErrBadInput, path)
	}
	return gridSpace(all.Shape[0], all.Shape[1]), all, files, nil
}

func readPGM(path string) (sdk.Batch, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return sdk.Batch{}, err
	}
	bad := fmt.Errorf("%w: %s is no P2 picture", sdk.ErrCorrupt, path)
	in := bytes.NewReader(text)
	var width, height, most int
	if _, err := fmt.Fscanf(in, "P2\n%d %d\n%d\n", &width, &height, &most); err != nil || most != 255 || min(width, height) < 1 || max(width, height) > 99 {
		return sdk.Batch{}, bad
	}
	b := sdk.MakeBatch(1, height, width, 1)
	for i := range b.Data {
		var v int
		if _, err := fmt.Fscan(in, &v); err != nil || v < 0 || v > most {
			return sdk.Batch{}, bad
		}
		b.Data[i] = float32(v) / 255
	}
	if !bytes.HasSuffix(text, []byte("\nend\n")) {
		return sdk.Batch{}, bad
	}
	return b, nil
}

func (g *grid) Inspect(_ context.Context, src sdk.Source) (sdk.Info, error) {
	space, rows, files, err := g.open(src)
	if err != nil {
		return sdk.Info{}, err
	}
	info := sdk.Info{Space: space, Rows: rows.Len(), Splits: []string{"train"}, Files: files}
	if src.Dataset != "" {
		info.Splits, info.Licence = []string{"train", "test"}, "CC0-1.0"
	}
	return info, nil
}

func (g *grid) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	space, rows, _, err := g.open(src)
	if err != nil {
		return err
	}
	if err := w.Begin(space, sdk.Bytes); err != nil {
		return err
	}
	for i := 0; i < rows.Len(); i += g.Batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.Write(rows.Slice(i, min(i+g.Batch, rows.Len()))); err != nil {
			return err
		}
	}
	return nil
}

func (g *grid) fits(space sdk.Space, rows sdk.Batch) error {
	if len(space.Shape) != 3 || space.Modality != "grid" {
		return fmt.Errorf("%w: no space of pictures", sdk.ErrBadInput)
	}
	return space.Check(rows)
}

func (g *grid) Write(_ context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	if err := g.fits(space, rows); err != nil {
		return nil, err
	}
	if len(names) != rows.Len() {
		return nil, fmt.Errorf("%w: %d names for %d rows", sdk.ErrBadInput, len(names), rows.Len())
	}
	var paths []string
	for i := range rows.Len() {
		path := filepath.Join(dir, names[i]+".pgm")
		if err := whole(path, pgm(rows.Shape, rows.Row(i))); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// whole writes a file that is there whole or not at all.
func whole(path, text string) error {
	if err := os.WriteFile(path+".tmp", []byte(text), 0o666); err != nil {
		return err
	}
	err := os.Rename(path+".tmp", path)
	if err != nil {
		os.Remove(path + ".tmp")
	}
	return err
}

func pgm(shape []int, row []float32) string {
	var b strings.Builder
	fmt.Fprintf(&b, "P2\n%d %d\n255\n", shape[1], shape[0])
	for _, v := range row {
		fmt.Fprintf(&b, "%.0f\n", 255*v)
	}
	return b.String() + "end\n"
}

func (g *grid) Preview(_ context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	if err := g.fits(space, rows); err != nil {
		return sdk.Preview{}, err
	}
	height, width := space.Shape[0], space.Shape[1]
	columns = min(max(columns, 1), max(rows.Len(), 1))
	sheet := image.NewGray(image.Rect(0, 0, columns*width, (rows.Len()+columns-1)/columns*height))
	for i := range rows.Len() {
		for p, v := range rows.Row(i) {
			sheet.SetGray(i%columns*width+p%width, i/columns*height+p/width, color.Gray{Y: uint8(255*v + 0.5)})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, sheet); err != nil {
		return sdk.Preview{}, errors.Join(errors.New("preview"), err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: fmt.Sprintf("%d pictures\n", rows.Len())}, nil
}

// gridPlugin has one modality, made by maker.
func gridPlugin(maker sdk.ModalityMaker) sdk.Plugin {
	return sdk.Plugin{
		Name: "grid", Version: "0.1.0", Doc: "grey pictures as text",
		Modalities: []sdk.ModalitySpec{{Name: "grid", Doc: "P2 files", Datasets: gridDatasets, ModalityMaker: maker}},
	}
}

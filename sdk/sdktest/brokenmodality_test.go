package sdktest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// warped is a plugin whose modality is a grid with something overridden.
func warped[M sdk.Modality](warp func(*grid) M) sdk.Plugin {
	return gridPlugin(sdk.MakeModality(gridSettings{Batch: 4}, func(s gridSettings) (M, error) {
		g, err := newGrid(s)
		return warp(g), err
	}))
}

// A through passes rows on to another writer, altered.
type through struct {
	sdk.RowWriter
	alter func(sdk.Batch) sdk.Batch
}

func (w through) Write(b sdk.Batch) error { return w.RowWriter.Write(w.alter(b)) }

// reading overrides what Read does with each batch.
type reading struct {
	*grid
	alter func(sdk.Batch) sdk.Batch
}

func (g reading) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	return g.grid.Read(ctx, src, through{w, g.alter})
}

// inspecting overrides what Inspect says.
type inspecting struct {
	*grid
	alter func(*sdk.Info)
}

func (g inspecting) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	info, err := g.grid.Inspect(ctx, src)
	if err == nil {
		g.alter(&info)
	}
	return info, err
}

// varied says that there are so many variants of what is in a split.
type varied struct {
	*grid
	split string
	each  string
}

func (g varied) vary(src sdk.Source, space *sdk.Space) {
	if src.Split == g.split && src.Space == nil {
		space.Meta = map[string]string{"variants": g.each}
	}
}

func (g varied) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	info, err := g.grid.Inspect(ctx, src)
	g.vary(src, &info.Space)
	return info, err
}

func (g varied) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	return g.grid.Read(ctx, src, varying{w, func(space *sdk.Space) { g.vary(src, space) }})
}

// A varying writer is told another space.
type varying struct {
	sdk.RowWriter
	alter func(*sdk.Space)
}

func (w varying) Begin(space sdk.Space, as sdk.Storage) error {
	w.alter(&space)
	return w.RowWriter.Begin(space, as)
}

// A refusing writer's errors are not heard.
type refusing struct{ sdk.RowWriter }

func (w refusing) Write(b sdk.Batch) error {
	_ = w.RowWriter.Write(b)
	return nil
}

type deafReader struct{ *grid }

func (g deafReader) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	return g.grid.Read(ctx, src, refusing{w})
}

// astray reads other rows when it is told their space.
type astray struct{ *grid }

func (g astray) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	if src.Space == nil {
		return g.grid.Read(ctx, src, w)
	}
	return g.grid.Read(ctx, src, through{w, func(b sdk.Batch) sdk.Batch {
		b.Data[0] = 1 - b.Data[0]
		return b
	}})
}

// stubborn reads on when cancelled.
type stubborn struct{ *grid }

func (g stubborn) Read(_ context.Context, src sdk.Source, w sdk.RowWriter) error {
	return g.grid.Read(context.Background(), src, w)
}

// optimistic takes what is not there for no rows.
type optimistic struct{ *grid }

func (g optimistic) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	info, err := g.grid.Inspect(ctx, src)
	if errors.Is(err, fs.ErrNotExist) && src.Path != "" {
		return sdk.Info{Space: gridSpace(1, 1), Splits: []string{"train"}}, nil
	}
	return info, err
}

// unhelpful does not say how to get a dataset that is not installed.
type unhelpful struct{ *grid }

func (g unhelpful) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	info, err := g.grid.Inspect(ctx, src)
	if len(sdk.Hints(err)) > 0 {
		return info, fs.ErrNotExist
	}
	return info, err
}

// fragile panics on files that it cannot read.
type fragile struct{ *grid }

func (g fragile) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	err := g.grid.Read(ctx, src, w)
	if errors.Is(err, sdk.ErrCorrupt) {
		panic("unexpected end")
	}
	return err
}

// mumbling does not say which file is damaged.
type mumbling struct{ *grid }

func (g mumbling) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	err := g.grid.Read(ctx, src, w)
	if errors.Is(err, sdk.ErrCorrupt) {
		return sdk.ErrCorrupt
	}
	return err
}

// greedy believes what a damaged file claims.
type greedy struct{ *grid }

func (g greedy) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	err := g.grid.Read(ctx, src, w)
	if errors.Is(err, sdk.ErrCorrupt) {
		claimed = make([]byte, mostMemory+1)
		claimed = nil
	}
	return err
}

// claimed keeps greedy's memory from being on no heap.
var claimed []byte

// writing overrides what Write does beside writing.
type writing struct {
	*grid
	also func(dir string, rows sdk.Batch, paths []string, err error) ([]string, error)
}

func (g writing) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	paths, err := g.grid.Write(ctx, space, rows, dir, names)
	return g.also(dir, rows, paths, err)
}

// coarse writes black and white alone.
type coarse struct{ *grid }

func (g coarse) Write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	rounded := sdk.Batch{Shape: rows.Shape, Data: append([]float32{}, rows.Data...)}
	for i, v := range rounded.Data {
		if v > 0 && v < 1 {
			rounded.Data[i] = 1
		}
	}
	return g.grid.Write(ctx, space, rounded, dir, names)
}

// showing overrides what Preview shows.
type showing struct {
	*grid
	alter func(*sdk.Preview, error) error
}

func (g showing) Preview(ctx context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	p, err := g.grid.Preview(ctx, space, rows, columns)
	err = g.alter(&p, err)
	return p, err
}

func reads(alter func(sdk.Batch) sdk.Batch) sdk.Plugin {
	return warped(func(g *grid) reading { return reading{g, alter} })
}

func inspects(alter func(*sdk.Info)) sdk.Plugin {
	return warped(func(g *grid) inspecting { return inspecting{g, alter} })
}

func writes(also func(dir string, rows sdk.Batch, paths []string, err error) ([]string, error)) sdk.Plugin {
	return warped(func(g *grid) writing { return writing{g, also} })
}

func shows(alter func(*sdk.Preview, error) error) sdk.Plugin {
	return warped(func(g *grid) showing { return showing{g, alter} })
}

func TestBrokenModalities(t *testing.T) {
	const (
		settings, source, missing = "refuses bad settings by name", "reads stripes as it says", "refuses sources that are not there"
		altered                   = "survives altered files"
		damaged, full, cancelled  = "refuses damaged files", "passes on what the writer says", "ends reading when cancelled"
		trip, misfit, half        = "writes files that read back", "refuses to write what does not fit", "leaves whole files when writing fails"
		preview, misfitPreview    = "previews", "refuses to preview what does not fit"
	)
	honest := sdk.MakeModality(gridSettings{Batch: 4}, newGrid)
	turn := float32(0)
	vague := gridPlugin(honest)
	vague.Doc = ""
	careless := gridPlugin(honest)
	careless.Modalities[0].New = func(ctx context.Context, _ sdk.Settings) (sdk.Modality, error) { return honest.New(ctx, nil) }
	uninstalled := gridPlugin(honest)
	uninstalled.Modalities[0].Datasets = append([]sdk.Dataset{{Name: "elsewhere", Doc: "unheard of", Licence: "MIT"}}, gridDatasets...)
	checkBroken(t, []broken{
		{"no description", vague, []string{"describes itself"}},
		{"settings are ignored", careless, []string{settings}},
		{"a dataset that it does not know", uninstalled, []string{"reads elsewhere as it says"}},
		{"a wrong count", inspects(func(i *sdk.Info) { i.Rows++ }), []string{source}},
		{"a wrong space", inspects(func(i *sdk.Info) { i.Space.Axes = nil }), []string{source}},
		{"a wrong licence", inspects(func(i *sdk.Info) { i.Licence = "" }), []string{source}},
		{"a split that is not there", inspects(func(i *sdk.Info) { i.Splits = []string{"train", "dev"} }), []string{source}},
		{"the first split is not the default", inspects(func(i *sdk.Info) {
			if len(i.Splits) == 2 {
				i.Splits = []string{"test", "train"}
			}
		}), []string{source}},
		{"a file that is not there", inspects(func(i *sdk.Info) { i.Files = append(i.Files, "/no/such/file") }), []string{source}},
		{"the order changes", reads(func(b sdk.Batch) sdk.Batch {
			turn++
			b.Data[0] = float32(int(turn) % 2) // on and off
			return b
		}), []string{source, trip}},
		{"rows outside the space", reads(func(b sdk.Batch) sdk.Batch {
			b.Data[0] = 2
			return b
		}), []string{source, damaged, altered, full, cancelled, trip, misfit, half, preview, misfitPreview}},
		{"conditions are lost", reads(func(b sdk.Batch) sdk.Batch {
			b.Conditions = nil
			return b
		}), []string{source, damaged, altered, full, cancelled, trip, misfit, half, preview, misfitPreview}},
		{"rows that are no whole variants", warped(func(g *grid) varied { return varied{g, "train", "5"} }), []string{source}},
		{"variants of what is held out", warped(func(g *grid) varied { return varied{g, "test", "5"} }), []string{source}},
		{"its own space leads it astray", warped(func(g *grid) astray { return astray{g} }), []string{source}},
		{"the writer is not heard", warped(func(g *grid) deafReader { return deafReader{g} }), []string{full}},
		{"cancel is ignored", warped(func(g *grid) stubborn { return stubborn{g} }), []string{cancelled}},
		{"what is missing has no rows", warped(func(g *grid) optimistic { return optimistic{g} }), []string{missing}},
		{"no advice", warped(func(g *grid) unhelpful { return unhelpful{g} }), []string{"reads far as it says"}},
		{"damaged files panic", warped(func(g *grid) fragile { return fragile{g} }), []string{damaged, altered}},
		{"damaged files are not named", warped(func(g *grid) mumbling { return mumbling{g} }), []string{damaged, altered}},
		{"damaged files are believed", warped(func(g *grid) greedy { return greedy{g} }), []string{altered}},
		{"a file more than it says", writes(func(dir string, _ sdk.Batch, paths []string, err error) ([]string, error) {
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, "index"), nil, 0o666)
			}
			return paths, err
		}), []string{trip}},
		{"a file fewer than it says", writes(func(_ string, _ sdk.Batch, paths []string, err error) ([]string, error) {
			if len(paths) > 4 {
				os.Remove(paths[1])
			}
			return paths, err
		}), []string{trip}},
		{"files in another order", writes(func(_ string, _ sdk.Batch, paths []string, err error) ([]string, error) {
			if len(paths) > 4 {
				paths[0], paths[1] = paths[1], paths[0]
			}
			return paths, err
		}), []string{trip}},
		{"detail is lost", warped(func(g *grid) coarse { return coarse{g} }), []string{trip}},
		{"a half file when it fails", writes(func(dir string, rows sdk.Batch, paths []string, err error) ([]string, error) {
			if err != nil && !errors.Is(err, sdk.ErrBadInput) {
				os.WriteFile(filepath.Join(dir, "row-000.pgm"), []byte("P2"), 0o666)
			}
			return paths, err
		}), []string{half}},
		{"misfits are written", writes(func(_ string, _ sdk.Batch, paths []string, err error) ([]string, error) {
			if errors.Is(err, sdk.ErrBadInput) {
				return nil, nil
			}
			return paths, err
		}), []string{misfit}},
		{"misfits leave a file", writes(func(dir string, _ sdk.Batch, paths []string, err error) ([]string, error) {
			if errors.Is(err, sdk.ErrBadInput) {
				os.WriteFile(filepath.Join(dir, "row-000.pgm"), nil, 0o666)
			}
			return paths, err
		}), []string{misfit}},
		{"a preview that is no PNG", shows(func(p *sdk.Preview, err error) error {
			p.PNG = []byte("<svg/>")
			return err
		}), []string{preview}},
		{"a preview that is cut off", shows(func(p *sdk.Preview, err error) error {
			p.PNG = p.PNG[:len(p.PNG)/2]
			return err
		}), []string{preview}},
		{"a preview with long lines", shows(func(p *sdk.Preview, err error) error {
			p.Text = strings.Repeat("#", 81)
			return err
		}), []string{preview}},
		{"a preview with colour codes", shows(func(p *sdk.Preview, err error) error {
			p.Text = "\x1b[31mred"
			return err
		}), []string{preview}},
		{"a preview of misfits panics", shows(func(_ *sdk.Preview, err error) error {
			if err != nil {
				panic("index out of range")
			}
			return nil
		}), []string{misfitPreview}},
	}, gridPlugin(honest))
}

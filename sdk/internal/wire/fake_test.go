package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

// plugin is a small real one: its model learns the mean of the rows.
var plugin = sdk.Plugin{
	Name: "fake", Version: "1.2.3-rc.1", Doc: "learns a mean",
	Models: []sdk.ModelSpec{{
		Name: "mean", Family: "mean", Doc: "the mean of the rows", Modalities: []string{"lines"},
		ModelMaker: sdk.MakeModel(meanSettings{Epochs: 3, Act: "relu", Sizes: []int{3, 2}}, newMean),
	}, {
		Name: "blind", Family: "mean", Doc: "cannot encode or save",
		ModelMaker: sdk.MakeModel(struct{}{}, func(struct{}, sdk.Space) (*blind, error) { return &blind{}, nil }),
	}},
	Modalities: []sdk.ModalitySpec{{
		Name: "lines", Doc: "numbers, one a line",
		Datasets:      []sdk.Dataset{{Name: "ten", Doc: "ten rows", Licence: "CC0-1.0"}},
		ModalityMaker: sdk.MakeModality(linesSettings{Rows: 10}, newLines),
	}},
}

var space = sdk.Space{
	Modality: "lines", Shape: []int{2, 3}, Axes: []string{"a", "b"},
	Segments: []sdk.Segment{{Name: "x", Kind: sdk.Unit, Len: 4}, {Kind: sdk.Category, Len: 2, Of: 5}},
	Conditions: []sdk.Condition{
		{Name: "label", Doc: "which", Values: []string{"cat", "döner"}}, {Name: "size", Min: -1, Max: 2},
	},
	Meta: map[string]string{"alphabet": "aä\x00z"},
}

type meanSettings struct {
	Epochs int       `json:"epochs" min:"1" max:"100000" help:"times over the data"`
	Act    string    `json:"act" choices:"relu,tanh" help:"unused"`
	Rates  []float64 `json:"rates" min:"0" help:"unused"`
	Sizes  []int     `json:"sizes" help:"unused"`
	Mode   string    `json:"mode" help:"how to misbehave"`
}

type mean struct {
	settings meanSettings
	space    sdk.Space
	row      []float32
}

func newMean(s meanSettings, space sdk.Space) (*mean, error) {
	if s.Mode == "refuse" {
		return nil, sdk.Hint(fmt.Errorf("%w: rows of %s", sdk.ErrBadInput, space.Modality), "use <another> model")
	}
	return &mean{settings: s, space: space}, nil
}

func (m *mean) Train(ctx context.Context, job *sdk.Job) error {
	m.row = make([]float32, m.space.Size())
	for b := range job.Batches(2, m.settings.Epochs) {
		for i := range b.Len() {
			for j, v := range b.Row(i) {
				m.row[j] += v / 100
			}
		}
		if err := job.Step(sdk.Metrics{"loss": m.loss()}); err != nil {
			return err
		}
		switch m.settings.Mode {
		case "panic":
			panic("out of cheese")
		case "hang":
			<-ctx.Done()
			return ctx.Err()
		case "slow":
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

func (m *mean) loss() float64 {
	if m.settings.Mode == "diverge" {
		return math.Inf(1)
	}
	return float64(m.row[0])
}

func (m *mean) Encode(_ context.Context, x sdk.Batch) (sdk.Batch, error) {
	if m.row == nil {
		return sdk.Batch{}, fmt.Errorf("encode: %w", sdk.ErrNotTrained)
	}
	for i, v := range x.Data {
		x.Data[i] = v - m.row[i%len(m.row)]
	}
	return x, nil
}

func (m *mean) Generate(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.Draw(ctx, r)
	if err != nil {
		return sdk.Batch{}, err
	}
	return m.Decode(ctx, z)
}

func (m *mean) Draw(_ context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	if m.row == nil {
		return sdk.Batch{}, fmt.Errorf("generate: %w", sdk.ErrNotTrained)
	}
	if m.settings.Mode == "panic later" {
		panic(fmt.Sprint("no cheese for ", r.N))
	}
	b := sdk.MakeBatch(r.N, m.space.Shape...)
	for i := range r.N {
		random := rand.New(rand.NewPCG(r.Seed, uint64(r.First+i)))
		for j := range b.Row(i) {
			b.Row(i)[j] = random.Float32()
		}
	}
	b.Conditions = r.Conditions
	return b, nil
}

func (m *mean) Decode(_ context.Context, z sdk.Batch) (sdk.Batch, error) {
	for i := range z.Data {
		z.Data[i] += m.row[i%len(m.row)]
	}
	return z, nil
}

func (m *mean) Conditions() []sdk.Condition { return m.space.Conditions[:1] }

func (m *mean) Controls() []sdk.Control {
	return []sdk.Control{
		{Condition: sdk.Condition{Name: "depth", Doc: "how deep", Min: -1, Max: 2.5}, Default: 0.25},
		{Condition: sdk.Condition{Name: "way", Doc: "which", Values: []string{"up", "down"}}, Default: 1},
	}
}

func (m *mean) Save(_ context.Context, path string) error {
	return os.WriteFile(path, fmt.Append(nil, m.row), 0o666)
}

func (m *mean) Load(_ context.Context, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	m.row = make([]float32, m.space.Size())
	_, err = fmt.Sscan(strings.Trim(string(data), "[]"), &m.row[0], &m.row[1], &m.row[2], &m.row[3], &m.row[4], &m.row[5])
	if err != nil {
		return fmt.Errorf("%w: %s", sdk.ErrCorrupt, path)
	}
	return nil
}

type blind struct{ sdk.NoEncoder }

func (*blind) Train(ctx context.Context, job *sdk.Job) error { return errors.New("blind \xff word") }
func (*blind) Generate(context.Context, sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.Batch{}, fs.ErrPermission
}

type linesSettings struct {
	Rows int    `json:"rows" min:"1" help:"in a dataset"`
	Mode string `json:"mode" help:"how to misbehave"`
}

type lines struct{ settings linesSettings }

func newLines(s linesSettings) (*lines, error) { return &lines{s}, nil }

func (l *lines) Inspect(_ context.Context, src sdk.Source) (sdk.Info, error) {
	info := sdk.Info{Space: space, Rows: l.settings.Rows, Splits: []string{"train", "test"}, Licence: "MIT"}
	switch src.Dataset {
	case "ten":
		return info, nil
	case "many":
		for i := range 20_000 {
			info.Files = append(info.Files, fmt.Sprintf("%s/%0100d", src.Path, i))
		}
		return info, nil
	case "latin1":
		info.Space.Meta = map[string]string{"name": "caf\xe9"}
		return info, nil
	}
	return sdk.Info{}, &fs.PathError{Op: "open", Path: src.Path, Err: fs.ErrNotExist}
}

func (l *lines) Read(_ context.Context, src sdk.Source, w sdk.RowWriter) error {
	if err := w.Begin(space, sdk.Bytes); err != nil {
		return err
	}
	for i := range l.settings.Rows {
		if l.settings.Mode == "break" && i == 5 {
			return fmt.Errorf("%w: line %d", sdk.ErrCorrupt, i)
		}
		if err := w.Write(rowsOf(1, i)); err != nil {
			return err
		}
	}
	return nil
}

func (l *lines) Write(_ context.Context, _ sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	var paths []string
	for i, name := range names {
		paths = append(paths, filepath.Join(dir, fmt.Sprintf("%s-%g.txt", name, rows.Row(i)[0])))
	}
	return paths, nil
}

func (l *lines) Preview(_ context.Context, s sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	png := make([]byte, 3<<20+columns)
	for i := range png {
		png[i] = byte(i * rows.Len())
	}
	return sdk.Preview{PNG: png, Text: strings.Repeat("é", 1<<20) + s.Modality}, nil
}

// rowsOf returns n rows of the space, from row first on.
func rowsOf(n, first int) sdk.Batch {
	b := sdk.MakeBatch(n, space.Shape...)
	b.Conditions = map[string][]float32{"label": make([]float32, n), "size": make([]float32, n)}
	for i := range n {
		for j := range 4 {
			b.Row(i)[j] = float32((first+i*7+j)%256) / 255
		}
		b.Row(i)[4], b.Row(i)[5] = float32((first+i)%5), float32(i%2)
		b.Conditions["label"][i] = float32((first + i) % 2)
		b.Conditions["size"][i] = float32((first+i)%9)/4 - 0.25
	}
	return b
}

// loop returns the plugin from the other side of the wall.
func loop(t *testing.T) sdk.Plugin {
	t.Helper()
	p, end, err := Loopback(plugin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return p
}

// open makes the model called mean of p, with settings as JSON.
func open(t *testing.T, p sdk.Plugin, settings ...string) sdk.Model {
	t.Helper()
	spec, err := p.Model("mean")
	if err != nil {
		t.Fatal(err)
	}
	s := sdk.Settings{}
	for i := 0; i < len(settings); i += 2 {
		s[settings[i]] = []byte(settings[i+1])
	}
	m, err := spec.New(t.Context(), s, space)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// trained returns a model that has been trained a little.
func trained(t *testing.T, p sdk.Plugin, settings ...string) sdk.Model {
	t.Helper()
	m := open(t, p, settings...)
	job := &sdk.Job{Data: sdk.InMemory(space, rowsOf(10, 0)), Seed: 1}
	if err := job.Run(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return m
}

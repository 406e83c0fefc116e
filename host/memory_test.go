package host

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

// A toy is a plugin in memory, with a model and a modality. The model encodes
// a row as itself, and decodes a latent as itself plus its label.
type toy struct {
	previewFails bool
	crashes      bool
	version      string
	drawn        *sdk.GenerateRequest // what Draw was asked last
	encoded      []sdk.Batch          // what Encode was given
	decoded      []sdk.Batch          // what Decode was given
	previewed    []sdk.Batch          // what Preview was given
	log          io.Writer
}

func (y *toy) Plugin() sdk.Plugin {
	return sdk.Plugin{
		Name: "toy", Version: cmp.Or(y.version, "0.1.0"), Doc: "in memory",
		Models: []sdk.ModelSpec{{Name: "echo", Family: "toy", Doc: "echoes",
			ModelMaker: sdk.MakeModel(echoSettings{1}, func(s echoSettings, space sdk.Space) (*echo, error) {
				return &echo{toy: y, space: space, epochs: s.Epochs}, nil
			})}},
		Modalities: []sdk.ModalitySpec{{Name: "pairs", Doc: "pairs of numbers",
			Datasets: []sdk.Dataset{{Name: "ten", Doc: "ten pairs", Licence: "CC0-1.0"}, {Name: "other", Doc: "other labels", Licence: "CC0-1.0"},
				{Name: "some", Doc: "one of the labels", Licence: "CC0-1.0"}, {Name: "bare", Doc: "no labels", Licence: "CC0-1.0"}},
			ModalityMaker: sdk.MakeModality(struct{}{}, func(struct{}) (pairs, error) { return pairs{y}, nil })}},
	}
}

func (y *toy) Stop() error { return nil }

func (y *toy) Sandbox() sandbox.Report { return nil }

type echoSettings struct {
	Epochs int `json:"epochs" min:"1" help:"passes"`
}

type echo struct {
	*toy
	space  sdk.Space
	epochs int
}

func (e *echo) Conditions() []sdk.Condition { return e.space.Conditions }

func (e *echo) Train(_ context.Context, job *sdk.Job) error {
	for range job.Batches(5, e.epochs) {
		if e.crashes {
			fmt.Fprintln(e.log, "last words")
			return fmt.Errorf("%w: for the test", sdk.ErrCrashed)
		}
		if err := job.Step(sdk.Metrics{"loss": 1}); err != nil {
			return err
		}
	}
	return nil
}

func (e *echo) Encode(_ context.Context, x sdk.Batch) (sdk.Batch, error) {
	e.encoded = append(e.encoded, x)
	return x, nil
}

func (e *echo) Draw(_ context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	e.drawn = &r
	z := sdk.MakeBatch(r.N, 2)
	for i := range r.N {
		z.Row(i)[0], z.Row(i)[1] = float32(r.Seed), float32(r.First+i)
	}
	return z, nil
}

func (e *echo) Decode(_ context.Context, z sdk.Batch) (sdk.Batch, error) {
	e.decoded = append(e.decoded, z)
	return sdk.Batch{Shape: z.Shape, Data: z.Data}, nil
}

func (e *echo) Generate(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := e.Draw(ctx, r)
	if err != nil {
		return z, err
	}
	return e.Decode(ctx, z)
}

func (e *echo) Save(_ context.Context, path string) error {
	return safetensors.WriteFile(path, []safetensors.Tensor{{Name: "w", Shape: []int{1}, Data: []float32{1}}}, nil)
}

func (e *echo) Load(_ context.Context, path string) error {
	tensors, _, err := safetensors.ReadFile(path)
	if err == nil && (len(tensors) != 1 || tensors[0].Name != "w") {
		err = fmt.Errorf("%w: %s is of another model", sdk.ErrBadInput, path)
	}
	return err
}

type pairs struct{ *toy }

func pairSpace(src sdk.Source) sdk.Space {
	s := sdk.Space{Modality: "pairs", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: 2}}}
	labels := map[string][]string{"other": {"c", "d"}, "some": {"b"}, "bare": nil, "": {"a", "b"}, "ten": {"a", "b"}}[src.Dataset]
	if labels != nil {
		s.Conditions = []sdk.Condition{{Name: "label", Values: labels}}
	}
	return s
}

func (pairs) Inspect(_ context.Context, src sdk.Source) (sdk.Info, error) {
	info := sdk.Info{Space: pairSpace(src), Rows: 10, Splits: []string{"train", "test"}}
	if src.Path != "" {
		info.Files = []string{src.Path}
	}
	return info, nil
}

func (pairs) Read(_ context.Context, src sdk.Source, w sdk.RowWriter) error {
	space := pairSpace(src)
	if err := w.Begin(space, sdk.Floats); err != nil {
		return err
	}
	rows := sdk.MakeBatch(10, 2)
	for _, c := range space.Conditions {
		rows.Conditions = map[string][]float32{c.Name: make([]float32, 10)}
	}
	for i := range 10 {
		rows.Row(i)[0] = float32(i)
		for _, c := range space.Conditions {
			rows.Conditions[c.Name][i] = float32(i % len(c.Values))
		}
	}
	return w.Write(rows)
}

func (pairs) Write(_ context.Context, _ sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	var paths []string
	for i, name := range names {
		paths = append(paths, filepath.Join(dir, name+".txt"))
		if err := os.WriteFile(paths[i], fmt.Append(nil, rows.Row(i)), 0o666); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

func (p pairs) Preview(_ context.Context, _ sdk.Space, rows sdk.Batch, _ int) (sdk.Preview, error) {
	p.previewed = append(p.previewed, rows)
	if p.previewFails {
		return sdk.Preview{}, errors.New("no ink")
	}
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)))
	return sdk.Preview{PNG: b.Bytes()}, err
}

// newHost returns a host in a folder of its own whose one plugin is y.
func newHost(t *testing.T, y *toy, said *[]string) *Host {
	t.Helper()
	h := &Host{
		dir: t.TempDir(), cache: t.TempDir(), say: func(s string) { *said = append(*said, s) },
		registry: &registry.Registry{
			Plugins: []registry.Plugin{{Name: "toy"}},
			Models:  []registry.Model{{Name: "echo", Plugin: "toy", Model: "echo", Data: "ten"}},
		},
	}
	h.install = func(_ context.Context, p registry.Plugin) (installed, error) {
		return installed{Plugin: p, sdk: y.Plugin(), start: func(_ context.Context, e errand) (running, error) {
			y.log = e.log
			return y, nil
		}}, nil
	}
	return h
}

func trainToy(t *testing.T, y *toy, req TrainRequest) (*Host, *run.Run, []string) {
	t.Helper()
	var said []string
	h := newHost(t, y, &said)
	req.Model = "echo"
	r, err := h.Train(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return h, r, said
}

func TestTrainInMemory(t *testing.T) {
	y := &toy{}
	_, r, said := trainToy(t, y, TrainRequest{Epochs: 3})
	if all := strings.Join(said, "\n"); !strings.Contains(all, "6 steps, in 3 epochs, teach little: with data as small as this, try --epochs 1000") {
		t.Errorf("said %q", all)
	}
	s, err := r.Status()
	if err != nil || s.State != run.Done || s.Step != 6 || s.Epoch != 3 {
		t.Errorf("status %+v, %v", s, err)
	}
	if len(y.previewed) != 2 || y.previewed[0].Len() != previewRows {
		t.Errorf("%d previews", len(y.previewed))
	}
	if c, err := r.Checkpoint(); err != nil || c.Step != 6 {
		t.Errorf("checkpoint %+v, %v", c, err)
	}
}

// A preview that fails is a warning, said once, and training goes on.
func TestPreviewFails(t *testing.T) {
	_, r, said := trainToy(t, &toy{previewFails: true}, TrainRequest{Epochs: 3})
	if s, err := r.Status(); err != nil || s.State != run.Done {
		t.Errorf("status %+v, %v", s, err)
	}
	if len(said) != 2 || !strings.Contains(said[0], "warning: no preview of epoch 1: no ink") {
		t.Errorf("said %q", said)
	}
	events, err := os.ReadFile(filepath.Join(r.Dir, "events.jsonl"))
	if err != nil || strings.Count(string(events), "no ink") != 2 {
		t.Errorf("events: %s, %v", events, err)
	}
}

// The words of a plugin that crashes are kept, in the run.
func TestCrashIsKept(t *testing.T) {
	var said []string
	h := newHost(t, &toy{crashes: true}, &said)
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo"})
	if !errors.Is(err, sdk.ErrCrashed) || len(sdk.Hints(err)) != 1 || !strings.Contains(sdk.Hints(err)[0], r.LogPath()) {
		t.Fatalf("%v, hints %q", err, sdk.Hints(err))
	}
	if log, err := os.ReadFile(r.LogPath()); err != nil || string(log) != "last words\n" {
		t.Errorf("log %q, %v", log, err)
	}
}

func TestStopWhileTraining(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	var said []string
	h := newHost(t, &toy{}, &said)
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo", Epochs: 100, Stop: stop})
	if r == nil { // stopped before there was a run
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		return
	}
	s, statusErr := r.Status()
	if h := sdk.Hints(err); len(h) != 1 || !strings.HasSuffix(h[0], "genhost generate "+r.Name) {
		t.Errorf("hints %q", h)
	}
	if !errors.Is(err, sdk.ErrStopped) || statusErr != nil || s.State != run.Stopped || s.Step > 1 {
		t.Errorf("%v, status %+v", err, s)
	}
}

func TestGenerateInMemory(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	var made []string
	err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 300, Seed: 5, First: 2}, func(p string) { made = append(made, p) })
	if err != nil || len(made) != 301 {
		t.Fatalf("%d files, %v", len(made), err)
	}
	last, err := os.ReadFile(made[299])
	if err != nil || string(last) != "[5 301]" || filepath.Base(made[299]) != "5-000301.txt" {
		t.Errorf("%s holds %q, %v", made[299], last, err)
	}
}

// Reconstruct draws all the rows it is asked for, with their conditions.
func TestReconstructInMemory(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	y.decoded, y.previewed = nil, nil
	var made []string
	tell := func(path string) { made = append(made, path) }
	files := filepath.Join(t.TempDir(), "files")
	if err := h.Reconstruct(t.Context(), ReconstructRequest{Run: r.Name, N: 10, Files: files}, tell); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(files, "reconstruction-007.txt")); err != nil || string(b) != "[7 0]" || len(made) != 11 {
		t.Errorf("%d files, one is %q, %v", len(made), b, err)
	}
	if len(y.decoded) != 1 || fmt.Sprint(y.decoded[0].Conditions["label"]) != "[0 1 0 1 0 1 0 1 0 1]" {
		t.Errorf("decoded %+v", y.decoded)
	}
	if sheet := y.previewed[0]; sheet.Len() != 32 || sheet.Row(3)[0] != 3 || sheet.Row(11)[0] != 3 {
		t.Errorf("the sheet is %v", sheet.Data)
	}
	err := h.Reconstruct(t.Context(), ReconstructRequest{Run: r.Name, N: 10, Data: "other"}, tell)
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), `knows no label "c"`) {
		t.Errorf("rows with other labels: %v", err)
	}
}

// A way has its ends' conditions, each on its half.
func TestInterpolateInMemory(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	y.decoded = nil
	if err := h.Interpolate(t.Context(), InterpolateRequest{Run: r.Name, Steps: 4, N: 2, Data: "ten"}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(y.decoded[0].Conditions["label"]); got != "[0 0 1 1 0 0 1 1]" {
		t.Errorf("conditions %s", got)
	}
	if first, last := y.decoded[0].Row(4)[0], y.decoded[0].Row(7)[0]; first != 2 || last != 3 {
		t.Errorf("the second way goes from %g to %g", first, last)
	}
}

// A broken plugin is no reason to do without the others.
func TestBrokenPluginAside(t *testing.T) {
	var said []string
	h := newHost(t, &toy{}, &said)
	works := h.install
	h.registry.Plugins = append([]registry.Plugin{{Name: "broken"}}, h.registry.Plugins...)
	h.registry.Models = append(h.registry.Models, registry.Model{Name: "gone", Plugin: "broken", Model: "gone"})
	h.install = func(ctx context.Context, p registry.Plugin) (installed, error) {
		if p.Name == "broken" {
			return installed{}, errors.New("it is broken")
		}
		return works(ctx, p)
	}
	if _, err := h.Train(t.Context(), TrainRequest{Model: "echo"}); err != nil {
		t.Error(err)
	}
	models, err := h.Models(t.Context())
	if err == nil || len(models) != 2 || models[0].Problem != "" || models[1].Problem != "it is broken" {
		t.Errorf("models %+v, %v", models, err)
	}
}

// saboteur does something when training begins.
type saboteur struct {
	nobody
	do func()
}

func (s saboteur) Training(int) { s.do() }

// A plot that cannot be drawn makes no failure of a training that went well.
func TestPlotFails(t *testing.T) {
	var said []string
	h := newHost(t, &toy{}, &said)
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo", Run: "r", Watcher: saboteur{do: func() {
		plots := filepath.Join(h.runs(), "r", "plots")
		if err := errors.Join(os.Remove(plots), os.WriteFile(plots, nil, 0o666)); err != nil {
			t.Error(err)
		}
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); err != nil || s.State != run.Done {
		t.Errorf("status %+v, %v", s, err)
	}
	events, err := os.ReadFile(filepath.Join(r.Dir, "events.jsonl"))
	if err != nil || !strings.Contains(string(events), "no plot: ") {
		t.Errorf("events: %s, %v", events, err)
	}
}

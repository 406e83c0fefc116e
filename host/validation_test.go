package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

func TestHeldOut(t *testing.T) {
	can := sdk.ModelSpec{Name: "vae", ModelMaker: sdk.ModelMaker{Can: []sdk.Ability{sdk.CanTrain, sdk.CanValidate}}}
	cannot := sdk.ModelSpec{Name: "gan", ModelMaker: sdk.ModelMaker{Can: []sdk.Ability{sdk.CanTrain}}}
	n := func(v int) *int { return &v }
	for _, c := range []struct {
		spec     sdk.ModelSpec
		asked    *int
		patience int
		rows     int
		want     int
		err      error
	}{
		{spec: can, rows: 10_000, want: 500},
		{spec: can, rows: 19, want: 0},
		{spec: can, rows: 1_000_000, want: 5000},
		{spec: can, asked: n(0), rows: 1000, want: 0},
		{spec: can, asked: n(999), rows: 1000, patience: 3, want: 999},
		{spec: can, asked: n(1000), rows: 1000, err: sdk.ErrBadInput},
		{spec: can, asked: n(-1), rows: 1000, err: sdk.ErrBadInput},
		{spec: can, asked: n(0), patience: 1, rows: 1000, err: sdk.ErrBadInput},
		{spec: can, patience: -1, rows: 1000, err: sdk.ErrBadInput},
		{spec: cannot, rows: 1000, want: 0},
		{spec: cannot, asked: n(0), rows: 1000, want: 0},
		{spec: cannot, asked: n(5), rows: 1000, err: errors.ErrUnsupported},
		{spec: cannot, patience: 5, rows: 1000, err: sdk.ErrBadInput},
	} {
		got, err := TrainRequest{HoldOut: c.asked, Patience: c.patience}.heldOut(c.spec, c.rows)
		if !errors.Is(err, c.err) || got != c.want {
			t.Errorf("%+v: %d, %v", c, got, err)
		}
	}
}

// keen is a toy whose model is validated: it is best after its second epoch,
// and warns. What it knows is the number of its epochs.
type keen struct{ *toy }

func (y keen) Plugin() sdk.Plugin {
	p := y.toy.Plugin()
	p.Models[0].ModelMaker = sdk.MakeModel(echoSettings{1}, func(s echoSettings, space sdk.Space) (*pupil, error) {
		return &pupil{echo: &echo{toy: y.toy, space: space, epochs: s.Epochs}}, nil
	})
	return p
}

type pupil struct {
	*echo
	knows float32
}

func (m *pupil) Train(ctx context.Context, job *sdk.Job) error {
	for range job.Batches(4, m.epochs) {
		m.knows = m.knows + 0.5 // two steps an epoch
		job.Warn("lazy", "it learns little: raise the rate")
		if err := job.Step(sdk.Metrics{"loss": 1}); err != nil {
			return err
		}
	}
	return nil
}

func (m *pupil) Validate(context.Context, sdk.Rows) (sdk.Metrics, error) {
	return sdk.Metrics{"loss": float64((m.knows - 2) * (m.knows - 2))}, nil
}

func (m *pupil) Save(_ context.Context, path string) error {
	return safetensors.WriteFile(path, []safetensors.Tensor{{Name: "w", Shape: []int{1}, Data: []float32{m.knows}}}, nil)
}

func (m *pupil) Load(_ context.Context, path string) error {
	tensors, _, err := safetensors.ReadFile(path)
	if err == nil {
		m.knows = tensors[0].Data[0]
	}
	return err
}

func (m *pupil) Generate(_ context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	b := sdk.MakeBatch(r.N, 2)
	for i := range b.Data {
		b.Data[i] = m.knows
	}
	return b, nil
}

func keenHost(t *testing.T, said *[]string) *Host {
	t.Helper()
	y := keen{&toy{}}
	h := newHost(t, y.toy, said)
	h.install = func(_ context.Context, p registry.Plugin) (installed, error) {
		return installed{Plugin: p, sdk: y.Plugin(), start: func(context.Context, errand) (running, error) {
			return y, nil
		}}, nil
	}
	return h
}

func TestValidatedTraining(t *testing.T) {
	var said []string
	h := keenHost(t, &said)
	two := 2
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo", Epochs: 100, HoldOut: &two, Patience: 4})
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Status()
	if err != nil || s.State != run.Done || s.Step != 12 || s.Steps != 12 {
		t.Errorf("status %+v, %v: want an end after the sixth epoch", s, err)
	}
	if s.Best == nil || *s.Best != (run.Best{Step: 4, Epoch: 2, Loss: 0}) {
		t.Errorf("best %+v", s.Best)
	}
	if r.Config.HeldOut != 2 || r.Config.Patience != 4 {
		t.Errorf("configuration %+v", r.Config)
	}
	all, err := r.Metrics()
	if err != nil || len(all) != 2 || all[1].Name != "val_loss" || len(all[1].Points) != 6 || all[1].Points[5].Value != 16 {
		t.Errorf("metrics %+v, %v", all, err)
	}
	if len(said) != 2 || said[0] != "warning: it learns little: raise the rate" || !strings.Contains(said[1], "no better val_loss than 0 in 4 validations") {
		t.Errorf("said %q", said)
	}
	events, err := os.ReadFile(filepath.Join(r.Dir, "events.jsonl"))
	if err != nil || strings.Count(string(events), `"type":"warning"`) != 1 || strings.Count(string(events), `"type":"note"`) != 1 {
		t.Errorf("events %s, %v", events, err)
	}
	for which, want := range map[string]string{"": "[6 6]", "last": "[6 6]", "best": "[2 2]", "12": "[6 6]"} {
		if got := firstRow(t, h, r, which); got != want {
			t.Errorf("checkpoint %q generates %s, want %s", which, got, want)
		}
	}
	err = h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Checkpoint: "7"}, func(string) {})
	if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) != 1 {
		t.Errorf("a checkpoint that is not there: %v", err)
	}
}

// firstRow generates a row with a checkpoint.
func firstRow(t *testing.T, h *Host, r *run.Run, checkpoint string) (row string) {
	t.Helper()
	err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Checkpoint: checkpoint}, func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		}
		row = string(data)
	})
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// By default ten rows are too few to hold one out.
func TestUnvalidatedTraining(t *testing.T) {
	var said []string
	h := keenHost(t, &said)
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo", Epochs: 3})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); err != nil || s.Best != nil || r.Config.HeldOut != 0 {
		t.Errorf("status %+v, %v", s, err)
	}
}

package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// mixed is a plugin whose model is for pairs alone, with modalities that are
// no pairs, that carry nothing, and that fail.
type mixed struct {
	*toy
	starts int
	picky  bool  // three epochs are not for it
	broken error // what the failing modality says
}

func (x *mixed) Plugin() sdk.Plugin {
	p := x.toy.Plugin()
	p.Models[0].ModelMaker = sdk.MakeModel(echoSettings{1}, func(s echoSettings, space sdk.Space) (*echo, error) {
		if space.Modality != "pairs" {
			return nil, fmt.Errorf("%w: echo: %s rows are no pairs", sdk.ErrBadInput, space.Modality)
		}
		if x.picky && s.Epochs == 3 {
			return nil, &sdk.SettingError{Setting: "epochs", Problem: "is 3"}
		}
		return &echo{toy: x.toy, space: space, epochs: s.Epochs}, nil
	})
	for _, name := range []string{"odd", "bare", "failing"} {
		m := sdk.ModalitySpec{Name: name, Doc: "pairs", Datasets: []sdk.Dataset{{Name: name + "s", Doc: "some", Licence: "MIT"}}}
		m.ModalityMaker = sdk.MakeModality(struct{}{}, func(struct{}) (renamed, error) { return renamed{pairs{x.toy}, name, x}, nil })
		if name == "bare" {
			m.Datasets = nil
		}
		p.Modalities = append(p.Modalities, m)
	}
	return p
}

type renamed struct {
	pairs
	name string
	of   *mixed
}

func (r renamed) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	if r.name == "failing" && r.of.broken != nil {
		return sdk.Info{}, r.of.broken
	}
	info, err := r.pairs.Inspect(ctx, src)
	info.Space.Modality = r.name
	return info, err
}

func (r renamed) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	return r.pairs.Read(ctx, src, renaming{w, r.name})
}

type renaming struct {
	sdk.RowWriter
	name string
}

func (w renaming) Begin(space sdk.Space, as sdk.Storage) error {
	space.Modality = w.name
	return w.RowWriter.Begin(space, as)
}

func mixedHost(t *testing.T) (*Host, *mixed) {
	var said []string
	x := &mixed{toy: &toy{}, broken: errors.New("no disk")}
	h := newHost(t, x.toy, &said)
	h.install = func(_ context.Context, p registry.Plugin) (installed, error) {
		return installed{Plugin: p, sdk: x.Plugin(), start: func(context.Context, errand) (running, error) {
			x.starts++
			return x, nil
		}}, nil
	}
	return h, x
}

func works(t *testing.T, h *Host) []Pairing {
	t.Helper()
	models, err := h.Models(t.Context())
	if err != nil || len(models) != 1 {
		t.Fatalf("%+v, %v", models, err)
	}
	return models[0].Works
}

func TestPairings(t *testing.T) {
	h, x := mixedHost(t)
	want := []Pairing{
		{Modality: "pairs", Works: true},
		{Modality: "odd", Why: "bad input: echo: odd rows are no pairs"},
		{Modality: "bare", Why: "nobody knows: modality bare carries no dataset to try"},
		{Modality: "failing", Why: "nobody knows: no disk"},
	}
	if got := works(t, h); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if d, err := h.Describe(t.Context(), "echo"); err != nil || !slices.Equal(d.Works, want) {
		t.Errorf("described as %+v, %v", d.Works, err)
	}
	// What is known is not tried again; what nobody knew is.
	x.broken = nil
	want[3] = Pairing{Modality: "failing", Why: "bad input: echo: failing rows are no pairs"}
	if got := works(t, h); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	h.registry.Models[0].Settings = sdk.Settings{"epochs": []byte("2")} // another model
	works(t, h)
	x.starts = 0
	for range 2 {
		works(t, h)
	}
	if x.starts > 0 {
		t.Errorf("%d processes for what is known", x.starts)
	}
}

// A model that refuses the rows says what it does work with.
func TestTrainMisfit(t *testing.T) {
	h, x := mixedHost(t)
	_, err := h.Train(t.Context(), TrainRequest{Model: "echo", Modality: "odd"})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(strings.Join(sdk.Hints(err), "\n"), "echo works with pairs;") {
		t.Errorf("got %v, hints %q", err, sdk.Hints(err))
	}
	// Rows that are fit with other settings are no reason to try all modalities.
	x.picky = true
	_, err = h.Train(t.Context(), TrainRequest{Model: "echo", Modality: "pairs", Set: []string{"epochs=3"}})
	if !errors.Is(err, sdk.ErrBadSetting) || len(sdk.Hints(err)) > 0 {
		t.Errorf("got %v, hints %q", err, sdk.Hints(err))
	}
	_, err = h.Train(t.Context(), TrainRequest{Model: "echo", Modality: "bare"})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "modality bare carries no dataset") {
		t.Errorf("got %v", err)
	}
	_, err = h.Train(t.Context(), TrainRequest{Model: "echo", Modality: "pairs", Data: "odds"})
	if err == nil || !strings.Contains(strings.Join(sdk.Hints(err), "\n"), "odds is a dataset of modality odd: give --modality odd") {
		t.Errorf("got %v, hints %q", err, sdk.Hints(err))
	}
	h.registry.Models[0].Data = ""
	_, err = h.Train(t.Context(), TrainRequest{Model: "echo"})
	if err == nil || !strings.Contains(strings.Join(sdk.Hints(err), "\n"), "modality pairs carries ten: --data ten") {
		t.Errorf("got %v, hints %q", err, sdk.Hints(err))
	}
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo", Modality: "pairs", Data: "other"})
	if err != nil || r.Config.Source.Dataset != "other" {
		t.Errorf("got %v", err)
	}
	// The first dataset of a modality that models.toml does not name.
	if r, err = h.Train(t.Context(), TrainRequest{Model: "echo", Modality: "pairs"}); err != nil || r.Config.Source.Dataset != "ten" {
		t.Errorf("got %v", err)
	}
}

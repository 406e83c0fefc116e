package sdk

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"
)

// bare is a model that can do nothing more than it must.
type bare struct{}

func (bare) Train(context.Context, *Job) error                        { return nil }
func (bare) Encode(_ context.Context, x Batch) (Batch, error)         { return x, nil }
func (bare) Generate(context.Context, GenerateRequest) (Batch, error) { return Batch{}, nil }

type unable struct {
	NoEncoder
	dull
}

// dull has Train and Generate alone.
type dull struct{}

func (dull) Train(context.Context, *Job) error                        { return nil }
func (dull) Generate(context.Context, GenerateRequest) (Batch, error) { return Batch{}, nil }

type saving struct{ bare }

func (saving) Save(context.Context, string) error { return nil }
func (saving) Load(context.Context, string) error { return nil }

type decoding struct{ bare }

func (decoding) Draw(context.Context, GenerateRequest) (Batch, error) { return Batch{}, nil }
func (decoding) Decode(context.Context, Batch) (Batch, error)         { return Batch{}, nil }

type heeding struct{ bare }

func (heeding) Conditions() []Condition { return nil }

// half has a Save without a Load, which is no Saver.
type half struct{ bare }

func (half) Save(context.Context, string) error { return nil }

type able struct {
	saving
	decoding
	heeding
	bare
}

type none struct{}

func maker[M Model](m M) ModelMaker {
	return MakeModel(none{}, func(none, Space) (M, error) { return m, nil })
}

func TestAbilities(t *testing.T) {
	for _, c := range []struct {
		name  string
		maker ModelMaker
		want  []Ability
	}{
		{"bare", maker(bare{}), []Ability{CanTrain, CanGenerate, CanEncode}},
		{"no encoder", maker(unable{}), []Ability{CanTrain, CanGenerate}},
		{"saver", maker(saving{}), []Ability{CanTrain, CanGenerate, CanEncode, CanSave}},
		{"pointer", maker(&saving{}), []Ability{CanTrain, CanGenerate, CanEncode, CanSave}},
		{"decoder", maker(decoding{}), []Ability{CanTrain, CanGenerate, CanEncode, CanDecode}},
		{"conditional", maker(heeding{}), []Ability{CanTrain, CanGenerate, CanEncode, CanCondition}},
		{"half a saver", maker(half{}), []Ability{CanTrain, CanGenerate, CanEncode}},
		{"able", maker(able{}), []Ability{CanTrain, CanGenerate, CanEncode, CanDecode, CanSave, CanCondition}},
		{"interface", maker[Model](able{}), nil},
	} {
		if !slices.Equal(c.maker.Can, c.want) {
			t.Errorf("%s: can %v, want %v", c.name, c.maker.Can, c.want)
		}
	}
}

func TestNoEncoder(t *testing.T) {
	if _, err := (unable{}).Encode(t.Context(), Batch{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

func TestAs(t *testing.T) {
	if _, err := As[Saver](saving{}); err != nil {
		t.Error(err)
	}
	if _, err := As[Saver](bare{}); !errors.Is(err, errors.ErrUnsupported) || err.Error() != "the model cannot save: unsupported operation" {
		t.Errorf("got %v", err)
	}
	if _, err := As[io.Closer](bare{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	// A model elsewhere has the methods, and knows which of them are real.
	if _, err := As[Saver](&far{can: []Ability{CanSave}}); err != nil {
		t.Error(err)
	}
	if s, err := As[Saver](&far{can: []Ability{CanDecode}}); !errors.Is(err, errors.ErrUnsupported) || s != nil {
		t.Errorf("got %v, %v", s, err)
	}
	if _, err := As[Decoder](&far{can: []Ability{CanDecode}}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("far has no Draw, yet %v", err)
	}
}

type width struct {
	Latent int `json:"latent" min:"1" help:"numbers in a latent"`
}

func TestMakeModel(t *testing.T) {
	var got width
	full := errors.New("too many")
	m := MakeModel(width{4}, func(s width, _ Space) (*saving, error) {
		if got = s; s.Latent > 99 {
			return nil, full
		}
		return &saving{}, nil
	})
	space := numbered(1).Space()
	if model, err := m.New(t.Context(), nil, space); err != nil || model == nil || got.Latent != 4 {
		t.Errorf("with defaults: %v, %v, %+v", model, err, got)
	}
	if _, err := m.New(t.Context(), Settings{"latent": json.RawMessage("9")}, space); err != nil || got.Latent != 9 {
		t.Errorf("latent 9: %v, %+v", err, got)
	}
	var bad *SettingError
	if _, err := m.New(t.Context(), Settings{"latent": json.RawMessage("0")}, space); !errors.As(err, &bad) || bad.Setting != "latent" {
		t.Errorf("latent 0: %v", err)
	}
	if _, err := m.New(t.Context(), nil, Space{}); !errors.Is(err, ErrBadInput) {
		t.Errorf("no space: %v", err)
	}
	// A build that fails gives no model, not an interface around nil.
	if model, err := m.New(t.Context(), Settings{"latent": json.RawMessage("100")}, space); !errors.Is(err, full) || model != nil {
		t.Errorf("latent 100: %v, %v", model, err)
	}
}

// still is a modality that does nothing.
type still struct{}

func (*still) Inspect(context.Context, Source) (Info, error) { return Info{}, nil }
func (*still) Read(context.Context, Source, RowWriter) error { return nil }
func (*still) Write(context.Context, Space, Batch, string, []string) ([]string, error) {
	return nil, nil
}
func (*still) Preview(context.Context, Space, Batch, int) (Preview, error) { return Preview{}, nil }

func makeStill() ModalityMaker {
	return MakeModality(width{4}, func(s width) (*still, error) {
		if s.Latent > 99 {
			return nil, ErrBadInput
		}
		return &still{}, nil
	})
}

func TestMakeModality(t *testing.T) {
	m := makeStill()
	if modality, err := m.New(t.Context(), nil); err != nil || modality == nil {
		t.Errorf("with defaults: %v, %v", modality, err)
	}
	if _, err := m.New(t.Context(), Settings{"size": json.RawMessage("1")}); !errors.Is(err, ErrBadSetting) {
		t.Errorf("unknown setting: %v", err)
	}
	if modality, err := m.New(t.Context(), Settings{"latent": json.RawMessage("100")}); !errors.Is(err, ErrBadInput) || modality != nil {
		t.Errorf("latent 100: %v, %v", modality, err)
	}
}

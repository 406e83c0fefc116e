package host

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A labelled is a model that heeds a label.
type labelled struct{ sdk.Model }

func (labelled) Conditions() []sdk.Condition {
	return []sdk.Condition{{Name: "label", Values: []string{"coat", "bag", "shirt, white"}}, {Name: "hue", Min: 0, Max: 1}}
}

func TestWishes(t *testing.T) {
	for _, c := range []struct {
		set  string
		want []float32
	}{
		{"label=bag", []float32{1}}, {"label=Bag", []float32{1}}, {"label=2", []float32{2}},
		{"label=shirt, white", []float32{2}}, {"label=bag,coat", []float32{1, 0}}, {"label=1,1", []float32{1, 1}},
		{"label=0..2", []float32{0, 1, 2}}, {"label=bag..2", []float32{1, 2}}, {"label=1..1", []float32{1}},
		{"hue=0.25", []float32{0.25}}, {"hue=0,1", []float32{0, 1}},
	} {
		w, err := wishesOf(labelled{}, []string{c.set})
		if err != nil || len(w.conditions) != 1 || !slices.Equal(w.conditions[0].values, c.want) {
			t.Errorf("--set %s: %+v, %v, want %v", c.set, w, err, c.want)
		}
	}
	for _, bad := range []string{"label", "label=hat", "lable=bag", "label=", "label=bag,hat", "label=2..0", "label=0..9", "hue=2", "hue=red", "hue=0..1"} {
		if _, err := wishesOf(labelled{}, []string{bad}); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "--set "+bad) {
			t.Errorf("--set %s: %v, hints %q", bad, err, sdk.Hints(err))
		}
	}
	for _, helpful := range []string{"label", "label=hat", "lable=bag"} {
		if _, err := wishesOf(labelled{}, []string{helpful}); len(sdk.Hints(err)) == 0 {
			t.Errorf("--set %s: %v, without a hint", helpful, err)
		}
	}
	if _, err := wishesOf(struct{ sdk.Model }{}, []string{"label=bag"}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a model without conditions: %v", err)
	}
}

// An adjustable model has a temperature, with labels or without.
type adjustable struct{ sdk.Model }

func (adjustable) Controls() []sdk.Control {
	return []sdk.Control{{Condition: sdk.Condition{Name: "temperature", Max: 10}, Default: 1}}
}

func TestWishesOfControls(t *testing.T) {
	both := struct {
		labelled
		adjustable
		sdk.Model
	}{}
	w, err := wishesOf(both, []string{"temperature=0,0.5", "label=bag"})
	if err != nil || w.combinations() != 2 || fmt.Sprint(w.of(0, 2)) != "map[label:[1 1] temperature:[0 0.5]]" {
		t.Errorf("%+v, %v", w, err)
	}
	if w, err = wishesOf(adjustable{}, []string{"temperature=2"}); err != nil || fmt.Sprint(w.of(0, 1)) != "map[temperature:[2]]" {
		t.Errorf("%+v, %v", w, err)
	}
	for _, bad := range []string{"temperature=-1", "temperature=warm", "temperature=", "temperature=11", "temperature=NaN", "label=bag"} {
		if _, err := wishesOf(adjustable{}, []string{bad}); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "--set "+bad) {
			t.Errorf("--set %s: %v", bad, err)
		}
	}
}

// An indifferent model could heed conditions, and was not asked to.
type indifferent struct{ sdk.Model }

func (indifferent) Conditions() []sdk.Condition { return nil }

func TestNoConditionIsHeeded(t *testing.T) {
	_, err := wishesOf(indifferent{}, []string{"label=bag"})
	if h := sdk.Hints(err); !errors.Is(err, sdk.ErrBadInput) || len(h) != 1 || !strings.Contains(h[0], "takes no conditions") {
		t.Errorf("%v, hints %q", err, h)
	}
}

// Rows have all combinations in turn, wherever one begins.
func TestCombinations(t *testing.T) {
	w, err := wishesOf(labelled{}, []string{"label=0..2", "hue=0,0.5", "hue=0,1"}) // the last word counts
	if err != nil || w.combinations() != 6 {
		t.Fatalf("%+v, %v", w, err)
	}
	for first, want := range map[int]string{0: "00 01 10 11 20 21 00 01", 5: "21 00 01 10 11 20 21 00", 12: "00 01 10 11 20 21 00 01"} {
		of := w.of(first, 8)
		var got []string
		for i := range 8 {
			got = append(got, fmt.Sprint(of["label"][i])+fmt.Sprint(of["hue"][i]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("from row %d on: %v, want %s", first, got, want)
		}
	}
	if w, err = wishesOf(labelled{}, nil); err != nil || w.combinations() != 1 || w.of(3, 2) != nil {
		t.Errorf("nothing is asked: %+v, %v", w, err)
	}
	many := "hue=0" + strings.Repeat(",0", 200)
	if _, err := wishesOf(labelled{}, []string{many, "label=" + strings.Repeat("0,", 99) + "0"}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("20,100 combinations: %v", err)
	}
}

// A finisher completes rows, and a speller reads prompts of digits.
type finisher struct{ sdk.Model }

func (finisher) Complete(_ context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	given.Data[1] = float32(req.Seed)
	return given, nil
}

type speller struct{ sdk.Modality }

func (speller) Prompt(_ context.Context, _ sdk.Space, text string) (sdk.Batch, error) {
	if text == "?" {
		return sdk.Batch{}, sdk.ErrBadInput
	}
	return sdk.Batch{Shape: []int{2}, Data: []float32{float32(text[0] - '0'), float32(math.NaN())}}, nil
}

func TestPromptIsCompleted(t *testing.T) {
	s := &session{model: finisher{}, reader: &reader{modality: speller{}}}
	w, err := wishesOf(s.model, []string{"prompt=7=8"})
	if err != nil || w.prompt != "7=8" || len(w.conditions) != 0 {
		t.Fatalf("%+v, %v", w, err)
	}
	rowsOf, err := s.maker(t.Context(), GenerateRequest{}, w)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := rowsOf(t.Context(), sdk.GenerateRequest{N: 1, Seed: 5}); err != nil || !slices.Equal(rows.Data, []float32{7, 5}) {
		t.Errorf("got %v, %v", rows.Data, err)
	}
	if _, err := s.maker(t.Context(), GenerateRequest{}, wishes{prompt: "?"}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("a prompt that is refused: %v", err)
	}
	for what, s := range map[string]*session{
		"no completer": {model: labelled{}, reader: &reader{modality: speller{}}},
		"no prompter":  {model: finisher{}, reader: &reader{modality: struct{ sdk.Modality }{}}},
	} {
		if _, err := s.maker(t.Context(), GenerateRequest{}, w); !errors.Is(err, errors.ErrUnsupported) || len(sdk.Hints(err)) == 0 {
			t.Errorf("%s: %v, hints %q", what, err, sdk.Hints(err))
		}
	}
}

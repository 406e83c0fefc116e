package main

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

const prompted = "kind,when,n,\"a=b\",text\nred,2024-01-01,1.5,x=1,\"p, q\"\nblue,2024-01-05,,y,\"say \"\"r\"\"\"\n,2024-01-09,9.25,y,\"p, q\"\nred,2024-01-05,4.5,y,\"p, q\"\n"

// What a prompt gives is what reading the same cells gives, and no more.
func TestPrompt(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, table(t, prompted))
	nan := float32(math.NaN())
	first, second, third := got.all.Row(0), got.all.Row(1), got.all.Row(2)
	for text, want := range map[string][]float32{
		"":                             {nan, nan, nan, nan, nan, nan, nan},
		"  ":                           {nan, nan, nan, nan, nan, nan, nan},
		"kind=blue":                    {second[0], nan, nan, nan, nan, nan, nan},
		" n = 9.25 , kind = (missing)": {third[0], nan, nan, third[3], third[4], nan, nan},
		"n=,when=2024-01-01":           {nan, first[1], first[2], second[3], second[4], nan, nan},
		`a=b=x=1,"text=p, q"`:          {nan, nan, nan, nan, nan, first[5], first[6]},
		`"text=say ""r"""`:             {nan, nan, nan, nan, nan, nan, second[6]},
	} {
		row, err := m.Prompt(t.Context(), got.space, text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for i, v := range row.Data {
			if v != want[i] && (v == v || want[i] == want[i]) || len(row.Data) != len(want) {
				t.Errorf("%q is %v, want %v", text, row.Data, want)
				break
			}
		}
	}
}

func TestBadPrompts(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, table(t, prompted))
	for text, want := range map[string]string{
		"red":                "has no =",
		"knd=red":            `no column "knd"`,
		"kind=green":         `kind has no value "green"`,
		"kind=red,kind=blue": "kind is given twice",
		"n=ten":              `n cannot be "ten"`,
		"n=10":               `n cannot be "10"`,
		"n=NaN5":             "cannot be",
		"when=":              "when cannot be",
		"when=2023-12-31":    "when cannot be",
		"when=1.1.2024":      "when cannot be",
		"kind=red\nn=1.5":    "several lines",
		`kind="red"`:         "the prompt",
	} {
		_, err := m.Prompt(t.Context(), got.space, text)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	_, err := m.Prompt(t.Context(), got.space, "knd=red")
	if hints := sdk.Hints(err); len(hints) == 0 || !strings.Contains(hints[0], "kind") {
		t.Errorf("a misspelt column: hints %v", hints)
	}
	_, err = m.Prompt(t.Context(), got.space, "n=10")
	if hints := sdk.Hints(err); len(hints) == 0 || !strings.Contains(hints[0], "from 1.50 to 9.25") {
		t.Errorf("a number out of range: hints %v", hints)
	}
}

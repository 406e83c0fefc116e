package sdk

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// mixed has a segment of each kind, and both kinds of condition.
func mixed() Space {
	return Space{
		Modality: "table", Shape: []int{6}, Axes: []string{"column"},
		Segments: []Segment{
			{Name: "u", Kind: Unit, Len: 1}, {Name: "s", Kind: Signed, Len: 1}, {Name: "r", Kind: Real, Len: 2},
			{Name: "b", Kind: Binary, Len: 1}, {Name: "c", Kind: Category, Len: 1, Of: 3},
		},
		Conditions: []Condition{{Name: "label", Values: []string{"coat", "Bag"}}, {Name: "age", Min: 0, Max: 0.1}},
	}
}

func TestSpaceValidate(t *testing.T) {
	if err := mixed().Validate(); err != nil {
		t.Fatal(err)
	}
	for problem, spoil := range map[string]func(*Space){
		"no modality":             func(s *Space) { s.Modality = "" },
		"a shape of 0 axes":       func(s *Space) { s.Shape = nil },
		"a shape of 9 axes":       func(s *Space) { s.Shape = []int{1, 1, 1, 1, 1, 1, 1, 1, 6} },
		"shape [0]":               func(s *Space) { s.Shape = []int{0} },
		"shape [-2 -3]":           func(s *Space) { s.Shape, s.Axes = []int{-2, -3}, nil },
		"want 1 to 67108864":      func(s *Space) { s.Shape, s.Axes = []int{1 << 32, 1 << 32, 2}, nil },
		"2 axes":                  func(s *Space) { s.Axes = []string{"x", "y"} },
		"cover 5 numbers of 6":    func(s *Space) { s.Segments[2].Len = 1 },
		"cover 7 numbers of 6":    func(s *Space) { s.Segments[2].Len = 3 },
		"cover 0 numbers":         func(s *Space) { s.Segments = nil },
		`"u": length 0`:           func(s *Space) { s.Segments[0].Len = 0 },
		`"u": length -1`:          func(s *Space) { s.Segments[0].Len = -1 },
		`unknown kind "tensor"`:   func(s *Space) { s.Segments[0].Kind = "tensor" },
		"a unit segment has no":   func(s *Space) { s.Segments[0].Of = 2 },
		"0 categories":            func(s *Space) { s.Segments[4].Of = 0 },
		"16777217 categories":     func(s *Space) { s.Segments[4].Of = 1<<24 + 1 },
		`condition 0 ("")`:        func(s *Space) { s.Conditions[0].Name = "" },
		`condition 1 ("label")`:   func(s *Space) { s.Conditions[1].Name = "label" },
		`condition 1 ("age")`:     func(s *Space) { s.Conditions[1].Max = 0 },
		"and values or min < max": func(s *Space) { s.Conditions[1].Max = math.NaN() },
	} {
		s := mixed()
		spoil(&s)
		if err := s.Validate(); !errors.Is(err, ErrBadInput) || !strings.Contains(err.Error(), problem) {
			t.Errorf("got %v, want %q", err, problem)
		}
	}
}

func TestSpaceCheck(t *testing.T) {
	s, nan := mixed(), float32(math.NaN())
	inf := float32(math.Inf(1))
	good := []float32{1, -1, 1e30, -7, 1, 2}
	check := func(rows []float32, conditions map[string][]float32) error {
		return s.Check(Batch{Shape: []int{6}, Data: rows, Conditions: conditions})
	}
	if err := check(append(good, 0, 1, 0, 0, 0, 0), map[string][]float32{"label": {0, 1}, "age": {0, 0.1}}); err != nil {
		t.Error(err)
	}
	if err := check(nil, nil); err != nil {
		t.Errorf("no rows: %v", err)
	}
	for i, bad := range [][]float32{
		{1.01, -0.1, nan, inf}, {1.5, -2, nan}, {nan, inf, -inf}, {nan, inf}, {0.5, -1, 2, nan}, {3, -1, 0.5, nan, inf},
	} {
		for _, v := range bad {
			row := append([]float32{}, good...)
			row[i] = v
			if err := check(row, nil); !errors.Is(err, ErrBadInput) {
				t.Errorf("%g at %d: got %v, want ErrBadInput", v, i, err)
			}
		}
	}
	for problem, err := range map[string]error{
		"shape [2 3]":      s.Check(Batch{Shape: []int{2, 3}, Data: good}),
		"shape []":         s.Check(Batch{}),
		"no whole rows":    check(good[:5], nil),
		"no condition":     check(good, map[string][]float32{"colour": {0}}),
		"2 values for 1":   check(good, map[string][]float32{"label": {0, 0}}),
		"label of row 0":   check(good, map[string][]float32{"label": {2}}),
		"age of row 0 is ": check(good, map[string][]float32{"age": {nan}}),
	} {
		if !errors.Is(err, ErrBadInput) || !strings.Contains(err.Error(), problem) {
			t.Errorf("got %v, want %q", err, problem)
		}
	}
}

func TestConditionParse(t *testing.T) {
	s := mixed()
	for _, c := range []struct {
		name, text string
		want       float32
		bad        string
	}{
		{name: "label", text: "coat", want: 0},
		{name: "label", text: "bag", want: 1},
		{name: "label", text: "1", want: 1},
		{name: "label", text: "2", bad: "has no value"},
		{name: "label", text: "0.5", bad: "has no value"},
		{name: "label", text: "boat", bad: "has no value"},
		{name: "age", text: "0.1", want: 0.1},
		{name: "age", text: "0.1001", bad: "from 0 to 0.1"},
		{name: "age", text: "NaN", bad: "from 0 to 0.1"},
		{name: "age", text: "1e99", bad: "from 0 to 0.1"},
		{name: "age", text: "old", bad: "from 0 to 0.1"},
	} {
		condition, err := s.Condition(c.name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := condition.Parse(c.text)
		if c.bad == "" && (err != nil || got != c.want) {
			t.Errorf("%s=%s: got %g, %v, want %g", c.name, c.text, got, err, c.want)
		}
		if c.bad != "" && (!errors.Is(err, ErrBadInput) || !strings.Contains(err.Error(), c.bad)) {
			t.Errorf("%s=%s: got %v, want %q", c.name, c.text, err, c.bad)
		}
	}
	_, err := s.Conditions[0].Parse("boat")
	if hints := Hints(err); len(hints) != 1 || !strings.HasPrefix(hints[0], "did you mean coat?") {
		t.Errorf("hints %q", hints)
	}
}

func TestSpaceThroughJSON(t *testing.T) {
	want := mixed()
	want.Meta = map[string]string{"rate": "8000"}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Space
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: got %+v from %s", err, got, text)
	}
}

// Settle gives what the segments can hold, and the nearest of it.
func TestSettle(t *testing.T) {
	s := Space{Modality: "mix", Shape: []int{5}, Segments: []Segment{
		{Kind: Unit, Len: 1}, {Kind: Signed, Len: 1}, {Kind: Real, Len: 1}, {Kind: Binary, Len: 1}, {Kind: Category, Len: 1, Of: 3},
	}}
	for _, c := range [][2][5]float32{
		{{-0.5, -2, 7, 0.6, 5}, {0, -1, 7, 1, 2}},
		{{1.5, 2, -7, -3, -1}, {1, 1, -7, 0, 0}},
		{{0.25, 0.5, 0, 0.4, 1.4}, {0.25, 0.5, 0, 0, 1}},
	} {
		rows := Batch{Shape: s.Shape, Data: c[0][:]}
		s.Settle(rows)
		if !slices.Equal(rows.Data, c[1][:]) {
			t.Errorf("%v, want %v", rows.Data, c[1])
		}
		if err := s.Check(rows); err != nil {
			t.Error(err)
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/sdktest"
)

func TestPlugin(t *testing.T) { sdktest.Run(t, plugin) }

func TestCarried(t *testing.T) {
	got, info := read(t, modality(t, nil), sdk.Source{Dataset: "penguins"})
	if info.Rows != 310 || !slices.Equal(info.Splits, []string{"train", "test"}) || info.Licence != "CC0-1.0" || info.Files != nil {
		t.Errorf("penguins: got %+v", info)
	}
	want := []sdk.Condition{
		{Name: "species", Doc: "the column species", Values: []string{"Adelie", "Chinstrap", "Gentoo"}},
		{Name: "island", Doc: "the column island", Values: []string{"Biscoe", "Dream", "Torgersen"}},
		{Name: "sex", Doc: "the column sex", Values: []string{"female", "male", "(missing)"}},
	}
	if !reflect.DeepEqual(info.Space.Conditions, want) {
		t.Errorf("got conditions %v", info.Space.Conditions)
	}
	for name, at := range map[string]int{"species": 0, "island": 1, "sex": 10} {
		for i := range got.all.Len() {
			if got.all.Row(i)[at] != got.all.Conditions[name][i] {
				t.Fatalf("row %d: %s is %v, and as a condition %v", i, name, got.all.Row(i)[at], got.all.Conditions[name][i])
			}
		}
	}
	_, info = read(t, modality(t, nil), sdk.Source{Dataset: "weather", Split: "test"})
	if info.Rows != 292 || info.Space.Size() != 12 {
		t.Errorf("weather: got %+v", info)
	}
}

func TestFolders(t *testing.T) {
	dir := files(t, map[string]string{"train.csv": "a,b\nx,1\ny,2\nx,9\n", "test.csv": "a,b\nz,3\n", "notes.txt": "no table"})
	got, info := read(t, modality(t, nil), sdk.Source{Path: dir})
	if info.Rows != 3 || !slices.Equal(info.Splits, []string{"train", "test"}) || len(info.Files) != 2 {
		t.Errorf("train and test: got %+v", info)
	}
	if c := columnsOf(t, got.space); !slices.Equal(c[0].Values, []string{"x", "y", "z"}) || c[1].Fitted != 3 || c[1].Max != 9 {
		t.Errorf("train and test: got %v", got.space.Meta)
	}
	long := strings.Repeat("x,1\ny,2\n", minDivided)
	dir = files(t, map[string]string{"test.csv": "a,b\nz,3\n" + long, "train.csv": "a,b\n" + long, "validation.tsv": "a\tb\nz\t4\n"})
	for split, want := range map[string]int{"train": 2 * minDivided, "val": 1, "test": 2*minDivided + 1} {
		got, info = read(t, modality(t, nil), sdk.Source{Path: dir, Split: split})
		held := slices.Contains(got.all.Conditions["a"], 2) // z, which only held-out rows have
		if info.Rows != want || !slices.Equal(info.Splits, []string{"train", "val", "test"}) || held != (split != "train") {
			t.Errorf("%s of three files: got %d rows of %v, held-out ones: %v", split, info.Rows, info.Splits, held)
		}
	}
	dir = files(t, map[string]string{"train.csv": "a,b\nx,1\n", "b.tsv": "a\tb\ny\t2\n", ".hidden.csv": "q\n"})
	got, info = read(t, modality(t, nil), sdk.Source{Path: dir})
	if info.Rows != 2 || !slices.Equal(info.Splits, []string{"all"}) || got.all.Data[0] != 1 {
		t.Errorf("files: got %v of %+v", got.all.Data, info)
	}
}

// TestDivision has a table in which each tenth row is another, which is not to
// be all that is tested on.
func TestDivision(t *testing.T) {
	text := "tenth,row\n"
	for i := range 205 {
		text += fmt.Sprintf("%v,%d\n", i%10 == 0, i)
	}
	src := table(t, text)
	train, info := read(t, modality(t, nil), src)
	src.Split = "test"
	test, _ := read(t, modality(t, nil), src)
	if info.Rows+test.all.Len() != 205 || test.all.Len() < 20 || test.all.Len() > 21 {
		t.Errorf("%d and %d rows of 205", info.Rows, test.all.Len())
	}
	tenths := 0
	for _, v := range test.all.Conditions["tenth"] {
		tenths += int(v)
	}
	if tenths == 0 || tenths == test.all.Len() {
		t.Errorf("%d of %d rows to test on are tenths", tenths, test.all.Len())
	}
	m := modality(t, nil)
	both := strings.Split(written(t, m, train.space, train.all), "\n")[1:]
	both = append(both, strings.Split(written(t, m, test.space, test.all), "\n")[1:]...)
	slices.Sort(both)
	if all := slices.Compact(both); len(all) != 205+1 { // and the empty line
		t.Errorf("%d different rows in both splits", len(all)-1)
	}
	src.Split = ""
	for _, test := range []int{0, 2} {
		_, info = read(t, modality(t, func(s *settings) { s.Test = test }), src)
		if want := map[int]int{0: 205, 2: 205 / 2}[test]; info.Rows < want || info.Rows > want+1 {
			t.Errorf("test = %d: %d rows to learn from", test, info.Rows)
		}
	}
}

// TestRoundTrip compares the cells of files with those that come back: equal
// categories and dates, and numbers within a millionth of their range, unless
// they are clipped, as many as the columns say.
func TestRoundTrip(t *testing.T) {
	odd := "x,y,e,k,d\n"
	for i := range 60 {
		u := math.Mod(float64(i)*0.618034, 1)
		odd += fmt.Sprintf("%.9f,%d,%.6e,%.1f,%s\n", u*u*u, i*i*i-4000, math.Exp(40*u), 1e9+u, []string{"b;", `"q"""`, "", `"a,b"`}[i%4])
	}
	for name, src := range map[string]sdk.Source{"penguins": {Dataset: "penguins"}, "weather": {Dataset: "weather"}, "odd": table(t, odd)} {
		m := modality(t, func(s *settings) { s.Test = 0 })
		got, _ := read(t, m, src)
		columns := columnsOf(t, got.space)
		before := cellsOf(t, m, src)
		after := cellsOf(t, m, table(t, written(t, m, got.space, got.all)))
		clipped := map[string]int{}
		for i := range before {
			for j, c := range columns {
				a, b := before[i][j], after[i][j]
				if c.Type != number || m.missing[a] {
					if a != b {
						t.Errorf("%s: row %d: %s was %q and is %q", name, i, c.Name, a, b)
					}
					continue
				}
				x, _ := strconv.ParseFloat(a, 64)
				y, _ := strconv.ParseFloat(b, 64)
				if math.Abs(x-y) > resolution*(c.Max-c.Min) {
					clipped[c.Name]++
				}
			}
		}
		for _, c := range columns {
			if clipped[c.Name] != c.Clipped {
				t.Errorf("%s: %d numbers of %s did not come back, and %d are clipped", name, clipped[c.Name], c.Name, c.Clipped)
			}
		}
	}
}

// cellsOf are those of a source's first part.
func cellsOf(t *testing.T, m *tables, src sdk.Source) [][]string {
	t.Helper()
	c, err := m.collect(src)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	err = m.each(t.Context(), c, c.parts[0], func(r *record) error {
		all = append(all, slices.Clone(r.cells))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestPlaces holds a row to the formula: the most probable mode, and how many
// times four standard deviations off its mean.
func TestPlaces(t *testing.T) {
	text := "x\n"
	for i := range 50 {
		text += fmt.Sprintf("%d\n%d\n", i%7, 100+i%9)
	}
	got, _ := read(t, modality(t, func(s *settings) { s.Test = 0 }), table(t, text+"NA\n"))
	c := columnsOf(t, got.space)[0]
	if len(c.Means) != 2 || c.Means[0] > 4 || c.Means[1] < 100 {
		t.Fatalf("modes at %v", c.Means)
	}
	for i, x := range []float64{0, 100, 1, 101} {
		mode := i % 2
		want := float32((x - c.Means[mode]) / (4 * c.Sigmas[mode]))
		if row := got.all.Row(i); row[0] != float32(mode) || row[1] != want {
			t.Errorf("%v is %v, want mode %d at %v", x, row, mode, want)
		}
	}
	if last := got.all.Row(got.all.Len() - 1); !slices.Equal(last, []float32{2, 0}) {
		t.Errorf("a missing value is %v, want a third mode", last)
	}
	if g := got.space.Segments; len(g) != 2 || !strings.HasSuffix(g[0].Name, ".mode") || g[0].Of != 3 || !strings.HasSuffix(g[1].Name, ".value") || g[1].Kind != sdk.Signed {
		t.Errorf("segments %+v", g)
	}
}

// TestSegmentsTellSpaces has two tables whose rows look alike, and mean
// something else.
func TestSegmentsTellSpaces(t *testing.T) {
	a, _ := read(t, modality(t, nil), table(t, "c,n\nx,1\ny,2\nx,3\n"))
	for name, text := range map[string]string{"values": "c,n\nx,1\nz,2\nx,3\n", "numbers": "c,n\nx,1\ny,2\nx,4\n"} {
		if b, _ := read(t, modality(t, nil), table(t, text)); reflect.DeepEqual(a.space.Segments, b.space.Segments) {
			t.Errorf("other %s, and equal segments: %v", name, b.space.Segments)
		}
	}
}

// TestKnownSpace reads other data as rows of a Space that a model has learned:
// columns are found by name, and hold what they held.
func TestKnownSpace(t *testing.T) {
	m := modality(t, nil)
	want, _ := read(t, m, table(t, "c,n\nx,1\ny,2\n?,3\n"))
	src := table(t, "n;more;c\n2;q;y\n1;r;NA\n2;s;y\n")
	src.Space = &want.space
	got, info := read(t, m, src)
	if !reflect.DeepEqual(got.space, want.space) || info.Rows != 3 ||
		!slices.Equal(got.all.Row(0), want.all.Row(1)) || !slices.Equal(got.all.Conditions["c"], []float32{1, 2, 1}) {
		t.Errorf("got %v of %v, want a space like %v", got.all, info, want.space)
	}
	for text, problem := range map[string]string{
		"c,n\nz,1\n": `table.csv:2:1: column c: "z" is no value`, "c,n\nx,NA\n": `"NA" is no number`, "c,m\nx,1\n": `has no column n`, "c,n\n": "no rows",
	} {
		src := table(t, text)
		src.Space = &want.space
		err := m.Read(t.Context(), src, &rows{})
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), "table.csv") || len(sdk.Hints(err)) == 0 {
			t.Errorf("%q: got %v, want %q", text, err, problem)
		}
	}
	src.Space = &sdk.Space{Modality: "image", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 2}}}
	if _, err := m.Inspect(t.Context(), src); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "table.csv") {
		t.Errorf("a picture's space: got %v", err)
	}
}

func TestStreams(t *testing.T) {
	got, _ := read(t, modality(t, func(s *settings) { s.Test = 0 }), table(t, "a,b\n"+strings.Repeat("x,1\ny,2\n", 2000)))
	if got.all.Len() != 4000 || got.largest != 1024 {
		t.Errorf("%d rows, at most %d at once", got.all.Len(), got.largest)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := &stopper{stop: cancel}
	src := table(t, "a,b\n"+strings.Repeat("x,1\ny,2\n", 2000))
	if err := modality(t, nil).Read(ctx, src, stopped); !errors.Is(err, context.Canceled) || stopped.writes != 1 {
		t.Errorf("cancelled after a batch: got %v and %d batches", err, stopped.writes)
	}
	if _, err := modality(t, nil).Inspect(ctx, sdk.Source{Dataset: "weather"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// A stopper cancels the reading when it is given rows.
type stopper struct {
	stop   func()
	writes int
}

func (s *stopper) Begin(sdk.Space, sdk.Storage) error { return nil }

func (s *stopper) Write(sdk.Batch) error {
	s.writes++
	s.stop()
	return nil
}

// TestConditions has a column of one value, which is none, and many of two.
func TestConditions(t *testing.T) {
	text := "constant"
	for i := range 40 {
		text += fmt.Sprintf(",c%d", i)
	}
	text += "\nx" + strings.Repeat(",a", 40) + "\nx" + strings.Repeat(",b", 40) + "\n"
	got, _ := read(t, modality(t, nil), table(t, text))
	if c := got.space.Conditions; len(c) != maxConditions || c[0].Name != "c0" || len(got.all.Conditions) != maxConditions {
		t.Errorf("got %d conditions, %v first", len(c), c[0])
	}
}

func TestBadSources(t *testing.T) {
	dir := files(t, map[string]string{"picture.png": "x"})
	device := filepath.Join(dir, "device.csv")
	if err := os.Symlink(os.DevNull, device); err != nil {
		t.Skip(err)
	}
	for name, src := range map[string]sdk.Source{
		"nothing": {}, "both": {Path: dir, Dataset: "penguins"}, "a dataset": {Dataset: "pengiuns"}, "a folder": {Path: dir},
		"a picture": {Path: filepath.Join(dir, "picture.png")}, "a device": {Path: device},
	} {
		_, err := modality(t, nil).Inspect(t.Context(), src)
		if !errors.Is(err, sdk.ErrBadInput) || name == "a device" && !strings.Contains(err.Error(), "neither a file") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBadSettings(t *testing.T) {
	for name, change := range map[string]func(*settings){
		"no type":      func(s *settings) { s.Types = []string{"a"} },
		"unknown type": func(s *settings) { s.Types = []string{"a=integer"} },
		"bad layout":   func(s *settings) { s.Types = []string{"a=date:dd/mm/yyyy"} },
		"layout":       func(s *settings) { s.Types = []string{"a=number:2"} },
		"twice":        func(s *settings) { s.Types = []string{"a=number", "a=drop"} },
		"test":         func(s *settings) { s.Test = 1 },
	} {
		s := defaults
		change(&s)
		if _, err := newTables(s); !errors.Is(err, sdk.ErrBadSetting) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	m := modality(t, func(s *settings) { s.Types = []string{"speces=drop"} })
	_, err := m.Inspect(t.Context(), sdk.Source{Dataset: "penguins"})
	if !errors.Is(err, sdk.ErrBadSetting) || !strings.Contains(fmt.Sprint(sdk.Hints(err)), "did you mean species?") {
		t.Errorf("got %v %v", err, sdk.Hints(err))
	}
}

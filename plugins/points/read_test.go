package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// asIs reads numbers as they are.
var asIs = settings{Label: labelName, Scale: 1, Centre: []float64{0, 0}}

// Every spelling of these two points is read as them.
func TestSpellings(t *testing.T) {
	columns := func(names ...string) settings { s := asIs; s.Columns = names; return s }
	label := func(name string) settings { s := asIs; s.Label = name; return s }
	for _, c := range []struct {
		name, text string
		s          settings
		names      string
		labels     []string
	}{
		{"a.csv", "1,-2\n3.5,4e2\n", asIs, `["x","y"]`, nil},
		{"b.csv", "1,-2\n3.5,4e2", asIs, `["x","y"]`, nil},
		{"c.CSV", "\ufeff# by hand\r\nlength, width\r\n\r\n 1, -2\r\n\"3.5\",400\r\n", asIs, `["length","width"]`, nil},
		{"d.tsv", "1\t-2\n3.5\t400\n", asIs, `["x","y"]`, nil},
		{"e.csv", "Label,a,b\n2,1,-2\n10,3.5,400\n", asIs, `["a","b"]`, []string{"2", "10"}},
		{"f.csv", "1,-2,dog\n3.5,400,cat\n", label("3"), `["x","y"]`, []string{"dog", "cat"}},
		{"g.csv", "a,kind,b\n1,é,-2\n3.5,e,400\n", label("KIND"), `["a","b"]`, []string{"é", "e"}},
		{"h.csv", "a,b,label\n1,-2,9\n3.5,400,8\n", columns("a", "2"), `["a","b"]`, []string{"9", "8"}},
		{"i.csv", "who,b,a\nAnn,-2,1\nBob,400,3.5\n", columns("a", "b"), `["a","b"]`, nil},
		{"j.csv", "Ann,-2,1\nBob,400,3.5\n", columns("3", "2"), `["x","y"]`, nil},
		{"k.csv", ",a,b\n0,1,-2\n1,3.5,400\n", columns("a", "b"), `["a","b"]`, nil},
		{"l.npy", npy("<f4", 2, 2, false, 1, -2, 3.5, 400), asIs, `["x","y"]`, nil},
		{"m.npy", npy("<f8", 2, 2, true, 1, -2, 3.5, 400), asIs, `["x","y"]`, nil},
		{"n.npy", npy(">f4", 2, 2, true, 1, -2, 3.5, 400), asIs, `["x","y"]`, nil},
		{"o.npy", npy("<f8", 2, 3, false, 1, 7, -2, 3.5, 1e6, 400), label("2"), `["x","z"]`, []string{"7", "1e+06"}},
	} {
		got, info := read(t, c.s, sdk.Source{Path: file(t, c.name, c.text)})
		if want := []float32{1, -2, 3.5, 400}; !slices.Equal(got.b.Data, want) {
			t.Errorf("%s: got %v", c.name, got.b.Data)
		}
		if got.space.Meta["columns"] != c.names || !slices.Equal(got.labels(), c.labels) || (len(info.Space.Conditions) > 0) != (c.labels != nil) {
			t.Errorf("%s: columns %s, labels %q, want %s, %q", c.name, got.space.Meta["columns"], got.labels(), c.names, c.labels)
		}
		if !slices.Equal(info.Splits, []string{"all"}) || info.Licence != "" || len(info.Files) != 1 {
			t.Errorf("%s: %+v", c.name, info)
		}
	}
}

// A file may be as long as it likes: it is lines that are bounded.
func TestLongFile(t *testing.T) {
	line := "1" + strings.Repeat(" ", 999) + ",2\n"
	n := maxLine/len(line) + 100
	got, _ := read(t, asIs, sdk.Source{Path: file(t, "a.csv", strings.Repeat(line, n))})
	if got.b.Len() != n {
		t.Errorf("%d points of %d", got.b.Len(), n)
	}
}

// Labels that are numbers come in the order of their values, before words.
func TestLabelsAreSorted(t *testing.T) {
	got, info := read(t, defaults, sdk.Source{Path: file(t, "a.csv", "x,label\n1,b\n2,10\n3,-1\n4,9\n5,a\n6,9.0\n")})
	if want := []string{"-1", "9", "9.0", "10", "a", "b"}; !slices.Equal(info.Space.Conditions[0].Values, want) {
		t.Errorf("got %q, want %q", info.Space.Conditions[0].Values, want)
	}
	if want := []float32{5, 3, 0, 1, 4, 2}; !slices.Equal(got.b.Conditions[labelName], want) {
		t.Errorf("got %v, want %v", got.b.Conditions[labelName], want)
	}
}

func TestFolders(t *testing.T) {
	splits := files(t, map[string]string{"Train.csv": "1,2\n", "validation.tsv": "3\t4\n", "test.npy": npy("<f4", 1, 2, false, 5, 6), ".hidden.csv": "x", "notes.txt": "x"})
	for split, want := range map[string][]float32{"": {1, 2}, "train": {1, 2}, "val": {3, 4}, "test": {5, 6}} {
		got, info := read(t, asIs, sdk.Source{Path: splits, Split: split})
		if !slices.Equal(got.b.Data, want) || !slices.Equal(info.Splits, []string{"train", "val", "test"}) || len(info.Files) != 3 {
			t.Errorf("%q: got %v of %+v", split, got.b.Data, info)
		}
	}
	for name, contents := range map[string]map[string]string{
		"no splits":        {"b.csv": "3,4\n", "a.csv": "1,2\n", "c/d.csv": "x", "e.csv/f": "x"},
		"more than splits": {"train.csv": "3,4\n", "more.csv": "1,2\n"},
		"no train":         {"test.csv": "1,2\n", "val.csv": "3,4\n"},
	} {
		got, info := read(t, asIs, sdk.Source{Path: files(t, contents)})
		if !slices.Equal(got.b.Data, []float32{1, 2, 3, 4}) || !slices.Equal(info.Splits, []string{"all"}) {
			t.Errorf("%s: got %v of %+v", name, got.b.Data, info)
		}
	}
}

// Rows are about 1 in size, whatever points are: none lies far from 0, and none
// is huge. What is found is what the training split needs.
func TestPlace(t *testing.T) {
	for _, c := range []struct {
		text   string
		s      settings
		rows   []float32
		name   string // of the segment
		centre string
	}{
		{"-3,3\n3,-3\n", defaults, []float32{-0.75, 0.75, 0.75, -0.75}, "divided by 4", ""},
		{"1,1\n3,3\n", defaults, []float32{1, 1, 3, 3}, "divided by 1", ""}, // not far
		{"160,1\n176,-1\n", defaults, []float32{-1, 0.125, 1, -0.125}, "less 168,0, divided by 8", "[168,0]"},
		{"-160\n-176\n", defaults, []float32{1, -1}, "less -168, divided by 8", "[-168]"},
		{"7,0\n7,0\n", defaults, []float32{0, 0, 0, 0}, "less 7,0, divided by 1", "[7,0]"},
		{"0\n0\n", defaults, []float32{0, 0}, "divided by 1", ""},
		{"1e38\n-1e38\n", defaults, []float32{0.58774716, -0.58774716}, "divided by 1.7014118346046923e+38", ""},
		{"160,1\n176,-1\n", settings{Centre: []float64{170, 1}, Scale: 10}, []float32{-1, 0, 0.6, -0.2}, "less 170,1, divided by 10", "[170,1]"},
		{"160,1\n176,-1\n", settings{Centre: []float64{0, 0}, Scale: 16}, []float32{10, 0.0625, 11, -0.0625}, "divided by 16", ""},
	} {
		got, _ := read(t, c.s, sdk.Source{Path: file(t, "a.csv", c.text)})
		if !slices.Equal(got.b.Data, c.rows) || got.space.Segments[0].Name != c.name || got.space.Meta["centre"] != c.centre {
			t.Errorf("%q: rows %v, segment %q, centre %q", c.text, got.b.Data, got.space.Segments[0].Name, got.space.Meta["centre"])
		}
	}
	splits := files(t, map[string]string{"train.csv": "-3\n3\n", "test.csv": "1000\n1002\n"})
	if got, _ := read(t, defaults, sdk.Source{Path: splits, Split: "test"}); !slices.Equal(got.b.Data, []float32{250, 250.5}) {
		t.Errorf("test rows %v are not reckoned as those to learn from", got.b.Data)
	}
}

// Other data become rows of a Space that a model knows: columns are found by
// their names, where they have any, and numbers reckoned as they were.
func TestKnownSpace(t *testing.T) {
	first, _ := read(t, defaults, sdk.Source{Path: file(t, "a.csv", "a,label,b\n160,dog,1\n176,cat,-1\n")})
	for name, c := range map[string]struct {
		file, text string
		s          settings
		rows       []float32
		labels     []float32
	}{
		"another order": {"b.csv", "label,b,more,a\ncat,400,x,168\n", defaults, []float32{0, 50}, []float32{0}},
		"no names":      {"b.csv", "168,400\n", defaults, []float32{0, 50}, nil},
		"an array":      {"b.npy", npy("<f4", 1, 2, false, 168, 400), defaults, []float32{0, 50}, nil},
		"by number":     {"b.csv", "400,x,168\n", settings{Columns: []string{"3", "1"}}, []float32{0, 50}, nil},
	} {
		got, _ := read(t, c.s, sdk.Source{Path: file(t, c.file, c.text), Space: &first.space})
		if !slices.Equal(got.b.Data, c.rows) || !slices.Equal(got.b.Conditions[labelName], c.labels) {
			t.Errorf("%s: got %v labelled %v", name, got.b.Data, got.b.Conditions)
		}
		if c.labels == nil {
			got.space.Conditions = first.space.Conditions
		}
		if !reflect.DeepEqual(got.space, first.space) {
			t.Errorf("%s: got %+v, want %+v", name, got.space, first.space)
		}
	}
	strange, _ := read(t, defaults, sdk.Source{Path: file(t, "a.csv", "a,b,label\n168,0,emu\n168,0,cat\n"), Space: &first.space})
	if !slices.Equal(strange.labels(), []string{"emu", "cat"}) {
		t.Errorf("labels that are not known became %q", strange.labels())
	}
	picture := sdk.Space{Modality: "image", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 2}}}
	for _, c := range []struct {
		text, want string
		space      *sdk.Space
	}{
		{"a,c\n1,2\n", "a.csv has the columns a, c; the model learned from a, b", &first.space},
		{"1,2,3\n", "a.csv has the columns x, y, z; the model learned from a, b", &first.space},
		{"1,2\n", "unit values are no coordinates", &picture},
	} {
		_, err := (&points{}).Inspect(t.Context(), sdk.Source{Path: file(t, "a.csv", c.text), Space: c.space})
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "a.csv") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.text, err, c.want)
		}
	}
}

func TestBadSources(t *testing.T) {
	head := npy("<f4", 2, 2, false, 1, 2, 3, 4)
	altered := func(old, new string) string { return strings.Replace(head, old, new, 1) }
	for _, c := range []struct {
		name   string
		files  map[string]string
		source string
		is     error
		want   string
	}{
		{"nothing there", nil, "none.csv", fs.ErrNotExist, "none.csv"},
		{"empty folder", map[string]string{"a.txt": "1,2"}, "", sdk.ErrBadInput, "no files of points"},
		{"another ending", map[string]string{"a.txt": "1,2"}, "a.txt", sdk.ErrBadInput, "a.txt is no file of points"},
		{"files that differ", map[string]string{"a.csv": "1,2", "b.csv": "1,2,3"}, "", sdk.ErrBadInput, "a.csv has x, y, "},
		{"a label in some", map[string]string{"a.csv": "x,y\n1,2", "b.csv": "x,y,label\n1,2,3"}, "", sdk.ErrBadInput, "b.csv has x, y and a label"},

		{"empty", map[string]string{"a.csv": ""}, "a.csv", sdk.ErrBadInput, "a.csv has no points"},
		{"blank lines", map[string]string{"a.csv": "\n# x\n\n"}, "a.csv", sdk.ErrBadInput, "a.csv has no points"},
		{"a header alone", map[string]string{"a.csv": "x,y\n"}, "a.csv", sdk.ErrBadInput, "a.csv: no points"},
		{"ragged", map[string]string{"a.csv": "1,2\n3,4\n5\n"}, "a.csv", sdk.ErrBadInput, "a.csv:3:1: wrong number of fields"},
		{"ragged below a header", map[string]string{"a.csv": "x,y\n1,2,3\n"}, "a.csv", sdk.ErrBadInput, "a.csv:2:1: wrong number of fields"},
		{"not a number", map[string]string{"a.csv": "1,2\n3,NaN\n"}, "a.csv", sdk.ErrBadInput, `a.csv:2:3: "NaN" is no number`},
		{"not a number at once", map[string]string{"a.csv": "nan,2\n"}, "a.csv", sdk.ErrBadInput, `a.csv:1:1: "nan" is no number`},
		{"infinite", map[string]string{"a.csv": "1,2\n-Inf,2\n"}, "a.csv", sdk.ErrBadInput, `a.csv:2:1: "-Inf" is no number`},
		{"too large", map[string]string{"a.csv": "1,2\n1e39,2\n"}, "a.csv", sdk.ErrBadInput, `"1e39" is no number that a float32 holds`},
		{"a word", map[string]string{"a.csv": "x,y\n1,2\n3,four\n"}, "a.csv", sdk.ErrBadInput, `a.csv:3:3: "four" is no number`},
		{"an empty cell", map[string]string{"a.csv": "x,y\n1,\n"}, "a.csv", sdk.ErrBadInput, "a.csv:2:3: a cell is empty"},
		{"words and numbers", map[string]string{"a.csv": "1,two\n3,4\n"}, "a.csv", sdk.ErrBadInput, `a.csv:1:3: "two", beside "1"`},
		{"numbers and words", map[string]string{"a.csv": "x,2\n3,4\n"}, "a.csv", sdk.ErrBadInput, `a.csv:1:3: "2", beside "x"`},
		{"an index without a name", map[string]string{"a.csv": ",x,y\n0,3,4\n"}, "a.csv", sdk.ErrBadInput, "a.csv:1:1: the column has no name"},
		{"a name twice", map[string]string{"a.csv": "x,x\n3,4\n"}, "a.csv", sdk.ErrBadInput, `a.csv:1:3: a second column is called "x"`},
		{"labels alone", map[string]string{"a.csv": "label\ndog\n"}, "a.csv", sdk.ErrBadInput, "labels and no numbers"},
		{"an empty label", map[string]string{"a.csv": "x,label\n1,dog\n2,\n"}, "a.csv", sdk.ErrBadInput, "a.csv:3:3: no label"},
		{"an open quote", map[string]string{"a.csv": "1,2\n\"3,4\n"}, "a.csv", sdk.ErrBadInput, "a.csv:2:6: extraneous or missing"},
		{"Latin-1", map[string]string{"a.csv": "x,gr\xf6\xdfe\n1,2\n"}, "a.csv", sdk.ErrBadInput, `a.csv:1:3: "gr\xf6\xdfe" is no UTF-8`},
		{"a Latin-1 label", map[string]string{"a.csv": "x,label\n1,gr\xfcn\n"}, "a.csv", sdk.ErrBadInput, `a.csv:2:3: "gr\xfcn" is no UTF-8`},
		{"UTF-16", map[string]string{"a.csv": "\xff\xfe1\x00,\x002\x00\n\x00"}, "a.csv", sdk.ErrBadInput, "a.csv:1:1: "},
		{"semicolons", map[string]string{"a.csv": "1,5;2,5\n3,5;4,5\n"}, "a.csv", sdk.ErrBadInput, `"5;2"`},
		{"an endless line", map[string]string{"a.csv": strings.Repeat("1,", maxLine)}, "a.csv", sdk.ErrBadInput, "a.csv: bad input: a line of more than 4 MiB"},
		{"an endless quote", map[string]string{"a.csv": "1,2\n\"" + strings.Repeat("1\n", maxLine)}, "a.csv", sdk.ErrBadInput, "a.csv: bad input: a line of more than 4 MiB"},
		{"too many labels", map[string]string{"a.csv": "x,label\n" + counted(maxLabels+1)}, "a.csv", sdk.ErrBadInput, "more than 4096 labels"},

		{"no array", map[string]string{"a.npy": "1,2\n3,4\n"}, "a.npy", sdk.ErrCorrupt, "a.npy: corrupt file: no .npy file"},
		{"an empty file", map[string]string{"a.npy": ""}, "a.npy", sdk.ErrCorrupt, "no .npy file"},
		{"cut in its length", map[string]string{"a.npy": head[:9]}, "a.npy", sdk.ErrCorrupt, "truncated in its header"},
		{"cut in its header", map[string]string{"a.npy": head[:40]}, "a.npy", sdk.ErrCorrupt, "truncated in its header"},
		{"cut in its numbers", map[string]string{"a.npy": head[:len(head)-1]}, "a.npy", sdk.ErrCorrupt, "truncated: has 1 of 2 rows"},
		{"a huge header", map[string]string{"a.npy": "\x93NUMPY\x02\x00\xff\xff\xff\x7f{"}, "a.npy", sdk.ErrCorrupt, "a header of 2147483647 bytes"},
		{"more rows than there can be", map[string]string{"a.npy": altered("(2, 2)", "(9223372036854775807, 2)")}, "a.npy", sdk.ErrCorrupt, "truncated: has "},
		{"more rows than a number", map[string]string{"a.npy": altered("(2, 2)", "(99999999999999999999, 2)")}, "a.npy", sdk.ErrCorrupt, "the shape"},
		{"more columns than a row has", map[string]string{"a.npy": altered("(2, 2)", "(2, 99999999999)")}, "a.npy", sdk.ErrBadInput, "want 1 to"},
		{"no rows", map[string]string{"a.npy": npy("<f4", 0, 2, false)}, "a.npy", sdk.ErrBadInput, "a.npy: bad input: no points"},
		{"no columns", map[string]string{"a.npy": npy("<f4", 2, 0, false)}, "a.npy", sdk.ErrBadInput, "want 1 to"},
		{"a number alone", map[string]string{"a.npy": altered("(2, 2)", "()")}, "a.npy", sdk.ErrBadInput, "an array of shape ()"},
		{"three axes", map[string]string{"a.npy": altered("(2, 2)", "(2, 2, 1)")}, "a.npy", sdk.ErrBadInput, "an array of shape (2, 2, 1)"},
		{"a hole in its shape", map[string]string{"a.npy": altered("(2, 2)", "(2, , 2)")}, "a.npy", sdk.ErrCorrupt, "the shape (2, , 2)"},
		{"no shape", map[string]string{"a.npy": altered("shape", "shake")}, "a.npy", sdk.ErrCorrupt, "without a shape"},
		{"objects, which are code", map[string]string{"a.npy": altered("<f4", "|O")}, "a.npy", errors.ErrUnsupported, "an array of another type"},
		{"complex numbers", map[string]string{"a.npy": altered("<f4", "<c8")}, "a.npy", errors.ErrUnsupported, "an array of another type"},
		{"half precision", map[string]string{"a.npy": altered("<f4", "<f2")}, "a.npy", errors.ErrUnsupported, "an array of another type"},
		{"text", map[string]string{"a.npy": altered("<f4", "<U4")}, "a.npy", errors.ErrUnsupported, "an array of another type"},
		{"NaN in an array", map[string]string{"a.npy": npy("<f4", 1, 2, false, 1, math.NaN())}, "a.npy", sdk.ErrBadInput, "row 0: bad input: column 1 is NaN"},
		{"more than a float32 holds", map[string]string{"a.npy": npy("<f8", 1, 2, false, 1, 1e39)}, "a.npy", sdk.ErrBadInput, "row 0: bad input: column 1 is 1e+39"},
	} {
		path := filepath.Join(files(t, c.files), c.source)
		m := &points{settings: defaults}
		_, err := m.Inspect(t.Context(), sdk.Source{Path: path})
		if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if r := (&rows{}); m.Read(t.Context(), sdk.Source{Path: path}, r) == nil || r.b.Len() > 0 {
			t.Errorf("%s: read %d rows", c.name, r.b.Len())
		}
	}
}

// counted is a table of so many labels.
func counted(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "0,%d\n", i)
	}
	return b.String()
}

func TestBadRequests(t *testing.T) {
	path := file(t, "a.csv", "x,y\n1,2\n")
	for _, c := range []struct {
		src  sdk.Source
		s    settings
		want string
		hint string
	}{
		{sdk.Source{}, defaults, "no path and no dataset", ""},
		{sdk.Source{Path: path, Dataset: "ring"}, defaults, "not both", ""},
		{sdk.Source{Dataset: "rnig"}, defaults, `no dataset "rnig"`, "did you mean ring?"},
		{sdk.Source{Path: path, Split: "train"}, defaults, `has no split "train"`, "there is all"},
		{sdk.Source{Dataset: "grid", Split: "tets"}, defaults, `has no split "tets"`, "did you mean test?"},
		{sdk.Source{Path: path}, settings{Label: "kind"}, `a.csv:1:1: bad input: no column "kind"`, `set read.label to names of ["x" "y"], or to numbers from 1 to 2`},
		{sdk.Source{Path: path}, settings{Columns: []string{"x", "3"}}, `no column "3"`, "set read.columns to"},
		{sdk.Source{Path: path}, settings{Columns: []string{"0"}}, `no column "0"`, "set read.columns to"},
		{sdk.Source{Path: path}, settings{Columns: []string{"x", "y", "1"}}, "setting columns has 1 twice", ""},
		{sdk.Source{Path: path}, settings{Centre: []float64{1}}, "setting centre is of 1 numbers: want 2", ""},
		{sdk.Source{Path: path}, settings{Scale: 1e-300}, "setting scale is 1e-300", ""},
		{sdk.Source{Dataset: "ring"}, settings{Scale: 1e-300}, "setting scale is 1e-300", ""},
	} {
		_, err := (&points{settings: c.s}).Inspect(t.Context(), c.src)
		if !strings.Contains(fmt.Sprint(err), c.want) || !strings.Contains(strings.Join(sdk.Hints(err), ""), c.hint) {
			t.Errorf("got %v with %q, want %q", err, sdk.Hints(err), c.want)
		}
		if !errors.Is(err, sdk.ErrBadInput) && !errors.Is(err, sdk.ErrBadSetting) {
			t.Errorf("%v is not what the caller can test for", err)
		}
	}
}

// FuzzRead checks that no file makes a reader panic or give rows that are none.
func FuzzRead(f *testing.F) {
	for _, text := range slices.Sorted(maps.Values(map[string]string{
		"csv": "x,y,label\n1,2,dog\n3,4,cat\n", "quotes": "\"1\",\"\n2\"\n", "f4": npy("<f4", 2, 2, true, 1, 2, 3, 4),
		"b1": npy("|b1", 2, 2, false, 1, 0, 1, 1), "long": npy("<i8", 3, 1, false, -1, 0, 1),
	})) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"a.csv", "a.npy"} {
			r := &rows{}
			err := (&points{settings: defaults}).Read(t.Context(), sdk.Source{Path: file(t, name, text)}, r)
			if err == nil && r.b.Len() == 0 {
				t.Errorf("%s: no rows and no error", name)
			}
			if err != nil && r.b.Len() > 0 {
				t.Errorf("%s: %d rows, and then %v", name, r.b.Len(), err)
			}
		}
	})
}

package wire

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

// both returns the modality on this side and on the other.
func both(t *testing.T, settings sdk.Settings) [2]sdk.Modality {
	t.Helper()
	var out [2]sdk.Modality
	for i, p := range []sdk.Plugin{plugin, loop(t)} {
		m, err := p.Modalities[0].New(t.Context(), settings)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = m
	}
	return out
}

func TestInspect(t *testing.T) {
	m := both(t, nil)
	for _, src := range []sdk.Source{{Dataset: "ten"}, {Dataset: "many", Path: "/caf\xe9"}} {
		want, err := m[0].Inspect(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m[1].Inspect(t.Context(), src)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: %d files, want %d, %v", src, len(got.Files), len(want.Files), err)
		}
	}
	if _, err := m[1].Inspect(t.Context(), sdk.Source{Path: "/gone"}); !errors.Is(err, fs.ErrNotExist) || err.Error() != "open /gone: file does not exist" {
		t.Errorf("got %v", err)
	}
	if _, err := m[1].Inspect(t.Context(), sdk.Source{Dataset: "latin1"}); !errors.Is(err, sdk.ErrBadInput) || err.Error() != "bad input: a text is not UTF-8" {
		t.Errorf("got %v", err)
	}
}

// A list keeps the rows written to it.
type list struct {
	space sdk.Space
	as    sdk.Storage
	rows  sdk.Batch
}

func (l *list) Begin(space sdk.Space, as sdk.Storage) error {
	l.space, l.as = space, as
	return nil
}

func (l *list) Write(rows sdk.Batch) error {
	l.rows.Shape, l.rows.Data = rows.Shape, append(l.rows.Data, rows.Data...)
	if l.rows.Conditions == nil {
		l.rows.Conditions = map[string][]float32{}
	}
	for name, values := range rows.Conditions {
		l.rows.Conditions[name] = append(l.rows.Conditions[name], values...)
	}
	return nil
}

func TestReadIntoAnyWriter(t *testing.T) {
	var got [2]list
	for i, m := range both(t, sdk.Settings{"rows": []byte("1234")}) {
		if err := m.Read(t.Context(), sdk.Source{}, &got[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !sameBatch(got[0].rows, got[1].rows) || got[0].rows.Len() != 1234 ||
		!reflect.DeepEqual(got[0].space, got[1].space) || got[0].as != got[1].as {
		t.Errorf("%d rows of %+v as %s differ", got[1].rows.Len(), got[1].space, got[1].as)
	}
}

func TestReadIntoADatasetFile(t *testing.T) {
	t.Chdir(t.TempDir())
	m := both(t, sdk.Settings{"rows": []byte("1234")})
	for i, name := range []string{"here", "there"} {
		w := dataset.Create(name)
		defer w.Abort()
		if i == 1 {
			t.Setenv("TMPDIR", "none") // nothing may pass through the host
		}
		if err := m[i].Read(t.Context(), sdk.Source{}, w); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if w.Rows() != 1234 {
			t.Errorf("%s: %d rows", name, w.Rows())
		}
	}
	a, errA := os.ReadFile("here")
	b, errB := os.ReadFile("there")
	if errA != nil || errB != nil || !slices.Equal(a, b) {
		t.Errorf("the files differ: %v, %v", errA, errB)
	}
}

func TestReadThatBreaks(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	m := both(t, sdk.Settings{"mode": []byte(`"break"`)})[1]
	w := dataset.Create(filepath.Join(dir, "x"))
	defer w.Abort()
	for _, w := range []sdk.RowWriter{w, &list{}} {
		if err := m.Read(t.Context(), sdk.Source{}, w); !errors.Is(err, sdk.ErrCorrupt) {
			t.Errorf("got %v", err)
		}
	}
	if err := w.Close(); err == nil {
		t.Error("a file of no rows was closed without an error")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	w = dataset.Create(filepath.Join(dir, "no", "folder"))
	m = both(t, nil)[1]
	if err := m.Read(t.Context(), sdk.Source{}, w); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: got %v", err)
	}
}

func TestWriteAndPreview(t *testing.T) {
	m := both(t, nil)
	rows := rowsOf(30_000, 0)
	var names []string
	for i := range rows.Len() {
		names = append(names, string(rune('a'+i%26))+"-a-name-that-takes-some-room-so-that-they-do-not-fit")
	}
	var paths [2][]string
	var previews [2]sdk.Preview
	for i := range m {
		var err error
		if paths[i], err = m[i].Write(t.Context(), space, rows, "/out", names); err != nil {
			t.Fatal(err)
		}
		if previews[i], err = m[i].Preview(t.Context(), space, rows, 5); err != nil {
			t.Fatal(err)
		}
	}
	if len(paths[0]) != len(names) || !slices.Equal(paths[0], paths[1]) {
		t.Errorf("%d paths, want %d", len(paths[1]), len(paths[0]))
	}
	if !reflect.DeepEqual(previews[0], previews[1]) {
		t.Error("previews differ")
	}
	if _, err := m[1].Write(t.Context(), space, sdk.Batch{}, "/out", nil); err != nil {
		t.Errorf("no rows: %v", err)
	}
}

// Another host may send names and rows in one request.
func TestWriteInOneRequest(t *testing.T) {
	m := both(t, nil)[1].(*modality)
	stream, err := m.client.Write(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for c := range toChunks(sdk.MakeBatch(1, 2)) {
		if err := stream.Send(&pb.WriteRequest{Session: m.session, Names: []string{"a"}, Rows: c}); err != nil {
			t.Fatal(err)
		}
	}
	if paths, err := receivePaths(stream); err != nil || !slices.Equal(paths, []string{"a-0.txt"}) {
		t.Errorf("got %q, %v", paths, err)
	}
}

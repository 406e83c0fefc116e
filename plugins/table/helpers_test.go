package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// rows is a RowWriter that keeps what it is given, and how much came at once.
type rows struct {
	space   sdk.Space
	all     sdk.Batch
	largest int
}

func (r *rows) Begin(space sdk.Space, as sdk.Storage) error {
	r.space, r.all = space, sdk.Batch{Shape: space.Shape, Conditions: map[string][]float32{}}
	return space.Validate()
}

func (r *rows) Write(b sdk.Batch) error {
	if err := r.space.Check(b); err != nil {
		return err
	}
	r.all.Data = append(r.all.Data, b.Data...)
	for name, values := range b.Conditions {
		r.all.Conditions[name] = append(r.all.Conditions[name], values...)
	}
	r.largest = max(r.largest, b.Len())
	return nil
}

func modality(t testing.TB, change func(*settings)) *tables {
	t.Helper()
	s := defaults
	if change != nil {
		change(&s)
	}
	m, err := newTables(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// read inspects and reads a source, and checks that both say the same.
func read(t *testing.T, m *tables, src sdk.Source) (*rows, sdk.Info) {
	t.Helper()
	info, err := m.Inspect(t.Context(), src)
	if err != nil {
		t.Fatal(err, sdk.Hints(err))
	}
	r := &rows{}
	if err := m.Read(t.Context(), src, r); err != nil {
		t.Fatal(err)
	}
	if r.all.Len() != info.Rows || !reflect.DeepEqual(r.space, info.Space) {
		t.Fatalf("Inspect found %d rows of %+v, Read gave %d of %+v", info.Rows, info.Space, r.all.Len(), r.space)
	}
	return r, info
}

// columnsOf are those that the Meta of a space tells of.
func columnsOf(t *testing.T, space sdk.Space) []*column {
	t.Helper()
	var all []*column
	if err := json.Unmarshal([]byte(space.Meta["columns"]), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// written writes rows, and returns the file's text.
func written(t *testing.T, m *tables, space sdk.Space, b sdk.Batch) string {
	t.Helper()
	paths, err := m.Write(t.Context(), space, b, t.TempDir(), rowNames(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rowNames are names for rows.
func rowNames(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = "rows" + strings.Repeat("-", i)
	}
	return all
}

// files writes files and returns the folder that they are in.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// table writes a table and returns it as a source.
func table(t *testing.T, text string) sdk.Source {
	t.Helper()
	return sdk.Source{Path: filepath.Join(files(t, map[string]string{"table.csv": text}), "table.csv")}
}

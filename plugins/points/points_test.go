package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/sdktest"
)

func TestPlugin(t *testing.T) {
	dir := files(t, map[string]string{
		"train.csv": "a,b,label\n1,2,dog\n3,4,cat\n", "test.csv": "a,b,label\n100,200,bird\n",
		"far/heights.tsv": "height\n168.5\n181.25\n174\n", "far/more.npy": npy("<f8", 2, 1, false, 177, 159.5),
	})
	sdktest.Suite{Plugin: plugin, Sources: map[string][]sdk.Source{"points": {
		{Path: dir}, {Path: filepath.Join(dir, "test.csv")}, {Path: filepath.Join(dir, "far", "heights.tsv")}, {Path: filepath.Join(dir, "far", "more.npy")},
	}}}.Run(t)
}

// rows is a RowWriter that keeps what it is given, and how much came at once.
type rows struct {
	space   sdk.Space
	b       sdk.Batch
	largest int
}

func (r *rows) Begin(space sdk.Space, _ sdk.Storage) error {
	r.space, r.b = space, sdk.Batch{Shape: space.Shape, Conditions: map[string][]float32{}}
	return space.Validate()
}

func (r *rows) Write(b sdk.Batch) error {
	if err := r.space.Check(b); err != nil {
		return err
	}
	r.b.Data = append(r.b.Data, b.Data...)
	for name, values := range b.Conditions {
		r.b.Conditions[name] = append(r.b.Conditions[name], values...)
	}
	r.largest = max(r.largest, b.Len())
	return nil
}

// labels returns the labels of all rows.
func (r *rows) labels() (all []string) {
	for _, v := range r.b.Conditions[labelName] {
		all = append(all, r.space.Conditions[0].Values[int(v)])
	}
	return all
}

// read inspects and reads a source, and checks that both say the same.
func read(t *testing.T, s settings, src sdk.Source) (*rows, sdk.Info) {
	t.Helper()
	m := &points{settings: s}
	info, err := m.Inspect(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	r := &rows{}
	if err := m.Read(t.Context(), src, r); err != nil {
		t.Fatal(err)
	}
	if r.b.Len() != info.Rows || !reflect.DeepEqual(r.space, info.Space) {
		t.Fatalf("Inspect found %d rows of %+v, Read gave %d of %+v", info.Rows, info.Space, r.b.Len(), r.space)
	}
	return r, info
}

// files writes files, with the folders they are in, and returns their root.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range contents {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// file writes one and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	return filepath.Join(files(t, map[string]string{name: text}), name)
}

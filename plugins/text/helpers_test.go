package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// rows is a RowWriter that keeps what it is given as text.
type rows struct {
	space  sdk.Space
	as     sdk.Storage
	texts  []string
	labels []string
	batch  sdk.Batch
	n      int
}

func (r *rows) Begin(space sdk.Space, as sdk.Storage) error {
	r.space, r.as, r.batch.Shape = space, as, space.Shape
	return space.Validate()
}

func (r *rows) Write(b sdk.Batch) error {
	s, err := scriptOf(r.space, b)
	if err != nil {
		return err
	}
	for i := range b.Len() {
		r.texts = append(r.texts, s.text(b.Row(i)))
		if c, err := r.space.Condition(labelName); err == nil {
			r.labels = append(r.labels, c.Values[int(b.Conditions[labelName][i])])
		}
	}
	r.batch.Data = append(r.batch.Data, b.Data...)
	r.n += b.Len()
	return nil
}

// set returns the defaults with what f changes.
func set(f func(s *settings)) settings {
	s := defaults
	f(&s)
	return s
}

func modality(t testing.TB, s settings) *texts {
	t.Helper()
	m, err := newTexts(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// read inspects and reads a source, and checks that both say the same.
func read(t testing.TB, s settings, src sdk.Source) (*rows, sdk.Info) {
	t.Helper()
	m := modality(t, s)
	info, err := m.Inspect(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	r := &rows{}
	if err := m.Read(t.Context(), src, r); err != nil {
		t.Fatal(err)
	}
	if r.n != info.Rows || !reflect.DeepEqual(r.space, info.Space) {
		t.Fatalf("Inspect found %d rows of %+v, Read gave %d of %+v", info.Rows, info.Space, r.n, r.space)
	}
	return r, info
}

// files writes files, with the folders they are in, and returns their root.
func files(t testing.TB, contents map[string]string) string {
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

// file writes one file.
func file(t testing.TB, content string) sdk.Source {
	t.Helper()
	return sdk.Source{Path: filepath.Join(files(t, map[string]string{"a.txt": content}), "a.txt")}
}

// corpusOf opens a document that is not on disk.
func corpusOf(t *testing.T, s settings, open func() io.ReadCloser) (*corpus, error) {
	t.Helper()
	d := &document{path: "memory", open: func() (io.ReadCloser, error) { return open(), nil }}
	c := &corpus{settings: s, collection: &collection{splits: []split{{folder.All, []*document{d}}}}}
	err := c.divide(t.Context())
	if err == nil {
		err = errors.Join(c.want(sdk.Source{}), c.learn(t.Context()))
	}
	if err == nil {
		err = c.measure(t.Context())
	}
	return c, err
}

// opticks is Newton's, which comes with Go.
func opticks(t *testing.T) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip(err)
	}
	b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "src", "testdata", "Isaac.Newton-Opticks.txt"))
	if err != nil {
		t.Skip(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

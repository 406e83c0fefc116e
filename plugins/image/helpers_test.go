package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// rows is a RowWriter that keeps what it is given, and how much came at once.
type rows struct {
	space   sdk.Space
	as      sdk.Storage
	data    []float32
	labels  []float32
	n       int
	largest int
}

func (r *rows) Begin(space sdk.Space, as sdk.Storage) error {
	r.space, r.as = space, as
	return space.Validate()
}

func (r *rows) Write(b sdk.Batch) error {
	if err := r.space.Check(b); err != nil {
		return err
	}
	r.data = append(r.data, b.Data...)
	r.labels = append(r.labels, b.Conditions[label]...)
	r.n += b.Len()
	r.largest = max(r.largest, b.Len())
	return nil
}

// bytes returns the rows in 255ths.
func (r *rows) bytes() []int {
	var all []int
	for _, v := range r.data {
		all = append(all, int(v*255+0.5))
	}
	return all
}

func modality(t *testing.T, s settings) *images {
	t.Helper()
	m, err := newImages(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// read inspects and reads a source, and checks that both say the same.
func read(t *testing.T, s settings, src sdk.Source) (*rows, sdk.Info) {
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
	if r.n != info.Rows || r.as != sdk.Bytes || !equalSpaces(r.space, info.Space) {
		t.Fatalf("Inspect found %d rows of %+v, Read gave %d of %+v as %s", info.Rows, info.Space, r.n, r.space, r.as)
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

// idx is an IDX file of bytes.
func idx(dims []int, data ...byte) string {
	out := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		out = binary.BigEndian.AppendUint32(out, uint32(d))
	}
	return string(append(out, data...))
}

func gz(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write([]byte(text))
	w.Close()
	return out.String()
}

func asPNG(m image.Image) string {
	var out bytes.Buffer
	png.Encode(&out, m)
	return out.String()
}

func asJPEG(m image.Image) string {
	var out bytes.Buffer
	jpeg.Encode(&out, m, &jpeg.Options{Quality: 100})
	return out.String()
}

package folder

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"testing"
)

func TestInZip(t *testing.T) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range []string{"LICENSE", "test/b/1.txt", "train/", "train/b/2.txt", "train/b/1.txt", "train/a/", "train/a/3.txt", "train/4.txt", "train/a/deep/5.txt", "other/a/6.txt"} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, name); err != nil && name[len(name)-1] != '/' {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	splits, err := InZip("set", archive.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range splits {
		for _, f := range s.Files {
			got = append(got, s.Name+":"+f.Label+":"+f.Path+":"+content(t, f))
		}
	}
	want := []string{"train:b:set/train/b/2.txt:train/b/2.txt", "train:b:set/train/b/1.txt:train/b/1.txt", "train:a:set/train/a/3.txt:train/a/3.txt", "test:b:set/test/b/1.txt:test/b/1.txt"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := InZip("set", []byte("no archive")); err == nil {
		t.Error("no error of what is no archive")
	}
}

func content(t *testing.T, f File) string {
	t.Helper()
	file, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

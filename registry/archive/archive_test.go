package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
)

// An entry of an archive that a test makes.
type entry struct {
	name, content string
	kind          byte // of tar; 0 is a file
	mode          int64
	to            string
}

func tarball(t testing.TB, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: e.mode, Linkname: e.to, Size: int64(len(e.content))}
		if e.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if e.mode == 0 {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return file(t, "a.tar.gz", b.Bytes())
}

func zipped(t testing.TB, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		mode := fs.FileMode(0o644)
		switch {
		case e.kind == tar.TypeSymlink:
			mode, e.content = 0o777|fs.ModeSymlink, e.to
		case e.kind == tar.TypeChar:
			mode = 0o644 | fs.ModeDevice | fs.ModeCharDevice
		case e.mode&0o4000 != 0:
			mode = 0o755 | fs.ModeSetuid
		case e.mode != 0:
			mode = fs.FileMode(e.mode)
		}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "a.zip", b.Bytes())
}

func file(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// holds returns the files in a folder, with a * after what can be executed.
func holds(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil || !info.Mode().IsRegular() || info.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		if name = filepath.ToSlash(name); info.Mode()&0o111 != 0 {
			name += "*"
		}
		all[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestUnpack(t *testing.T) {
	entries := []entry{
		{name: "bin/tool", content: "run", mode: 0o755},
		{name: "README.md", content: "read", mode: 0o640},
		{name: "lib/deep/x", content: ""},
		{name: "bin/alias", kind: tar.TypeSymlink, to: "again"},
		{name: "bin/again", kind: tar.TypeSymlink, to: "../bin/tool"},
	}
	want := map[string]string{"bin/tool*": "run", "README.md": "read", "lib/deep/x": "", "bin/alias*": "run", "bin/again*": "run"}
	for _, path := range []string{
		zipped(t, entries...),
		tarball(t, append(entries, entry{name: "./lib/", kind: tar.TypeDir, mode: 0o700})...),
	} {
		dir := t.TempDir()
		if err := Unpack(t.Context(), path, dir, Limits{}); err != nil {
			t.Errorf("%s: %v", path, err)
		} else if got := holds(t, dir); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
	hard := tarball(t, entry{name: "a", content: "x"}, entry{name: "d/b", kind: tar.TypeLink, to: "a"})
	dir := t.TempDir()
	if err := Unpack(t.Context(), hard, dir, Limits{}); err != nil || holds(t, dir)["d/b"] != "x" {
		t.Errorf("a hard link: %v", err)
	}
}

// noise does not get smaller by packing.
func noise(n int) string {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return string(b)
}

// hostile are archives that must not be unpacked, and a word of why.
var hostile = map[string]struct {
	entries []entry
	why     string
}{
	"an absolute path":    {[]entry{{name: "/etc/x", content: "x"}}, "absolute path"},
	"a way up":            {[]entry{{name: "a/../../x", content: "x"}}, "leads out"},
	"a way up by folders": {[]entry{{name: "../x/", kind: tar.TypeDir}}, "leads out"},
	"a drive":             {[]entry{{name: "c:x", content: "x"}}, "bad name"},
	"backslashes":         {[]entry{{name: `..\x`, content: "x"}}, "bad name"},
	"a line break":        {[]entry{{name: "a\nb", content: "x"}}, "bad name"},
	"a link out":          {[]entry{{name: "l", kind: tar.TypeSymlink, to: "../../x"}}, "leads out"},
	"an absolute link":    {[]entry{{name: "l", kind: tar.TypeSymlink, to: "/etc/passwd"}}, "leads out"},
	"a link to a folder":  {[]entry{{name: "d/x", content: "x"}, {name: "l", kind: tar.TypeSymlink, to: "d"}}, "no file"},
	"through a link":      {[]entry{{name: "l", kind: tar.TypeSymlink, to: "."}, {name: "l/x", content: "x"}}, "has both"},
	"a link to nothing":   {[]entry{{name: "l", kind: tar.TypeSymlink, to: "x"}}, "no file"},
	"a ring of links":     {[]entry{{name: "l", kind: tar.TypeSymlink, to: "m"}, {name: "m", kind: tar.TypeSymlink, to: "l"}}, "no file"},
	"a device":            {[]entry{{name: "d", kind: tar.TypeChar}}, "neither a file"},
	"setuid":              {[]entry{{name: "s", content: "x", mode: 0o4755}}, "rights"},
	"twice":               {[]entry{{name: "x", content: "1"}, {name: "x", content: "2"}}, "has both"},
	"twice but for case":  {[]entry{{name: "x", content: "1"}, {name: "X", content: "2"}}, "has both"},
	"a file as a folder":  {[]entry{{name: "x", content: "1"}, {name: "x/y", content: "2"}}, "has both"},
	"many entries":        {[]entry{{name: "1"}, {name: "2"}, {name: "3"}, {name: "4"}, {name: "5"}, {name: "6"}, {name: "7"}, {name: "8"}, {name: "9"}}, "entries"},
	"implied folders":     {[]entry{{name: "1/2/3/4/5/6/7/8/x"}}, "entries"},
	"a deep one":          {[]entry{{name: strings.Repeat("d/", 33) + "x"}}, "folders deep"},
	"many bytes":          {[]entry{{name: "x", content: noise(5 << 20)}}, "bytes"},
	"a bomb":              {[]entry{{name: "x", content: strings.Repeat("x", 3<<20)}}, "times its own size"},
	"a bomb of links":     {[]entry{{name: "x", content: strings.Repeat("x", 1<<20)}, {name: "y", kind: tar.TypeSymlink, to: "x"}, {name: "z", kind: tar.TypeSymlink, to: "x"}}, "times its own size"},
}

func TestHostile(t *testing.T) {
	limits := Limits{Entries: 8, Bytes: 1 << 22, Ratio: 100}
	for name, test := range hostile {
		for _, path := range []string{tarball(t, test.entries...), zipped(t, test.entries...)} {
			above := t.TempDir()
			dir := filepath.Join(above, "in", "here")
			if err := os.MkdirAll(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			err := Unpack(t.Context(), path, dir, limits)
			if !errors.Is(err, fault.ErrVerify) || !strings.Contains(err.Error(), test.why) {
				t.Errorf("%s in %s: got %v, want %q", name, filepath.Ext(path), err, test.why)
			}
			for file := range holds(t, above) {
				if !strings.HasPrefix(file, "in/here/") {
					t.Errorf("%s: wrote %s", name, file)
				}
			}
		}
	}
	pipe := tarball(t, entry{name: "p", kind: tar.TypeFifo})
	if err := Unpack(t.Context(), pipe, t.TempDir(), limits); !errors.Is(err, fault.ErrVerify) {
		t.Errorf("a pipe: %v", err)
	}
	hard := tarball(t, entry{name: "h", kind: tar.TypeLink, to: "../../etc/passwd"})
	if err := Unpack(t.Context(), hard, t.TempDir(), limits); !errors.Is(err, fault.ErrVerify) {
		t.Errorf("a hard link out: %v", err)
	}
}

// What is not unpacked has an end, too.
func TestHostileLists(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range []string{"1", "2", "3", "4", "5"} {
		err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, PAXRecords: map[string]string{"comment": strings.Repeat("x", 1e6)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	headers := file(t, "a.tar.gz", b.Bytes())
	for _, test := range []struct {
		limits Limits
		why    string
	}{
		{Limits{Entries: 8, Bytes: 4e6, Ratio: 1e6}, "more than 4000000 bytes"},
		{Limits{Entries: 8, Bytes: 1e9, Ratio: 100}, "times its own size"},
	} {
		err := Unpack(t.Context(), headers, t.TempDir(), test.limits)
		if !errors.Is(err, fault.ErrVerify) || !strings.Contains(err.Error(), test.why) || strings.Contains(err.Error(), "damaged") {
			t.Errorf("long headers: got %v, want %q", err, test.why)
		}
	}
	if _, err := ReadFile(t.Context(), headers, "none", 1000); !errors.Is(err, fault.ErrVerify) {
		t.Errorf("looking for a file behind long headers: %v", err)
	}
	list := zipped(t, make([]entry, 8000)...)
	err := Unpack(t.Context(), list, t.TempDir(), Limits{Entries: 8, Bytes: 4e6, Ratio: 100})
	if !errors.Is(err, fault.ErrVerify) || !strings.Contains(err.Error(), "list of entries is too long") || strings.Contains(err.Error(), "damaged") {
		t.Errorf("a long list: %v", err)
	}
}

// Wherever an archive is cut or altered, that is told.
func TestDamaged(t *testing.T) {
	content := strings.Repeat("some text ", 50)
	good, err := os.ReadFile(tarball(t, entry{name: "x", content: content}))
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n < len(good); n += 3 {
		if err := Unpack(t.Context(), file(t, "a.tar.gz", good[:n]), t.TempDir(), Limits{}); !errors.Is(err, fault.ErrVerify) {
			t.Fatalf("the first %d of %d bytes: %v", n, len(good), err)
		}
	}
	for n := 10; n < len(good); n++ {
		bad := bytes.Clone(good)
		bad[n] ^= 0x10
		dir := t.TempDir()
		err := Unpack(t.Context(), file(t, "a.tar.gz", bad), dir, Limits{})
		if err == nil && holds(t, dir)["x"] != content { // some bits mean nothing
			t.Fatalf("nothing is wrong with byte %d of %d altered", n, len(good))
		}
	}
	if err := Unpack(t.Context(), file(t, "a.tar.gz", []byte("#!/bin/sh\n")), t.TempDir(), Limits{}); !errors.Is(err, fault.ErrConfig) {
		t.Errorf("a script: %v", err)
	}
}

func TestUnpackStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Unpack(ctx, tarball(t, entry{name: "x"}), t.TempDir(), Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestPack(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"bin/tool": 0o755, "README.md": 0o600} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	var a, b bytes.Buffer
	if err := Pack(t.Context(), &a, dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "README.md"), 0o666); err != nil { // and its time is another
		t.Fatal(err)
	}
	if err := Pack(t.Context(), &b, dir); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("packed again it is another: %v", err)
	}
	path, out := file(t, "a.tar.gz", a.Bytes()), t.TempDir()
	if err := Unpack(t.Context(), path, out, Limits{}); err != nil {
		t.Fatal(err)
	}
	want := holds(t, dir)
	if got := holds(t, out); !reflect.DeepEqual(got, want) {
		t.Errorf("unpacked it is %v, was %v", got, want)
	}
	if _, err := exec.LookPath("tar"); err != nil {
		t.Skip("no tar to compare with")
	}
	other := t.TempDir()
	if text, err := exec.Command("tar", "-xzf", path, "-C", other).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got := holds(t, other); !reflect.DeepEqual(got, want) {
		t.Errorf("tar says it is %v, was %v", got, want)
	}
}

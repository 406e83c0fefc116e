package npy

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// python is one that has NumPy. Without it the tests say nothing, which CI
// does not accept.
func python(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(p, "-c", "import numpy").Run() == nil {
			return p
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Python with NumPy: apt-get install python3-numpy")
	}
	t.Skip("no Python with NumPy to read what is written")
	return ""
}

// load tells what NumPy finds in a file: type, shape, order, where the
// numbers begin, and the numbers in hexadecimal.
const load = `
import sys, numpy
x = numpy.load(sys.argv[1], mmap_mode="r")
print(x.dtype.str, x.shape, x.flags.c_contiguous, x.offset % 64)
print(" ".join(float(v).hex() for v in x.reshape(-1)))
`

func TestNumPyReadsIt(t *testing.T) {
	py := python(t)
	odd := []float32{0, 1, -1.5, math.SmallestNonzeroFloat32, math.MaxFloat32, 1.0 / 3}
	for _, c := range []struct {
		row  []int
		rows [][]float32
		want string
	}{
		{[]int{3}, [][]float32{odd}, "<f4 (2, 3) True 0"},
		{[]int{1, 2, 1}, [][]float32{odd[:2], odd[2:]}, "<f4 (3, 1, 2, 1) True 0"},
		{nil, [][]float32{odd[:1], nil, odd[1:]}, "<f4 (6,) True 0"},
		{[]int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, [][]float32{odd}, "<f4 (3, " + strings.Repeat("1, ", 19) + "2) True 0"},
	} {
		path := filepath.Join(t.TempDir(), "x.npy")
		write(t, path, c.row, c.rows...)
		out, err := exec.Command(py, "-c", load, path).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		lines := strings.Split(string(out), "\n")
		if lines[0] != c.want {
			t.Errorf("shape %v: got %s, want %s", c.row, lines[0], c.want)
		}
		if got := parse(t, lines[1]); !slices.Equal(got, odd) {
			t.Errorf("shape %v: got %v, want %v", c.row, got, odd)
		}
	}
}

func TestNumPyReadsNoRows(t *testing.T) {
	py := python(t)
	path := filepath.Join(t.TempDir(), "x.npy")
	write(t, path, []int{4})
	out, err := exec.Command(py, "-c", "import sys, numpy; print(numpy.load(sys.argv[1]).shape)", path).CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "(0, 4)" {
		t.Errorf("%s, %v", out, err)
	}
}

func write(t *testing.T, path string, row []int, rows ...[]float32) {
	t.Helper()
	w, err := Create(path, row...)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func parse(t *testing.T, line string) (all []float32) {
	t.Helper()
	for _, f := range strings.Fields(line) {
		var v float64
		if _, err := fmt.Sscan(f, &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, float32(v))
	}
	return all
}

// The header is as long for no rows as for the most, wherever that falls.
func TestHeaderKeepsItsLength(t *testing.T) {
	for dims := range 60 {
		row := make([]int, dims)
		most := len(header(math.MaxInt, row, 0))
		w, err := Create(filepath.Join(t.TempDir(), "x.npy"), row...)
		if err != nil {
			t.Fatal(err)
		}
		w.Abort()
		if w.header != most {
			t.Errorf("%d dimensions: room for %d bytes of %d", dims, w.header, most)
		}
		if least := len(header(0, row, most)); least != most || most%64 != 0 {
			t.Errorf("%d dimensions: %d and %d bytes", dims, least, most)
		}
	}
}

func TestOnlyWholeFilesAppear(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.npy")
	write(t, path, []int{2}, []float32{1, 2})
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Create(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(make([]float32, 1<<17)); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if after, _ := os.ReadFile(path); !slices.Equal(before, after) {
		t.Error("an aborted file has replaced the old one")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left over: %v", entries)
	}
	if err := w.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Close after Abort: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, row := range [][]int{{-1}, {1 << 20, 1 << 20}} {
		if _, err := Create(filepath.Join(dir, "x.npy"), row...); err == nil || !strings.HasPrefix(err.Error(), "write ") {
			t.Errorf("shape %v: %v", row, err)
		}
	}
	if _, err := Create(dir+"/", 2); err == nil || !strings.HasPrefix(err.Error(), "write ") {
		t.Errorf("a folder: %v", err)
	}
	missing := filepath.Join(dir, "none", "x.npy")
	if _, err := Create(missing, 2); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("no folder: %v", err)
	}
	w, err := Create(filepath.Join(dir, "x.npy"), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if err := w.Write(make([]float32, 3)); err == nil || !strings.HasPrefix(err.Error(), "write ") {
		t.Errorf("half a row: %v", err)
	}
	// Where a folder has the name, the file cannot.
	if err := os.MkdirAll(filepath.Join(dir, "x.npy", "y"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "x.npy: ") || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("the name of a folder: %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no full device")
	}
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "x.npy"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(w.f.Name())
	w.w.Reset(full)
	err = w.Write(make([]float32, 1<<17))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), filepath.Join(dir, "x.npy")) {
		t.Errorf("got %v", err)
	}
	if err := w.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("Close: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left over: %v", entries)
	}
}

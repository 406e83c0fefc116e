package classifier

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// fashion is where Debian's dataset-fashion-mnist puts its files.
const fashion = "/usr/share/datasets/fashion-mnist"

// digits reads labelled pictures from a pair of IDX files, whose images begin
// with 16 bytes and whose labels with 8.
func digits(t *testing.T, dir, images, labels string) sdk.Rows {
	t.Helper()
	pixels, classes := unpacked(t, filepath.Join(dir, images))[16:], unpacked(t, filepath.Join(dir, labels))[8:]
	space := sdk.Space{
		Modality: "image", Shape: []int{28, 28, 1}, Axes: []string{"height", "width", "channel"},
		Segments:   []sdk.Segment{{Kind: sdk.Unit, Len: 784}},
		Conditions: []sdk.Condition{{Name: "label", Values: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}}},
	}
	b := sdk.MakeBatch(len(classes), space.Shape...)
	b.Conditions = map[string][]float32{"label": make([]float32, len(classes))}
	for i, v := range pixels {
		b.Data[i] = float32(v) / 255
	}
	for i, v := range classes {
		b.Conditions["label"][i] = float32(v)
	}
	return sdk.InMemory(space, b)
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") == "" {
		t.Skipf("%v: apt-get install dataset-fashion-mnist", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if magic := binary.BigEndian.Uint32(data); magic != 0x803 && magic != 0x801 {
		t.Fatalf("%s begins with %#x", path, magic)
	}
	return data
}

// With the first tenth of the rows, so that it takes seconds.
func TestFashion(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	train := digits(t, fashion, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
	test := digits(t, fashion, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
	n := 6000
	if os.Getenv("FULL") != "" {
		n = train.Len()
	}
	some := sdk.InMemory(train.Space(), sdk.Between(train, sdk.Batch{}, 0, n))
	c, err := Train(t.Context(), some, "label", Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	accuracy, err := c.Accuracy(t.Context(), test)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rows: accuracy %.2f %% on %d, digest %s", n, 100*accuracy, test.Len(), c.Digest())
	if accuracy < 0.84 {
		t.Errorf("accuracy %.4f", accuracy)
	}
}

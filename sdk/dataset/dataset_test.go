package dataset_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
	"github.com/genhost/genhost/sdk/safetensors"
)

var _ sdk.RowWriter = (*dataset.Writer)(nil)
var _ sdk.Rows = (*dataset.File)(nil)

// mixed has every kind that bytes can hold.
var mixed = sdk.Space{
	Modality: "table", Shape: []int{4}, Axes: []string{"column"},
	Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 2}, {Kind: sdk.Binary, Len: 1}, {Kind: sdk.Category, Len: 1, Of: 256}},
	Conditions: []sdk.Condition{
		{Name: "label", Values: []string{"no", "yes"}},
		{Name: "age", Min: 0, Max: 100},
	},
	Meta: map[string]string{"alphabet": "ab\u00e9"},
}

// signed is a space that takes floats.
var signed = sdk.Space{Modality: "audio", Shape: []int{3}, Segments: []sdk.Segment{{Kind: sdk.Signed, Len: 3}}}

func mixedRows() sdk.Batch {
	return sdk.Batch{
		Shape:      mixed.Shape,
		Data:       []float32{0, 1, 0, 255, 51. / 255, 0.5, 1, 0, 1. / 255, 254. / 255, 1, 128},
		Conditions: map[string][]float32{"label": {1, 0, 1}, "age": {0, 33.3, 100}},
	}
}

// write returns the path of a new file with the batches.
func write(t *testing.T, space sdk.Space, as sdk.Storage, batches ...sdk.Batch) string {
	t.Helper()
	w := dataset.Create(filepath.Join(t.TempDir(), "rows"))
	defer w.Abort()
	if err := w.Begin(space, as); err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Path()
}

func open(t *testing.T, path string) *dataset.File {
	t.Helper()
	f, err := dataset.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestBytes(t *testing.T) {
	rows := mixedRows()
	f := open(t, write(t, mixed, sdk.Bytes, rows.Slice(0, 2), rows.Slice(2, 3)))
	if f.Len() != 3 || f.Storage() != sdk.Bytes || !reflect.DeepEqual(f.Space(), mixed) {
		t.Fatalf("got %d rows as %s of %+v", f.Len(), f.Storage(), f.Space())
	}
	got := f.Gather(sdk.Batch{}, []int{2, 0, 1, 2})
	want := sdk.Batch{
		Shape:      mixed.Shape,
		Data:       []float32{1. / 255, 254. / 255, 1, 128, 0, 1, 0, 255, 51. / 255, 128. / 255, 1, 0, 1. / 255, 254. / 255, 1, 128},
		Conditions: map[string][]float32{"label": {1, 1, 0, 1}, "age": {100, 0, 33.3, 100}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestFloats(t *testing.T) {
	rows := sdk.Batch{Shape: []int{3}, Data: []float32{-1, 0.1, 1, math.SmallestNonzeroFloat32, -0.3, 0}}
	f := open(t, write(t, signed, sdk.Floats, rows))
	got := f.Gather(sdk.Batch{}, []int{1, 0})
	if want := append(slices.Clone(rows.Data[3:]), rows.Data[:3]...); !slices.Equal(got.Data, want) || f.Storage() != sdk.Floats {
		t.Errorf("got %v as %s", got.Data, f.Storage())
	}
}

// TestEveryByte checks that a unit value read from a byte is written as the
// same byte.
func TestEveryByte(t *testing.T) {
	space := sdk.Space{Modality: "image", Shape: []int{256}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 256}}}
	row := sdk.MakeBatch(1, 256)
	for v := range row.Data {
		row.Data[v] = float32(v) / 255
	}
	got := open(t, write(t, space, sdk.Bytes, row)).Gather(sdk.Batch{}, []int{0})
	if !slices.Equal(got.Data, row.Data) {
		t.Errorf("got %v", got.Data)
	}
}

// TestAnyReader checks the format that the package promises against the plain
// safetensors reader.
func TestAnyReader(t *testing.T) {
	rows := sdk.Batch{Shape: []int{3}, Data: []float32{-1, 0, 1}}
	tensors, metadata, err := safetensors.ReadFile(write(t, signed, sdk.Floats, rows))
	if err != nil || len(tensors) != 1 || tensors[0].Name != "rows" || !slices.Equal(tensors[0].Shape, []int{1, 3}) ||
		!slices.Equal(tensors[0].Data, rows.Data) || metadata["genhost.dataset"] != "1" {
		t.Errorf("got %v with %v, %v", tensors, metadata, err)
	}
	var space sdk.Space
	if err := json.Unmarshal([]byte(metadata["space"]), &space); err != nil || !reflect.DeepEqual(space, signed) {
		t.Errorf("space: got %+v, %v", space, err)
	}
}

func with(change func(*sdk.Batch)) sdk.Batch {
	b := mixedRows()
	change(&b)
	return b
}

func TestRefusedRows(t *testing.T) {
	for _, c := range []struct {
		want string
		rows sdk.Batch
	}{
		{"rows of shape [2]", sdk.MakeBatch(3, 2)},
		{"row 0 has 1.5 where a unit belongs", with(func(b *sdk.Batch) { b.Data[0] = 1.5 })},
		{"row 1 has 0.5 where a binary", with(func(b *sdk.Batch) { b.Data[6] = 0.5 })},
		{"row 0 has 256 where a category", with(func(b *sdk.Batch) { b.Data[3] = 256 })},
		{"condition age has 2 values for 3 rows", with(func(b *sdk.Batch) { b.Conditions["age"] = b.Conditions["age"][:2] })},
		{"NaN", with(func(b *sdk.Batch) { b.Data[0] = float32(math.NaN()) })},
		{"rows without condition age", with(func(b *sdk.Batch) { delete(b.Conditions, "age") })},
		{"condition label of row 2 is 2", with(func(b *sdk.Batch) { b.Conditions["label"][2] = 2 })},
		{"condition age of row 1 is NaN", with(func(b *sdk.Batch) { b.Conditions["age"][1] = float32(math.NaN()) })},
	} {
		w := dataset.Create(filepath.Join(t.TempDir(), "rows"))
		if err := w.Begin(mixed, sdk.Bytes); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(mixedRows()); err != nil {
			t.Fatal(err)
		}
		err := w.Write(c.rows)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), w.Path()) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		if again := w.Close(); again == nil || again.Error() != err.Error() {
			t.Errorf("Close after %v: got %v", err, again)
		}
		nothingAt(t, w.Path())
	}
}

func nothingAt(t *testing.T, path string) {
	t.Helper()
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRefusedSpaces(t *testing.T) {
	for _, c := range []struct {
		want  string
		space sdk.Space
		as    sdk.Storage
	}{
		{"no modality", sdk.Space{}, sdk.Bytes},
		{"signed values, which bytes cannot hold", signed, sdk.Bytes},
		{`unknown storage "int4"`, signed, "int4"},
		{"257 categories, a byte holds 256", sdk.Space{Modality: "text", Shape: []int{1}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: 1, Of: 257}}}, sdk.Bytes},
	} {
		w := dataset.Create(filepath.Join(t.TempDir(), "rows"))
		if err := w.Begin(c.space, c.as); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		nothingAt(t, w.Path())
	}
}

func TestWrongOrder(t *testing.T) {
	w := dataset.Create(filepath.Join(t.TempDir(), "rows"))
	if err := w.Write(mixedRows()); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("Write before Begin: got %v", err)
	}
	w = dataset.Create(w.Path())
	if err := w.Begin(mixed, sdk.Bytes); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("Close without rows: got %v", err)
	}
	nothingAt(t, w.Path())

	w = dataset.Create(w.Path())
	w.Begin(mixed, sdk.Bytes)
	if err := w.Begin(mixed, sdk.Bytes); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("Begin twice: got %v", err)
	}
	w = dataset.Create(filepath.Join(t.TempDir(), "none", "rows"))
	if err := w.Begin(mixed, sdk.Bytes); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: got %v", err)
	}
}

func TestAbort(t *testing.T) {
	w := dataset.Create(filepath.Join(t.TempDir(), "rows"))
	w.Begin(mixed, sdk.Bytes)
	w.Write(mixedRows())
	w.Abort()
	nothingAt(t, w.Path())
	if err := w.Write(mixedRows()); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Write after Abort: got %v", err)
	}
	if w.Rows() != 3 {
		t.Errorf("%d rows", w.Rows())
	}
}

// TestDamage cuts a file short at every length, and flips a bit of each byte
// of its data.
func TestDamage(t *testing.T) {
	path := write(t, mixed, sdk.Bytes, mixedRows())
	whole, _ := os.ReadFile(path)
	refused := func(what string, text []byte) {
		t.Helper()
		os.Remove(path) // some file systems are slow to write over a file
		os.WriteFile(path, text, 0o600)
		f, err := dataset.Open(path)
		if f != nil {
			f.Close()
		}
		if !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), path+": corrupt file: ") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for n := range whole {
		refused(fmt.Sprintf("cut to %d bytes", n), whole[:n])
	}
	for i := len(whole) - 36; i < len(whole); i++ {
		text := slices.Clone(whole)
		text[i] ^= 0x20
		refused(fmt.Sprintf("byte %d flipped", i), text)
	}
}

// TestOthersFiles opens files that another program might have written.
func TestOthersFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows")
	space, _ := json.Marshal(signed)
	ok := map[string]string{"genhost.dataset": "1", "space": string(space)}
	rows := safetensors.Tensor{Name: "rows", Shape: []int{1, 3}, Data: []float32{0, 1, -1}}
	for _, c := range []struct {
		want string
		meta map[string]string
		rows safetensors.Tensor
	}{
		{"not a dataset file", nil, rows},
		{"version 2, this program reads version 1", map[string]string{"genhost.dataset": "2"}, rows},
		{"its space: ", map[string]string{"genhost.dataset": "1", "space": "{"}, rows},
		{"no modality", map[string]string{"genhost.dataset": "1", "space": "{}"}, rows},
		{"its rows are of shape [1 2], its space says [3]", ok, safetensors.Tensor{Name: "rows", Shape: []int{1, 2}, Data: []float32{0, 0}}},
		{"its rows are of shape [0 3]", ok, safetensors.Tensor{Name: "rows", Shape: []int{0, 3}}},
		{"its rows are of shape []", ok, safetensors.Tensor{Name: "raws", Shape: []int{1, 3}, Data: []float32{0, 0, 0}}},
		{"row 0 has 2 where a signed belongs", ok, safetensors.Tensor{Name: "rows", Shape: []int{1, 3}, Data: []float32{0, 2, 0}}},
	} {
		if err := safetensors.WriteFile(path, []safetensors.Tensor{c.rows}, c.meta); err != nil {
			t.Fatal(err)
		}
		_, err := dataset.Open(path)
		if !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	if err := safetensors.WriteFile(path, []safetensors.Tensor{rows}, ok); err != nil {
		t.Fatal(err)
	}
	if got := open(t, path).Gather(sdk.Batch{}, []int{0}); !slices.Equal(got.Data, rows.Data) {
		t.Errorf("got %v", got)
	}
}

// TestBadConditions writes a file whose label is past the last value.
func TestBadConditions(t *testing.T) {
	space := signed
	space.Conditions = []sdk.Condition{{Name: "label", Values: []string{"a", "b"}}}
	text, _ := json.Marshal(space)
	path := filepath.Join(t.TempDir(), "rows")
	for _, label := range []safetensors.Tensor{
		{Name: "condition.label", Shape: []int{1}, Data: []float32{2}},
		{Name: "condition.label", Shape: []int{2}, Data: []float32{0, 0}},
		{Name: "condition.lable", Shape: []int{1}, Data: []float32{0}},
	} {
		err := safetensors.WriteFile(path, []safetensors.Tensor{{Name: "rows", Shape: []int{1, 3}, Data: make([]float32, 3)}, label},
			map[string]string{"genhost.dataset": "1", "space": string(text)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dataset.Open(path); !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), "condition label") {
			t.Errorf("%v: got %v", label, err)
		}
	}
}

// TestBadConditionOfBytes alters a label in a file whose rows need no check,
// and takes its checksum away.
func TestBadConditionOfBytes(t *testing.T) {
	space := sdk.Space{
		Modality: "image", Shape: []int{1}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 1}},
		Conditions: []sdk.Condition{{Name: "label", Values: []string{"a", "b"}}},
	}
	path := write(t, space, sdk.Bytes, sdk.Batch{Shape: []int{1}, Data: []float32{1}, Conditions: map[string][]float32{"label": {1}}})
	text, _ := os.ReadFile(path)
	text = bytes.Replace(text, []byte("genhost.sha256"), []byte("genhost.sha000"), 1)
	binary.LittleEndian.PutUint32(text[len(text)-4:], math.Float32bits(2))
	os.WriteFile(path, text, 0o600)
	if _, err := dataset.Open(path); !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), "condition label of row 0 is 2") {
		t.Errorf("got %v", err)
	}
}

// TestRoom writes so many rows and conditions that the header grows by more
// than its padding.
func TestRoom(t *testing.T) {
	space := sdk.Space{Modality: "table", Shape: []int{1}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 1}}}
	rows := sdk.Batch{Shape: []int{1}, Data: make([]float32, 5000), Conditions: map[string][]float32{}}
	for i := range 20 {
		name := fmt.Sprintf("c%d", i)
		space.Conditions = append(space.Conditions, sdk.Condition{Name: name, Max: 1})
		rows.Conditions[name] = rows.Data
	}
	if f := open(t, write(t, space, sdk.Bytes, rows)); f.Len() != 5000 {
		t.Errorf("%d rows", f.Len())
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	if _, err := dataset.Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), dir) != 1 {
		t.Errorf("got %v", err)
	}
	if _, err := dataset.Open(dir); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

func TestClosed(t *testing.T) {
	f := open(t, write(t, mixed, sdk.Bytes, mixedRows()))
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("Gather after Close did not panic")
		}
	}()
	f.Gather(sdk.Batch{}, []int{0})
}

// TestGatherAllocates checks that only the first Gather takes memory.
func TestGatherAllocates(t *testing.T) {
	for _, as := range []sdk.Storage{sdk.Bytes, sdk.Floats} {
		f := open(t, write(t, mixed, as, mixedRows()))
		order := []int{2, 1, 0}
		b := f.Gather(sdk.Batch{}, order)
		if n := testing.AllocsPerRun(100, func() { b = f.Gather(b, order[:2]) }); n != 0 {
			t.Errorf("%s: %v allocations", as, n)
		}
	}
}

// TestStreams writes 16 MB of rows and checks that they are not kept.
func TestStreams(t *testing.T) {
	space := sdk.Space{Modality: "image", Shape: []int{1 << 16}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 1 << 16}}}
	w := dataset.Create(filepath.Join(t.TempDir(), "rows"))
	defer w.Abort()
	if err := w.Begin(space, sdk.Bytes); err != nil {
		t.Fatal(err)
	}
	b := sdk.MakeBatch(4, 1<<16)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 64 {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("16 MB of rows took %d bytes of memory", used)
	}
}

// FuzzOpen checks that no file makes Open, or Gather after it, panic.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	seed := func(name string, space sdk.Space, as sdk.Storage, b sdk.Batch) {
		w := dataset.Create(filepath.Join(dir, name))
		if err := errors.Join(w.Begin(space, as), w.Write(b), w.Close()); err != nil {
			f.Fatal(err)
		}
		text, _ := os.ReadFile(w.Path())
		f.Add(text)
		// Without the checksum, more of what the fuzzer changes is looked at.
		f.Add(bytes.Replace(text, []byte("genhost.sha256"), []byte("genhost.sha000"), 1))
	}
	seed("mixed", mixed, sdk.Bytes, mixedRows())
	seed("signed", signed, sdk.Floats, sdk.MakeBatch(2, 3))
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "rows")
		os.WriteFile(path, text, 0o600)
		rows, err := dataset.Open(path)
		if err != nil {
			return
		}
		defer rows.Close()
		b := rows.Gather(sdk.Batch{}, []int{0, rows.Len() - 1})
		if err := rows.Space().Check(b); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkGather(b *testing.B) {
	space := sdk.Space{Modality: "image", Shape: []int{28, 28, 1}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 784}}}
	w := dataset.Create(filepath.Join(b.TempDir(), "rows"))
	if err := errors.Join(w.Begin(space, sdk.Bytes), w.Write(sdk.MakeBatch(1000, 28, 28, 1)), w.Close()); err != nil {
		b.Fatal(err)
	}
	f, err := dataset.Open(w.Path())
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	order := make([]int, 128)
	for i := range order {
		order[i] = i * 7
	}
	var rows sdk.Batch
	b.ReportAllocs()
	for b.Loop() {
		rows = f.Gather(rows, order)
	}
}

package safetensors_test

import (
	"bytes"
	"encoding/binary"
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

	"github.com/genhost/genhost/sdk/safetensors"
)

func ExampleWriteFile() {
	path := filepath.Join(os.TempDir(), "example.safetensors")
	defer os.Remove(path)
	weights := []safetensors.Tensor{{Name: "bias", Shape: []int{2}, Data: []float32{0.5, -1}}}
	if err := safetensors.WriteFile(path, weights, map[string]string{"model": "line"}); err != nil {
		fmt.Println(err)
	}
	tensors, metadata, err := safetensors.ReadFile(path)
	fmt.Println(tensors, metadata, err)
	// Output: [{bias [2] [0.5 -1]}] map[model:line] <nil>
}

// long is longer than what is converted at a time.
var long = safetensors.Tensor{Name: "z long", Shape: []int{3, 20001}, Data: make([]float32, 3*20001)}

func some() []safetensors.Tensor {
	for i := range long.Data {
		long.Data[i] = float32(i) / 7
	}
	return []safetensors.Tensor{
		long,
		{Name: "a \"scalar\"", Shape: []int{}, Data: []float32{float32(math.Inf(-1))}},
		{Name: "empty", Shape: []int{0, 4}, Data: []float32{}},
		{Name: "b", Shape: []int{2, 2}, Data: []float32{1, -2, math.MaxFloat32, math.SmallestNonzeroFloat32}},
	}
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	want, about := some(), map[string]string{"epoch": "3", "note": "a <b> \u00e9\n"}
	if err := safetensors.WriteFile(path, want, about); err != nil {
		t.Fatal(err)
	}
	got, metadata, err := safetensors.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(metadata, about) {
		t.Errorf("got %.200v with %v", got, metadata)
	}
	text, _ := os.ReadFile(path)
	if n := binary.LittleEndian.Uint64(text); (n+8)%64 != 0 {
		t.Errorf("the data begins at %d", n+8)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestEqualTensorsEqualBytes(t *testing.T) {
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	about := map[string]string{"x": "1", "y": "2", "z": "3"}
	for _, path := range []string{a, b} {
		if err := safetensors.WriteFile(path, some(), about); err != nil {
			t.Fatal(err)
		}
	}
	one, _ := os.ReadFile(a)
	two, _ := os.ReadFile(b)
	if !bytes.Equal(one, two) {
		t.Error("the files differ")
	}
}

// TestDamage cuts a file at every length and flips a bit of every byte.
func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	if err := safetensors.WriteFile(path, some()[3:], nil); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	refused := func(what string, text []byte) {
		t.Helper()
		os.Remove(path) // some file systems are slow to write over a file
		os.WriteFile(path, text, 0o600)
		_, _, err := safetensors.ReadFile(path)
		if !errors.Is(err, safetensors.ErrCorrupt) || !strings.HasPrefix(err.Error(), path+": corrupt file: ") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for n := range whole {
		refused(fmt.Sprintf("cut to %d bytes", n), whole[:n])
	}
	for i := len(whole) - 16; i < len(whole); i++ {
		text := slices.Clone(whole)
		text[i] ^= 1
		refused(fmt.Sprintf("bit flipped in byte %d", i), text)
	}
	refused("longer", append(slices.Clone(whole), 0))
}

func file(header string, data int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, data)...)
}

var bad = []struct {
	name string
	text []byte
	want string
}{
	{"empty", nil, "has 0 bytes"},
	{"huge length", []byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"), "its header claims 18446744073709551615 bytes"},
	{"length past the end", []byte("\x00\x00\x00\x05\x00\x00\x00\x00{}"), "its header claims 83886080 bytes, the file has 10"},
	{"not JSON", file("hello", 0), "no JSON object"},
	{"space first", file(" {}", 0), "no JSON object"},
	{"array", file("[]", 0), "no JSON object"},
	{"unfinished", file(`{"a":`, 0), `at "a"`},
	{"never closed", file(`{`, 0), "its header: "},
	{"goes on", file(`{} {}`, 0), "goes on"},
	{"twice", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2), `has "a" twice`},
	{"unknown type", file(`{"a":{"dtype":"F3","shape":[1],"data_offsets":[0,1]}}`, 1), `unknown type "F3"`},
	{"no type", file(`{"a":{"shape":[1],"data_offsets":[0,1]}}`, 1), `unknown type ""`},
	{"no shape", file(`{"a":{"dtype":"U8","data_offsets":[0,1]}}`, 1), "want dtype, shape"},
	{"no offsets", file(`{"a":{"dtype":"U8","shape":[1]}}`, 1), "want dtype, shape"},
	{"three offsets", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}`, 1), "two data_offsets"},
	{"wrong JSON type", file(`{"a":{"dtype":"U8","shape":"1","data_offsets":[0,1]}}`, 1), `at "a"`},
	{"fraction", file(`{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}`, 1), `at "a"`},
	{"negative shape", file(`{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}`, 1), "impossible shape [-1]"},
	{"overflowing shape", file(`{"a":{"dtype":"F64","shape":[4611686018427387904,8],"data_offsets":[0,0]}}`, 0), "impossible shape"},
	{"shape and length", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "has 4 bytes, want 8"},
	{"backwards", file(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,-1]}}`, 0), "has -1 bytes"},
	{"past the end", file(`{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`, 8), "ends at byte 9 of the data, which has 8"},
	{"before the start", file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[-1,1]}}`, 1), "begins at byte -1"},
	{"gap", file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3), `"b" begins at byte 2`},
	{"overlap", file(`{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3), `"b" begins at byte 1`},
	{"data unclaimed", file(`{}`, 1), "its tensors have 0 bytes, its data 1"},
	{"metadata", file(`{"__metadata__":{"a":1}}`, 0), `at "__metadata__"`},
}

func TestBadHeaders(t *testing.T) {
	for _, c := range bad {
		_, err := safetensors.ReadHeader(bytes.NewReader(c.text), int64(len(c.text)))
		if !errors.Is(err, safetensors.ErrCorrupt) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestOthersFiles reads a file as other programs write it: no padding, the
// header in another order than the data, a type that is not F32.
func TestOthersFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.safetensors")
	text := file(`{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   `, 4)
	os.WriteFile(path, append(text, 0, 0, 0x80, 0x3f), 0o600)
	got, _, err := safetensors.ReadFile(path)
	if err != nil || len(got) != 2 || got[0].Name != "a" || got[1].Name != "b" || got[1].Data[0] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	os.WriteFile(path, file(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 4), 0o600)
	_, _, err = safetensors.ReadFile(path)
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), path+`: tensor "a" is of type F16`) {
		t.Errorf("got %v", err)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := safetensors.ReadFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, _, err := safetensors.ReadFile(dir); err == nil || !strings.Contains(err.Error(), dir+": not a regular file") {
		t.Errorf("got %v", err)
	}
}

// TestUnwritable checks that a failed write leaves nothing, and what was there
// before as it was.
func TestUnwritable(t *testing.T) {
	one := []float32{1}
	for _, c := range []struct {
		name    string
		tensors []safetensors.Tensor
		want    string
	}{
		{"shape", []safetensors.Tensor{{Name: "a", Shape: []int{2}, Data: one}}, `tensor "a" of shape [2] and type F32 has 4 bytes, want 8`},
		{"names", []safetensors.Tensor{{Name: "a", Data: one}, {Name: "a", Data: one}}, `has "a" twice`},
		{"reserved name", []safetensors.Tensor{{Name: "__metadata__", Data: one}}, `has "__metadata__" twice`},
	} {
		path := filepath.Join(t.TempDir(), "w")
		os.WriteFile(path, []byte("before"), 0o600)
		err := safetensors.WriteFile(path, c.tensors, nil)
		if err == nil || errors.Is(err, safetensors.ErrCorrupt) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", c.name, err)
		}
		left, _ := os.ReadDir(filepath.Dir(path))
		if text, _ := os.ReadFile(path); len(left) != 1 || string(text) != "before" {
			t.Errorf("%s: left %v with %q", c.name, left, text)
		}
	}
	if err := safetensors.WriteFile(filepath.Join(t.TempDir(), "none", "w"), nil, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// FuzzReadHeader checks that whatever passes can be relied on: ranges within
// the data, in order, as long as their shapes say; and that memory stays in
// proportion to the file.
func FuzzReadHeader(f *testing.F) {
	for _, c := range bad {
		f.Add(c.text)
	}
	f.Add(file(`{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"__metadata__":{"k":"v"}}`, 8))
	f.Fuzz(func(t *testing.T, text []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		h, err := safetensors.ReadHeader(bytes.NewReader(text), int64(len(text)))
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<16+100*uint64(len(text)) {
			t.Errorf("%d bytes of file took %d bytes of memory", len(text), used)
		}
		if err != nil {
			if !errors.Is(err, safetensors.ErrCorrupt) {
				t.Errorf("got %v", err)
			}
			return
		}
		at := int64(0)
		for _, e := range h.Tensors {
			if e.Begin != at || e.End < e.Begin {
				t.Errorf("tensor %q is at %d to %d, want from %d", e.Name, e.Begin, e.End, at)
			}
			at = e.End
		}
		if h.Start()+at != int64(len(text)) {
			t.Errorf("tensors end at %d of %d bytes", h.Start()+at, len(text))
		}
	})
}

package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// npy is a file of an array, version 1.0. Values come row after row, whatever
// the order that they have in the file.
func npy(descr string, rows, columns int, fortran bool, values ...float64) string {
	yes := map[bool]string{true: "True", false: "False"}[fortran]
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }", descr, yes, rows, columns)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	out := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	out = append(out, header...)
	for i := range values {
		v := values[i]
		if fortran {
			v = values[i%rows*columns+i/rows]
		}
		out = append(out, encoded(descr, v)...)
	}
	return string(out)
}

// encoded is a number as numpy stores it.
func encoded(descr string, v float64) []byte {
	var bits uint64
	switch descr[1:] {
	case "f4":
		bits = uint64(math.Float32bits(float32(v)))
	case "f8":
		bits = math.Float64bits(v)
	default:
		bits = uint64(int64(v))
	}
	size := int(descr[2] - '0')
	if descr[0] == '>' {
		return binary.BigEndian.AppendUint64(nil, bits)[8-size:]
	}
	return binary.LittleEndian.AppendUint64(nil, bits)[:size]
}

// Numbers of every type are read, the least and the greatest among them.
func TestNPYTypes(t *testing.T) {
	for descr, values := range map[string][]float64{
		"|b1": {0, 1}, "|i1": {-128, 127}, "|u1": {0, 255},
		"<i2": {-32768, 32767}, ">i2": {-32768, 258}, "<u2": {1, 65535},
		"<i4": {-1 << 31, 1 << 30}, "<u4": {1, 1 << 31}, ">u4": {1, 1 << 31},
		"<i8": {-1 << 63, 1 << 62}, "<u8": {1, 1 << 62}, ">i8": {-2, 1 << 40},
		"<f4": {1.5, -math.MaxFloat32}, ">f4": {0.25, 3}, "<f8": {1.5, math.MaxFloat32}, ">f8": {-1.5, 1e-40},
	} {
		got, _ := read(t, asIs, sdk.Source{Path: file(t, "a.npy", npy(descr, 1, 2, false, values...))})
		if want := []float32{float32(values[0]), float32(values[1])}; !slices.Equal(got.b.Data, want) {
			t.Errorf("%s: got %v, want %v", descr, got.b.Data, want)
		}
	}
}

// Arrays of one axis, and of the later versions of the format, are read.
func TestNPYHeaders(t *testing.T) {
	one := settings{Scale: 1, Centre: []float64{0}}
	flat := strings.Replace(npy("<f4", 3, 1, false, 1, 2, 3), "(3, 1)", "(3,)  ", 1)
	second := "\x93NUMPY\x02\x00" + flat[8:10] + "\x00\x00" + flat[10:]
	for name, text := range map[string]string{"flat": flat, "version 2": second, "version 3": strings.Replace(second, "\x02", "\x03", 1)} {
		got, _ := read(t, one, sdk.Source{Path: file(t, "a.npy", text)})
		if !slices.Equal(got.b.Shape, []int{1}) || !slices.Equal(got.b.Data, []float32{1, 2, 3}) {
			t.Errorf("%s: got %v of %v", name, got.b.Data, got.b.Shape)
		}
	}
}

// Blocks of rows join without a seam, in both orders.
func TestNPYBlocks(t *testing.T) {
	values := make([]float64, 3*(2*atOnce(3)+5))
	for i := range values {
		values[i] = float64(i)
	}
	for _, fortran := range []bool{false, true} {
		got, _ := read(t, settings{Scale: 1, Centre: make([]float64, 3)}, sdk.Source{Path: file(t, "a.npy", npy("<f8", len(values)/3, 3, fortran, values...))})
		for i, v := range got.b.Data {
			if v != float32(values[i]) {
				t.Fatalf("fortran %v: number %d is %g, want %g", fortran, i, v, values[i])
			}
		}
	}
}

// NumPy's files are read here, and what is written here NumPy reads.
func TestNumPy(t *testing.T) {
	dir := t.TempDir()
	python(t, dir, `
a = numpy.arange(12, dtype="f8").reshape(6, 2) / 8 - 0.5
numpy.save("rows.npy", a)
numpy.save("stacked.npy", numpy.vstack([a[:, 0], a[:, 1]]).T)
numpy.save("big.npy", a.astype(">f4"))
numpy.savetxt("text.csv", a, delimiter=",", header="x,y")
`)
	want := make([]float32, 12)
	for i := range want {
		want[i] = float32(i)/8 - 0.5
	}
	for _, name := range []string{"rows.npy", "stacked.npy", "big.npy", "text.csv"} {
		got, _ := read(t, asIs, sdk.Source{Path: filepath.Join(dir, name)})
		if !slices.Equal(got.b.Data, want) {
			t.Errorf("%s: got %v, want %v", name, got.b.Data, want)
		}
	}
	rows, _ := read(t, asIs, sdk.Source{Path: filepath.Join(dir, "rows.npy")})
	if _, err := (&points{}).Write(t.Context(), rows.space, rows.b, dir, []string{"ours", "2", "3", "4", "5", "6"}); err != nil {
		t.Fatal(err)
	}
	python(t, dir, `
ours = numpy.genfromtxt("ours.csv", delimiter=",", names=True)
assert ours.dtype.names == ("x", "y"), ours.dtype
assert (ours["x"] == numpy.load("rows.npy")[:, 0]).all() and (ours["y"] == numpy.load("rows.npy")[:, 1]).all(), ours
`)
}

// python runs a program with NumPy. Without it the test says nothing, which CI
// does not accept.
func python(t *testing.T, dir, program string) {
	t.Helper()
	for _, py := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(py, "-c", "import numpy").Run() != nil {
			continue
		}
		cmd := exec.Command(py, "-c", "import numpy\n"+program)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Python with NumPy: apt-get install python3-numpy")
	}
	t.Skip("no Python with NumPy")
}

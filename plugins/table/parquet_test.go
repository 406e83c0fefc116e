package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/genhost/genhost/sdk"
)

// records are all that a file gives, with commas between cells.
func records(t *testing.T, path string) (all []string, err error) {
	t.Helper()
	in, err := openParquet(onDisk(path))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	for {
		cells, err := in.record()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, strings.Join(cells, ","))
	}
}

// testdata/days.parquet is by hyparquet-writer, from npm, in JavaScript.
func TestParquetByOthers(t *testing.T) {
	got, err := records(t, "testdata/days.parquet")
	want := []string{
		"day,when,city,dry,people,big,degrees,rain",
		"2024-01-01 00:00:00,2024-01-01 06:00:00,Oslo,true,709037,9007199254740993,-3.5,0.5",
		"2024-01-02 00:00:00,2024-01-02 07:30:00,Zürich,false,447082,1,0.1,12.25",
		",2024-01-03 00:00:01,,true,,-5,,3",
		"2024-01-04 00:00:00,,Oslo,,7,,1e-07,",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

type reading struct {
	Day   int32     `parquet:"day,date"`
	At    time.Time `parquet:"at,timestamp(microsecond)"`
	Price int64     `parquet:"price,decimal(2:18)"`
	Code  [4]byte   `parquet:"code"`
	Count uint32    `parquet:"count"`
	Noon  int32     `parquet:"noon,time(millisecond)"`
	Name  *string   `parquet:"name,optional,dict,zstd"`
}

func parquetOf[T any](t *testing.T, rows ...T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.MaxRowsPerRowGroup(100))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestParquetTypes(t *testing.T) {
	name := " Ann "
	path := filepath.Join(t.TempDir(), "a.parquet")
	os.WriteFile(path, parquetOf(t,
		reading{19723, time.Date(1969, 12, 31, 23, 59, 59, 5e8, time.UTC), -1205, [4]byte{1, 2, 0xab, 0xff}, 4_000_000_000, 43_200_500, &name},
		reading{-1, time.Unix(0, 0), 7, [4]byte{}, 0, 0, nil}), 0o666)
	got, err := records(t, path)
	want := []string{
		"day,at,price,code,count,noon,name",
		"2024-01-01,1969-12-31 23:59:59,-12.05,0102abff,4000000000,43200.5,Ann",
		"1969-12-31,1970-01-01 00:00:00,0.07,00000000,0,0,",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v\n%s\nwant\n%s", err, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A table is the same rows from a Parquet file as from a CSV file, across
// groups of rows, beside one another, and with read.header=no.
func TestParquetAsCSV(t *testing.T) {
	type row struct {
		Kind string  `parquet:"kind"`
		N    float64 `parquet:"n"`
	}
	var rows []row
	text := "kind,n\n"
	for i := range 250 {
		r := row{[]string{"a", "b", "c"}[i%3], float64(i*i%97) / 4}
		rows = append(rows, r)
		text += fmt.Sprintf("%s,%g\n", r.Kind, r.N)
	}
	dir := files(t, map[string]string{"t.csv": text, "u.parquet": string(parquetOf(t, rows...))})
	one, _ := read(t, modality(t, nil), sdk.Source{Path: filepath.Join(dir, "t.csv")})
	other, info := read(t, modality(t, nil), sdk.Source{Path: filepath.Join(dir, "u.parquet")})
	if info.Rows != 225 || !slices.Equal(one.all.Data, other.all.Data) {
		t.Errorf("%d rows, other numbers than those of the CSV file", info.Rows)
	}
	if unnamed, _ := read(t, modality(t, func(s *settings) { s.Header = "no" }), sdk.Source{Path: filepath.Join(dir, "u.parquet")}); !slices.Equal(unnamed.all.Data, one.all.Data) {
		t.Error("read.header=no makes other rows of a file whose columns always have names")
	}
	if _, info = read(t, modality(t, nil), sdk.Source{Path: dir}); info.Rows != 450 {
		t.Errorf("both files: %d rows to train on", info.Rows)
	}
}

func TestBadParquet(t *testing.T) {
	type nested struct {
		Tags []string `parquet:"tags"`
	}
	type latin struct {
		Name string `parquet:"name"`
	}
	good := parquetOf(t, latin{"x"}, latin{"y"})
	for name, c := range map[string]struct {
		content []byte
		problem string
		kind    error
	}{
		"a list":     {parquetOf(t, nested{[]string{"a"}}), `column "tags" is a list`, sdk.ErrBadInput},
		"no UTF-8":   {parquetOf(t, latin{"caf\xe9"}), `row 1, column "name": "caf\xe9" is no UTF-8`, sdk.ErrBadInput},
		"no rows":    {parquetOf[latin](t), "has no rows", sdk.ErrBadInput},
		"truncated":  {good[:len(good)-5], "does not end with PAR1", sdk.ErrCorrupt},
		"text":       {[]byte("name\nx\n"), "", sdk.ErrCorrupt},
		"empty":      {nil, "0 bytes are too few", sdk.ErrCorrupt},
		"huge count": {slices.Concat(good[:len(good)-8], []byte{0xff, 0xff, 0xff, 0x7f}, []byte("PAR1")), "claims 2147483647 bytes", sdk.ErrCorrupt},
	} {
		path := filepath.Join(t.TempDir(), "a.parquet")
		os.WriteFile(path, c.content, 0o666)
		err := modality(t, nil).Read(t.Context(), sdk.Source{Path: path}, &rows{})
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.problem) || !strings.Contains(err.Error(), "a.parquet") {
			t.Errorf("%s: got %v, want %q", name, err, c.problem)
		}
	}
}

// Damaged files are refused, or read as rows; none crashes. The library reserves
// what a length of 31 bits claims, but uses only as much as there are bytes.
func TestDamagedParquet(t *testing.T) {
	name := "n"
	var all []reading
	for i := range 300 {
		all = append(all, reading{Day: int32(i), At: time.Unix(int64(i), 0), Price: int64(i), Count: uint32(i), Name: &name})
	}
	good := parquetOf(t, all...)
	path := filepath.Join(t.TempDir(), "a.parquet")
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 1500 {
		bad := bytes.Clone(good)
		for range 1 + i%4 {
			at := rng.IntN(len(bad))
			if i%2 == 0 { // where the columns are described
				at = len(bad) - 1 - rng.IntN(600)
			}
			bad[at] = byte(rng.Uint32())
		}
		if err := os.WriteFile(path, bad, 0o666); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := records(t, path)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<31+1<<28 {
			t.Errorf("damage %d: %d MiB for %d bytes", i, took>>20, len(bad))
		}
		if err != nil && !strings.Contains(err.Error(), "a.parquet") {
			t.Errorf("damage %d: the error does not name the file: %v", i, err)
		}
	}
}

// Of IEEE 754's half precision, from its table of examples.
func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]string{
		0x0000: "0", 0x0001: "5.9604645e-08", 0x03ff: "6.097555e-05", 0x0400: "6.1035156e-05", 0x3c00: "1", 0x3c01: "1.0009766",
		0x3555: "0.33325195", 0x7bff: "65504", 0xc000: "-2", 0x7c00: "+Inf", 0xfc00: "-Inf", 0x7e00: "NaN",
	} {
		if got := half(parquet.FixedLenByteArrayValue([]byte{byte(bits), byte(bits >> 8)})); got != want {
			t.Errorf("%#04x: got %s, want %s", bits, got, want)
		}
	}
}

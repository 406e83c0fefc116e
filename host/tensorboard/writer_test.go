package tensorboard

import (
	"bytes"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

func began(t *testing.T) *Writer {
	t.Helper()
	w, err := Create(filepath.Join(t.TempDir(), "run", "tb"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The reader's checksum is that of RFC 3720, appendix B.4, and a file begins as
// every event file that TensorFlow writes: a record of 24 bytes, the time, and
// brain.Event:2.
func TestFileBegins(t *testing.T) {
	if got := crc32c(make([]byte, 32)); got != 0x8a9136aa {
		t.Fatalf("the test's crc32c of 32 zeros is %08x, the RFC's 8a9136aa", got)
	}
	w := began(t)
	b, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	if head := hex.EncodeToString(b[:min(12, len(b))]); head != "1800000000000000a37f4b22" {
		t.Errorf("the file begins with %s", head)
	}
	events := readFile(t, w.Path())
	if len(events) != 1 || events[0].version != "brain.Event:2" {
		t.Fatalf("it has %+v", events)
	}
	if age := float64(time.Now().UnixMilli())/1e3 - events[0].seconds; age < -1 || age > 600 {
		t.Errorf("it began %g seconds ago", age)
	}
	if name := filepath.Base(w.Path()); !regexp.MustCompile(`^events\.out\.tfevents\.\d{10}\.[^/]+\.\d+\.0$`).MatchString(name) {
		t.Errorf("it is called %s", name)
	}
}

func TestScalars(t *testing.T) {
	w := began(t)
	at := time.UnixMicro(1_700_000_000_250_000)
	figures := []map[string]float64{
		{"loss": 97.5, "kl": -0.1},
		{},
		{"large": 1e300, "nan": math.NaN()},
	}
	for i, f := range figures {
		if err := w.Scalars(at.Add(time.Duration(i)*time.Second), 1<<40+i, f); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(readFile(t, w.Path())); n != 1 {
		t.Errorf("before Flush there are %d events in the file", n)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	events := readFile(t, w.Path())
	if len(events) != 3 {
		t.Fatalf("%d events, want the head and two that have figures", len(events))
	}
	first, last := events[1], events[2]
	if first.seconds != 1_700_000_000.25 || first.step != 1<<40 || last.seconds != 1_700_000_002.25 || last.step != 1<<40+2 {
		t.Errorf("times and steps %+v", events)
	}
	if len(first.values) != 2 || first.values[0].tag != "kl" || first.values[0].simple != -0.1 ||
		first.values[1].tag != "loss" || first.values[1].simple != 97.5 {
		t.Errorf("the first has %+v", first.values)
	}
	if !math.IsInf(float64(last.values[0].simple), 1) || last.values[1].simple == last.values[1].simple {
		t.Errorf("the last has %+v", last.values)
	}
}

func TestImage(t *testing.T) {
	w := began(t)
	r := image.Rect(0, 0, 5, 3)
	clear := image.NewNRGBA(r)
	clear.Set(1, 1, color.NRGBA{9, 8, 7, 128})
	pictures := []struct {
		m      image.Image
		colour int
	}{{image.NewGray(r), 1}, {image.NewPaletted(r, color.Palette{color.Black, color.White}), 3}, {opaque(r), 3}, {clear, 4}}
	for i, p := range pictures {
		if err := w.Image(time.Unix(9, 0), i, "samples", encoded(t, p.m)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for i, e := range readFile(t, w.Path())[1:] {
		v := e.values[0]
		if e.step != int64(i) || v.tag != "samples" || v.height != 3 || v.width != 5 || v.colour != pictures[i].colour {
			t.Errorf("picture %d: step %d, %+v", i, e.step, v)
		}
		if !bytes.Equal(v.png, encoded(t, pictures[i].m)) {
			t.Errorf("picture %d is another", i)
		}
	}
}

func opaque(r image.Rectangle) image.Image {
	m := image.NewRGBA(r)
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	return m
}

func TestNoPicture(t *testing.T) {
	w := began(t)
	if err := w.Image(time.Now(), 3, "samples", []byte("GIF89a")); err == nil {
		t.Error("a GIF is taken for a PNG")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(readFile(t, w.Path())); n != 1 {
		t.Errorf("it left %d events", n)
	}
}

// However a file is cut, every record before the cut can be read; a changed
// byte is seen.
func TestTornAndAltered(t *testing.T) {
	w := began(t)
	for i := range 3 {
		if err := w.Scalars(time.Unix(int64(i), 0), i, map[string]float64{"loss": float64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(w.Path())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := records(b)
	if err != nil || len(whole) != 4 {
		t.Fatalf("%d records, %v", len(whole), err)
	}
	end := 0
	for i, record := range whole {
		begin := end
		end += 16 + len(record)
		for cut := begin + 1; cut < end; cut++ {
			if got, err := records(b[:cut]); len(got) != i || !errors.Is(err, errTorn) {
				t.Fatalf("cut at %d: %d records, %v", cut, len(got), err)
			}
		}
	}
	for i := range b {
		b[i] ^= 1
		if _, err := records(b); err == nil {
			t.Fatalf("byte %d is changed, and no checksum says so", i)
		}
		b[i] ^= 1
	}
}

// A second writer has a file of its own, also within a second.
func TestTwoWriters(t *testing.T) {
	dir := t.TempDir()
	a, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if a.Path() == b.Path() {
		t.Error("both write to " + a.Path())
	}
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(blocked); err == nil {
		t.Error("a file is taken for a folder")
	}
}

// After Close nothing is added, and it says so.
func TestClosed(t *testing.T) {
	w := began(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.Scalars(time.Now(), 1, map[string]float64{"loss": 1})
	if err := w.Flush(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("flush after Close: %v", err)
	}
}

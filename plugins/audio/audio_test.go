package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
	"github.com/genhost/genhost/sdk/sdktest"
)

// TestPlugin runs the suite on waveforms, which files give back.
func TestPlugin(t *testing.T) {
	dir := files(t, map[string][]byte{"train/a/x.wav": tone(8000, 900, 3000), "train/b/x.wav": tone(16000, 300, 9000), "test/a/y.wav": tone(8000, 500, 3000)})
	sdktest.Suite{
		Plugin:   plugin,
		Settings: map[string]sdk.Settings{"audio": {"representation": json.RawMessage(`"waveform"`)}},
		Sources:  map[string][]sdk.Source{"audio": {{Path: dir}, {Path: filepath.Join(dir, "test", "a", "y.wav")}}},
	}.Run(t)
}

// TestSpectrograms runs the suite on spectrograms. Their phases are lost, so that
// files give the numbers back as near as the space states.
func TestSpectrograms(t *testing.T) {
	for _, c := range (sdktest.Suite{Plugin: plugin}).Checks(t.Context()) {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Do(t.Context(), sdktest.Bench{Dir: t.TempDir(), Log: t.Logf}); err != nil && !errors.Is(err, sdktest.ErrDoesNotApply) {
				t.Error(err)
			}
		})
	}
}

// rows is a RowWriter that keeps what it is given.
type rows struct {
	space  sdk.Space
	data   []float32
	labels []float32
}

func (r *rows) Begin(space sdk.Space, as sdk.Storage) error {
	r.space = space
	return space.Validate()
}

func (r *rows) Write(b sdk.Batch) error {
	r.data = append(r.data, b.Data...)
	r.labels = append(r.labels, b.Conditions[labelName]...)
	return r.space.Check(b)
}

func (r *rows) batch() sdk.Batch { return sdk.Batch{Shape: r.space.Shape, Data: r.data} }

func modality(t *testing.T, s settings) *audio {
	t.Helper()
	m, err := newAudio(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func read(t *testing.T, s settings, src sdk.Source) *rows {
	t.Helper()
	r := &rows{}
	if err := modality(t, s).Read(t.Context(), src, r); err != nil {
		t.Fatal(err)
	}
	return r
}

// files writes files, with the folders they are in, and returns their root.
func files(t *testing.T, contents map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range contents {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// sine is n samples of a sine of amplitude 0.5.
func sine(rate int, hertz float64, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(0.5 * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return x
}

// tone is a WAV file of a sine.
func tone(rate int, hertz float64, n int) []byte { return encodeWAV(sound{rate, sine(rate, hertz, n)}) }

// TestCarried reads the carried sounds: how many there are, of which labels,
// and that each bin of those to train on has mean 0 and deviation 1.
func TestCarried(t *testing.T) {
	r := read(t, defaults, sdk.Source{Dataset: carried})
	if want := []int{64, 128, 1}; !slices.Equal(r.space.Shape, want) {
		t.Fatalf("rows of shape %v, want %v", r.space.Shape, want)
	}
	counts := make([]int, 6)
	for _, l := range r.labels {
		counts[int(l)]++
	}
	if want := []int{16, 26, 16, 9, 21, 6}; !slices.Equal(counts, want) {
		t.Errorf("%v clips of %v, want %v", counts, r.space.Conditions[0].Values, want)
	}
	for b := range 128 {
		var sum, squares float64
		for i := b; i < len(r.data); i += 128 {
			sum += float64(r.data[i])
			squares += float64(r.data[i]) * float64(r.data[i])
		}
		n := float64(len(r.data) / 128)
		if mean, deviation := sum/n, math.Sqrt(squares/n-sum/n*sum/n); math.Abs(mean) > 0.01 || math.Abs(deviation-1) > 0.01 {
			t.Errorf("bin %d: mean %.3f, deviation %.3f", b, mean, deviation)
		}
	}
	test := read(t, defaults, sdk.Source{Dataset: carried, Split: folder.Test})
	if n := len(test.labels); n != 22 || test.space.Meta[metaMean] != r.space.Meta[metaMean] {
		t.Errorf("%d clips to test with, want 22, normalised by what is trained on", n)
	}
}

// TestStatistics normalises by what models train on.
func TestStatistics(t *testing.T) {
	dir := files(t, map[string][]byte{"train/a.wav": tone(8000, 900, 3000), "test/a.wav": tone(8000, 300, 50)})
	train := read(t, defaults, sdk.Source{Path: dir})
	var sum float64
	for _, v := range train.data {
		sum += float64(v)
	}
	if mean := sum / float64(len(train.data)); math.Abs(mean) > 0.01 {
		t.Errorf("the mean is %g", mean)
	}
	test := read(t, defaults, sdk.Source{Path: dir, Split: folder.Test})
	other := read(t, defaults, sdk.Source{Path: filepath.Join(dir, "test")})
	if name := train.space.Segments[0].Name; test.space.Segments[0].Name != name || other.space.Segments[0].Name == name {
		t.Errorf("rows are %q, %q, and %q", name, test.space.Segments[0].Name, other.space.Segments[0].Name)
	}
}

// TestKnownSpace reads sounds as rows of a Space that a model knows.
func TestKnownSpace(t *testing.T) {
	dir := files(t, map[string][]byte{"kick/a.wav": tone(8000, 900, 3000), "tom/a.wav": tone(8000, 900, 3000)})
	odd := files(t, map[string][]byte{"gong/a.wav": tone(8000, 900, 3000)})
	for _, s := range []settings{defaults, waveforms()} {
		drums := read(t, s, sdk.Source{Dataset: carried, Split: folder.Test}).space
		got := read(t, s, sdk.Source{Path: dir, Space: &drums})
		if a, b := fmt.Sprint(drums), fmt.Sprint(got.space); a != b || !slices.Equal(got.labels, []float32{2, 5}) {
			t.Errorf("labels %v in %s, want 2 and 5 in %s", got.labels, b, a)
		}
		got = read(t, s, sdk.Source{Path: odd, Space: &drums})
		if want := []string{"gong"}; got.space.Segments[0] != drums.Segments[0] || !slices.Equal(got.space.Conditions[0].Values, want) {
			t.Errorf("labels %v of %v, want %v", got.space.Conditions[0].Values, got.space.Segments, want)
		}
		changed := s
		changed.Loudness = "keep"
		err := modality(t, changed).Read(t.Context(), sdk.Source{Path: dir, Space: &drums}, &rows{})
		if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
			t.Errorf("of other loudness: got %v", err)
		}
	}
}

func TestBadSettings(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*settings)
		want string
	}{
		{"hop", func(s *settings) { s.Hop = 129 }, "hop is 129"},
		{"seconds", func(s *settings) { s.Seconds, s.Rate, s.Bins = 30, 48000, 1024 }, "seconds is 30"},
	} {
		s := defaults
		c.set(&s)
		if _, err := newAudio(s); !errors.Is(err, sdk.ErrBadSetting) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// The mixtures are those of Lin et al., arXiv:1712.04086, section 4.1: 8
// Gaussians on a circle of radius 1, with a standard deviation of 0.01, and 25
// on {-4, -2, 0, 2, 4}², with 0.05; 100,000 points to learn from.
func TestMixtures(t *testing.T) {
	ring := [][]float64{{1, 0}, {math.Sqrt2 / 2, math.Sqrt2 / 2}, {0, 1}, {-math.Sqrt2 / 2, math.Sqrt2 / 2},
		{-1, 0}, {-math.Sqrt2 / 2, -math.Sqrt2 / 2}, {0, -1}, {math.Sqrt2 / 2, -math.Sqrt2 / 2}}
	var grid [][]float64
	for i := range 25 {
		grid = append(grid, []float64{float64(i/5)*2 - 4, float64(i%5)*2 - 4})
	}
	for _, c := range []struct {
		name  string
		modes [][]float64
		sigma float64
		scale float64 // that is found: rows are about 1 in size
	}{{"ring", ring, 0.01, 1}, {"grid", grid, 0.05, 4}} {
		for split, n := range map[string]int{"train": 100_000, "test": 10_000} {
			got, info := read(t, defaults, sdk.Source{Dataset: c.name, Split: split})
			if got.b.Len() != n || info.Licence != "CC0-1.0" || len(info.Files) != 0 || !slices.Equal(info.Splits, []string{"train", "test"}) {
				t.Errorf("%s: %d points for %s: %+v", c.name, got.b.Len(), split, info)
			}
			checkModes(t, c.name+" "+split, got, c.modes, c.sigma, c.scale)
			checkMeta(t, c.name, got.space, c.modes, c.sigma, c.scale)
		}
	}
}

// checkModes holds the points of each label against the Gaussian that they
// should be drawn from: how many, their means, their spread along both axes
// and across them.
func checkModes(t *testing.T, name string, got *rows, modes [][]float64, sigma, scale float64) {
	t.Helper()
	sums := make([][6]float64, len(modes)) // n, x, y, xx, yy, xy, less the mean
	for i, label := range got.labels() {
		k, err := strconv.Atoi(label)
		if err != nil || k >= len(modes) {
			t.Fatalf("%s: label %q", name, label)
		}
		x := float64(got.b.Row(i)[0])*scale - modes[k][0]
		y := float64(got.b.Row(i)[1])*scale - modes[k][1]
		for j, v := range []float64{1, x, y, x * x, y * y, x * y} {
			sums[k][j] += v
		}
	}
	share := float64(got.b.Len()) / float64(len(modes))
	for k, s := range sums {
		n := s[0]
		if math.Abs(n-share) > 5*math.Sqrt(share) {
			t.Errorf("%s: mode %d has %g points, want about %.0f", name, k, n, share)
		}
		for _, mean := range s[1:3] {
			if math.Abs(mean/n) > 5*sigma/math.Sqrt(n) {
				t.Errorf("%s: mode %d is %g off, want 0 ± %.2g", name, k, mean/n, sigma/math.Sqrt(n))
			}
		}
		for _, squares := range s[3:5] {
			if math.Abs(squares/n/(sigma*sigma)-1) > 5*math.Sqrt(2/n) {
				t.Errorf("%s: mode %d has a standard deviation of %g, want %g", name, k, math.Sqrt(squares/n), sigma)
			}
		}
		if math.Abs(s[5]/n/(sigma*sigma)) > 5/math.Sqrt(n) {
			t.Errorf("%s: mode %d is not round: its axes have a correlation of %g", name, k, s[5]/n/(sigma*sigma))
		}
	}
}

// checkMeta reads the modes as those do who measure a model, in the numbers of
// rows.
func checkMeta(t *testing.T, name string, space sdk.Space, modes [][]float64, sigma, scale float64) {
	t.Helper()
	var got [][]float64
	if err := json.Unmarshal([]byte(space.Meta["modes"]), &got); err != nil || len(got) != len(modes) {
		t.Fatalf("%s: modes %q, %v", name, space.Meta["modes"], err)
	}
	for k, mode := range got {
		if math.Hypot(mode[0]*scale-modes[k][0], mode[1]*scale-modes[k][1]) > 1e-11 {
			t.Errorf("%s: mode %d at %v, want %v", name, k, mode, modes[k])
		}
	}
	if v, err := strconv.ParseFloat(space.Meta["sigma"], 64); err != nil || math.Abs(v*scale-sigma) > 1e-15 {
		t.Errorf("%s: sigma %q, %v", name, space.Meta["sigma"], err)
	}
}

// Datasets stay what they are, to the last bit, on every machine.
func TestDatasetsDoNotChange(t *testing.T) {
	for name, want := range map[string]string{
		"ring": "e3602cea04b2fc7f", "grid": "840606e2ca30e8d5",
	} {
		got, _ := read(t, defaults, sdk.Source{Dataset: name})
		sum := sha256.New()
		binary.Write(sum, binary.LittleEndian, got.b.Data)
		if is := hex.EncodeToString(sum.Sum(nil))[:16]; is != want {
			t.Errorf("%s: rows have the sum %s, want %s", name, is, want)
		}
	}
}

// Moons are half circles, spirals lie within a circle and touch it.
func TestCurves(t *testing.T) {
	moons, _ := read(t, defaults, sdk.Source{Dataset: "moons"})
	for i, label := range moons.b.Conditions[labelName] {
		x, y := float64(moons.b.Row(i)[0])+0.5, float64(moons.b.Row(i)[1])+0.25
		if label == 1 {
			x, y = 1-x, 0.5-y
		}
		if r := math.Hypot(x, y); math.Abs(r-1) > 5*0.05 || y < -5*0.05 {
			t.Fatalf("moon %g has (%g, %g)", label, x, y)
		}
	}
	spiral, _ := read(t, defaults, sdk.Source{Dataset: "spiral"})
	scale, widest := spiral.scale(t), 0.0
	for i, label := range spiral.b.Conditions[labelName] {
		x, y := float64(spiral.b.Row(i)[0])*scale, float64(spiral.b.Row(i)[1])*scale
		r := math.Hypot(x, y)
		sin, cos := math.Sincos(3*math.Pi*r + math.Pi*float64(label))
		if off := math.Hypot(x-r*cos, y-r*sin); off > 3*math.Pi*5*0.02 {
			t.Fatalf("arm %g has (%g, %g), %g off", label, x, y, off)
		}
		widest = max(widest, r)
	}
	if math.Abs(widest-1) > 5*0.02 {
		t.Errorf("the spiral ends %g from its middle", widest)
	}
}

func (r *rows) scale(t *testing.T) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(r.space.Meta[metaScale], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A dataset comes in parts, and ends when its reader has had enough.
func TestStreams(t *testing.T) {
	got, _ := read(t, defaults, sdk.Source{Dataset: "ring"})
	if got.largest > 1024 {
		t.Errorf("%d rows at once", got.largest)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := &cancelling{cancel: cancel}
	if err := (&points{settings: defaults}).Read(ctx, sdk.Source{Dataset: "ring"}, w); !errors.Is(err, context.Canceled) || w.b.Len() > 2*checkEvery {
		t.Errorf("got %v after %d rows", err, w.b.Len())
	}
}

// cancelling is a RowWriter that ends the context with its first batch.
type cancelling struct {
	rows
	cancel func()
}

func (c *cancelling) Write(b sdk.Batch) error {
	c.cancel()
	return c.rows.Write(b)
}

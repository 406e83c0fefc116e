package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// waveEar hears waveforms of 4,096 samples at 8 kHz.
func waveEar(t *testing.T) *ear {
	t.Helper()
	codec, err := codecOf(waveformLayout(8000, 4096).waveformSpace(nil))
	if err != nil {
		t.Fatal(err)
	}
	return newEar(codec)
}

// TestHear finds a tone's level, third of an octave, rise and fall: it begins at
// 0.1 s, and is 40 dB fainter after ln 100 = 4.6 times 0.05 s.
func TestHear(t *testing.T) {
	x := quiet(4096)
	copy(x[800:], sine(8000, 1250, 4096-800))
	for i := range x[800:] {
		x[800+i] *= float32(math.Exp(-float64(i) / 8000 / 0.05))
	}
	h := waveEar(t).hear(x)
	if h.loudest < -9 || h.loudest > -6 {
		t.Errorf("its loudest level is %.2f dB, want a little less than -6", h.loudest)
	}
	if math.Abs(h.attack-0.1) > 0.02 || math.Abs(h.decay-0.23) > 0.02 {
		t.Errorf("it takes %.3f s to rise and %.3f s to fade, want 0.1 and 0.23", h.attack, h.decay)
	}
	frames := 0.0
	for _, n := range h.pitches {
		frames += n
	}
	// 20 Hz × 2^(17/3) is 1016 Hz, and × 2^(18/3) is 1280 Hz.
	if h.pitches[17] < frames-2 || frames < 30 || frames > 45 {
		t.Errorf("%g frames, by thirds of octaves %v, want those of 1250 Hz", frames, h.pitches)
	}
	faint := sine(8000, 1250, 4096)
	for i := range faint {
		faint[i] *= 1.9e-3 // -60.4 dB
	}
	for what, x := range map[string][]float32{"silence": quiet(4096), "what is too faint": faint} {
		none := waveEar(t).hear(x)
		if none.loudest > inaudible || none.attack != 0 || none.decay != 0 || none.pitches != [thirds]float64{} {
			t.Errorf("in %s there is %.1f dB, %g s, %g s, %v", what, none.loudest, none.attack, none.decay, none.pitches)
		}
	}
}

// TestGravity weighs two bins, one of three times the power of the other.
func TestGravity(t *testing.T) {
	e := waveEar(t) // its bins are 8000 / 256 Hz apart
	frame := slices.Repeat([]float64{floor}, 128)
	frame[32], frame[64] = -20, -20+10*math.Log10(3)
	if power, hertz := e.gravity(frame); math.Abs(hertz-1750) > 1e-6 || math.Abs(power-0.04) > 1e-9 {
		t.Errorf("a power of %g at %g Hz, want 0.04 at 1750", power, hertz)
	}
	for hertz, want := range map[float64]int{0: 0, 19: 0, 21: 0, 26: 1, 41: 3, 1e9: thirds - 1} {
		if got := third(hertz); got != want {
			t.Errorf("%g Hz is in third %d, want %d", hertz, got, want)
		}
	}
}

// TestClipped counts what a file has at an end of its scale.
func TestClipped(t *testing.T) {
	x := quiet(4096)
	for i := range 1024 {
		x[4*i], x[4*i+1], x[4*i+2] = 1, 0.99999, -1
		x[4*i+3] = 0.9999
	}
	if got := waveEar(t).hear(x).clipped; math.Abs(got-0.75) > 1e-9 {
		t.Errorf("%g of the samples clip, want 0.75", got)
	}
	written, err := decodeBytes(encodeWAV(sound{8000, x}), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := waveEar(t).hear(written.samples).clipped; math.Abs(got-0.75) > 1e-9 {
		t.Errorf("%g of the samples of its file clip, want 0.75", got)
	}
}

func TestToNearest(t *testing.T) {
	flat := func(v float32) []float32 { return slices.Repeat([]float32{v}, 1000) }
	half := flat(-20)
	for i := range 500 {
		half[2*i] = -24
	}
	for _, c := range []struct {
		of   []float32
		want float64
	}{{flat(-20), 3}, {flat(-30), 0}, {flat(-27), 3}, {half, math.Sqrt((9 + 49) / 2)}} {
		if got := toNearest(c.of, []heard{{level: flat(-60)}, {level: flat(-17)}, {level: flat(-30)}}); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%.5g is %.4f dB away, want %.4f", c.of[:2], got, c.want)
		}
	}
}

func TestHistograms(t *testing.T) {
	for _, c := range []struct {
		p, q [thirds]float64
		want float64
	}{
		{[thirds]float64{1, 1}, [thirds]float64{4, 4}, 0},
		{[thirds]float64{1, 0}, [thirds]float64{0, 1}, 1},
		{[thirds]float64{}, [thirds]float64{0, 1}, 1},
		{[thirds]float64{}, [thirds]float64{}, 0},
		// m = (½, ½): 1 − H(¼)
		{[thirds]float64{3, 1}, [thirds]float64{1, 3}, 1 + 0.25*math.Log2(0.25) + 0.75*math.Log2(0.75)},
	} {
		if got, back := divergence(c.p, c.q), divergence(c.q, c.p); math.Abs(got-c.want) > 1e-12 || math.Abs(back-c.want) > 1e-12 {
			t.Errorf("%v and %v: %.6f, and back %.6f, want %.6f", c.p[:2], c.q[:2], got, back, c.want)
		}
	}
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2}, []float64{2, 1, 1, 2}, 0},
		{[]float64{0}, []float64{3}, 3},
		{[]float64{5, 1}, []float64{2, 2}, 2},
		{[]float64{0, 1}, []float64{0, 0, 0, 1}, 0.25},
	} {
		if got, back := wasserstein(c.a, c.b), wasserstein(c.b, c.a); math.Abs(got-c.want) > 1e-12 || math.Abs(back-c.want) > 1e-12 {
			t.Errorf("%v and %v: %g, and back %g, want %g", c.a, c.b, got, back, c.want)
		}
	}
}

func TestMeanOf(t *testing.T) {
	for _, c := range []struct {
		v        []float64
		mean, se float64
	}{
		{[]float64{3}, 3, 0},
		{[]float64{1, 3}, 2, 1},
		{[]float64{2, 4, 4, 4, 5, 5, 7, 9}, 5, math.Sqrt(32.0 / 7 / 8)},
	} {
		if mean, se := meanOf(c.v); !(math.Abs(mean-c.mean) < 1e-12 && math.Abs(se-c.se) < 1e-12) {
			t.Errorf("%v: %g ± %g, want %g ± %g", c.v, mean, se, c.mean, c.se)
		}
	}
}

// measured is what is found in rows that are said to be generated.
func measured(t *testing.T, space sdk.Space, generated, train, test sdk.Batch) map[string]sdk.Measurement {
	t.Helper()
	c := sdk.Comparison{Generated: generated, Train: train, Test: test, Seed: 1}
	found, err := modality(t, defaults).Measure(t.Context(), space, c)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]sdk.Measurement{}
	for _, f := range found {
		all[f.Name] = f
	}
	return all
}

// TestMeasureDrums takes held-out drums, training drums, silence and a tone for
// generated clips, of both representations.
func TestMeasureDrums(t *testing.T) {
	for _, representation := range []string{spectrogramRows, waveformRows} {
		s := defaults
		s.Representation = representation
		r := read(t, s, sdk.Source{Dataset: carried})
		train, test := r.batch(), read(t, s, sdk.Source{Dataset: carried, Split: folder.Test}).batch()
		held := measured(t, r.space, test, train, test)
		for name, m := range held {
			if (name == "lsd" || name == "lsd-reach") && m.Value == 0 || m.Ceiling != nil && m.Value == *m.Ceiling {
				continue
			}
			t.Errorf("%s: held-out drums have %.4f, want their ceiling: %+v", name, m.Value, m)
		}
		for _, name := range []string{"lsd", "lsd-reach", "centroid-js", "attack", "decay"} {
			m := held[name]
			t.Logf("%s: %s: ceiling %.4g, floor %.4g (%s)", representation, name, *m.Ceiling, *m.Floor, m.Note)
			if *m.Floor < 1.3**m.Ceiling {
				t.Errorf("%s: %s: noise has %.4f, real drums %.4f", representation, name, *m.Floor, *m.Ceiling)
			}
		}
		if lsd := measured(t, r.space, train, train, test)["lsd"]; math.Abs(lsd.Value-*lsd.Ceiling) > 1e-9 || lsd.Value < 6 || lsd.Value > 12 {
			t.Errorf("%s: training drums are %.2f dB from held-out ones, want their ceiling of %.2f", representation, lsd.Value, *lsd.Ceiling)
		}
		if _, ok := held["clipped"]; ok != (representation == waveformRows) {
			t.Errorf("%s: that it clips is told: %v", representation, ok)
		}
		codec, err := codecOf(r.space)
		if err != nil {
			t.Fatal(err)
		}
		odd := sdk.MakeBatch(4, r.space.Shape...)
		for i := range 3 {
			codec.encode(odd.Row(i), quiet(codec.samples()))
		}
		codec.encode(odd.Row(3), sine(8000, 1250, codec.samples()))
		if m := measured(t, r.space, odd, train, test)["silent"]; m.Value != 0.75 || m.N != 4 {
			t.Errorf("%s: %g of %d clips are silent, want 3 of 4", representation, m.Value, m.N)
		}
		silent := measured(t, r.space, odd.Slice(0, 3), train, test)
		if silent["silent"].Value != 1 || silent["centroid-js"].Value != 1 || silent["decay"].Value < 50 || silent["lsd-reach"].Value < 1.1**silent["lsd-reach"].Ceiling {
			t.Errorf("%s: of silence, %+v", representation, silent)
		}
	}
}

// TestRepresentations hears the same in the rows of both.
func TestRepresentations(t *testing.T) {
	var of [2]map[string]sdk.Measurement
	for i, representation := range []string{spectrogramRows, waveformRows} {
		s := defaults
		s.Representation = representation
		r := read(t, s, sdk.Source{Dataset: carried})
		test := read(t, s, sdk.Source{Dataset: carried, Split: folder.Test}).batch()
		of[i] = measured(t, r.space, r.batch(), r.batch(), test)
	}
	for name, m := range of[0] {
		if other := of[1][name]; math.Abs(m.Value-other.Value) > 0.01*m.Value || math.Abs(*m.Ceiling-*other.Ceiling) > 0.01**m.Ceiling {
			t.Errorf("%s: %g in spectrograms and %g in waveforms", name, m.Value, other.Value)
		}
	}
}

// TestNoise makes noise of the mean spectrum of two clips: 0 dB and -10 dB in
// one bin, -30 dB in another.
func TestNoise(t *testing.T) {
	space := small(t)
	codec, err := codecOf(space)
	if err != nil {
		t.Fatal(err)
	}
	x := hearing{ear: newEar(codec), rng: rand.New(rand.NewPCG(1, 2))}
	for _, v := range []float32{0, -10} {
		h := heard{level: slices.Repeat([]float32{floor}, 64)}
		for f := range 8 {
			h.level[8*f+2], h.level[8*f+5] = v, -30
		}
		x.train = append(x.train, h)
	}
	if err := x.makeNoise(t.Context(), paired); err != nil {
		t.Fatal(err)
	}
	mean := make([]float64, 8)
	for _, h := range x.noise {
		for i, v := range h.level {
			mean[i%8] += math.Pow(10, float64(v)/10) / 8 / paired
		}
	}
	if math.Abs(mean[2]/0.55-1) > 0.1 || math.Abs(mean[5]/0.001-1) > 0.1 || mean[0] > 3e-8 {
		t.Errorf("the mean powers are %.3g, want 0.55 in bin 2 and 0.001 in bin 5", mean)
	}
}

// TestMeasureMany listens to some of very many clips, and to none of none.
func TestMeasureMany(t *testing.T) {
	space := small(t)
	rng := rand.New(rand.NewPCG(3, 4))
	many := sdk.MakeBatch(3*listened, space.Shape...)
	for i := range many.Data {
		many.Data[i] = float32(rng.NormFloat64())
	}
	got := measured(t, space, many, many, many)
	if got["silent"].N != listened || got["lsd"].N != paired || got["decay"].N != listened {
		t.Errorf("of many clips it has heard %d, and compared %d", got["silent"].N, got["lsd"].N)
	}
	one := many.Slice(0, 1)
	for _, c := range []sdk.Comparison{{Generated: many.Slice(0, 0), Train: one, Test: one}, {Generated: one, Train: many.Slice(0, 0), Test: one}, {Generated: one, Train: one, Test: many.Slice(0, 0)}} {
		if _, err := modality(t, defaults).Measure(t.Context(), space, c); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("of no clips: %v", err)
		}
	}
}

// TestDecoded takes for what a model decodes of held-out drums these themselves,
// those smoothed, and those of one another.
func TestDecoded(t *testing.T) {
	r := read(t, defaults, sdk.Source{Dataset: carried})
	train, test := r.batch(), read(t, defaults, sdk.Source{Dataset: carried, Split: folder.Test}).batch()
	decoded := func(b sdk.Batch) map[string]sdk.Measurement {
		found, err := modality(t, defaults).Measure(t.Context(), r.space, sdk.Comparison{Generated: train, Train: train, Test: test, Decoded: b})
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]sdk.Measurement{}
		for _, f := range found {
			all[f.Name] = f
		}
		return all
	}
	same := decoded(test)
	if m := same["lsd-decoded"]; m.Value != 0 || m.N != test.Len() || *m.Floor < 6 || *m.Floor > 10 {
		t.Errorf("of the clips themselves: %+v", m)
	}
	if m := same["decoded-own"]; m.Value != 1 || *m.Floor != 1/float64(test.Len()) {
		t.Errorf("of the clips themselves: %+v", m)
	}
	quieter := sdk.MakeBatch(test.Len(), r.space.Shape...)
	codec, err := codecOf(r.space)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range test.Data {
		quieter.Data[i] = v + 3/float32(codec.deviation[i%codec.bins])
	}
	if m := decoded(quieter)["lsd-decoded"]; math.Abs(m.Value-3) > 1e-3 {
		t.Errorf("of clips 3 dB louder in each bin: %+v", m)
	}
	turned := sdk.Batch{Shape: test.Shape, Data: append(slices.Clone(test.Data[test.RowSize():]), test.Row(0)...)}
	if m := decoded(turned); m["decoded-own"].Value != 0 || m["lsd-decoded"].Value < *m["lsd-decoded"].Floor {
		t.Errorf("of the next clip each: %+v", m)
	}
	for _, b := range []sdk.Batch{test.Slice(0, 3), {Shape: []int{1}, Data: []float32{0}}} {
		if _, err := modality(t, defaults).Measure(t.Context(), r.space, sdk.Comparison{Generated: train, Train: train, Test: test, Decoded: b}); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%d rows of shape %v: %v", b.Len(), b.Shape, err)
		}
	}
}

// TestHalfway has short and long tones in turn, and between them tones that are
// neither, or both laid over one another, or the ones that follow.
func TestHalfway(t *testing.T) {
	r := read(t, defaults, sdk.Source{Dataset: carried})
	codec, err := codecOf(r.space)
	if err != nil {
		t.Fatal(err)
	}
	tones := func(hertz float64, seconds ...float64) sdk.Batch {
		b := sdk.MakeBatch(len(seconds), r.space.Shape...)
		for i, s := range seconds {
			x := sine(8000, hertz, codec.samples())
			clear(x[int(8000*s):])
			codec.encode(b.Row(i), x)
		}
		return b
	}
	clips := tones(900, 0.1, 0.4, 0.12, 0.38)
	measure := func(halfway sdk.Batch) ([]sdk.Measurement, error) {
		return modality(t, defaults).Measure(t.Context(), r.space, sdk.Comparison{Generated: clips, Train: r.batch(), Test: clips, Decoded: clips, Halfway: halfway})
	}
	lsd := func(halfway sdk.Batch) sdk.Measurement {
		found, err := measure(halfway)
		if err != nil {
			t.Fatal(err)
		}
		return found[slices.IndexFunc(found, func(m sdk.Measurement) bool { return m.Name == "lsd-halfway" })]
	}
	own := lsd(clips)
	if own.Value != *own.Ceiling || own.Value == *own.Floor || own.N != 4 {
		t.Errorf("of the clips themselves: %+v", own)
	}
	for _, c := range []struct {
		halfway sdk.Batch
		end     float64
	}{
		{tones(900, 0.25, 0.26, 0.25, 0.24), 0.5},
		{tones(900, 0.4, 0.4, 0.38, 0.38), 1},
		{tones(900, 0.4, 0.12, 0.38, 0.1), 0.5}, // one of the ends each
		{tones(900, 0.1, 0.12, 0.12, 0.1), 0},
	} {
		found, err := measure(c.halfway)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(found, func(m sdk.Measurement) bool { return m.Name == "halfway-end" })
		if m := found[i]; math.Abs(m.Value-c.end) > 0.03 || m.N != 4 || !strings.Contains(m.Note, "another: 1.00;") {
			t.Errorf("halfway it has faded at %.3f, want %g: %+v", m.Value, c.end, m)
		}
		if m := lsd(c.halfway); m.Value == own.Value || *m.Ceiling != own.Value {
			t.Errorf("of the clips themselves: %+v, halfway: %+v", own, m)
		}
	}
	if _, err := measure(clips.Slice(0, 3)); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("3 clips between 4: %v", err)
	}
}

// TestOverlay adds powers up.
func TestOverlay(t *testing.T) {
	codec, err := codecOf(small(t))
	if err != nil {
		t.Fatal(err)
	}
	x := hearing{ear: newEar(codec)}
	flat := func(v float32) heard { return heard{level: slices.Repeat([]float32{v}, 64)} }
	for _, c := range []struct{ a, b, want float64 }{{-20, -20, -20}, {-20, -80, -23.0103}, {floor, floor, floor}} {
		if h := x.overlay(flat(float32(c.a)), flat(float32(c.b))); math.Abs(float64(h.level[5])-c.want) > 1e-3 {
			t.Errorf("%g and %g dB make %g, want %g", c.a, c.b, h.level[5], c.want)
		}
	}
}

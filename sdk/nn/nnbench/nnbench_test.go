package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// A request is answered with a line of JSON for each result, and END.
func TestServe(t *testing.T) {
	var out strings.Builder
	if err := serve(strings.NewReader("W1 4 0\nINF 2 0\n"), &out); err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(out.String()) {
		if line == "END\n" {
			names = append(names, "END")
			continue
		}
		var r result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if r.Speed <= 0 || r.GFLOP <= 0 || r.Millis <= 0 {
			t.Errorf("%s: not all figures are above 0", line)
		}
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "W1 END inf_W1dec inf_W2gen inf_W3gen END" {
		t.Errorf("answers are %s", got)
	}
}

func TestBadRequests(t *testing.T) {
	for request, want := range map[string]string{
		"W1 128":      `request "W1 128": want NAME BATCH SECONDS`,
		"W1 128 long": `request "W1 128 long": seconds`,
		"W4 128 1":    `no workload "W4": there are W1, W2, W3 and INF`,
		"W1 0 1":      `batch "0": want a number from 1 to 8192`,
		"W1 many 1":   `batch "many": want`,
	} {
		if err := serve(strings.NewReader(request), &strings.Builder{}); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", request, err, want)
		}
	}
}

func TestBadArguments(t *testing.T) {
	for args, want := range map[string]string{
		"W1":              `"W1": want WORKLOAD:BATCH`,
		"W1:8 -threads 1": `"-threads": want WORKLOAD:BATCH, such as W1:128, and flags before them`,
		"W1:8 W9:3":       `no workload "W9"`,
		"W1:32,INF:1":     `batch "32,INF:1": want`,
		"serve W1:8":      `"serve": want WORKLOAD:BATCH`,
	} {
		if err := run(strings.Fields(args), 1, 0, ""); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", args, err, want)
		}
	}
	if err := run([]string{"W1:1"}, 0, 0, ""); err == nil {
		t.Error("0 threads are taken")
	}
}

// What is counted is what PyTorch's side counts.
func TestWork(t *testing.T) {
	for name, c := range map[string]struct {
		got, want float64
	}{
		"W1":            {newVAE().flop(), 6*479232 - 2*200704},
		"W2 generator":  {newDenseGAN().gWork.total, 1483776},
		"W2 first":      {newDenseGAN().gWork.first, 25600},
		"W2":            {newDenseGAN().dWork.total, 532736},
		"W3 generator":  {newConvGAN().gWork.total, 627200 + 49*128*64*16 + 196*64*16},
		"W3":            {newConvGAN().dWork.total, 196*64*16 + 49*128*64*16 + 6272},
		"W3's own step": {newConvGAN().flop(), 6*7250432 - 2*627200 + 6*6629504 + 2*(4*6629504-2*200704) + 2*6629504},
	} {
		if c.got != c.want {
			t.Errorf("%s: %.0f, want %.0f", name, c.got, c.want)
		}
	}
}

// The models that are measured do learn: the VAE's loss falls, and both networks
// of a GAN change.
func TestModelsLearn(t *testing.T) {
	x := make([]float32, 8*pixels)
	for i := range x {
		x[i] = float32(i / 7 % 2)
	}
	v, before := newVAE(), 0.0
	var tape tensor.Tape
	for i := range 40 {
		tape.Reset()
		loss := v.step(&tape, tape.Input(x, 8, pixels), 8*i)
		if i == 0 {
			before = loss
		} else if i == 39 && loss > before/2 {
			t.Errorf("the VAE's loss is %.1f after 40 steps, %.1f at first", loss, before)
		}
	}
	for name, n := range map[string]*gan{"W2": newDenseGAN(), "W3": newConvGAN()} {
		for i := range 3 {
			g, d := slices.Clone(n.g.Data), slices.Clone(n.d.Data)
			tape.Reset()
			n.step(&tape, tape.Input(x, 8, pixels), 8*i)
			if slices.Equal(g, n.g.Data) || slices.Equal(d, n.d.Data) {
				t.Errorf("%s: step %d did not train both networks", name, i)
			}
		}
		if !n.g.Finite() || !n.d.Finite() {
			t.Errorf("%s: a weight is not finite", name)
		}
	}
}

func TestStepsAllocateNothing(t *testing.T) {
	for _, name := range []string{"W1", "W2", "W3", "INF"} {
		works, err := workloads(name, 8)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range works {
			if n := testing.AllocsPerRun(2, w.step); n != 0 {
				t.Errorf("%s: %g allocations a step", w.name, n)
			}
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"W1", "W2", "W3"} {
		works, err := workloads(name, 128)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				works[0].step()
			}
			b.ReportMetric(128*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}

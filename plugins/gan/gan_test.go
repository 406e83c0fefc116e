package main

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/sdktest"
	"github.com/genhost/genhost/sdk/tensor"
)

func TestPlugin(t *testing.T) {
	narrow := sdk.Settings{"generator": json.RawMessage("[32, 32]"), "discriminator": json.RawMessage("[32]")}
	sdktest.Suite{Plugin: plugin, Settings: map[string]sdk.Settings{"gan": narrow}}.Run(t)
}

func space(kind sdk.Kind, n int) sdk.Space {
	return sdk.Space{Modality: "test", Shape: []int{n}, Segments: []sdk.Segment{{Kind: kind, Len: n}}}
}

// small returns an initialised model of rows of 5 numbers.
func small(t *testing.T) *gan {
	t.Helper()
	s := defaults
	s.Latent, s.Generator, s.Discriminator = 3, []int{6, 5}, []int{4}
	n, err := newGAN(s, space(sdk.Unit, 5))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range []*tensor.Params{&n.g, &n.d, &n.average} {
		p.Init(rng)
		for i := range p.Data { // no bias is 0
			p.Data[i] += 0.3 * (rng.Float32() - 0.5)
		}
	}
	return n
}

// The losses at known logits, with D = 1/(1+e^-logit) in float64.
func TestLosses(t *testing.T) {
	real, fake := []float64{2, -1, 0}, []float64{0.5, -3, 0}
	prob := func(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }
	for _, smooth := range []float64{0, 0.1} {
		n := &gan{settings: settings{LabelSmoothing: smooth}}
		wantD, wantG := 0.0, 0.0
		logits := make([]float32, 6)
		for i := range 3 {
			logits[i], logits[3+i] = float32(real[i]), float32(fake[i])
			r, f := prob(real[i]), prob(fake[i])
			wantD -= ((1-smooth)*math.Log(r) + smooth*math.Log(1-r) + math.Log(1-f)) / 3
			wantG -= math.Log(f) / 3
		}
		var tape tensor.Tape
		if got := n.lossD(tape.Input(logits, 6, 1), &tape).Item(); math.Abs(got-wantD) > 1e-5 {
			t.Errorf("smoothing %g: D's loss is %.6f, want %.6f", smooth, got, wantD)
		}
		if got := n.lossG(tape.Input(logits[3:], 3, 1), &tape).Item(); math.Abs(got-wantG) > 1e-5 {
			t.Errorf("G's loss is %.6f, want %.6f", got, wantG)
		}
	}
	// At the game's end, where D is ½ everywhere: section 4.1.
	var tape tensor.Tape
	n := &gan{}
	if got := n.lossD(tape.Full(8, 1, 0), &tape).Item(); math.Abs(got-math.Log(4)) > 1e-6 {
		t.Errorf("D's loss in equilibrium is %.6f, want log 4", got)
	}
}

// Each network's gradient, the other one frozen, agrees with central
// differences of its own loss.
func TestGradients(t *testing.T) {
	n := small(t)
	var tape tensor.Tape
	rows := []float32{0, 0.2, 0.5, 0.9, 1, 1, 0.7, 0.4, 0, 0.3}
	fake := func() *tensor.Tensor {
		tape.Reset()
		return n.generator.Forward(nn.Normal(tape.Constant(2, 3), 1, 0))
	}
	for name, c := range map[string]struct {
		loss          func() *tensor.Tensor
		params, other *tensor.Params
	}{
		"D": {func() *tensor.Tensor {
			f := fake()
			return n.lossD(n.discriminator.Forward(tape.Input(rows, 2, 5).Stack(f)), &tape)
		}, &n.d, &n.g},
		"G": {func() *tensor.Tensor { return n.lossG(n.discriminator.Forward(fake()), &tape) }, &n.g, &n.d},
	} {
		c.other.Grad = nil
		c.loss().Backward(c.params)
		if c.other.Grad != nil {
			t.Errorf("%s: the other network has a gradient", name)
		}
		const h = 1.0 / 256
		for _, q := range c.params.All() {
			for i := range q.Tensor.Data {
				old := q.Tensor.Data[i]
				q.Tensor.Data[i] = old + h
				up := c.loss().Item()
				q.Tensor.Data[i] = old - h
				want := (up - c.loss().Item()) / (2 * h)
				q.Tensor.Data[i] = old
				if got := float64(q.Tensor.Grad[i]); math.Abs(got-want) > 2e-3*(1+math.Abs(want)) {
					t.Errorf("%s: %s[%d]: gradient %.5f, differences say %.5f", name, q.Name, i, got, want)
				}
			}
		}
	}
}

// The generator's rows come to have the mean and the spread of the data.
func TestLearnsADistribution(t *testing.T) {
	const mean, sd = 1.5, 0.5
	s := defaults
	s.Latent, s.Generator, s.Discriminator = 2, []int{16}, []int{16}
	s.Rate, s.DiscriminatorRate, s.Beta1, s.LabelSmoothing = 5e-4, 5e-3, 0, 0
	s.Batch, s.Epochs, s.EMA = 128, 400, 0.998
	n, err := newGAN(s, space(sdk.Real, 1))
	if err != nil {
		t.Fatal(err)
	}
	x := sdk.MakeBatch(1024, 1)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range x.Data {
		x.Data[i] = float32(mean + sd*rng.NormFloat64())
	}
	job := &sdk.Job{Data: sdk.InMemory(n.space, x), Seed: 1}
	if err := job.Run(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	y, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 4000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum, squares := 0.0, 0.0
	for _, v := range y.Data {
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	gotMean := sum / 4000
	gotSD := math.Sqrt(squares/4000 - gotMean*gotMean)
	if math.Abs(gotMean-mean) > 0.1 || math.Abs(gotSD-sd) > 0.1 {
		t.Errorf("rows are %.2f ± %.2f, want %.2f ± %.2f", gotMean, gotSD, mean, sd)
	}
}

// It is the average of the generator that generates: with no decay that is the
// generator itself.
func TestAverageGenerates(t *testing.T) {
	for _, decay := range []float64{0, 0.9} {
		n := small(t)
		n.EMA, n.Batch, n.Epochs, n.Rate = decay, 4, 5, 0.01
		job := &sdk.Job{Data: sdk.InMemory(n.space, sdk.MakeBatch(8, 5))}
		if err := job.Run(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		req := sdk.GenerateRequest{N: 2, Seed: 1}
		got, err := n.Generate(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		z, err := n.Draw(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		var tape tensor.Tape
		last := n.generator.Forward(tape.Input(z.Data, 2, n.Latent)).Data
		if same := slices.Equal(got.Data, last); same != (decay == 0) {
			t.Errorf("decay %g: rows of the last generator: %v", decay, same)
		}
	}
}

func TestRowsAcrossChunks(t *testing.T) {
	n := small(t)
	n.trained = true
	all, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 2*chunk + 5, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	some, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 3, Seed: 3, First: chunk - 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(some.Data, all.Slice(chunk-1, chunk+2).Data) {
		t.Error("rows depend on where a request begins")
	}
}

func TestEncodeIsUnsupported(t *testing.T) {
	n := small(t)
	n.trained = true
	if _, err := n.Encode(t.Context(), sdk.MakeBatch(1, 5)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}

package main

import (
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// The gradient of the whole loss must agree with central differences.
func TestGradient(t *testing.T) {
	for name, change := range map[string]func(*settings){
		"elbo":        func(*settings) {},
		"three draws": func(s *settings) { s.Samples = 3 },
		"free bits":   func(s *settings) { s.FreeBits = 0.3 },
		"iwae, k = 1": func(s *settings) { s.Bound = "iwae" },
		"iwae, k = 4": func(s *settings) { s.Bound, s.Samples = "iwae", 4 },
	} {
		for _, kind := range []sdk.Kind{sdk.Unit, sdk.Real} {
			v, rows := small(t, kind, change)
			checkGradient(t, name+" of "+string(kind), v, func(tape *tensor.Tape) *tensor.Tensor {
				eps := epsilon(tape.Constant(2*v.Samples, 2), 2, 3, 0, tape)
				return v.bound(tape.Input(rows, 2, 5), nil, eps, 0.7, tape).loss
			})
		}
	}
}

func checkGradient(t *testing.T, name string, v *vae, build func(*tensor.Tape) *tensor.Tensor) {
	t.Helper()
	var tape tensor.Tape
	loss := func() *tensor.Tensor {
		tape.Reset()
		return build(&tape)
	}
	loss().Backward(&v.params)
	for _, q := range v.params.All() {
		h := float32(1.0 / 128)
		if q.Tensor == v.spread {
			h /= spreadScale
		}
		for i := range q.Tensor.Data {
			old := q.Tensor.Data[i]
			q.Tensor.Data[i] = old + h
			up := loss().Item()
			q.Tensor.Data[i] = old - h
			want := (up - loss().Item()) / float64(2*h)
			q.Tensor.Data[i] = old
			if got := float64(q.Tensor.Grad[i]); math.Abs(got-want) > 2e-3*(1+math.Abs(want)) {
				t.Errorf("%s: %s[%d]: gradient %.5f, differences say %.5f", name, q.Name, i, got, want)
			}
		}
	}
}

// logWeight is log p(x, z) − log q(z|x), in float64 and with the densities
// written out, for z = μ + σ⊙ε.
func logWeight(v *vae, x []float64, eps []float32) float64 {
	q := layers(v.encoder.(mlp).MLP, x, math.Tanh)
	z, sum := make([]float64, v.Latent), 0.0
	for j := range z {
		sigma := math.Exp(q[v.Latent+j] / 2)
		z[j] = q[j] + sigma*float64(eps[j])
		sum += logNormal(z[j], 0, 1) - logNormal(z[j], q[j], sigma)
	}
	return sum + logP(v, x, layers(v.decoder.(mlpDecoder).MLP, z, math.Tanh))
}

// The importance weighted bound must be eq. 8 of Burda et al. with those weights.
func TestIWAEAgainstFloat64(t *testing.T) {
	const k = 5
	for _, kind := range []sdk.Kind{sdk.Unit, sdk.Real} {
		v, rows := small(t, kind, func(s *settings) { s.Bound, s.Samples = "iwae", k })
		var tape tensor.Tape
		eps := epsilon(tape.Constant(2*k, 2), 2, 3, 0, &tape)
		b := v.bound(tape.Input(rows, 2, 5), nil, eps, 1, &tape)
		want := 0.0
		for i := range 2 {
			sum := 0.0
			for j := range k {
				sum += math.Exp(logWeight(v, doubles(rows[5*i:5*i+5]), rowOf(eps, 2*j+i)))
			}
			want += math.Log(sum/k) / 2
		}
		if math.Abs(b.bound-want) > 1e-4 || math.Abs(b.loss.Item()+want) > 1e-4 {
			t.Errorf("%s: the bound is %.5f and the loss %.5f, eq. 8 says %.5f", kind, b.bound, b.loss.Item(), want)
		}
	}
}

// With one draw, the importance weighted bound is the lower bound, on average.
func TestIWAEOfOneDrawIsTheELBO(t *testing.T) {
	const draws = 20_000
	v, rows := small(t, sdk.Unit)
	var tape tensor.Tape
	x := tiled(tape.Input(rows[:5], 1, 5), draws, &tape)
	eps := epsilon(tape.Constant(draws, 2), draws, 3, 0, &tape)
	elbo := v.bound(x, nil, eps, 1, &tape)
	v.Bound = "iwae"
	iwae := v.bound(x, nil, eps, 1, &tape)
	if math.Abs(elbo.bound-iwae.bound) > 0.03 || elbo.bound == iwae.bound {
		t.Errorf("the lower bound is %.4f, that with one weight %.4f", elbo.bound, iwae.bound)
	}
}

// With more draws it rises: Burda et al., theorem 1.
func TestIWAERisesWithDraws(t *testing.T) {
	last := math.Inf(-1)
	for _, k := range []int{1, 4, 32} {
		v, rows := small(t, sdk.Unit, func(s *settings) { s.Bound, s.Samples = "iwae", k })
		for i := range v.bias.Data { // a posterior that is far from right
			v.encoder.(mlp).MLP[2].Bias.Data[i%4] = 1.5
		}
		var tape tensor.Tape
		const n = 500
		x := tiled(tape.Input(rows[:5], 1, 5), n, &tape)
		got := v.bound(x, nil, epsilon(tape.Constant(n*k, 2), n, 3, 0, &tape), 1, &tape).bound
		if got < last+0.05 {
			t.Errorf("with %d draws the bound is %.4f, with fewer %.4f", k, got, last)
		}
		last = got
	}
}

// Free bits spare what costs less, and nothing else.
func TestFreeBits(t *testing.T) {
	v, rows := small(t, sdk.Unit, func(s *settings) { s.FreeBits = 50 })
	var tape tensor.Tape
	eps := epsilon(tape.Constant(2, 2), 2, 3, 0, &tape)
	x := tape.Input(rows, 2, 5)
	b := v.bound(x, nil, eps, 0.5, &tape)
	if want := 0.5*2*50 - b.likelihood; math.Abs(b.loss.Item()-want) > 1e-3 {
		t.Errorf("with 50 nats free the loss is %.4f, want %.4f", b.loss.Item(), want)
	}
	v.FreeBits = 0
	if plain := v.bound(x, nil, eps, 0.5, &tape); math.Abs(plain.loss.Item()-(0.5*b.kl-b.likelihood)) > 1e-4 || plain.bound != b.bound {
		t.Errorf("the loss is %.4f and the bound %.4f, with a KL term of %.4f and log p %.4f", plain.loss.Item(), plain.bound, b.kl, b.likelihood)
	}
}

// A row's draws are its own, in whatever batch it comes.
func TestEpsilonOfEachRow(t *testing.T) {
	var tape tensor.Tape
	all := epsilon(tape.Constant(3*4, 2), 4, 9, 0, &tape)
	part := epsilon(tape.Constant(3*2, 2), 2, 9, 1, &tape)
	for draw := range 3 {
		for i := range 2 {
			if !slices.Equal(rowOf(part, 2*draw+i), rowOf(all, 4*draw+i+1)) {
				t.Errorf("draw %d of row %d depends on the batch", draw, i+1)
			}
		}
	}
	seen := map[[2]float32]bool{}
	for i := range all.Rows {
		seen[[2]float32(rowOf(all, i))] = true
	}
	if len(seen) != all.Rows {
		t.Errorf("of %d draws, %d differ", all.Rows, len(seen))
	}
}

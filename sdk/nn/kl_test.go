package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// checkDifferences compares the gradient of the sum of what build makes with
// central differences, for every number of p.
func checkDifferences(t *testing.T, p *tensor.Params, build func(tape *tensor.Tape) *tensor.Tensor) {
	t.Helper()
	var tape tensor.Tape
	loss := func() *tensor.Tensor {
		tape.Reset()
		y := build(&tape)
		weights := tape.Constant(y.Rows, y.Cols)
		for i := range weights.Data {
			weights.Data[i] = float32(i%5) - 1.7
		}
		return y.Mul(weights).Sum()
	}
	loss().Backward(p)
	if p.GradNorm() == 0 {
		t.Error("nothing depends on the parameters")
	}
	const h = 1.0 / 128
	for i, old := range p.Data {
		p.Data[i] = old + h
		up := loss().Item()
		p.Data[i] = old - h
		down := loss().Item()
		p.Data[i] = old
		want, got := (up-down)/(2*h), float64(p.Grad[i])
		if !(math.Abs(got-want) < 1e-3*(1+math.Abs(want))) {
			t.Errorf("gradient %d is %.5f, differences say %.5f", i, got, want)
		}
	}
}

// drawn returns parameters of so many numbers about mean, and their tensors.
func drawn(mean float32, rows, cols, count int) (*tensor.Params, []*tensor.Tensor) {
	var p tensor.Params
	var list []*tensor.Tensor
	for i := range count {
		list = append(list, p.Add(string(rune('a'+i)), rows, cols, tensor.Init{Constant: mean, Uniform: 1}))
	}
	p.Init(rand.New(rand.NewPCG(3, 4)))
	return &p, list
}

func TestKLGradients(t *testing.T) {
	p, q := drawn(0, 3, 4, 4)
	for _, build := range []func(tape *tensor.Tape) *tensor.Tensor{
		func(tape *tensor.Tape) *tensor.Tensor { return KL(q[0].On(tape), q[1].On(tape)) },
		func(tape *tensor.Tape) *tensor.Tensor { return KLEach(q[0].On(tape), q[1].On(tape)) },
		func(tape *tensor.Tape) *tensor.Tensor {
			return KLGaussian(q[0].On(tape), q[1].On(tape), q[2].On(tape), q[3].On(tape))
		},
		func(tape *tensor.Tape) *tensor.Tensor {
			return KLGaussian(q[0].On(tape), q[1].On(tape), q[2].On(tape).Slice(0, 1), q[3].On(tape).Columns(0, 1))
		},
		func(tape *tensor.Tape) *tensor.Tensor { return KLUniform(q[0].On(tape)) },
		func(tape *tensor.Tape) *tensor.Tensor { return FreeBits(KLEach(q[0].On(tape), q[1].On(tape)), 0.21) },
		func(tape *tensor.Tape) *tensor.Tensor {
			return Categorical(tape.Input([]float32{0, 1, 1, 0, 1, 1}, 3, 2), q[0].On(tape))
		},
	} {
		checkDifferences(t, p, build)
	}
}

// As for KL: the mean, over z ~ q, of log q(z) − log p(z).
func TestKLGaussianBySampling(t *testing.T) {
	const n = 200_000
	mu, logVar := []float32{0.7, -1.5, 0}, []float32{-0.5, 0.8, 0}
	priorMu, priorLogVar := []float32{0.2, -1, 1}, []float32{0.5, 0.3, -0.7}
	var tape tensor.Tape
	got := KLGaussian(tape.Input(mu, 1, 3), tape.Input(logVar, 1, 3), tape.Input(priorMu, 1, 3), tape.Input(priorLogVar, 1, 3)).Item()
	var sum, squares float64
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		d := 0.0
		for j := range mu {
			eps := rng.NormFloat64()
			z := float64(mu[j]) + math.Exp(float64(logVar[j])/2)*eps
			u := (z - float64(priorMu[j])) / math.Exp(float64(priorLogVar[j])/2)
			d += -eps*eps/2 - float64(logVar[j])/2 + u*u/2 + float64(priorLogVar[j])/2
		}
		sum, squares = sum+d, squares+d*d
	}
	want := sum / n
	sd := math.Sqrt((squares/n - want*want) / n)
	if math.Abs(got-want) > 4*sd {
		t.Errorf("kl = %.5f, sampling says %.5f ± %.5f", got, want, sd)
	}
	q, v := tape.Input(mu, 1, 3), tape.Input(logVar, 1, 3)
	if zero := KLGaussian(q, v, q, v).Item(); zero != 0 {
		t.Errorf("kl of a distribution to itself is %g", zero)
	}
	if a, b := KLGaussian(q, v, tape.Full(1, 1, 0), tape.Full(1, 1, 0)).Item(), KL(q, v).Item(); math.Abs(a-b) > 1e-6 {
		t.Errorf("kl to N(0, I) is %g, and %g", a, b)
	}
	if a, b := KLEach(q, v).Sum().Item(), KL(q, v).Item(); math.Abs(a-b) > 1e-6 {
		t.Errorf("kl is %g, and %g number by number", b, a)
	}
}

// The mean, over draws from q, of log q − log 1/K.
func TestKLUniformBySampling(t *testing.T) {
	const n = 200_000
	logits := []float32{0.5, -1, 2, 0}
	var tape tensor.Tape
	got := KLUniform(tape.Input(logits, 1, 4)).Item()
	p := softmax64(logits)
	var sum, squares float64
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		k, u := 0, rng.Float64()
		for ; k < 3 && u >= p[k]; k++ {
			u -= p[k]
		}
		d := math.Log(p[k]) + math.Log(4)
		sum, squares = sum+d, squares+d*d
	}
	want := sum / n
	sd := math.Sqrt((squares/n - want*want) / n)
	if math.Abs(got-want) > 4*sd {
		t.Errorf("kl = %.5f, sampling says %.5f ± %.5f", got, want, sd)
	}
	for _, c := range []struct {
		logits []float32
		want   float64
	}{
		{[]float32{3, 3, 3, 3, 3}, 0},
		{[]float32{1000, -1000, 0}, math.Log(3)},
		{[]float32{1000, 1000, -1000, -1000}, math.Ln2},
		{[]float32{1, float32(math.Inf(-1)), 1, float32(math.Inf(-1))}, math.Ln2},
	} {
		var p tensor.Params
		x := p.Add("x", 1, len(c.logits), tensor.Init{})
		copy(x.Data, c.logits)
		kl := KLUniform(x.On(&tape))
		if got := kl.Item(); !(math.Abs(got-c.want) < 1e-6) {
			t.Errorf("kl of %v is %g, want %g", c.logits, got, c.want)
		}
		if kl.Backward(&p); !(p.GradNorm() < 1e-6) {
			t.Errorf("kl of %v has the gradient %v, want none", c.logits, p.Grad)
		}
	}
}

func softmax64(logits []float32) []float64 {
	p, sum := make([]float64, len(logits)), 0.0
	for i, l := range logits {
		p[i] = math.Exp(float64(l))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

func TestCategoricalAgainstFloat64(t *testing.T) {
	logits := []float32{0.5, -1, 2, 0, 0, 1, 1000, -1000, 3, -2, 0.25, -1000}
	x := []float32{2, 0, 1, 1}
	var tape tensor.Tape
	got := Categorical(tape.Input(x, 2, 2), tape.Input(logits, 2, 6))
	want := []float64{
		math.Log(softmax64(logits[0:3])[2]) + math.Log(softmax64(logits[3:6])[0]),
		-2000 + math.Log(softmax64(logits[9:12])[1]),
	}
	for i, v := range got.Data {
		if math.Abs(float64(v)-want[i]) > 1e-6*(1+math.Abs(want[i])) {
			t.Errorf("row %d is %g, want %g", i, v, want[i])
		}
	}
}

// Columns of which the mean is below the bound count for the bound, and have no
// gradient; the others count for their mean.
func TestFreeBits(t *testing.T) {
	var p tensor.Params
	kl := p.Add("kl", 2, 3, tensor.Init{})
	copy(kl.Data, []float32{0.1, 2, 0.5, 0.3, 1, 0.75})
	var tape tensor.Tape
	y := FreeBits(kl.On(&tape), 0.5)
	y.Backward(&p)
	if got, want := y.Item(), 0.5+1.5+0.625; math.Abs(got-want) > 1e-6 {
		t.Errorf("got %g, want %g", got, want)
	}
	for i, want := range []float32{0, 0.5, 0.5, 0, 0.5, 0.5} {
		if p.Grad[i] != want {
			t.Errorf("gradient %d is %g, want %g", i, p.Grad[i], want)
		}
	}
}

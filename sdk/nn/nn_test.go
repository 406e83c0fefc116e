package nn

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/safetensors"
	"github.com/genhost/genhost/sdk/tensor"
)

func TestBernoulliAgainstFloat64(t *testing.T) {
	logits := []float32{-500, -30, -2, 0, 0.3, 40, 1000}
	x := []float32{0, 0.25, 1, 0.5, 0.9, 1, 0}
	var tape tensor.Tape
	got := Bernoulli(tape.Input(x, 1, 7), tape.Input(logits, 1, 7)).Item()
	want := 0.0
	for i, l := range logits {
		// log σ(l) and log σ(−l), each as −log(1+e^∓l).
		p, q := -logOnePlusExp(-float64(l)), -logOnePlusExp(float64(l))
		want += float64(x[i])*p + (1-float64(x[i]))*q
	}
	if math.Abs(got-want) > 1e-4 {
		t.Errorf("got %g, want %g", got, want)
	}
}

func logOnePlusExp(x float64) float64 {
	if x > 30 {
		return x
	}
	return math.Log1p(math.Exp(x))
}

// Against the density of the normal distribution, with each shape that logVar
// may have.
func TestGaussianAgainstFloat64(t *testing.T) {
	x := []float32{0, 1, -2, 0.5, 3, 100}
	mean := []float32{0.1, 1, 2, -0.5, 2.9, -100}
	for _, c := range []struct {
		rows, cols int
		logVar     []float32
	}{
		{1, 1, []float32{-0.7}},
		{1, 3, []float32{-3, 0, 2}},
		{2, 1, []float32{-1, 1.5}},
		{2, 3, []float32{-20, 0, 1, 2, 3, 20}},
	} {
		var tape tensor.Tape
		got := Gaussian(tape.Input(x, 2, 3), tape.Input(mean, 2, 3), tape.Input(c.logVar, c.rows, c.cols))
		for i := range 2 {
			want := 0.0
			for j := range 3 {
				variance := math.Exp(float64(c.logVar[i%c.rows*c.cols+j%c.cols]))
				d := float64(x[3*i+j]) - float64(mean[3*i+j])
				want += math.Log(1/math.Sqrt(2*math.Pi*variance)) - d*d/(2*variance)
			}
			if math.Abs(float64(got.Data[i])-want) > 1e-6*math.Abs(want)+1e-5 {
				t.Errorf("logVar %d×%d: row %d is %g, want %g", c.rows, c.cols, i, got.Data[i], want)
			}
		}
	}
}

// The closed form must agree with what it stands for: the mean, over z ~ q, of
// log q(z) − log p(z).
func TestKLBySampling(t *testing.T) {
	const n = 200_000
	mu, logVar := []float32{0.7, -1.5, 0}, []float32{-0.5, 0.8, 0}
	var tape tensor.Tape
	got := KL(tape.Input(mu, 1, 3), tape.Input(logVar, 1, 3)).Item()
	var sum, squares float64
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		d := 0.0
		for j := range mu {
			eps := rng.NormFloat64()
			z := float64(mu[j]) + math.Exp(float64(logVar[j])/2)*eps
			d += -eps*eps/2 - float64(logVar[j])/2 + z*z/2
		}
		sum, squares = sum+d, squares+d*d
	}
	want := sum / n
	sd := math.Sqrt((squares/n - want*want) / n)
	if math.Abs(got-want) > 4*sd {
		t.Errorf("kl = %.5f, sampling says %.5f ± %.5f", got, want, sd)
	}
	if zero := KL(tape.Full(1, 5, 0), tape.Full(1, 5, 0)).Item(); zero != 0 {
		t.Errorf("kl of N(0, I) is %g", zero)
	}
}

func TestNormal(t *testing.T) {
	const rows, cols = 4000, 25
	var tape tensor.Tape
	x := Normal(tape.Constant(rows, cols), 3, 0)
	// The first four moments, and the share beyond 2, of N(0, 1).
	var m [5]float64
	for _, v := range x.Data {
		f := float64(v)
		m[0], m[1], m[2], m[3] = m[0]+f, m[1]+f*f, m[2]+f*f*f, m[3]+f*f*f*f
		if math.Abs(f) > 2 {
			m[4]++
		}
	}
	want := [5]float64{0, 1, 0, 3, 0.0455}
	tolerance := [5]float64{1, 1.4, 3.9, 9.8, 0.21} // standard deviations of one draw's
	for i := range m {
		if got := m[i] / (rows * cols); math.Abs(got-want[i]) > 4*tolerance[i]/math.Sqrt(rows*cols) {
			t.Errorf("statistic %d is %.4f, want %.4f", i, got, want[i])
		}
	}
	// Neighbouring rows, and pairs of numbers, have nothing to do with one another.
	for _, lag := range []int{1, 2, cols, cols + 1} {
		sum := 0.0
		for i, v := range x.Data[lag:] {
			sum += float64(v) * float64(x.Data[i])
		}
		if c := sum / (rows * cols); math.Abs(c) > 4/math.Sqrt(rows*cols) {
			t.Errorf("numbers %d apart correlate by %.4f", lag, c)
		}
	}
}

func TestNormalRowsStandAlone(t *testing.T) {
	var tape tensor.Tape
	all := Normal(tape.Constant(20, 7), 5, 100)
	some := Normal(tape.Constant(3, 7), 5, 112)
	if !slices.Equal(some.Data, all.Data[12*7:15*7]) {
		t.Error("row 112 depends on where the batch begins")
	}
	if other := Normal(tape.Constant(20, 7), 6, 100); slices.Equal(other.Data, all.Data) {
		t.Error("the seed makes no difference")
	}
}

func TestMLP(t *testing.T) {
	var p tensor.Params
	m := NewMLP(&p, "net", []int{2, 3, 1}, tensor.ReLU, tensor.Sigmoid)
	p.Init(rand.New(rand.NewPCG(1, 2)))
	copy(m[0].Bias.Data, []float32{0.1, -0.2, 0.3})
	m[1].Bias.Data[0] = 0.4
	var tape tensor.Tape
	got := m.Forward(tape.Input([]float32{1, -2}, 1, 2)).Item()
	s := 0.4
	for j := range 3 {
		h := float64(m[0].Bias.Data[j]) + float64(m[0].Weight.Data[j]) - 2*float64(m[0].Weight.Data[3+j])
		s += max(h, 0) * float64(m[1].Weight.Data[j])
	}
	if want := 1 / (1 + math.Exp(-s)); math.Abs(got-want) > 1e-6 {
		t.Errorf("got %g, want %g", got, want)
	}
	var names []string
	for _, q := range p.All() {
		names = append(names, q.Name)
	}
	if want := "net.0.weight net.0.bias net.1.weight net.1.bias"; strings.Join(names, " ") != want {
		t.Errorf("parameters are %v, want %s", names, want)
	}
}

// Numbers keep their size through many layers.
func TestInitKeepsSize(t *testing.T) {
	for _, act := range []tensor.Activation{tensor.Linear, tensor.ReLU} {
		var p tensor.Params
		m := NewMLP(&p, "deep", slices.Repeat([]int{200}, 11), act, act)
		p.Init(rand.New(rand.NewPCG(1, 2)))
		var tape tensor.Tape
		x := Normal(tape.Constant(200, 200), 1, 0)
		got := m.Forward(x).Scale(1 / head).Square().Mean().Item()
		if got < 0.4 || got > 2.5 {
			t.Errorf("%s: mean square is %.3g after 10 layers, 1 before", act, got)
		}
	}
}

func TestEMA(t *testing.T) {
	var dst, src tensor.Params
	dst.Add("w", 1, 1, tensor.Init{})
	src.Add("w", 1, 1, tensor.Init{})
	e := EMA{Decay: 0.5}
	src.Data[0] = 8
	e.Update(&dst, &src)
	if dst.Data[0] != 8 {
		t.Errorf("first is %g, want a copy of 8", dst.Data[0])
	}
	want := 8.0
	for n := 1; n < 30; n++ {
		src.Data[0] = float32(n)
		e.Update(&dst, &src)
		decay := math.Min(0.5, float64(1+n)/float64(10+n))
		want = decay*want + (1-decay)*float64(n)
		if math.Abs(float64(dst.Data[0])-want) > 1e-4 {
			t.Fatalf("step %d: %g, want %g", n, dst.Data[0], want)
		}
	}
}

// two returns the parameters of two networks.
func two(seed uint64) (*tensor.Params, *tensor.Params) {
	var a, b tensor.Params
	NewMLP(&a, "encoder", []int{3, 4, 2}, tensor.ReLU, tensor.Linear)
	NewMLP(&b, "decoder", []int{2, 3}, tensor.ReLU, tensor.Linear)
	rng := rand.New(rand.NewPCG(seed, 0))
	a.Init(rng)
	b.Init(rng)
	return &a, &b
}

func TestSaveAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	a, b := two(1)
	if err := Save(path, a, b); err != nil {
		t.Fatal(err)
	}
	c, d := two(2)
	if err := Load(path, c, d); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Data, c.Data) || !slices.Equal(b.Data, d.Data) {
		t.Error("weights differ after Save and Load")
	}
}

func TestLoadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	a, b := two(1)
	nan := safetensors.Tensor{Name: "decoder.0.bias", Shape: []int{1, 3}, Data: []float32{1, 2, float32(math.NaN())}}
	weight := safetensors.Tensor{Name: "decoder.0.weight", Shape: []int{2, 3}, Data: make([]float32, 6)}
	turned := safetensors.Tensor{Name: "decoder.0.weight", Shape: []int{3, 2}, Data: make([]float32, 6)}
	write := func(tensors ...safetensors.Tensor) func() error {
		return func() error { return safetensors.WriteFile(path, tensors, nil) }
	}
	for name, c := range map[string]struct {
		make func() error
		is   error
		says string
	}{
		"missing file":   {func() error { return os.Remove(path) }, os.ErrNotExist, "weights.safetensors"},
		"no safetensors": {func() error { return os.WriteFile(path, []byte("hello, I am no weights"), 0o666) }, safetensors.ErrCorrupt, "weights.safetensors"},
		"truncated": {func() error {
			if err := Save(path, b); err != nil {
				return err
			}
			return os.Truncate(path, 100)
		}, safetensors.ErrCorrupt, "weights.safetensors"},
		"another network": {func() error { return Save(path, a) }, ErrMismatch, "no decoder.0.weight"},
		"more than asked": {func() error { return Save(path, b, a) }, ErrMismatch, "the file also has encoder.0.weight, and all Params that were saved together"},
		"another shape":   {write(turned, nan), ErrMismatch, "decoder.0.weight has shape [3 2], want [2 3]"},
		"not a number":    {write(weight, nan), ErrMismatch, "decoder.0.bias has NaN at 2"},
	} {
		os.WriteFile(path, nil, 0o666)
		if err := c.make(); err != nil {
			t.Fatal(err)
		}
		before := slices.Clone(b.Data)
		err := Load(path, b)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %v and %q", name, err, c.is, c.says)
		}
		if !slices.Equal(b.Data, before) {
			t.Errorf("%s: the parameters changed", name)
		}
	}
	if err := Save(filepath.Join(path, "no", "folder"), b); err == nil {
		t.Error("saved where there is no folder")
	}
}

// What Load would refuse is not saved, and does not overwrite what is there.
func TestSaveRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	a, b := two(1)
	for _, v := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
		if err := os.WriteFile(path, []byte("older"), 0o666); err != nil {
			t.Fatal(err)
		}
		b.Data[len(b.Data)-1] = v
		err := Save(path, a, b)
		if want := fmt.Sprintf("decoder.0.bias has %g at 2", v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		if got, _ := os.ReadFile(path); string(got) != "older" {
			t.Errorf("Save wrote %d bytes over what was there", len(got))
		}
	}
}

package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// What is drawn has the variance of the paper, and the shape of the distribution:
// its fourth moment.
func TestInits(t *testing.T) {
	const rows, cols = 300, 200
	dense := func(act tensor.Activation) tensor.Init {
		var p tensor.Params
		NewDense(&p, "net", 300, 100, act)
		return p.All()[0].Init
	}
	for name, c := range map[string]struct {
		init     tensor.Init
		variance float64
		fourth   float64 // moment, in variances squared: 9/5 if uniform, 3 if normal
	}{
		"glorot uniform":   {GlorotUniform(300, 100), 2.0 / 400, 1.8},
		"glorot normal":    {GlorotNormal(300, 100), 2.0 / 400, 3},
		"he uniform":       {HeUniform(300, 0), 2.0 / 300, 1.8},
		"he normal":        {HeNormal(300, 0), 2.0 / 300, 3},
		"he uniform leaky": {HeUniform(300, 0.5), 2.0 / 375, 1.8},
		"he normal leaky":  {HeNormal(300, 0.5), 2.0 / 375, 3},
		"before tanh":      {dense(tensor.Tanh), 2.0 / 400, 1.8},
		"before relu":      {dense(tensor.ReLU), 2.0 / 300, 1.8},
		"of dcgan":         {tensor.Init{Normal: 0.02}, 0.0004, 3},
		"shifted":          {tensor.Init{Constant: 1, Normal: 0.02}, 0.0004, 3},
	} {
		var p tensor.Params
		p.Add("w", rows, cols, c.init)
		p.Init(rand.New(rand.NewPCG(1, 2)))
		var mean, m2, m4 float64
		for _, v := range p.Data {
			d := float64(v) - float64(c.init.Constant)
			mean, m2, m4 = mean+d, m2+d*d, m4+d*d*d*d
		}
		const n = rows * cols
		mean, m2, m4 = mean/n, m2/n, m4/n
		sigma := math.Sqrt(c.variance / n)
		if math.Abs(mean) > 4*sigma {
			t.Errorf("%s: mean is %g, want 0 ± %g", name, mean, sigma)
		}
		if sigma := c.variance * math.Sqrt((c.fourth-1)/n); math.Abs(m2-c.variance) > 4*sigma {
			t.Errorf("%s: variance is %g, want %g ± %g", name, m2, c.variance, sigma)
		}
		if got := m4 / (m2 * m2); math.Abs(got-c.fourth) > 0.1 {
			t.Errorf("%s: fourth moment is %.3f, want %.1f", name, got, c.fourth)
		}
	}
}

// A leaky layer keeps the size of its input if the slope is minded, and makes it
// grow if it is not.
func TestHeMindsTheSlope(t *testing.T) {
	for slope, want := range map[float64]float64{0.2: 1, 0: 1.04} {
		var p tensor.Params
		w := p.Add("w", 300, 3000, HeNormal(300, slope))
		p.Init(rand.New(rand.NewPCG(1, 2)))
		var tape tensor.Tape
		x := Normal(tape.Constant(200, 300), 1, 0)
		if got := x.LeakyReLU().MatMul(w).Square().Mean().Item(); math.Abs(got-want) > 0.015 {
			t.Errorf("slope %g: mean square is %.3f, want %.2f", slope, got, want)
		}
	}
}

package main

import (
	"math"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The losses at known outputs, as the papers write them, in float64.
func TestLosses(t *testing.T) {
	real, fake := []float64{2, -1, 0}, []float64{0.5, -3, 0}
	prob := func(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }
	for name, of := range map[string]struct {
		real, fake, generator func(d, smooth float64) float64
	}{
		"nonsaturating": {
			func(d, s float64) float64 { return -(1-s)*math.Log(prob(d)) - s*math.Log(1-prob(d)) },
			func(d, _ float64) float64 { return -math.Log(1 - prob(d)) },
			func(d, _ float64) float64 { return -math.Log(prob(d)) },
		},
		"hinge": {
			func(d, _ float64) float64 { return -min(0, d-1) },
			func(d, _ float64) float64 { return -min(0, -d-1) },
			func(d, _ float64) float64 { return -d },
		},
		"lsgan": {
			func(d, _ float64) float64 { return math.Pow(d-1, 2) / 2 },
			func(d, _ float64) float64 { return math.Pow(d, 2) / 2 },
			func(d, _ float64) float64 { return math.Pow(d-1, 2) / 2 },
		},
		"wgan-gp": {
			func(d, _ float64) float64 { return -d },
			func(d, _ float64) float64 { return d },
			func(d, _ float64) float64 { return -d },
		},
	} {
		for _, smooth := range []float64{0, 0.1} {
			wantD, wantG := 0.0, 0.0
			var tape tensor.Tape
			r, f := tape.Constant(3, 1), tape.Constant(3, 1)
			for i := range 3 {
				r.Data[i], f.Data[i] = float32(real[i]), float32(fake[i])
				wantD += (of.real(real[i], smooth) + of.fake(fake[i], smooth)) / 3
				wantG += of.generator(fake[i], smooth) / 3
			}
			if got := losses[name].discriminator(r, f, smooth).Item(); math.Abs(got-wantD) > 1e-5 {
				t.Errorf("%s, smoothing %g: D's loss is %.6f, want %.6f", name, smooth, got, wantD)
			}
			if got := losses[name].generator(f).Item(); math.Abs(got-wantG) > 1e-5 {
				t.Errorf("%s: G's loss is %.6f, want %.6f", name, got, wantG)
			}
		}
	}
}

// A D that says the same of all rows, the best that it can, is even; one that is
// always right has won.
func TestLed(t *testing.T) {
	var tape tensor.Tape
	for name, c := range map[string]struct {
		same        float32
		right       [2]float32 // what D says of real and fake rows
		smoothing   float64
		even, ahead float64
	}{
		"nonsaturating": {0, [2]float32{20, -20}, 0, 0, 1},
		"smoothed":      {0, [2]float32{float32(math.Log(9)), -20}, 0.1, 0, 1},
		"hinge":         {0, [2]float32{1, -1}, 0, 0, 1},
		"lsgan":         {0.5, [2]float32{1, 0}, 0, 0, 1},
		"wgan-gp":       {3, [2]float32{100, -100}, 0, 0, 0},
	} {
		l, ok := losses[name]
		if !ok {
			l = losses["nonsaturating"]
		}
		led := func(real, fake float32) float64 {
			tape.Reset()
			return l.led(l.discriminator(tape.Full(4, 1, real), tape.Full(4, 1, fake), c.smoothing).Item(), c.smoothing)
		}
		if got := led(c.same, c.same); math.Abs(got-c.even) > 1e-5 {
			t.Errorf("%s: where D says %g of all rows it leads by %g, want %g", name, c.same, got, c.even)
		}
		if got := led(c.right[0], c.right[1]); math.Abs(got-c.ahead) > 1e-5 {
			t.Errorf("%s: where D is right it leads by %g, want %g", name, got, c.ahead)
		}
	}
}

// games are settings whose gradients are all made otherwise.
var games = map[string]func(s *settings){
	"nonsaturating": asIs,
	"hinge":         func(s *settings) { s.Loss = "hinge" },
	"lsgan":         func(s *settings) { s.Loss = "lsgan" },
	"wgan-gp":       func(s *settings) { s.Loss = "wgan-gp" },
	"r1":            func(s *settings) { s.R1 = 2 },
	"spectral norm": func(s *settings) { s.SpectralNorm, s.R1 = true, 2 },
	"pac":           func(s *settings) { s.Pac, s.Loss = 2, "wgan-gp" },
	"batch norm":    func(s *settings) { s.BatchNorm = true },
	"condition":     func(s *settings) { s.Condition, s.R1, s.Pac = []string{"label", "size"}, 2, 2 },
	"all": func(s *settings) {
		s.Condition, s.R1, s.Pac, s.Noise, s.BatchNorm, s.SpectralNorm = []string{"label"}, 1, 2, 0.1, true, true
	},
	"conv": func(s *settings) { s.Architecture, s.R1 = "conv", 1 },
	"sequence": func(s *settings) {
		s.Architecture, s.Blocks, s.Loss, s.Categories, s.Pac = "sequence", 1, "wgan-gp", softmax, 2
	},
	"sequence, all": func(s *settings) {
		s.Architecture, s.Condition, s.Tau, s.R1, s.BatchNorm, s.SpectralNorm = "sequence", []string{"label"}, 1, 2, true, true
	},
	"conv, all": func(s *settings) {
		s.Architecture, s.Condition, s.Pac, s.BatchNorm, s.SpectralNorm = "conv", []string{"label"}, 2, true, true
	},
}

// Each network's gradient, the other one frozen, agrees with central differences of
// its own loss, penalties and all.
func TestGradients(t *testing.T) {
	for name, n := range players(t) {
		t.Run(name, func(t *testing.T) {
			p := n.newGame(&sdk.Job{Data: labelled(n.space, 4), Seed: 1})
			shake(n)
			rows := labelled(n.space, 4).Gather(sdk.Batch{}, []int{0, 1, 2, 3})
			if p.sampler != nil {
				rows = p.sampler.draw(4)
			}
			begin := func() (x, fake, logits *tensor.Tensor) {
				p.tape.Reset()
				p.tape.Train(1, 0)
				p.blurred = 0
				y := p.tell(rows, 4)
				if y != nil {
					p.critic.y = pack(y, p.Pac, 1)
				}
				p.d.normalise(&p.tape, false)
				fake, logits = p.make(y, 4)
				return n.see(p.tape.Input(rows.Data, 4, n.space.Size()), &p.tape), fake, logits
			}
			agrees(t, &n.d.params, &n.g.params, func() *tensor.Tensor {
				x, fake, _ := begin()
				return p.lossD(x, fake)
			})
			agrees(t, &n.g.params, &n.d.params, func() *tensor.Tensor {
				_, fake, logits := begin()
				return p.lossG(fake, logits)
			})
		})
	}
}

// What D descends is its loss and all penalties, of this step only.
func TestPenaltyIsTheSum(t *testing.T) {
	n := small(t, func(s *settings) { s.Loss, s.R1 = "wgan-gp", 2 })
	p := n.newGame(&sdk.Job{Data: labelled(n.space, 4), Seed: 1})
	shake(n)
	rows := labelled(n.space, 4).Gather(sdk.Batch{}, []int{0, 1, 2, 3})
	for step := range 2 {
		x := p.tape.Input(rows.Data, 4, n.space.Size())
		fake, _ := p.make(nil, 4)
		descends := p.lossD(x, fake).Item()
		if want := descends - p.metrics["loss_d"]; math.Abs(p.metrics["penalty"]-want) > 1e-5*want {
			t.Errorf("step %d: penalty %g, but D descends %g more than its loss", step, p.metrics["penalty"], want)
		}
	}
}

// players are models with the settings of games, and others of rows of all kinds.
func players(t *testing.T) map[string]*gan {
	all := map[string]*gan{}
	for name, set := range games {
		all[name] = small(t, set)
	}
	all["mix"] = shaken(t, smallSettings(func(s *settings) { s.Tau = 1 }), mixed())
	all["mix, all"] = shaken(t, smallSettings(func(s *settings) {
		s.Categories, s.Condition, s.Pac, s.BatchNorm, s.Loss = softmax, []string{"label"}, 2, true, "wgan-gp"
	}), mixed())
	all["mix, sampled"] = shaken(t, smallSettings(func(s *settings) {
		s.Tau, s.Condition, s.Tell = 1, []string{"label"}, tellSome
	}), mixed())
	return all
}

// agrees compares the gradient of loss by params with central differences.
func agrees(t *testing.T, params, other *tensor.Params, loss func() *tensor.Tensor) {
	t.Helper()
	other.Grad = nil
	loss().Backward(params)
	if other.Grad != nil {
		t.Error("the other network has a gradient")
	}
	got := append([]float32(nil), params.Grad...)
	const h = 1.0 / 512
	at := 0
	for _, q := range params.All() {
		for i := range q.Tensor.Data {
			old := q.Tensor.Data[i]
			q.Tensor.Data[i] = old + h
			up := loss().Item()
			q.Tensor.Data[i] = old - h
			want := (up - loss().Item()) / (2 * h)
			q.Tensor.Data[i] = old
			if g := float64(got[at]); math.Abs(g-want) > 4e-3*(1+math.Abs(want)) {
				t.Errorf("%s[%d]: gradient %.5f, differences say %.5f", q.Name, i, g, want)
			}
			at++
		}
	}
}

// The diversity of rows that are k times as far apart is k.
func TestDiversity(t *testing.T) {
	n := small(t, asIs)
	p := n.newGame(&sdk.Job{Data: labelled(n.space, 4)})
	x := nn.Normal(p.tape.Constant(7, 5), 1, 0)
	for _, k := range []float32{0, 0.25, 1} {
		p.compare(x, x.Scale(k).Plus(3))
		if got := p.metrics["diversity"]; math.Abs(got-float64(k)) > 1e-6 {
			t.Errorf("rows %g times as far apart have diversity %g", k, got)
		}
	}
}

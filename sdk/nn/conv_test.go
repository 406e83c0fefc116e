package nn

import (
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// Before a ReLU numbers keep their size, there and back, but for the edges;
// elsewhere Glorot's compromise between there and back holds.
func TestConvKeepsSize(t *testing.T) {
	for _, w := range []tensor.Window{Window2D(24, 24, 40, 4, 2, 1), Window2D(16, 16, 40, 3, 1, 1), Window1D(300, 40, 8, 4, 2)} {
		for _, act := range []tensor.Activation{tensor.Linear, tensor.ReLU} {
			var p tensor.Params
			down, up := NewConv(&p, "down", w, 40, act), NewConvTransposed(&p, "up", w, 40, act)
			p.Init(rand.New(rand.NewPCG(1, 2)))
			var tape tensor.Tape
			in, out := float64(w.PatchSize()), float64(40*reuse(w))
			wantDown, wantUp := 1.0, 1.0
			if act == tensor.Linear {
				wantDown, wantUp = 2*in/(in+out), 2*out/(in+out)
			}
			for name, size := range map[string]float64{
				"down": down.Forward(Normal(tape.Constant(20, w.Size()), 1, 0)).Square().Mean().Item() / wantDown,
				"up":   up.Forward(Normal(tape.Constant(20, 40*w.Places()), 1, 0)).Square().Mean().Item() / wantUp,
			} {
				if size < 0.7 || size > 1.1 {
					t.Errorf("%+v, %s, %s: mean square is %.2f of what it should be", w, act, name, size)
				}
			}
		}
	}
}

// The layers hand their own parts to the operations.
func TestConvLayers(t *testing.T) {
	w := Window2D(6, 6, 3, 4, 2, 1)
	var p tensor.Params
	down, up := NewConv(&p, "down", w, 5, tensor.Tanh), NewConvTransposed(&p, "up", w, 5, tensor.Sigmoid)
	p.Init(rand.New(rand.NewPCG(1, 2)))
	for _, q := range p.All() {
		for i := range q.Tensor.Data {
			q.Tensor.Data[i] += 0.1
		}
	}
	var tape tensor.Tape
	x := Normal(tape.Constant(2, w.Size()), 1, 0)
	h := down.Forward(x)
	wantH := x.Conv(&w, p.All()[0].Tensor, p.All()[1].Tensor, tensor.Tanh)
	wantY := h.ConvTransposed(&w, p.All()[2].Tensor, p.All()[3].Tensor, tensor.Sigmoid)
	if h.Sub(wantH).Square().Sum().Item() != 0 || up.Forward(h).Sub(wantY).Square().Sum().Item() != 0 {
		t.Error("a layer does not do what its operation does with its parameters")
	}
	for i, want := range []string{"down.weight", "down.bias", "up.weight", "up.bias"} {
		if got := p.All()[i].Name; got != want {
			t.Errorf("parameter %d is %s, want %s", i, got, want)
		}
	}
}

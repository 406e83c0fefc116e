package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

const (
	pixels   = 28 * 28
	mostRows = 8192
)

// A workload is something to be done again and again.
type workload struct {
	name string
	step func()
	flop float64 // for each row of a batch
}

// workloads returns those of a name, for batches of so many rows.
func workloads(name string, batch int) ([]workload, error) {
	switch name {
	case "W1":
		return []workload{training(name, batch, newVAE())}, nil
	case "W2":
		return []workload{training(name, batch, newDenseGAN())}, nil
	case "W3":
		return []workload{training(name, batch, newConvGAN())}, nil
	case "INF":
		v, dense, conv := newVAE(), newDenseGAN(), newConvGAN()
		return []workload{
			generating("inf_W1dec", batch, nn.Sequential{v.decoder, nn.Func((*tensor.Tensor).Sigmoid)}, vaeLatent, 2*v.decoderWork()),
			generating("inf_W2gen", batch, dense.generator, ganLatent, 2*dense.gWork.total),
			generating("inf_W3gen", batch, conv.generator, ganLatent, 2*conv.gWork.total),
		}, nil
	}
	return nil, checkName(name)
}

func checkName(name string) error {
	switch name {
	case "W1", "W2", "W3", "INF":
		return nil
	}
	return fmt.Errorf("no workload %q: there are W1, W2, W3 and INF", name)
}

// A model trains a step at a time.
type model interface {
	// step trains on rows of pixels, and returns a loss; first is how many
	// rows came before.
	step(tape *tensor.Tape, x *tensor.Tensor, first int) float64
	flop() float64 // of a step, for each row
}

// training is a model's steps over random pictures.
func training(name string, batch int, m model) workload {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]float32, mostRows*pixels)
	for i := range rows {
		rows[i] = rng.Float32()
	}
	var tape tensor.Tape
	first := 0
	return workload{name, func() {
		tape.Reset()
		at := first % (mostRows - batch + 1)
		m.step(&tape, tape.Input(rows[at*pixels:(at+batch)*pixels], batch, pixels), first)
		first += batch
	}, m.flop()}
}

// generating is a network's passes over the same latents.
func generating(name string, batch int, net nn.Layer, latent int, flop float64) workload {
	var tape tensor.Tape
	z := nn.Normal((&tensor.Tape{}).Constant(batch, latent), 1, 0)
	return workload{name, func() {
		tape.Reset()
		net.Forward(tape.Input(z.Data, batch, latent))
	}, flop}
}

// work is how many multiplications a row takes on its way through a network,
// and how many of them are in the first layer.
type work struct{ total, first float64 }

func dense(widths ...int) work {
	var w work
	for i := range len(widths) - 1 {
		w.total += float64(widths[i] * widths[i+1])
	}
	w.first = float64(widths[0] * widths[1])
	return w
}

package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// An EMA is the exponential moving average of a network's parameters over its
// training, which often generates better than the last of them (Yazıcı et al.,
// arXiv:1806.04498).
type EMA struct {
	Decay float64 // from 0, no average, to below 1
	Steps int
}

// Update moves dst, the parameters of a like network, towards src. The first
// update copies; until there is much to average, the decay is less than Decay:
// (1+n)/(10+n) at step n.
func (e *EMA) Update(dst, src *tensor.Params) {
	if len(dst.Data) != len(src.Data) {
		panic(fmt.Sprintf("nn: ema: %d parameters and %d", len(dst.Data), len(src.Data)))
	}
	n := float64(e.Steps)
	e.Steps++
	if n == 0 {
		copy(dst.Data, src.Data)
		return
	}
	kernel.EMA(dst.Data, float32(1-min(e.Decay, (1+n)/(10+n))), src.Data)
}

package main

import (
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// Pictures of any size and colour are made, every number of which depends on the
// latent, and D looks at every number.
func TestConvShapes(t *testing.T) {
	s := smallSettings(func(s *settings) { s.Architecture, s.BatchNorm, s.DiscriminatorAct = "conv", false, "tanh" })
	for _, p := range [][3]int{{8, 8, 1}, {9, 14, 3}, {64, 64, 3}, {97, 131, 3}} {
		g := shaken(t, s, space(sdk.Unit, p[0], p[1], p[2]))
		g.trained = true
		rows, err := g.Generate(t.Context(), sdk.GenerateRequest{N: 3})
		if err != nil || g.space.Check(rows) != nil {
			t.Errorf("%v: %v and %v", p, err, g.space.Check(rows))
			continue
		}
		for i, x := range rows.Row(0) {
			if x == rows.Row(1)[i] && x == rows.Row(2)[i] {
				t.Errorf("%v: number %d is %g whatever the latent", p, i, x)
				break
			}
		}
		var in tensor.Params
		x := in.Add("x", 1, g.space.Size(), tensor.Init{})
		copy(x.Data, rows.Row(0))
		var tape tensor.Tape
		g.d.body.Forward(nn.Normal(tape.Constant(1, g.space.Size()), 1, 0).Add(x)).Sum().Backward(&in)
		for i, slope := range x.Grad {
			if slope == 0 {
				t.Errorf("%v: D does not see number %d", p, i)
				break
			}
		}
	}
}

package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// GradientPenalty returns how far the critic of a WGAN is from a slope of 1, on
// average over rows x̂ between real and generated ones: Gulrajani et al., "Improved
// training of Wasserstein GANs", arXiv:1704.00028, eq. 3, without its λ (10 there):
//
//	mean (‖∇D(x̂)‖ − 1)²,  x̂ = ε real + (1−ε) fake
//
// mix has an ε for each row:
//
//	mix := nn.Uniform(tape.Constant(n, 1), seed, first)
//	lossD = lossD.Add(nn.GradientPenalty(critic, real, fake, mix).Scale(10))
//	lossD.Backward(&d)
//
// The critic returns one number for each row, which depends on that row alone - so
// no batch norm, but layer norm, as section 4 has it - through operations that [tensor.Tensor.Pullback] knows; it
// panics at others. Keep it in a variable of type Layer: to make a Layer of an [MLP]
// or a [Sequential] allocates.
func GradientPenalty(critic Layer, real, fake, mix *tensor.Tensor) *tensor.Tensor {
	if fake.Rows != real.Rows || mix.Rows != real.Rows || mix.Cols != 1 {
		panic(fmt.Sprintf("nn: gradient penalty: real rows %v, fake %v, mixed by %v", real, fake, mix))
	}
	x := fake.Add(real.Sub(fake).Mul(mix))
	return slopes("gradient penalty", critic, x).NormRows().Plus(-1).Square().Mean()
}

// R1 returns how steep a discriminator, which returns logits, is at real rows:
// Mescheder et al., "Which training methods for GANs do actually converge?",
// arXiv:1801.04406, eq. 9, without its γ (10 there):
//
//	½ mean ‖∇D(x)‖²
//
// What [GradientPenalty] says of the critic holds for the discriminator.
func R1(discriminator Layer, real *tensor.Tensor) *tensor.Tensor {
	return slopes("r1", discriminator, real).Square().SumRows().Mean().Scale(0.5)
}

// slopes returns the gradient of the critic at each row of x.
func slopes(name string, critic Layer, x *tensor.Tensor) *tensor.Tensor {
	y := critic.Forward(x)
	if y.Rows != x.Rows || y.Cols != 1 {
		panic(fmt.Sprintf("nn: %s: the critic makes %v of %v, want one number a row", name, y, x))
	}
	return y.Pullback(x, nil)
}

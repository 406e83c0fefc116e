package main

import "github.com/genhost/genhost/sdk/tensor"

// pack puts m rows at a time side by side, so that D sees how much they differ: Lin
// et al., "PacGAN: the power of two samples in generative adversarial networks",
// arXiv:1712.04086, section 3. A row is so many places, such as pixels, and at
// each place the channels of the m rows come one after the other. Row i of the
// result has rows i, i + n/m, i + 2n/m and so on of x, of which there are n.
func pack(x *tensor.Tensor, m, places int) *tensor.Tensor {
	if m == 1 {
		return x
	}
	packs, channels := x.Rows/m, x.Cols/places
	all := x.Slice(0, packs).Reshape(packs*places, channels)
	for i := 1; i < m; i++ {
		all = all.Beside(x.Slice(i*packs, (i+1)*packs).Reshape(packs*places, channels))
	}
	return all.Reshape(packs, m*x.Cols)
}

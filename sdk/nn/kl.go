package nn

import (
	"math"

	"github.com/genhost/genhost/sdk/tensor"
)

// KL returns KL(q ‖ N(0, I)) of each row, where q is normal about mu with
// variances e^logVar, independently: Kingma and Welling, arXiv:1312.6114,
// appendix B.
//
//	½ Σ mu² + e^logVar − logVar − 1
func KL(mu, logVar *tensor.Tensor) *tensor.Tensor { return twiceKL(mu, logVar).SumRows().Scale(0.5) }

// KLEach returns what each number adds to [KL], for [FreeBits].
func KLEach(mu, logVar *tensor.Tensor) *tensor.Tensor { return twiceKL(mu, logVar).Scale(0.5) }

func twiceKL(mu, logVar *tensor.Tensor) *tensor.Tensor {
	return mu.Square().Add(logVar.Exp()).Sub(logVar).Plus(-1)
}

// KLGaussian returns KL(q ‖ p) of each row, where q is normal about mu with
// variances e^logVar, and p about priorMu with variances e^priorLogVar,
// independently. The prior's may have one row, one column or both, and must be
// on the tape. With d = logVar − priorLogVar that is
//
//	½ Σ e^d − d − 1 + (mu − priorMu)² e^−priorLogVar
func KLGaussian(mu, logVar, priorMu, priorLogVar *tensor.Tensor) *tensor.Tensor {
	d := logVar.Sub(priorLogVar)
	apart := mu.Sub(priorMu).Square().Mul(priorLogVar.Scale(-1).Exp())
	return d.Exp().Sub(d).Plus(-1).Add(apart).SumRows().Scale(0.5)
}

// KLUniform returns KL(q ‖ p) of each row, where q is the categorical
// distribution of the softmax of the logits and p the uniform one, as Jang et
// al., arXiv:1611.01144, have it for their prior. For several to a row, Reshape.
//
//	log K + Σ q log q
//
// A class whose logit is −Inf has a q of 0, and adds nothing.
func KLUniform(logits *tensor.Tensor) *tensor.Tensor {
	const least = 0x1p-126 // far below what changes a q that matters; for q = 0, a logarithm that is finite
	q := logits.Softmax()
	entropy := q.Mul(q.Plus(least).Log()).SumRows() // its negative
	return entropy.Plus(float32(math.Log(float64(logits.Cols))))
}

// FreeBits returns the sum, over the columns of kl, of their means, of which
// none counts for less than least: Kingma et al., arXiv:1606.04934, appendix C.
// A latent that costs less nats on average has no gradient, so that the first
// steps of training do not turn it off. Columns are the paper's groups: those of
// [KLEach], or sums of them.
func FreeBits(kl *tensor.Tensor, least float32) *tensor.Tensor {
	means := kl.SumColumns().Scale(1 / float32(max(1, kl.Rows)))
	return means.Plus(-least).ReLU().Plus(least).Sum()
}

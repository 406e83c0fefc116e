package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// A Window is what [Parzen] finds.
type Window struct {
	LogLikelihood Estimate // of a test row, in nats
	Sigma         float64  // the kernel's width

	// Edge says that Sigma is the least or greatest of those tried, so that
	// one beyond may be better.
	Edge bool
}

const (
	validationRows = 1000 // that choose sigma
	leastTerm      = -40  // a term smaller by e to that adds nothing to a sum
)

// ParzenSigmas returns the widths that Goodfellow et al. try: ten from 0.1 to
// 1, in equal ratios. They suit numbers in [0, 1].
func ParzenSigmas() []float64 {
	sigmas := make([]float64, 10)
	for i := range sigmas {
		sigmas[i] = math.Pow(10, -1+float64(i)/9)
	}
	return sigmas
}

// Parzen puts a Gaussian kernel on each sample and returns the mean
// log-likelihood of test rows: log p(x) = log 1/n Σ N(x; xᵢ, σ²I). Of sigmas
// (nil means [ParzenSigmas]) it takes the one under which the first 1,000
// validation rows are likeliest. The standard error is that of the mean over
// test rows.
//
// Higher is better; any real number is possible. There is no absolute ceiling:
// real training rows as samples give the figure to be near to (MNIST 242.1 ±
// 2.1 with 10,000), and copies, or means of clusters, of training rows can beat
// them, so read it beside [Memorise] and NDB.
//
// Breuleux, Bengio and Vincent, Neural Computation 23, 2011; protocol of
// Goodfellow et al., arXiv:1406.2661, section 5; criticism of Theis et al.,
// arXiv:1511.01844, section 3.1.
func Parzen(ctx context.Context, samples, validation, test sdk.Batch, sigmas []float64) (Window, error) {
	if sigmas == nil {
		sigmas = ParzenSigmas()
	}
	err := check(named{"generated", samples, 1}, named{"validation", validation, 1}, named{"test", test, 2})
	if err != nil {
		return Window{}, err
	}
	if len(sigmas) == 0 {
		return Window{}, fmt.Errorf("%w: no sigma to try", sdk.ErrBadInput)
	}
	for _, s := range sigmas {
		if !(s > 0) || math.IsInf(s, 1) {
			return Window{}, fmt.Errorf("%w: sigma is %g, want a positive number", sdk.ErrBadInput, s)
		}
	}
	few := plain(validation).Slice(0, min(validationRows, validation.Len()))
	tried, err := logLikelihoods(ctx, samples, few, sigmas)
	if err != nil {
		return Window{}, err
	}
	best := 0
	for i := range tried {
		if Mean(tried[i]).Value > Mean(tried[best]).Value {
			best = i
		}
	}
	final, err := logLikelihoods(ctx, samples, test, sigmas[best:best+1])
	if err != nil {
		return Window{}, err
	}
	edge := len(sigmas) > 1 && (best == 0 || best == len(sigmas)-1)
	return Window{Mean(final[0]), sigmas[best], edge}, nil
}

// A kernelSum is the sum of exp(−d²/2σ²) over samples, for several σ, of each
// times what makes the nearest sample's term 1.
type kernelSum struct {
	least float64 // d² so far
	sums  []float64
}

// add adds a sample at squared distance d. Precisions are 1/2σ².
func (k *kernelSum) add(d float64, precisions []float64) {
	if d < k.least {
		for i, p := range precisions {
			k.sums[i] = k.sums[i]*math.Exp((d-k.least)*p) + 1
		}
		k.least = d
		return
	}
	for i, p := range precisions {
		if term := (k.least - d) * p; term > leastTerm {
			k.sums[i] += math.Exp(term)
		}
	}
}

// logLikelihoods returns those of rows under kernels on the samples, for each
// sigma.
func logLikelihoods(ctx context.Context, samples, rows sdk.Batch, sigmas []float64) ([][]float64, error) {
	precisions := make([]float64, len(sigmas))
	for i, s := range sigmas {
		precisions[i] = 1 / (2 * s * s)
	}
	kernels := make([]kernelSum, rows.Len())
	for i := range kernels {
		kernels[i] = kernelSum{math.Inf(1), make([]float64, len(sigmas))}
	}
	err := newScan(rows, samples).run(ctx, func(i, _ int, squares []float32) {
		for _, d := range squares {
			kernels[i].add(float64(d), precisions)
		}
	})
	if err != nil {
		return nil, err
	}
	all := make([][]float64, len(sigmas))
	for c, s := range sigmas {
		scale := math.Log(float64(samples.Len())) + float64(rows.RowSize())*math.Log(s*math.Sqrt(2*math.Pi))
		for _, k := range kernels {
			all[c] = append(all[c], math.Log(k.sums[c])-k.least*precisions[c]-scale)
		}
	}
	return all, nil
}

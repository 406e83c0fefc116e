// Package eval says how good generated rows are, by figures that need no
// pretrained network: pure functions of rows of numbers.
//
//	[Parzen]      log-likelihood of test rows under kernels on generated ones
//	[PRDC]        precision, recall, density and coverage
//	[Frechet]     distance of the Gaussians with the rows' moments
//	[MMD]         distance under a kernel, without bias
//	[TwoSample]   how often a nearest neighbour tells generated from real rows
//	[Memorise]    nearness to training rows, against that of held-out rows
//	[MakeBins]    bins of training rows, and [Bins.Compare], those that
//	              generated rows fill otherwise: NDB
//	[Modes]       Gaussians of a mixture, [Ring] or [Grid], that rows reach
//	[Nearest]     the nearest rows, for pictures; [NearestOthers] among a set
//
// [RealCoverage] and [ParzenSigmas] are what their papers expect and try.
//
// The functions see no files, models or modalities. Rows are pixels, or what a
// network makes of them: a figure in features is the same function on other
// rows.
//
// # Figures
//
// Each function's doc has the paper, the range, which direction is better, and
// what real rows get: no figure means anything without that one, so compute it
// too, from held-out rows in place of the generated ones. No single figure sees
// all: copies of training rows please all but [Memorise], and rows of one mode
// please precision. None of them is comparable with a figure of the Inception
// network.
//
// # Promises
//
// Equal rows and seeds give equal bytes for any GOMAXPROCS. Functions that take
// a context return its error soon after it ends. Input that does not fit is an
// [sdk.ErrBadInput]; nothing panics, and no input is changed. Products are
// float32, sums float64.
package eval

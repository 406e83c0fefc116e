// Package eval says how good generated rows are, by figures that need no
// pretrained network: pure functions of rows of numbers.
//
//	[Parzen]      log-likelihood of test rows under kernels on generated ones
//	[Nearest]     the nearest rows, for pictures
//
// To come, with these signatures:
//
//	MakeBins(ctx, train sdk.Batch, k int, seed uint64) (*Bins, error)
//	(*Bins).Compare(ctx, rows sdk.Batch, z float64) (NDB, error)
//	PRDC(ctx, generated, real sdk.Batch, k int) (Overlap, error)
//	MMD(ctx, generated, real sdk.Batch, block int, seed uint64) (Estimate, error)
//	Frechet(ctx, generated, real sdk.Batch) (Estimate, error)
//	TwoSample(ctx, generated, real sdk.Batch) (Told, error)
//	Memorise(ctx, generated, train, heldOut sdk.Batch, seed uint64) (Memory, error)
//	Modes(generated sdk.Batch, m Mixture) (Coverage, error); Ring() and Grid() Mixture
//
// The functions see no files, models or modalities. Rows are pixels, or what a
// network makes of them: a figure in features is the same function on other
// rows.
//
// # Figures
//
// Each function's doc has the paper and equation, the range, which direction
// is better, and what real rows get: no figure means anything without that
// one, so compute it too, from held-out rows in place of the generated ones.
// None of them is comparable with a figure of the Inception network.
//
// # Promises
//
// Equal rows and seeds give equal bytes for any GOMAXPROCS; all threads are
// used. Functions that take a context return its error soon after it ends.
// Input that does not fit is an [sdk.ErrBadInput]; nothing panics. Products are
// float32, sums float64.
package eval

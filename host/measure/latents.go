package measure

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// active is the variance over rows, of the mean of a latent, from which on the
// latent depends on the row: Burda et al., arXiv:1509.00519, section 5.
const active = 0.01

func activeUnits(ctx context.Context, y *study) ([]report.Figure, error) {
	z, err := y.latents(ctx)
	if err != nil {
		return nil, err
	}
	units := 0
	for _, v := range Variances(z) {
		if v > active {
			units++
		}
	}
	return []report.Figure{{Name: "active-units", Value: float64(units), N: z.Len(), Note: fmt.Sprintf("of %d latents", z.RowSize())}}, nil
}

// Variances returns the variance of each number over rows.
func Variances(rows sdk.Batch) []float64 {
	n := float64(rows.Len())
	means, squares := make([]float64, rows.RowSize()), make([]float64, rows.RowSize())
	for i := range rows.Len() {
		for j, v := range rows.Row(i) {
			means[j] += float64(v) / n
		}
	}
	for i := range rows.Len() {
		for j, v := range rows.Row(i) {
			d := float64(v) - means[j]
			squares[j] += d * d / n
		}
	}
	return squares
}

// latents returns those of the held-out rows of [study.test].
func (y *study) latents(ctx context.Context) (sdk.Batch, error) {
	return y.encodings.get(func() (sdk.Batch, error) { return y.encoded(ctx, y.test(y.Rows)) })
}

// encoded returns the latents of rows, with those of their conditions that the
// model heeds.
func (y *study) encoded(ctx context.Context, rows sdk.Batch) (sdk.Batch, error) {
	var z sdk.Batch
	rows = y.heedful(rows)
	for from := 0; from < rows.Len(); from += chunk(y.space) {
		some, err := y.Model.Encode(ctx, rows.Slice(from, min(rows.Len(), from+chunk(y.space))))
		if err != nil {
			return z, inapplicable(err)
		}
		if from == 0 {
			y.phase("encoding") // for it can
		}
		z.Shape, z.Data = some.Shape, append(z.Data, some.Data...)
		y.Watcher.Reading(z.Len(), rows.Len())
	}
	z.Conditions = rows.Conditions
	return z, nil
}

// decoded returns what the model makes of the held-out rows of [study.test]
// when it encodes and decodes them.
func (y *study) decoded(ctx context.Context) (sdk.Batch, error) {
	return y.decodings.get(func() (sdk.Batch, error) {
		if _, err := sdk.As[sdk.Decoder](y.Model); err != nil {
			return sdk.Batch{}, inapplicable(err)
		}
		z, err := y.latents(ctx)
		if err != nil {
			return sdk.Batch{}, err
		}
		return y.decode(ctx, z)
	})
}

// decode returns a row for each latent.
func (y *study) decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	rows := sdk.Batch{Shape: y.space.Shape}
	decoder, err := sdk.As[sdk.Decoder](y.Model)
	if err != nil {
		return rows, inapplicable(err)
	}
	for from := 0; from < z.Len(); from += chunk(y.space) {
		some := z.Slice(from, min(z.Len(), from+chunk(y.space)))
		back, err := decoder.Decode(ctx, some)
		if err != nil {
			return rows, fmt.Errorf("decode: %w", err)
		}
		if back.Len() != some.Len() || back.RowSize() != y.space.Size() {
			return rows, fmt.Errorf("%w: the model decoded %d latents to %d rows", sdk.ErrProtocol, some.Len(), back.Len())
		}
		rows.Data = append(rows.Data, back.Data...)
	}
	return rows, nil
}

// squaredError is the mean over numbers, with a standard error over rows. The
// floor is what the mean of the training rows gets in place of every row.
func squaredError(ctx context.Context, y *study) ([]report.Figure, error) {
	test := y.test(y.Rows)
	back, err := y.decoded(ctx)
	if err != nil {
		return nil, err
	}
	y.begin()
	var errs []float64
	for from := 0; from < back.Len(); from += chunk(y.space) {
		to := min(back.Len(), from+chunk(y.space))
		a, b := y.points(test.Slice(from, to)), y.points(back.Slice(from, to))
		for i := range a.Len() {
			errs = append(errs, apart(a.Row(i), func(j int) float64 { return float64(b.Row(i)[j]) }))
		}
	}
	f := figure("mse", eval.Mean(errs), report.Lower, "")
	f.Floor = level(y.meanRowError(test))
	return []report.Figure{f}, nil
}

// meanRowError is the mean squared error of the training rows' mean.
func (y *study) meanRowError(test sdk.Batch) float64 {
	from := y.points(y.real(y.Rows))
	mean := make([]float64, from.RowSize())
	for i := range from.Len() {
		for j, v := range from.Row(i) {
			mean[j] += float64(v) / float64(from.Len())
		}
	}
	var sum float64
	rows := y.points(test)
	for i := range rows.Len() {
		sum += apart(rows.Row(i), func(j int) float64 { return mean[j] })
	}
	return sum / float64(rows.Len())
}

// apart is the mean squared difference of two rows.
func apart(a []float32, b func(int) float64) float64 {
	var sum float64
	for j, v := range a {
		d := float64(v) - b(j)
		sum += d * d
	}
	return sum / float64(len(a))
}

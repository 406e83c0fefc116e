package host

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// decoded returns what makes rows of latents that are drawn and then changed: to
// be like a file's, and by what attributes add.
func (s *session) decoded(ctx context.Context, req GenerateRequest, w wishes) (func(context.Context, sdk.GenerateRequest) (sdk.Batch, error), error) {
	if w.prompt != "" {
		return nil, fmt.Errorf("%w: a prompt beside --like or --attribute: want one or the other", sdk.ErrBadInput)
	}
	strength := *req.Strength
	if !(strength >= 0 && strength <= 1) {
		return nil, fmt.Errorf("%w: --strength %g: want a number from 0, the file itself, to 1, anything", sdk.ErrBadInput, strength)
	}
	decoder, err := sdk.As[sdk.Decoder](s.model)
	if err != nil {
		return nil, sdk.Hint(err, "genhost models shows which models decode")
	}
	like, err := s.likeness(ctx, req.Like, w)
	if err != nil {
		return nil, err
	}
	shift, err := s.shift(ctx, req.Attributes)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
		for name, value := range like.Conditions {
			if _, asked := r.Conditions[name]; !asked {
				r.Conditions = with(r.Conditions, name, value[:1])
			}
		}
		z, err := decoder.Draw(ctx, r)
		if err != nil {
			return z, err
		}
		if req.Like != "" {
			if z.RowSize() != like.RowSize() {
				return z, fmt.Errorf("%w: latents that are encoded have %d numbers, those that are drawn %d", sdk.ErrProtocol, like.RowSize(), z.RowSize())
			}
			mix(z, like.Row(0), strength)
		}
		if shift != nil && z.RowSize() != len(shift) {
			return z, fmt.Errorf("%w: latents that are encoded have %d numbers, those that are drawn %d", sdk.ErrProtocol, len(shift), z.RowSize())
		}
		for i := range z.Len() {
			for j, d := range shift {
				z.Row(i)[j] += d
			}
		}
		return decoder.Decode(ctx, z)
	}, nil
}

// with returns conditions with one more, or in place of what it was.
func with(conditions map[string][]float32, name string, values []float32) map[string][]float32 {
	all := map[string][]float32{}
	maps.Copy(all, conditions)
	all[name] = values
	return all
}

// likeness is the latent of a file's first row, and the conditions that the
// model heeds, as the user wishes them or else the file has them. No file is
// nothing.
func (s *session) likeness(ctx context.Context, file string, w wishes) (sdk.Batch, error) {
	if file == "" {
		return sdk.Batch{}, nil
	}
	row, err := s.firstRow(ctx, file, w.of(0, 1))
	if err != nil {
		return sdk.Batch{}, err
	}
	for name, values := range w.of(0, 1) {
		row.Conditions = with(row.Conditions, name, values)
	}
	z, err := s.latents(ctx, row)
	if err != nil {
		return z, fmt.Errorf("%s: %w", file, err)
	}
	return z, nil
}

// firstRow reads the first row of a file, with conditions that it lacks as they
// are wished, or as they make it likeliest.
func (s *session) firstRow(ctx context.Context, file string, wished map[string][]float32) (sdk.Batch, error) {
	rows, err := s.rows(ctx, file, nobody{}.Reading)
	if err != nil {
		return sdk.Batch{}, err
	}
	defer rows.Close()
	if rows.Len() == 0 {
		return sdk.Batch{}, fmt.Errorf("%w: %s has no rows", sdk.ErrBadInput, file)
	}
	row, err := s.label(ctx, rows.Gather(sdk.Batch{}, []int{0}), rows.lacks, wished)
	if err != nil {
		return row, fmt.Errorf("%s: %w", file, err)
	}
	return row, nil
}

// mix moves draws of a standard Gaussian towards a latent: at a strength of 0
// they are that, at 1 they stay, and in between their lengths are what draws
// have, as √(1−s²)·like + s·draw is one where like is.
func mix(z sdk.Batch, like []float32, strength float64) {
	near, far := float32(math.Sqrt(1-strength*strength)), float32(strength)
	for i := range z.Len() {
		row := z.Row(i)
		for j := range row {
			row[j] = near*like[j] + far*row[j]
		}
	}
}

// attributeRows is how many training rows directions are learned from, at most.
const attributeRows = 5000

// shift is the sum of directions in the latents, each as often as an assignment
// such as smile=+1.5 says; nil for none.
func (s *session) shift(ctx context.Context, assignments []string) ([]float32, error) {
	if len(assignments) == 0 {
		return nil, nil
	}
	src, err := s.trainSource()
	if err != nil {
		return nil, sdk.Hint(err, "attributes are directions between these: they need a run that was trained here")
	}
	rows, err := s.openRows(ctx, src, nobody{}.Reading)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	n := min(rows.Len(), attributeRows)
	indices := make([]int, n)
	for i := range indices {
		indices[i] = int(int64(i) * int64(rows.Len()) / int64(n))
	}
	sample := rows.Gather(sdk.Batch{}, indices)
	var z sdk.Batch
	for from := 0; from < n; from += chunk(s.space) {
		some, err := s.latents(ctx, sample.Slice(from, min(n, from+chunk(s.space))))
		if err != nil {
			return nil, err
		}
		z.Shape, z.Data = some.Shape, append(z.Data, some.Data...)
	}
	var shift []float32
	for _, a := range assignments {
		d, amount, err := attribute(a, s.space.Conditions, z, sample.Conditions)
		if err != nil {
			return nil, fmt.Errorf("--attribute %s: %w", a, err)
		}
		if shift == nil {
			shift = make([]float32, len(d))
		}
		for j := range d {
			shift[j] += float32(amount) * d[j]
		}
	}
	return shift, nil
}

// attribute reads NAME=AMOUNT, where NAME is a value of a condition, such as a
// label, or a condition that is a number. It returns the direction that belongs
// to it: from the mean latent of the rows without the label to that of those with
// it (Larsen et al., arXiv:1512.09300, section 4.2), or how the latent changes, on
// average, over one standard deviation of the number.
func attribute(text string, known []sdk.Condition, z sdk.Batch, of map[string][]float32) (direction []float32, amount float64, err error) {
	name, number, ok := strings.Cut(text, "=")
	if amount, err = strconv.ParseFloat(number, 64); err != nil || !ok || math.IsNaN(amount) || math.IsInf(amount, 0) {
		return nil, 0, sdk.Hint(fmt.Errorf("%w: no number of steps", sdk.ErrBadInput), "write --attribute NAME=NUMBER, such as sneaker=+1.5")
	}
	var names []string
	for _, c := range known {
		if len(c.Values) == 0 {
			if c.Name == name {
				return slope(z, of[c.Name]), amount, nil
			}
			names = append(names, c.Name)
			continue
		}
		for i, v := range c.Values {
			if strings.EqualFold(v, name) {
				direction, err := contrast(z, of[c.Name], float32(i))
				return direction, amount, err
			}
		}
		names = append(names, c.Values...)
	}
	if len(names) == 0 {
		return nil, 0, fmt.Errorf("%w: the rows that the model learned from have no labels", sdk.ErrBadInput)
	}
	return nil, 0, sdk.Hint(fmt.Errorf("%w: no label or number %q", sdk.ErrBadInput, name), sdk.Suggest(name, names))
}

// contrast is the mean of the rows with a value less that of those without.
func contrast(z sdk.Batch, values []float32, value float32) ([]float32, error) {
	var sums [2][]float64
	var counts [2]float64
	for k := range sums {
		sums[k] = make([]float64, z.RowSize())
	}
	for i, v := range values {
		k := 0
		if v == value {
			k = 1
		}
		counts[k]++
		for j, x := range z.Row(i) {
			sums[k][j] += float64(x)
		}
	}
	if counts[0] == 0 || counts[1] == 0 {
		return nil, fmt.Errorf("%w: %g rows have it and %g have not: want both", sdk.ErrBadInput, counts[1], counts[0])
	}
	d := make([]float32, z.RowSize())
	for j := range d {
		d[j] = float32(sums[1][j]/counts[1] - sums[0][j]/counts[0])
	}
	return d, nil
}

// slope is the covariance of each number of the rows with a condition, over the
// condition's standard deviation: 0 where that does not vary.
func slope(z sdk.Batch, values []float32) []float32 {
	n := float64(len(values))
	mean, square := 0.0, 0.0
	for _, v := range values {
		mean += float64(v) / n
	}
	for _, v := range values {
		square += (float64(v) - mean) * (float64(v) - mean) / n
	}
	d := make([]float32, z.RowSize())
	if square == 0 {
		return d
	}
	for j := range d {
		sum := 0.0
		for i, v := range values {
			sum += (float64(v) - mean) * float64(z.Row(i)[j]) / n
		}
		d[j] = float32(sum / math.Sqrt(square))
	}
	return d
}

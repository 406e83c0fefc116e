package sdktest

import (
	"context"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// encode returns the latents of rows first to first+n of the toy.
func (s *subject) encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	m, err := s.trained()
	if err != nil {
		return sdk.Batch{}, err
	}
	z, err := m.Encode(ctx, x)
	if err != nil {
		return z, fmt.Errorf("encode %d rows: %w", x.Len(), err)
	}
	return z, nil
}

func checkEncode(ctx context.Context, _ Bench, s *subject) error {
	whole, err := s.encode(ctx, s.toy.rows.Slice(0, 10))
	if err != nil {
		return err
	}
	if err := finite(whole); err != nil {
		return fmt.Errorf("latents: %w", err)
	}
	if err := inPieces(whole, func(first, n int) (sdk.Batch, error) {
		return s.encode(ctx, s.toy.rows.Slice(first, first+n))
	}); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	none, err := s.encode(ctx, s.toy.rows.Slice(0, 0))
	if err == nil && none.Len() != 0 {
		err = fmt.Errorf("encode no rows: got %d", none.Len())
	}
	return err
}

// decoder returns the trained model as one.
func (s *subject) decoder() (sdk.Decoder, error) {
	m, err := s.trained()
	if err != nil {
		return nil, err
	}
	return sdk.As[sdk.Decoder](m)
}

// decodesDrawn draws latents, and checks that what is decoded of them is what
// is generated.
func (s *subject) decodesDrawn(ctx context.Context, d sdk.Decoder, req sdk.GenerateRequest) (z, rows sdk.Batch, err error) {
	if rows, err = s.generate(ctx, req); err != nil {
		return z, rows, err
	}
	if z, err = d.Draw(ctx, req); err != nil {
		return z, rows, fmt.Errorf("draw: %w", err)
	}
	decoded, err := d.Decode(ctx, z)
	if err != nil {
		return z, rows, fmt.Errorf("decode: %w", err)
	}
	if err := same(rows, decoded); err != nil {
		return z, rows, fmt.Errorf("generate, and decode of draw: %w", err)
	}
	return z, rows, nil
}

func checkDecode(ctx context.Context, _ Bench, s *subject) error {
	d, err := s.decoder()
	if err != nil {
		return err
	}
	z, rows, err := s.decodesDrawn(ctx, d, sdk.GenerateRequest{N: 10, Seed: 9})
	if err != nil {
		return err
	}
	if err := inPieces(z, func(first, n int) (sdk.Batch, error) {
		return d.Draw(ctx, sdk.GenerateRequest{N: n, Seed: 9, First: first})
	}); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	if err := inPieces(rows, func(first, n int) (sdk.Batch, error) {
		return d.Decode(ctx, z.Slice(first, first+n))
	}); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return s.decodesWhatItEncodes(ctx, d, z.Shape)
}

func (s *subject) decodesWhatItEncodes(ctx context.Context, d sdk.Decoder, shape []int) error {
	if !s.can(sdk.CanEncode) {
		return nil
	}
	z, err := s.encode(ctx, s.toy.rows.Slice(0, 4))
	if err != nil {
		return err
	}
	if !slices.Equal(z.Shape, shape) {
		return fmt.Errorf("encode gives latents of shape %v, draw of %v", z.Shape, shape)
	}
	rows, err := d.Decode(ctx, z)
	if err != nil {
		return fmt.Errorf("decode what encode gave: %w", err)
	}
	if err := s.holds(rows, 4); err != nil {
		return fmt.Errorf("decode what encode gave: %w", err)
	}
	return nil
}

// misshapen are batches that do not hold rows of the given shape.
func misshapen(shape []int) map[string]sdk.Batch {
	n := sdk.Batch{Shape: shape}.RowSize()
	return map[string]sdk.Batch{
		"rows with a number too many": sdk.MakeBatch(2, n+1),
		"rows twice as long":          sdk.MakeBatch(2, append([]int{2}, shape...)...),
		"a row and a half":            {Shape: shape, Data: make([]float32, n+(n+1)/2)},
		"rows without a shape":        {Data: make([]float32, n)},
	}
}

func checkEncodeShape(ctx context.Context, _ Bench, s *subject) error {
	for what, x := range misshapen(s.toy.space.Shape) {
		if n := s.toy.space.Size(); what == "a row and a half" && n == 1 {
			continue
		}
		_, err := s.encode(ctx, x)
		if err := refused("encode "+what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	return nil
}

func checkDecodeShape(ctx context.Context, _ Bench, s *subject) error {
	d, err := s.decoder()
	if err != nil {
		return err
	}
	z, err := d.Draw(ctx, sdk.GenerateRequest{N: 1})
	if err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	for what, z := range misshapen(z.Shape) {
		if what == "a row and a half" && z.RowSize() == 1 {
			continue // is two rows
		}
		_, err := d.Decode(ctx, z)
		if err := refused("decode "+what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	return nil
}

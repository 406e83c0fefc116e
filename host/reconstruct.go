package host

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
)

// A ReconstructRequest asks a model to encode rows and decode them again.
type ReconstructRequest struct {
	Run  string // its name or path, or "latest"
	Data string // a dataset's name or a path; "" is what the run held out
	N    int    // how many rows, from the first on
	Out  string // the picture to write; "" is the run's samples/reconstruction.png
}

// sheetColumns is how many pairs stand in a line of a sheet.
const sheetColumns = 8

// Reconstruct draws rows above what the model makes of them, and returns the
// picture's path.
func (h *Host) Reconstruct(ctx context.Context, req ReconstructRequest) (string, error) {
	s, err := h.open(ctx, req.Run)
	if err != nil {
		return "", fmt.Errorf("reconstruct: %w", err)
	}
	defer s.Close()
	path, err := s.reconstruct(ctx, req)
	if err != nil {
		return "", fmt.Errorf("reconstruct %s: %w", s.run.Name, err)
	}
	return path, nil
}

func (s *session) reconstruct(ctx context.Context, req ReconstructRequest) (string, error) {
	rows, err := s.rows(ctx, req.Data, nobody{}.Reading)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	n := min(req.N, rows.Len(), chunk(s.space))
	if n < 1 {
		return "", fmt.Errorf("%w: %d rows: want at least 1", sdk.ErrBadInput, req.N)
	}
	real := rows.Gather(sdk.Batch{}, span(0, n))
	decoder, err := sdk.As[sdk.Decoder](s.model)
	if err != nil {
		return "", err
	}
	z, err := s.model.Encode(ctx, real)
	if err != nil {
		return "", s.cannotEncode(err)
	}
	again, err := decoder.Decode(ctx, s.withConditions(z, real))
	if err != nil {
		return "", err
	}
	if req.Out == "" {
		req.Out = filepath.Join(s.run.SamplesDir(), "reconstruction.png")
	}
	return req.Out, s.sheet(ctx, above(real, again, sheetColumns), min(n, sheetColumns), req.Out)
}

// withConditions gives the latents those conditions of the rows that the model
// heeds.
func (s *session) withConditions(z, rows sdk.Batch) sdk.Batch {
	c, err := sdk.As[sdk.Conditional](s.model)
	if err != nil {
		return z
	}
	z.Conditions = map[string][]float32{}
	for _, heeded := range c.Conditions() {
		if values, ok := rows.Conditions[heeded.Name]; ok {
			z.Conditions[heeded.Name] = values
		}
	}
	return z
}

// above puts lines of rows of a above the same lines of b. A last line that is
// short is made full with zeros, so that b stays below a.
func above(a, b sdk.Batch, columns int) sdk.Batch {
	columns = min(columns, a.Len())
	lines := (a.Len() + columns - 1) / columns
	sheet := sdk.MakeBatch(2*lines*columns, a.Shape...)
	for i := range a.Len() {
		line, column := i/columns, i%columns
		copy(sheet.Row(2*line*columns+column), a.Row(i))
		copy(sheet.Row((2*line+1)*columns+column), b.Row(i))
	}
	return sheet
}

package host

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
)

// A ReconstructRequest asks a model to encode rows and decode them again.
type ReconstructRequest struct {
	Run        string // its name or path, or "latest"
	Checkpoint string // "last", "best" or a step; "" is the last
	Data       string // a dataset's name or a path; "" is what the run held out
	N          int    // how many rows, from the first on
	Out        string // the picture to write; "" is the run's samples/reconstruction.png
	Files      string // folder for what the model makes of them, as files, too; "" for none
}

const (
	sheetColumns = 8   // pairs in a line of a sheet
	mostPairs    = 512 // in a sheet
)

// Reconstruct draws rows above what the model makes of them, and writes that as
// files where it is asked to. It tells each path as soon as the file is whole.
func (h *Host) Reconstruct(ctx context.Context, req ReconstructRequest, made func(path string)) error {
	return h.use(ctx, "reconstruct", subject{run: req.Run, checkpoint: req.Checkpoint}, func(s *session) error { return s.reconstruct(ctx, req, made) })
}

func (s *session) reconstruct(ctx context.Context, req ReconstructRequest, made func(path string)) error {
	decoder, err := sdk.As[sdk.Decoder](s.model)
	if err != nil {
		return err
	}
	rows, err := s.rows(ctx, req.Data, nobody{}.Reading)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := min(req.N, rows.Len())
	if n < 1 || n > mostPairs {
		return fmt.Errorf("%w: %d rows: want 1 to %d", sdk.ErrBadInput, req.N, mostPairs)
	}
	real, again := sdk.Batch{Shape: s.space.Shape}, sdk.Batch{Shape: s.space.Shape}
	for done := 0; done < n; done += chunk(s.space) {
		some, err := s.label(ctx, sdk.Between(rows, sdk.Batch{}, done, min(n, done+chunk(s.space))), rows.lacks, nil)
		if err != nil {
			return err
		}
		z, err := s.latents(ctx, some)
		if err != nil {
			return err
		}
		back, err := decoder.Decode(ctx, z)
		if err != nil {
			return err
		}
		real.Data, again.Data = append(real.Data, some.Data...), append(again.Data, back.Data...)
	}
	if req.Out == "" {
		req.Out = filepath.Join(s.run.SamplesDir(), "reconstruction.png")
	}
	if err := s.sheet(ctx, above(real, again, sheetColumns), min(n, sheetColumns), req.Out); err != nil {
		return err
	}
	made(req.Out)
	return s.writeFiles(ctx, again, req.Files, func(i int) string { return fmt.Sprintf("reconstruction-%03d", i) }, made)
}

// latents encodes rows, and gives the latents those conditions of the rows that
// the model heeds.
func (s *session) latents(ctx context.Context, rows sdk.Batch) (sdk.Batch, error) {
	z, err := s.model.Encode(ctx, rows)
	if err != nil {
		return z, s.cannotEncode(err)
	}
	z.Conditions = nil
	c, err := sdk.As[sdk.Conditional](s.model)
	if err != nil {
		return z, nil
	}
	z.Conditions = map[string][]float32{}
	for _, heeded := range c.Conditions() {
		if values, ok := rows.Conditions[heeded.Name]; ok {
			z.Conditions[heeded.Name] = values
		}
	}
	return z, nil
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

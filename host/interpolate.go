package host

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"github.com/genhost/genhost/host/measure"
	"github.com/genhost/genhost/sdk"
)

// An InterpolateRequest asks for the way from one row to another, through the
// latents between them.
type InterpolateRequest struct {
	Run        string // its name or path, or "latest"
	Checkpoint string // "last", "best" or a step; "" is the last
	Steps      int    // rows on the way, with both ends
	N          int    // how many ways
	Seed       uint64 // of the ends, which are generated; see Data
	Data       string // a dataset's name or a path: its first 2 N rows are the ends
	From, To   string // two files whose first rows are the ends of one way; "" for none
	Out        string // the picture to write; "" is the run's samples/interpolation.png
	Files      string // folder for the rows as files, too; "" for none
}

// Interpolate draws each way as a line of a picture, and writes its rows as files
// where it is asked to. It tells each path as soon as the file is whole.
func (h *Host) Interpolate(ctx context.Context, req InterpolateRequest, made func(path string)) error {
	return h.use(ctx, "interpolate", subject{run: req.Run, checkpoint: req.Checkpoint}, func(s *session) error { return s.interpolate(ctx, req, made) })
}

func (s *session) interpolate(ctx context.Context, req InterpolateRequest, made func(path string)) error {
	const most = 64
	if req.From != "" {
		req.N = 1
	}
	if req.Steps < 2 || req.Steps > most || req.N < 1 || req.N > most {
		return fmt.Errorf("%w: %d steps, %d ways: want 2 to %d steps, and 1 to %d ways", sdk.ErrBadInput, req.Steps, req.N, most, most)
	}
	decoder, err := sdk.As[sdk.Decoder](s.model)
	if err != nil {
		return err
	}
	ends, err := s.ends(ctx, decoder, req)
	if err != nil {
		return err
	}
	ways := sdk.Batch{Shape: ends.Shape, Conditions: map[string][]float32{}}
	for i := range req.N {
		a, b := ends.Row(2*i), ends.Row(2*i+1)
		for step := range req.Steps {
			at := float64(step) / float64(req.Steps-1)
			ways.Data = append(ways.Data, measure.Slerp(a, b, at)...)
			nearer := 2*i + int(math.Round(at)) // a condition has no halves
			for name, values := range ends.Conditions {
				ways.Conditions[name] = append(ways.Conditions[name], values[nearer])
			}
		}
	}
	rows := sdk.Batch{Shape: s.space.Shape}
	for done := 0; done < ways.Len(); {
		to := min(ways.Len(), done+chunk(s.space))
		some, err := decoder.Decode(ctx, ways.Slice(done, to))
		if err != nil {
			return err
		}
		rows.Data = append(rows.Data, some.Data...)
		done = to
	}
	if req.Out == "" {
		req.Out = filepath.Join(s.run.SamplesDir(), "interpolation.png")
	}
	if err := s.sheet(ctx, rows, req.Steps, req.Out); err != nil {
		return err
	}
	made(req.Out)
	return s.writeFiles(ctx, rows, req.Files, func(i int) string { return fmt.Sprintf("way-%d-%02d", i/req.Steps, i%req.Steps) }, made)
}

// writeFiles writes rows as files of the modality into a folder; "" is none.
func (s *session) writeFiles(ctx context.Context, rows sdk.Batch, folder string, name func(i int) string, made func(path string)) error {
	if folder == "" {
		return nil
	}
	dir, err := makeDir(folder)
	if err != nil {
		return err
	}
	names := make([]string, rows.Len())
	for i := range names {
		names[i] = name(i)
	}
	for from := 0; from < rows.Len(); from += chunk(s.space) {
		to := min(rows.Len(), from+chunk(s.space))
		paths, err := s.reader.write(ctx, s.space, rows.Slice(from, to), dir, names[from:to])
		if err != nil {
			return err
		}
		for _, p := range paths {
			made(shown(folder, p))
		}
	}
	return nil
}

// ends returns the latents at the ends of the ways, two for each.
func (s *session) ends(ctx context.Context, d sdk.Decoder, req InterpolateRequest) (sdk.Batch, error) {
	if req.From != "" {
		return s.endsOf(ctx, req.From, req.To)
	}
	if req.Data == "" {
		return d.Draw(ctx, sdk.GenerateRequest{N: 2 * req.N, Seed: req.Seed})
	}
	rows, err := s.rows(ctx, req.Data, nobody{}.Reading)
	if err != nil {
		return sdk.Batch{}, err
	}
	defer rows.Close()
	if rows.Len() < 2*req.N {
		return sdk.Batch{}, fmt.Errorf("%w: %s has %d rows: %d ways need %d", sdk.ErrBadInput, req.Data, rows.Len(), req.N, 2*req.N)
	}
	some, err := s.label(ctx, sdk.Between(rows, sdk.Batch{}, 0, 2*req.N), rows.lacks, nil)
	if err != nil {
		return some, err
	}
	return s.latents(ctx, some)
}

// endsOf returns the latents of the first rows of two files.
func (s *session) endsOf(ctx context.Context, from, to string) (sdk.Batch, error) {
	var ends sdk.Batch
	for _, file := range []string{from, to} {
		row, err := s.firstRow(ctx, file, nil)
		if err != nil {
			return ends, err
		}
		z, err := s.latents(ctx, row)
		if err != nil {
			return ends, fmt.Errorf("%s: %w", file, err)
		}
		ends.Shape, ends.Data = z.Shape, append(ends.Data, z.Data...)
		for name, values := range z.Conditions {
			ends.Conditions = with(ends.Conditions, name, append(ends.Conditions[name], values...))
		}
	}
	return ends, nil
}

package host

import (
	"context"
	"errors"

	"github.com/genhost/genhost/host/npy"
	"github.com/genhost/genhost/sdk"
)

// An EncodeRequest asks for the latents of rows.
type EncodeRequest struct {
	Run        string // its name or path, or "latest"
	Checkpoint string // "last", "best" or a step; "" is the last
	Data       string // a dataset's name or a path; "" is what the run held out
	Out        string // the .npy file to write

	Watcher Watcher // may be nil
}

// Encode writes the latents of data as a NumPy array of float32, one row each.
func (h *Host) Encode(ctx context.Context, req EncodeRequest) error {
	return h.use(ctx, "encode", subject{run: req.Run, checkpoint: req.Checkpoint}, func(s *session) error { return s.encode(ctx, req) })
}

func (s *session) encode(ctx context.Context, req EncodeRequest) error {
	watcher(req.Watcher).Phase("reading")
	rows, err := s.rows(ctx, req.Data, watcher(req.Watcher).Reading)
	if err != nil {
		return err
	}
	defer rows.Close()
	watcher(req.Watcher).Phase("encoding")
	var out *npy.Writer
	defer func() {
		if out != nil {
			out.Abort()
		}
	}()
	var batch sdk.Batch
	for done := 0; done < rows.Len(); {
		batch = sdk.Between(rows, batch, done, min(rows.Len(), done+chunk(s.space)))
		labelled, err := s.label(ctx, batch, rows.lacks, nil)
		if err != nil {
			return err
		}
		latents, err := s.model.Encode(ctx, labelled)
		if err != nil {
			return s.cannotEncode(err)
		}
		if out == nil {
			if out, err = npy.Create(req.Out, latents.Shape...); err != nil {
				return err
			}
		}
		if err := out.Write(latents.Data); err != nil {
			return err
		}
		done += batch.Len()
		watcher(req.Watcher).Reading(done, rows.Len())
	}
	return out.Close()
}

// cannotEncode adds advice to the answer of a model that has no encoder.
func (s *session) cannotEncode(err error) error {
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return sdk.Hint(err, "a "+s.run.Config.Model.Family+" of this kind only generates; genhost models shows which models encode")
}

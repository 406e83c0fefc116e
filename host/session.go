package host

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// A session is a trained model at work, with the modality of its rows.
type session struct {
	host       *Host
	run        *run.Run
	checkpoint run.Checkpoint
	space      sdk.Space
	log        *lateLog
	process    running
	model      sdk.Model
	reader     *reader
	guessed    bool // the user knows that rows were given labels
}

// A subject is the model that a verb is for.
type subject struct {
	run        string // its name or path, or "latest"
	checkpoint string // as [run.Run.FindCheckpoint] knows it
	threads    int    // for the model; 0 is one for each core
}

// use opens a run and lets do work with it. The error says which verb it was.
func (h *Host) use(ctx context.Context, verb string, which subject, do func(*session) error) error {
	s := &session{host: h, log: &lateLog{}}
	defer s.Close()
	if err := s.open(ctx, which); err != nil {
		return fmt.Errorf("%s: %w", verb, s.log.explain(err, h.cache))
	}
	if err := do(s); err != nil {
		return fmt.Errorf("%s %s: %w", verb, s.run.Name, s.log.explain(err, h.cache))
	}
	return nil
}

// open starts the plugins of a run and loads a checkpoint.
func (s *session) open(ctx context.Context, which subject) (err error) {
	if s.run, err = s.host.Run(which.run); err != nil {
		return err
	}
	s.space = s.run.Data.Space
	if s.checkpoint, err = s.run.FindCheckpoint(which.checkpoint); err != nil {
		return err
	}
	if err := s.run.CheckWeights(s.checkpoint); err != nil {
		return err
	}
	f, err := s.run.OpenLog()
	if err != nil {
		return err
	}
	if err := s.log.Attach(f, s.run.LogPath()); err != nil {
		return err
	}
	if err := s.startModel(ctx, threads(which.threads)); err != nil {
		return err
	}
	return s.startReader(ctx)
}

func (s *session) startModel(ctx context.Context, threads int) error {
	c := s.run.Config
	in, err := s.host.plugin(ctx, c.Model.Plugin)
	if err != nil {
		return err
	}
	weights, err := filepath.Abs(s.checkpoint.Weights)
	if err != nil {
		return err
	}
	if s.process, err = in.start(ctx, errand{log: s.log, threads: threads, read: []string{weights}}); err != nil {
		return err
	}
	if s.model, err = newModel(ctx, s.process, c.Model.As, c.Settings, s.space); err != nil {
		return fmt.Errorf("run %s: %w", s.run.Name, err)
	}
	saver, err := sdk.As[sdk.Saver](s.model)
	if err != nil {
		return fmt.Errorf("run %s: load: %w", s.run.Name, err)
	}
	return saver.Load(ctx, weights)
}

func (s *session) startReader(ctx context.Context) error {
	c := s.run.Config
	in, err := s.host.plugin(ctx, c.Source.Plugin)
	if err != nil {
		return err
	}
	spec, err := in.sdk.Modality(c.Source.Modality)
	if err != nil {
		return err
	}
	s.reader, err = s.host.openReader(ctx, offer{in, spec}, c.Reading, c.Source.Path, s.log)
	return err
}

// rows opens the data that a user names, or else what the run held out of
// training, or else what it was trained on. The rows must be like those that
// the model knows.
func (s *session) rows(ctx context.Context, data string, told func(rows, total int)) (*familiar, error) {
	src, err := s.trainSource()
	if test := s.run.Config.Source.Test; test != "" {
		src.Split = test
	} else if s.space.Variants() > 1 {
		src.Space = &s.space // without variants
	}
	if data != "" {
		src, err = s.reader.source(ctx, data)
		src.Space = &s.space
	} else if err != nil {
		err = sdk.Hint(err, nameRows)
	}
	if err != nil {
		return nil, err
	}
	return s.openRows(ctx, src, told)
}

// nameRows is advice for who has none.
const nameRows = "name rows like them: --data PATH"

// trainSource is what the model learned from. A run that was pulled may have
// come without.
func (s *session) trainSource() (sdk.Source, error) {
	c := s.run.Config.Source
	src := sdk.Source{Path: c.Path, Dataset: c.Dataset, Split: c.Train}
	if src.Path == "" && src.Dataset == "" {
		return src, fmt.Errorf("%w: it came without the rows that it learned from, %s", sdk.ErrBadInput, c.From)
	}
	return src, nil
}

// openRows opens rows that must be like those that the model knows.
func (s *session) openRows(ctx context.Context, src sdk.Source, told func(rows, total int)) (*familiar, error) {
	file, _, err := s.reader.open(ctx, src, told)
	if err != nil {
		return nil, err
	}
	f, err := familiarise(file, s.space, s.heeded())
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", called(src), err)
	}
	return f, nil
}

// heeded are the conditions that the model heeds.
func (s *session) heeded() []sdk.Condition {
	c, err := sdk.As[sdk.Conditional](s.model)
	if err != nil {
		return nil
	}
	return c.Conditions()
}

// sameRows reports whether a model of one Space can take rows of another.
func sameRows(model, rows sdk.Space) error {
	if fmt.Sprint(model.Shape, model.Segments) != fmt.Sprint(rows.Shape, rows.Segments) {
		return sdk.Hint(fmt.Errorf("%w: its rows have the shape %v, the model's %v", sdk.ErrBadInput, rows.Shape, model.Shape),
			"give data like that which the model learned from, or train another model")
	}
	return nil
}

// Close stops the plugins.
func (s *session) Close() error {
	var errs []error
	if s.process != nil {
		errs = append(errs, s.process.Stop())
	}
	if s.reader != nil {
		errs = append(errs, s.reader.Close())
	}
	return errors.Join(append(errs, s.log.Close())...)
}

// chunk is how many rows of a Space go to a model at once: enough to keep it
// busy, few enough to bound memory.
func chunk(space sdk.Space) int { return max(1, min(256, (4<<20)/(4*space.Size()))) }

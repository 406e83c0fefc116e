package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/genhost/genhost/host/measure"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// An EvaluateRequest asks how good the model of a run is.
type EvaluateRequest struct {
	Run        string   // its name or path, or "latest"
	Checkpoint string   // "last", "best" or a step; "" is the last
	Data       string   // rows to hold the model's against: a dataset's name or a path; "" is what the run held out
	Metrics    []string // of [measure.Metrics], or figures of theirs; none means all that the model and the data allow
	N          int      // rows to generate, and real ones to use at most
	Samples    int      // of the latent, for the likelihood of a row
	Seed       uint64   // of all that is random
	Threads    int      // of the model, and, while this lasts, of the whole process; 0 is one for each core

	Watcher Watcher // may be nil
}

// Evaluate measures a trained model, draws plots into the run's plots/eval, and
// writes the report, which it returns, to the run's eval.json. Figures that are
// there already, of other metrics but the same rows, seed and checkpoint, stay.
func (h *Host) Evaluate(ctx context.Context, req EvaluateRequest) (found report.Report, err error) {
	if req.N < 2 || req.Samples < 1 {
		return found, fmt.Errorf("evaluate: %w: %d rows, %d samples: want at least 2 rows and 1 sample", sdk.ErrBadInput, req.N, req.Samples)
	}
	if err := measure.CheckNames(req.Metrics); err != nil {
		return found, fmt.Errorf("evaluate: %w", err)
	}
	if req.Threads > 0 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(req.Threads))
	}
	which := subject{run: req.Run, checkpoint: req.Checkpoint, threads: req.Threads}
	err = h.use(ctx, "evaluate", which, func(s *session) error {
		found, err = s.evaluate(ctx, req)
		return err
	})
	return found, err
}

func (s *session) evaluate(ctx context.Context, req EvaluateRequest) (report.Report, error) {
	begin := time.Now()
	w := watcher(req.Watcher)
	w.Phase("reading")
	real, err := s.realRows(ctx, req.Data, w.Reading)
	if err != nil {
		return report.Report{}, err
	}
	defer real.Close()
	m := measure.Subject{
		Model: s.model, Train: real.train, Test: real.test, Lessons: real.lessons, Modality: s.reader.modality,
		Rows: req.N, Samples: req.Samples, Seed: req.Seed, Teach: s.teach(real), Watcher: w,
	}
	findings, err := m.Measure(ctx, req.Metrics)
	if err != nil {
		return report.Report{}, err
	}
	found := report.Report{
		Run: s.run.Name, Genhost: Version, Created: time.Now().UTC().Truncate(time.Second),
		Model: s.run.Config.Model.Name, Step: s.checkpoint.Step, Seed: req.Seed, Rows: req.N,
		Train: real.trainSplit, Test: real.testSplit, Classifier: findings.Classifier,
		Figures: findings.Figures,
	}
	w.Phase("drawing")
	m.Watcher = nil
	if err := s.clearPlots(found); err != nil {
		return found, err
	}
	undrawn, err := s.portray(ctx, m, findings)
	if err != nil {
		return found, err
	}
	w.Phase("")
	found.Notes = append(real.notes, undrawn...)
	found.Seconds = time.Since(begin).Seconds()
	found, err = s.keep(found)
	if err == nil {
		s.host.say(fmt.Sprintf("wrote %s, and plots into %s", s.run.EvalPath(), filepath.Dir(s.portrait("all"))))
	}
	return found, err
}

// clearPlots removes the plots of an evaluation that this one does not go with:
// one that is not drawn again would be of other rows than the figures.
func (s *session) clearPlots(found report.Report) error {
	before, err := ReadReport(s.run)
	if err == nil && found.GoesWith(before) {
		return nil
	}
	return os.RemoveAll(filepath.Dir(s.portrait("all")))
}

// keep writes a report to the run, with what is already there and still holds.
func (s *session) keep(found report.Report) (report.Report, error) {
	if before, err := ReadReport(s.run); err == nil {
		all := found.With(before)
		if lost := len(before.Figures); len(all.Figures) == len(found.Figures) && lost > 0 && !found.Has(before) {
			s.host.say(fmt.Sprintf("the %d figures of %d rows with seed %d, which were there, do not go with these: they are replaced", lost, before.Rows, before.Seed))
		}
		found = all
		measure.Sort(found.Figures)
	}
	b, err := found.Encode()
	if err != nil {
		return found, err
	}
	return found, run.WriteFile(s.run.EvalPath(), func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// ErrNotEvaluated means that a run has no report.
var ErrNotEvaluated = errors.New("it has not been evaluated")

// ReadReport returns what the last evaluation of a run found.
func ReadReport(r *run.Run) (report.Report, error) {
	b, err := os.ReadFile(r.EvalPath())
	if errors.Is(err, fs.ErrNotExist) {
		return report.Report{}, sdk.Hint(fmt.Errorf("run %s: %w", r.Name, ErrNotEvaluated), "genhost evaluate "+r.Name)
	}
	if err != nil {
		return report.Report{}, fmt.Errorf("run %s: %w", r.Name, err)
	}
	found, err := report.Decode(b)
	if err != nil {
		return found, sdk.Hint(fmt.Errorf("%s: %w", r.EvalPath(), err), "write it again: genhost evaluate "+r.Name)
	}
	found.Run = r.Name // it may have been renamed
	return found, nil
}

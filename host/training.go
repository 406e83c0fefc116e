package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/genhost/genhost/host/chart"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

const (
	checkpointEvery = time.Minute
	previewRows     = 64
	plotPause       = 100 // times as long as a plot takes pass until the next
	// stopGrace is how long a model may take to end a step and write a
	// checkpoint before its call is cancelled.
	stopGrace = 20 * time.Second
)

// A training is a run with all that works on it.
type training struct {
	stage   *run.Stage // what run is made from
	run     *run.Run
	rec     *run.Recorder
	log     *lateLog
	reader  *reader
	rows    *dataset.File
	process running
	model   sdk.Model
	heldOut int    // rows that it is validated on
	board   *board // of TensorBoard
	watcher Watcher
	say     func(string)
	warned  bool
	last    sdk.Event // that is no preview
	planned int       // steps, unless it ends early
	failed  error     // the first of watch
	replot  time.Time // not before
}

// train runs the job and writes down how it ends.
func (t *training) train(ctx context.Context, req TrainRequest) error {
	dir, err := t.run.CheckpointDir()
	if err != nil {
		return err
	}
	if t.board, err = openBoard(t.run.TensorBoardDir()); err != nil {
		return err
	}
	if t.rec, err = t.run.Record(); err != nil {
		return errors.Join(err, t.board.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer cancelAfter(req.Stop, stopGrace, cancel)()
	t.watcher.Training(t.rows.Len() - t.heldOut)
	job := &sdk.Job{
		Data: t.rows, Seed: req.Seed, Dir: dir, CheckpointEvery: checkpointEvery,
		MaxSteps: req.MaxSteps, Previews: previewRows, HeldOut: t.heldOut, Patience: req.Patience, Stop: req.Stop,
		Watch: func(e sdk.Event) {
			if err := t.watch(ctx, e); err != nil && t.failed == nil {
				t.failed = err
				cancel()
			}
		},
	}
	err = job.Run(ctx, t.model)
	if t.failed != nil {
		err = t.failed // the job knows only that it was cancelled
	}
	if err == nil || errors.Is(err, sdk.ErrStopped) {
		if failed := t.plot(); failed != nil {
			err = errors.Join(err, t.warn(fmt.Sprintf("no plot: %v", failed)))
		}
	}
	if errors.Is(err, sdk.ErrStopped) {
		err = sdk.Hint(err, "what was learned up to there is kept: genhost generate "+t.run.Name)
	}
	if err == nil && req.MaxSteps == 0 {
		t.tellFewSteps()
	}
	err = errors.Join(err, t.board.Close())
	state, reason := outcome(err)
	return errors.Join(err, t.rec.End(state, reason))
}

// cancelAfter cancels once stop has been closed for a while. The function that
// it returns ends the wait.
func cancelAfter(stop <-chan struct{}, grace time.Duration, cancel func()) (release func()) {
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-stop:
			select {
			case <-time.After(grace):
				cancel()
			case <-done:
			}
		case <-done:
		}
	}()
	return func() { close(done); <-ended }
}

// outcome says how a run ended, and why.
func outcome(err error) (run.State, string) {
	switch {
	case err == nil:
		return run.Done, ""
	case errors.Is(err, sdk.ErrStopped):
		return run.Stopped, err.Error()
	case errors.Is(err, context.Canceled):
		return run.Stopped, "at once, with no checkpoint of the last step"
	case errors.Is(err, sdk.ErrDiverged):
		return run.Diverged, err.Error()
	}
	return run.Failed, err.Error()
}

// watch writes down what happens in the job, and shows it. A picture that
// cannot be made is no reason to end it.
func (t *training) watch(ctx context.Context, e sdk.Event) error {
	t.watcher.Event(e)
	if e.Preview == nil {
		t.last, t.planned = e, max(t.planned, e.Steps)
		t.tell(e)
		return errors.Join(t.rec.Event(e), t.board.event(e))
	}
	if err := t.picture(ctx, e); err != nil {
		return t.warn(fmt.Sprintf("no preview of epoch %d: %v", e.Epoch, err))
	}
	return nil
}

// tell tells the user what an event has to say.
func (t *training) tell(e sdk.Event) {
	if e.Warning != "" {
		t.say("warning: " + e.Warning)
	}
	if e.Note != "" {
		t.say(e.Note)
	}
}

// warn writes down what is not as it should be, and tells it the first time.
func (t *training) warn(what string) error {
	if !t.warned {
		t.say("warning: " + what)
	}
	t.warned = true
	return t.rec.Note("warning", what)
}

// picture draws the rows of a preview, and the metrics so far.
func (t *training) picture(ctx context.Context, e sdk.Event) error {
	sheet, err := t.reader.modality.Preview(ctx, t.rows.Space(), *e.Preview, 0)
	if err != nil {
		return err
	}
	if _, err := t.rec.Preview(e.Epoch, sheet.PNG); err != nil {
		return err
	}
	if err := t.board.picture(e.Step, sheet.PNG); err != nil {
		return err
	}
	if time.Now().Before(t.replot) {
		return nil
	}
	return t.plot()
}

// plot draws the metrics so far.
func (t *training) plot() error {
	defer func(begin time.Time) {
		t.replot = time.Now().Add(plotPause * time.Since(begin))
	}(time.Now())
	metrics, err := t.run.Metrics()
	if err != nil {
		return err
	}
	series := make([]chart.Series, len(metrics))
	for i, m := range metrics {
		series[i].Name = m.Name
		for _, p := range m.Points {
			series[i].X, series[i].Y = append(series[i].X, float64(p.Step)), append(series[i].Y, p.Value)
		}
	}
	return run.WriteFile(t.run.PlotPath("losses"), func(w io.Writer) error {
		return chart.Losses(w, t.run.Name, series)
	})
}

// Close stops the plugins.
func (t *training) Close() error {
	var errs []error
	if t.process != nil {
		errs = append(errs, t.process.Stop())
	}
	if t.reader != nil {
		errs = append(errs, t.reader.Close())
	}
	if t.rows != nil {
		errs = append(errs, t.rows.Close())
	}
	if t.stage != nil {
		t.stage.Close()
	}
	return errors.Join(errs...)
}

// fewSteps are too few to learn much from, and enoughSteps often enough.
const (
	fewSteps    = 200
	enoughSteps = 2000
)

// tellFewSteps tells who trains on little data, for as many passes as are right
// for more of it, that it takes more of them.
func (t *training) tellFewSteps() {
	_, inEpochs := t.run.Config.Settings["epochs"]
	if steps, epochs := t.last.Step, t.last.Epochs; inEpochs && steps > 0 && steps < fewSteps && steps == t.planned {
		t.say(fmt.Sprintf("%d steps, in %d epochs, teach little: with data as small as this, try --epochs %d", steps, epochs, epochs*enoughSteps/steps))
	}
}

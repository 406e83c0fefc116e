package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/genhost/genhost/host/chart"
	"github.com/genhost/genhost/host/process"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// A TrainRequest asks for a new run. Its zero value but for Model is a run
// with all that models.toml says.
type TrainRequest struct {
	Model    string   // in models.toml
	Data     string   // a dataset's name or a path; "" is what models.toml says
	Set      []string // name=value for the model, read.name=value for the modality
	Epochs   int      // short for the setting epochs; 0 leaves it alone
	MaxSteps int      // end after so many steps; 0 for no such end
	Seed     uint64
	Run      string // the run's name; "" for MODEL-DATA-N
	Threads  int    // 0 is one for each core

	Stop    <-chan struct{} // closed to end with a checkpoint after the step
	Watcher Watcher         // may be nil
}

// A Watcher is told how a training goes.
type Watcher interface {
	Phase(what string)       // something that takes time begins
	Reading(rows, total int) // of the data
	Training(rows int)       // steps come next; an epoch has so many rows
	Event(e sdk.Event)
}

const (
	checkpointEvery = time.Minute
	previewRows     = 64
	// stopGrace is how long a model may take to end a step and write a
	// checkpoint before its call is cancelled.
	stopGrace = 20 * time.Second
)

// Train trains a model in a new run, which it returns as soon as there is one,
// also beside an error. [sdk.ErrStopped] means that Stop was heeded.
func (h *Host) Train(ctx context.Context, req TrainRequest) (*run.Run, error) {
	t, err := h.prepare(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", req.Model, err)
	}
	defer t.Close()
	if err := t.train(ctx, req); err != nil {
		return t.run, fmt.Errorf("train %s: %w", t.run.Name, t.advise(err))
	}
	return t.run, nil
}

// A training is a run with all that works on it.
type training struct {
	run     *run.Run
	rec     *run.Recorder
	log     *lateLog
	reader  *reader
	rows    *dataset.File
	process *process.Process
	model   sdk.Model
	seed    uint64
	watcher Watcher
	failed  error // the first of watch
}

// prepare does all that can fail before there is a run.
func (h *Host) prepare(ctx context.Context, req TrainRequest) (_ *training, err error) {
	t := &training{log: &lateLog{}, seed: req.Seed, watcher: req.Watcher}
	if t.watcher == nil {
		t.watcher = nobody{}
	}
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	entry, err := h.registry.Model(req.Model)
	if err != nil {
		return nil, err
	}
	in, err := h.plugin(ctx, entry.Plugin)
	if err != nil {
		return nil, err
	}
	spec, err := in.sdk.Model(entry.Model)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", registry.ErrNotFound, err)
	}
	settings, err := resolve(spec.Schema, entry, registry.SettingsTable, req.assignments())
	if err != nil {
		return nil, err
	}
	p, err := t.openData(ctx, h, entry, req)
	if err != nil {
		return nil, err
	}
	if t.process, err = in.start(ctx, t.log, threads(req.Threads)); err != nil {
		return nil, err
	}
	if t.model, err = newModel(ctx, t.process, spec.Name, settings, t.rows.Space()); err != nil {
		return nil, err
	}
	p.in, p.spec, p.settings = in, spec, settings
	return t, t.createRun(h, req, p)
}

// assignments are those of --set, and of the flags that are short for one.
func (req TrainRequest) assignments() []string {
	if req.Epochs > 0 {
		return append(req.Set[:len(req.Set):len(req.Set)], fmt.Sprintf("epochs=%d", req.Epochs))
	}
	return req.Set
}

// openData reads what the model is to learn from.
func (t *training) openData(ctx context.Context, h *Host, entry registry.Model, req TrainRequest) (p plan, err error) {
	data, err := h.dataOf(entry, req.Data)
	if err != nil {
		return p, err
	}
	if t.reader, err = h.readerFor(ctx, entry, data, req.Set, t.log); err != nil {
		return p, err
	}
	t.watcher.Phase("reading " + data)
	src, err := t.reader.source(data)
	if err != nil {
		return p, err
	}
	if t.rows, p.info, err = t.reader.open(ctx, src, t.watcher.Reading); err != nil {
		return p, err
	}
	p.entry, p.source = entry, run.Source{
		From: data, Path: src.Path, Dataset: src.Dataset, Train: p.info.Splits[0],
		Modality: t.reader.spec.Name, Plugin: t.reader.Name,
	}
	if len(p.info.Splits) > 1 {
		p.source.Test = p.info.Splits[1]
	}
	return p, nil
}

// newModel makes a model in the plugin's process.
func newModel(ctx context.Context, p *process.Process, name string, s sdk.Settings, space sdk.Space) (sdk.Model, error) {
	spec, err := p.Plugin().Model(name)
	if err != nil {
		return nil, err
	}
	return spec.New(ctx, s, space)
}

// A plan is what a run is made from.
type plan struct {
	entry    registry.Model
	in       installed
	spec     sdk.ModelSpec
	settings sdk.Settings
	info     sdk.Info
	source   run.Source
}

func (t *training) createRun(h *Host, req TrainRequest, p plan) error {
	sum, err := fileDigest(t.rows.Path())
	if err != nil {
		return err
	}
	env := run.ThisMachine(Version, threads(req.Threads))
	env.Model, env.Modality = p.in.program(), t.reader.program()
	made := run.Plan{
		Env: env,
		Config: run.Config{
			Genhost: Version, Seed: req.Seed, Threads: threads(req.Threads), MaxSteps: req.MaxSteps,
			CheckpointEvery: checkpointEvery, Previews: previewRows,
			Model:    run.Model{Name: p.entry.Name, Plugin: p.in.Name, As: p.spec.Name, Family: p.spec.Family},
			Source:   p.source,
			Settings: p.settings, Reading: t.reader.settings,
		},
		Data: run.Dataset{
			Source: p.source.From, Name: nameOf(p.source), Licence: p.info.Licence, Files: p.info.Files, Space: t.rows.Space(),
			Splits: []run.Split{{Name: p.source.Train, Rows: t.rows.Len(), SHA256: sum}},
		},
	}
	if req.Run != "" {
		t.run, err = run.CreateNamed(h.runs(), req.Run, made)
	} else {
		t.run, err = run.Create(h.runs(), p.entry.Name+"-"+stem(made.Data.Name), made)
	}
	if err != nil {
		return err
	}
	f, err := t.run.OpenLog()
	if err != nil {
		return err
	}
	return t.log.Attach(f)
}

// nameOf is what a source is called in the names of runs.
func nameOf(s run.Source) string {
	if s.Dataset != "" {
		return s.Dataset
	}
	name, _, _ := strings.Cut(filepath.Base(s.Path), ".")
	return name
}

// stem makes a name fit for a run's.
func stem(name string) string {
	fit := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToLower(r)
		}
		return '-'
	}, name)
	return strings.Trim(fit[:min(len(fit), 40)], "-")
}

// train runs the job and writes down how it ends.
func (t *training) train(ctx context.Context, req TrainRequest) error {
	dir, err := t.run.CheckpointDir()
	if err != nil {
		return err
	}
	if t.rec, err = t.run.Record(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer cancelAfter(req.Stop, stopGrace, cancel)()
	t.watcher.Training(t.rows.Len())
	job := &sdk.Job{
		Data: t.rows, Seed: req.Seed, Dir: dir, CheckpointEvery: checkpointEvery,
		MaxSteps: req.MaxSteps, Previews: previewRows, Stop: req.Stop,
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
		err = errors.Join(err, t.plot())
	}
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
	case errors.Is(err, sdk.ErrStopped), errors.Is(err, context.Canceled):
		return run.Stopped, err.Error()
	case errors.Is(err, sdk.ErrDiverged):
		return run.Diverged, err.Error()
	}
	return run.Failed, err.Error()
}

// watch writes down what happens in the job, and shows it.
func (t *training) watch(ctx context.Context, e sdk.Event) error {
	t.watcher.Event(e)
	if e.Preview == nil {
		return t.rec.Event(e)
	}
	sheet, err := t.reader.modality.Preview(ctx, t.rows.Space(), *e.Preview, 0)
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	if _, err := t.rec.Preview(e.Epoch, sheet.PNG); err != nil {
		return err
	}
	return t.plot()
}

// plot draws the metrics so far.
func (t *training) plot() error {
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

// advise tells where a plugin's last words are.
func (t *training) advise(err error) error {
	if errors.Is(err, sdk.ErrCrashed) {
		return sdk.Hint(err, "all that the plugin said is in "+t.run.LogPath())
	}
	return err
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
	return errors.Join(append(errs, t.log.Close())...)
}

// nobody watches.
type nobody struct{}

func (nobody) Phase(string)     {}
func (nobody) Reading(int, int) {}
func (nobody) Training(int)     {}
func (nobody) Event(sdk.Event)  {}

// watcher returns w, or one that listens to nothing.
func watcher(w Watcher) Watcher {
	if w == nil {
		return nobody{}
	}
	return w
}

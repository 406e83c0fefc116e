package host

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// A TrainRequest asks for a new run. Its zero value but for Model is a run
// with all that models.toml says.
type TrainRequest struct {
	Model    string   // in models.toml
	Modality string   // that reads the data; "" is what models.toml says
	Data     string   // a dataset's name or a path; "" is what models.toml says, or the first that another modality carries
	Set      []string // name=value for the model, read.name=value for the modality
	Epochs   int      // short for the setting epochs; 0 leaves it alone
	MaxSteps int      // end after so many steps; 0 for no such end
	Seed     uint64
	Run      string // the run's name; "" for MODEL-DATA-N
	Threads  int    // 0 is one for each core

	// HoldOut is how many rows to validate the model on, which it does not learn
	// from; nil for a twentieth, at most 5,000, where the model can be validated.
	HoldOut  *int
	Patience int // end after so many validations without a better one; 0 for no such end

	Stop    <-chan struct{} // closed to end with a checkpoint after the step
	Watcher Watcher         // may be nil
}

// Train trains a model in a new run, which it returns as soon as there is one,
// also beside an error. [sdk.ErrStopped] means that Stop was heeded.
func (h *Host) Train(ctx context.Context, req TrainRequest) (*run.Run, error) {
	log := &lateLog{}
	defer log.Close()
	t, err := h.prepare(ctx, req, log)
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", req.Model, log.explain(err, h.cache))
	}
	defer t.Close()
	if err := t.train(ctx, req); err != nil {
		return t.run, fmt.Errorf("train %s: %w", t.run.Name, log.explain(err, h.cache))
	}
	return t.run, nil
}

// prepare does all that can fail before there is a run.
func (h *Host) prepare(ctx context.Context, req TrainRequest, log *lateLog) (_ *training, err error) {
	t := &training{log: log, watcher: watcher(req.Watcher), say: h.say}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer cancelAfter(req.Stop, 0, cancel)() // there is nothing to keep yet
	defer func() {
		if err != nil {
			t.Close()
		}
	}()
	if req.Run != "" {
		if err := run.CheckName(req.Run); err != nil {
			return nil, err
		}
		if exists(filepath.Join(h.runs(), req.Run)) {
			return nil, run.Taken(h.runs(), req.Run)
		}
	}
	entry, err := h.registry.Model(req.Model)
	if err != nil {
		return nil, err
	}
	if req.Modality != "" && req.Modality != entry.Modality {
		entry.Modality, entry.Data, entry.Read = req.Modality, "", nil
	}
	in, err := h.plugin(ctx, entry.Plugin)
	if err != nil {
		return nil, err
	}
	spec, err := in.sdk.Model(entry.Model)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", registry.ErrNotFound, namesake(err, entry, in.sdk))
	}
	settings, err := resolve(spec.Schema, entry, registry.SettingsTable, req.assignments())
	if err != nil {
		return nil, err
	}
	p, err := t.openData(ctx, h, entry, req)
	if err != nil {
		return nil, err
	}
	if err := t.startModel(ctx, h, in, threads(req.Threads)); err != nil {
		return nil, err
	}
	if t.model, err = newModel(ctx, t.process, spec.Name, settings, t.rows.Space()); err != nil {
		return nil, h.whichDo(ctx, err, entry, in, spec, t.reader.offer)
	}
	p.in, p.spec, p.settings = in, spec, settings
	if t.heldOut, err = req.heldOut(spec, sdk.Originals(t.rows).Len()); err != nil {
		return nil, err
	}
	return t, t.createRun(h, req, p)
}

// startModel starts the model's plugin, which reads the rows and writes
// checkpoints.
func (t *training) startModel(ctx context.Context, h *Host, in installed, threads int) (err error) {
	if t.stage, err = run.Prepare(h.runs()); err != nil {
		return err
	}
	checkpoints, err := t.stage.CheckpointDir()
	if err != nil {
		return err
	}
	rows, err := filepath.Abs(t.rows.Path())
	if err != nil {
		return err
	}
	t.process, err = in.start(ctx, errand{log: t.log, threads: threads, read: []string{rows}, write: []string{checkpoints}})
	return err
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
	if err != nil && req.Modality == "" {
		return p, h.suggestData(ctx, err)
	}
	if t.reader, err = h.readerFor(ctx, entry, data, req.Set, t.log); err != nil {
		return p, err
	}
	if data == "" {
		if data, err = t.reader.carried(); err != nil {
			return p, err
		}
	}
	t.watcher.Phase("reading " + data)
	src, err := t.reader.source(ctx, data)
	if err != nil {
		return p, h.elsewhere(ctx, err, data)
	}
	if t.rows, p.info, err = t.reader.open(ctx, src, t.watcher.Reading); err != nil {
		return p, err
	}
	p.entry, p.source = entry, run.Source{
		From: data, Path: src.Path, Dataset: src.Dataset, Train: p.info.Splits[0],
		Modality: t.reader.spec.Name, Plugin: t.reader.Name,
	}
	p.source.Test = heldOutSplit(p.info.Splits)
	return p, nil
}

// newModel makes a model in the plugin's process.
func newModel(ctx context.Context, p running, name string, s sdk.Settings, space sdk.Space) (sdk.Model, error) {
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
	env := run.ThisMachine(Version, threads(req.Threads))
	env.Model, env.Modality = p.in.program(), t.reader.program()
	env.Sandbox = run.Sandboxes{Model: heldBy(t.process), Modality: heldBy(t.reader.process)}
	made := run.Plan{
		Env: env,
		Config: run.Config{
			Genhost: Version, Seed: req.Seed, Threads: threads(req.Threads), MaxSteps: req.MaxSteps,
			CheckpointEvery: checkpointEvery, Previews: previewRows, HeldOut: t.heldOut, Patience: req.Patience,
			Model:    run.Model{Name: p.entry.Name, Plugin: p.in.Name, As: p.spec.Name, Family: p.spec.Family},
			Source:   p.source,
			Settings: p.settings, Reading: t.reader.settings,
		},
		Data: run.Dataset{
			Source: p.source.From, Name: nameOf(p.source), Licence: p.info.Licence, Files: p.info.Files, Space: t.rows.Space(),
			Splits: []run.Split{{Name: p.source.Train, Rows: t.rows.Len(), SHA256: t.rows.SHA256()}},
		},
	}
	var err error
	if req.Run != "" {
		t.run, err = t.stage.CreateNamed(req.Run, made)
	} else {
		t.run, err = t.stage.Create(strings.Trim(p.entry.Name+"-"+stem(made.Data.Name), "-"), made)
	}
	if err != nil {
		return err
	}
	f, err := t.run.OpenLog()
	if err != nil {
		return err
	}
	return t.log.Attach(f, t.run.LogPath())
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

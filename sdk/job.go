package sdk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// A Job is what Train is asked to do. The host fills in the fields; the model
// loops over [Job.Batches] and calls [Job.Step].
type Job struct {
	Data Rows   // to learn from; while Train runs, without those held out
	Seed uint64 // of everything random: equal jobs give equal weights

	// HeldOut is how many rows of Data a [Validator] does not learn from, as
	// [HoldOut] chooses them. On these it is validated at the end of epochs, of a
	// hundred at most and always of the last, and what it says is reported with
	// the prefix [Validated]. Other models learn from all rows.
	HeldOut int

	// Patience ends training, in good order, after so many validations in a row
	// that found no less loss than before; 0 never does.
	Patience int

	// Dir is the folder that checkpoints are written to, as step-N; "" for
	// none. One is written at the end, when training is stopped, whenever a
	// validation finds the least loss so far, and every CheckpointEvery in
	// between, where that is not 0.
	Dir             string
	CheckpointEvery time.Duration

	// MaxSteps ends training early; 0 leaves that to the model's settings.
	MaxSteps int

	// Previews is how many rows to generate at the end of epochs, always from
	// the same latents; 0 for none. Epochs that are short share a preview a
	// second; the last has its own.
	Previews int

	// Stop is closed when training should end after the current step.
	Stop <-chan struct{}

	// Watch is told what happens, from one goroutine at a time; may be nil.
	Watch func(Event)

	model  Model
	ctx    context.Context
	at     Position
	epoch  int     // steps in one
	sum    Metrics // over the window's steps
	seen   map[string]int
	count  int
	sent   time.Time // the last event with metrics
	saved  time.Time
	last   int       // step of the last checkpoint
	shown  time.Time // the last preview
	warned map[string]bool
	held   *validation // nil when no rows are held out
}

// Metrics are figures by name, of one step or the mean over some: "loss", "kl".
type Metrics map[string]float64

// A Position is how far a job has come. Steps and Epochs are the totals.
type Position struct {
	Step, Steps   int
	Epoch, Epochs int // Epoch counts completed epochs
}

// An Event is something that happened in a job. The fields that do not apply
// are zero.
type Event struct {
	Position

	// Metrics are means, each over those steps since the window began that
	// had it. A window ends after a number of steps that depends on the job
	// alone, and then Window is set; in between there is an event now and
	// then, to show life.
	Metrics Metrics
	Window  bool

	Checkpoint string // a checkpoint's folder, complete
	Best       bool   // it has the least loss on rows held out so far
	Preview    *Batch // rows from the same latents as ever
	Warning    string // something is not as it should be, and what to do
	Note       string // something to know: why training ends early
}

const (
	windows   = 500                    // of metrics in a job, about
	lifeSigns = 200 * time.Millisecond // between events with metrics
	// previewPause is between previews, whose drawing may take from training.
	previewPause = time.Second
	// previewSeed is the seed of every job's previews, so that runs compare.
	previewSeed = 1
	// WeightsFile is the file in a checkpoint's folder that [Saver] writes.
	WeightsFile = "weights.safetensors"
)

// Run trains m and leaves a last checkpoint. It is how the host, and a test,
// start a job. Once training has begun, an error that is [ErrStopped] means
// that the checkpoint is there.
func (j *Job) Run(ctx context.Context, m Model) error {
	if j.Data == nil || j.Data.Len() == 0 {
		return fmt.Errorf("%w: no rows to learn from", ErrBadInput)
	}
	// A model in another process runs the job there, and only watches here.
	if r, ok := m.(interface{ Remote() bool }); ok && r.Remote() {
		return m.Train(ctx, j)
	}
	j.model, j.ctx = m, ctx
	defer func(all Rows) { j.Data = all }(j.Data)
	if err := j.prepareValidation(); err != nil {
		return err
	}
	j.at, j.epoch, j.sum, j.seen, j.count, j.last = Position{}, 0, Metrics{}, map[string]int{}, 0, 0
	j.warned = map[string]bool{}
	j.sent, j.saved, j.shown = time.Now(), time.Now(), time.Time{}
	err := m.Train(ctx, j)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	return j.checkpoint(false)
}

// Batches returns shuffled batches of the data for so many epochs. The order
// depends on the seed and the epoch. Every batch has size rows, or all rows
// where there are fewer; rows left over at the end of an epoch wait for
// another. A batch is valid until the next. Train calls Batches once, and
// [Job.Step] once for each batch.
func (j *Job) Batches(size, epochs int) iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		n := j.Data.Len()
		size := max(1, min(size, n))
		j.epoch = n / size
		epochs = min(epochs, math.MaxInt/max(1, j.epoch))
		j.at.Epochs, j.at.Steps = epochs, epochs*j.epoch
		if j.MaxSteps > 0 && j.MaxSteps < j.at.Steps {
			j.at.Steps = j.MaxSteps
			j.at.Epochs = (j.MaxSteps + j.epoch - 1) / j.epoch
		}
		var b Batch
		for j.at.Step < j.at.Steps {
			order := j.Rand(math.MaxUint64 - uint64(j.at.Epoch)).Perm(n)
			for i := 0; i < j.epoch && j.at.Step < j.at.Steps; i++ {
				before := j.at.Step
				b = j.Data.Gather(b, order[i*size:(i+1)*size])
				if !yield(b) {
					return
				}
				if j.at.Step == before {
					panic("sdk: Train took a batch without calling job.Step")
				}
			}
		}
	}
}

// Rand returns a generator that depends on the job's seed and on stream, so
// that a model can have one for each use: 0, 1, 2 and so on.
func (j *Job) Rand(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(j.Seed, stream)) }

// Step ends a training step, with figures about it. It reports progress,
// writes a checkpoint, draws previews and validates the model when they are
// due, and returns an error when Train must return: [ErrStopped], [ErrDiverged]
// when a figure is not finite, or the context's.
func (j *Job) Step(m Metrics) error {
	j.at.Step++
	if err := j.checkFinite(m); err != nil {
		return err
	}
	for name, v := range m {
		j.sum[name] += v
		j.seen[name]++
	}
	j.count++
	if j.at.Step == j.at.Steps || j.epoch > 0 && j.at.Step%j.epoch == 0 {
		j.at.Epoch++
		if err := j.endEpoch(); err != nil {
			return err
		}
	} else {
		j.report(false, nil)
	}
	if err := j.ctx.Err(); err != nil {
		return err
	}
	select {
	case <-j.Stop:
		if err := j.checkpoint(false); err != nil {
			return err
		}
		return fmt.Errorf("%w at step %d", ErrStopped, j.at.Step)
	default:
	}
	if j.CheckpointEvery > 0 && time.Since(j.saved) > j.CheckpointEvery {
		return j.checkpoint(false)
	}
	return nil
}

// endEpoch validates the model, reports, and draws a preview.
func (j *Job) endEpoch() (err error) {
	var figures Metrics
	if j.validates() {
		if figures, err = j.validate(); err != nil {
			return err
		}
	}
	j.report(true, figures)
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if figures != nil {
		if err := j.judge(figures[Validated+"loss"]); err != nil {
			return err
		}
	}
	return j.preview()
}

// checkFinite reports a figure of this step that is no number.
func (j *Job) checkFinite(m Metrics) error {
	for _, name := range sortedKeys(m) {
		if math.IsNaN(m[name]) || math.IsInf(m[name], 0) {
			return Hint(fmt.Errorf("%w: step %d: %s is %g", ErrDiverged, j.at.Step, name, m[name]),
				"lower the learning rate, or look at the data")
		}
	}
	return nil
}

// Warn tells the user, the first time that it is called with this name, that
// something is not as it should be and what to do about it. Training goes on.
func (j *Job) Warn(name, text string) {
	if !j.warned[name] {
		j.warned[name] = true
		j.tell(Event{Warning: text})
	}
}

// report sends the window's means, and the figures of a validation, when it
// ends or when the watcher has heard nothing for a while.
func (j *Job) report(epochEnds bool, validated Metrics) {
	ends := epochEnds || j.count >= max(1, j.at.Steps/windows)
	if !ends && time.Since(j.sent) < lifeSigns {
		return
	}
	means := make(Metrics, len(j.sum)+len(validated))
	for name, sum := range j.sum {
		means[name] = sum / float64(j.seen[name])
	}
	maps.Copy(means, validated)
	j.tell(Event{Metrics: means, Window: ends})
	j.sent = time.Now()
	if ends {
		clear(j.sum)
		clear(j.seen)
		j.count = 0
	}
}

func (j *Job) preview() error {
	if j.Previews == 0 || j.Watch == nil || j.at.Step < j.at.Steps && time.Since(j.shown) < previewPause {
		return nil
	}
	rows, err := j.model.Generate(j.ctx, GenerateRequest{N: j.Previews, Seed: previewSeed})
	if err != nil {
		return fmt.Errorf("preview: %w", err)
	}
	j.tell(Event{Preview: &rows})
	j.shown = time.Now()
	return nil
}

// checkpoint saves the model in a folder that appears only when it is whole.
func (j *Job) checkpoint(best bool) error {
	defer func() { j.saved = time.Now() }() // so that slow disks leave time to train
	saver, err := As[Saver](j.model)
	if j.Dir == "" || errors.Is(err, errUnsupported) || (j.last == j.at.Step && j.last > 0) {
		return nil
	}
	dir := filepath.Join(j.Dir, fmt.Sprintf("step-%08d", j.at.Step))
	tmp := dir + ".tmp"
	if err := os.RemoveAll(tmp); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := os.MkdirAll(tmp, 0o777); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if err := saver.Save(j.ctx, filepath.Join(tmp, WeightsFile)); err != nil {
		os.RemoveAll(tmp)
		return fmt.Errorf("checkpoint at step %d: %w", j.at.Step, err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		os.RemoveAll(tmp)
		return fmt.Errorf("checkpoint: %w", err)
	}
	j.last = j.at.Step
	j.tell(Event{Checkpoint: dir, Best: best})
	return nil
}

func (j *Job) tell(e Event) {
	if j.Watch != nil {
		e.Position = j.at
		j.Watch(e)
	}
}

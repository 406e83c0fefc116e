package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A Recorder writes down what happens while a run is trained. Its methods may
// be called from several goroutines. What one of them has written is in the
// file when it returns.
type Recorder struct {
	run  *Run
	lock *lock

	mu      sync.Mutex
	metrics *os.File
	events  *os.File
	status  Status
	began   time.Time
	before  float64 // seconds that earlier recorders saw
	valid   float64 // the last loss on the rows held out
}

// Record takes the run for this process to train, for the first time or
// again. The error is [ErrBusy] while another process has it, or another
// recorder in this one.
func (r *Run) Record() (*Recorder, error) {
	l, err := r.claim()
	if err != nil {
		return nil, err
	}
	rec := &Recorder{run: r, lock: l, began: time.Now()}
	if err := rec.begin(); err != nil {
		rec.close()
		return nil, err
	}
	return rec, nil
}

func (r *Recorder) begin() (err error) {
	if r.status, err = r.run.readStatus(); err != nil {
		return err
	}
	r.run.tidy()
	if r.metrics, err = openLines(r.run.path(metricsFile), metricsHead); err != nil {
		return err
	}
	if r.events, err = openLines(r.run.path(eventsFile), ""); err != nil {
		return err
	}
	r.before = r.status.Seconds
	r.status.State, r.status.Reason, r.status.Ended = Training, "", time.Time{}
	r.status.Process = thisProcess()
	if err := r.writeStatus(); err != nil {
		return err
	}
	return r.event(event{Type: "start"})
}

// event is a line of events.jsonl.
type event struct {
	Time    time.Time         `json:"time"`
	Type    string            `json:"type"`
	Seconds float64           `json:"seconds"`
	Step    int               `json:"step"`
	Steps   int               `json:"steps,omitempty"`
	Epoch   int               `json:"epoch"`
	Epochs  int               `json:"epochs,omitempty"`
	Metrics map[string]number `json:"metrics,omitempty"`
	Path    string            `json:"path,omitempty"` // in the run
	Best    bool              `json:"best,omitempty"` // of a checkpoint
	Text    string            `json:"text,omitempty"`
}

// A number is null in JSON when it is not finite.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// Event writes down an event of the job: the metrics of a window, a warning or
// a note, and a checkpoint, of which the last three and the best are kept.
// Events between windows are to show life and are not written; for previews see
// [Recorder.Preview].
func (r *Recorder) Event(e sdk.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	news := e.Epoch != r.status.Epoch || e.Steps != r.status.Steps
	r.status.Step, r.status.Steps, r.status.Epoch, r.status.Epochs = e.Step, e.Steps, e.Epoch, e.Epochs
	if e.Window {
		if err := r.window(e); err != nil {
			return err
		}
	}
	for _, said := range []event{{Type: "warning", Text: e.Warning}, {Type: "note", Text: e.Note}} {
		if said.Text != "" {
			if err := r.event(said); err != nil {
				return err
			}
		}
	}
	if e.Checkpoint != "" {
		return r.checkpoint(e)
	}
	if news {
		return r.writeStatus()
	}
	return nil
}

// checkpoint writes down a checkpoint, and removes old ones. The status comes
// first, so that the best that it names is always there.
func (r *Recorder) checkpoint(e sdk.Event) error {
	if e.Best {
		r.status.Best = &Best{Step: e.Step, Epoch: e.Epoch, Loss: r.valid}
	}
	if err := r.event(event{Type: "checkpoint", Path: r.run.relative(e.Checkpoint), Best: e.Best}); err != nil {
		return err
	}
	if err := r.writeStatus(); err != nil {
		return err
	}
	return r.run.prune(keepCheckpoints, r.status.Best)
}

func (r *Recorder) window(e sdk.Event) error {
	rows, err := metricRows(e.Position, r.seconds(), e.Metrics)
	if err != nil {
		return err
	}
	if err := write(r.metrics, rows); err != nil {
		return err
	}
	if loss, ok := e.Metrics[sdk.Validated+"loss"]; ok {
		r.valid = loss
	}
	metrics := make(map[string]number, len(e.Metrics))
	for name, v := range e.Metrics {
		metrics[name] = number(v)
	}
	return r.event(event{Type: "metrics", Metrics: metrics})
}

// Preview keeps the picture of an epoch, and returns its path.
func (r *Recorder) Preview(epoch int, png []byte) (string, error) {
	path := r.run.PreviewPath(epoch)
	if err := writeBytes(path, false, png); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return path, r.event(event{Type: "preview", Path: r.run.relative(path)})
}

// Note writes down something else that happened, such as a phase of the work
// or a warning, under a type of its own.
func (r *Recorder) Note(typ, text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.event(event{Type: typ, Text: text})
}

// End writes down how training ended, and why unless it is done. Nothing can
// be recorded afterwards.
func (r *Recorder) End(state State, reason string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	err := r.event(event{Type: "end", Text: string(state)})
	r.status.State, r.status.Reason = state, reason
	r.status.Ended = time.Now().UTC()
	if wrote := r.writeStatus(); err == nil {
		err = wrote
	}
	if closed := r.close(); err == nil {
		err = closed
	}
	return err
}

func (r *Recorder) close() error {
	defer r.lock.release()
	var errs []error
	for _, f := range []*os.File{r.metrics, r.events} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

func (r *Recorder) seconds() float64 { return r.before + time.Since(r.began).Seconds() }

// writeStatus may not be called for each event: it replaces a file.
func (r *Recorder) writeStatus() error {
	r.status.Seconds = math.Round(1000*r.seconds()) / 1000
	return writeJSON(r.run.path(statusFile), !r.status.Ended.IsZero(), r.status)
}

func (r *Recorder) event(e event) error {
	e.Time, e.Seconds = time.Now().UTC().Truncate(time.Millisecond), math.Round(1000*r.seconds())/1000
	e.Step, e.Steps, e.Epoch, e.Epochs = r.status.Step, r.status.Steps, r.status.Epoch, r.status.Epochs
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write %s: %w", r.events.Name(), err)
	}
	return write(r.events, append(line, '\n'))
}

func write(f io.Writer, data []byte) error {
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("record: %w", err) // the error names the file
	}
	return nil
}

// relative returns a path in the run as it is written down, or the whole path
// where it is elsewhere.
func (r *Run) relative(path string) string {
	dir, err := filepath.Abs(r.Dir)
	if err != nil {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(dir, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return filepath.ToSlash(rel)
}

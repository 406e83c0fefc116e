package sdk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// counted is a model whose training is the function step, called with each
// batch; nil does nothing.
type counted struct {
	NoEncoder
	size, epochs int
	step         func(b Batch) Metrics
	saves        func(path string) error
	generated    []GenerateRequest
}

func (c *counted) Train(ctx context.Context, job *Job) error {
	for b := range job.Batches(c.size, c.epochs) {
		m := Metrics{}
		if c.step != nil {
			m = c.step(b)
		}
		if err := job.Step(m); err != nil {
			return err
		}
	}
	return nil
}

func (c *counted) Generate(_ context.Context, req GenerateRequest) (Batch, error) {
	c.generated = append(c.generated, req)
	return MakeBatch(req.N, 1), nil
}

func (c *counted) Save(_ context.Context, path string) error {
	if c.saves != nil {
		return c.saves(path)
	}
	return os.WriteFile(path, []byte("weights"), 0o666)
}

func (c *counted) Load(context.Context, string) error { return nil }

// numbered are n rows, of which row i holds the number i.
func numbered(n int) Rows {
	b := MakeBatch(n, 1)
	for i := range b.Data {
		b.Data[i] = float32(i)
	}
	return InMemory(Space{Modality: "toy", Shape: []int{1}, Segments: []Segment{{Kind: Real, Len: 1}}}, b)
}

// order runs a job and returns the rows of each batch.
func order(t *testing.T, job *Job, size, epochs int) [][]float32 {
	t.Helper()
	var all [][]float32
	m := &counted{size: size, epochs: epochs, step: func(b Batch) Metrics {
		all = append(all, slices.Clone(b.Data))
		return nil
	}}
	if err := job.Run(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBatches(t *testing.T) {
	for _, c := range []struct{ rows, size, epochs, max, batches, each int }{
		{rows: 10, size: 3, epochs: 2, batches: 6, each: 3},
		{rows: 9, size: 3, epochs: 1, batches: 3, each: 3},
		{rows: 3, size: 100, epochs: 4, batches: 4, each: 3},
		{rows: 1, size: 1, epochs: 2, batches: 2, each: 1},
		{rows: 5, size: 0, epochs: 1, batches: 5, each: 1},
		{rows: 10, size: 3, epochs: 5, max: 4, batches: 4, each: 3},
		{rows: 10, size: 3, epochs: 1, max: 99, batches: 3, each: 3},
		{rows: 10, size: 3, epochs: 0, max: 9, batches: 0},
		{rows: 4, size: 2, epochs: math.MaxInt, max: 3, batches: 3, each: 2},
	} {
		got := order(t, &Job{Data: numbered(c.rows), Seed: 1, MaxSteps: c.max}, c.size, c.epochs)
		if len(got) != c.batches {
			t.Errorf("%+v: %d batches", c, len(got))
			continue
		}
		perEpoch := c.rows / max(1, c.each)
		for i, b := range got {
			if len(b) != c.each {
				t.Errorf("%+v: batch %d has %d rows", c, i, len(b))
			}
			// Within its epoch, no row comes twice.
			epoch := slices.Concat(got[i/perEpoch*perEpoch : i+1]...)
			slices.Sort(epoch)
			if len(slices.Compact(slices.Clone(epoch))) != len(epoch) {
				t.Errorf("%+v: rows come twice in an epoch: %v", c, epoch)
			}
		}
	}
}

func TestBatchesAreOrderedBySeedAndEpoch(t *testing.T) {
	run := func(seed uint64) [][]float32 { return order(t, &Job{Data: numbered(50), Seed: seed}, 50, 3) }
	a, b, other := run(1), run(1), run(2)
	if !reflect.DeepEqual(a, b) {
		t.Error("equal seeds give other orders")
	}
	if reflect.DeepEqual(a[0], other[0]) {
		t.Error("seeds 1 and 2 give one order")
	}
	if slices.Equal(a[0], a[1]) || slices.Equal(a[1], a[2]) {
		t.Error("two epochs have one order")
	}
	if slices.IsSorted(a[0]) {
		t.Error("the rows are not shuffled")
	}
	// A job that is cut short sees what a longer one saw first.
	if short := order(t, &Job{Data: numbered(50), Seed: 1, MaxSteps: 2}, 50, 3); !reflect.DeepEqual(short, a[:2]) {
		t.Error("MaxSteps changes the order")
	}
}

func TestJobCanRunAgain(t *testing.T) {
	job := &Job{Data: numbered(6), Seed: 1}
	if a, b := order(t, job, 2, 2), order(t, job, 2, 2); !reflect.DeepEqual(a, b) {
		t.Errorf("first %v, then %v", a, b)
	}
}

func TestRandStreams(t *testing.T) {
	j := &Job{Seed: 3}
	if a, b := j.Rand(0).Uint64(), j.Rand(0).Uint64(); a != b {
		t.Error("a stream is not reproducible")
	}
	if a, b := j.Rand(0).Uint64(), j.Rand(1).Uint64(); a == b {
		t.Error("two streams are one")
	}
	if a, b := j.Rand(0).Uint64(), (&Job{Seed: 4}).Rand(0).Uint64(); a == b {
		t.Error("two seeds give one stream")
	}
}

// watch runs m and returns the events.
func watch(ctx context.Context, job *Job, m Model) ([]Event, error) {
	var events []Event
	then := job.Watch
	job.Watch = func(e Event) {
		events = append(events, e)
		if then != nil {
			then(e)
		}
	}
	err := job.Run(ctx, m)
	return events, err
}

// windowsOf are the events whose metrics count.
func windowsOf(events []Event) []Event {
	return slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return !e.Window })
}

func TestWindowsDependOnTheJobAlone(t *testing.T) {
	run := func(pause time.Duration) []Event {
		n := 0
		m := &counted{size: 4, epochs: 30, step: func(Batch) Metrics {
			n++
			if n == 503 { // within a window
				time.Sleep(pause)
			}
			return Metrics{"loss": float64(n)}
		}}
		events, err := watch(t.Context(), &Job{Data: numbered(400)}, m)
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	quick, slow := run(0), run(lifeSigns+50*time.Millisecond)
	if !reflect.DeepEqual(windowsOf(quick), windowsOf(slow)) {
		t.Error("the windows of a slow training differ")
	}
	if len(windowsOf(slow)) == len(slow) {
		t.Error("a slow training shows no life between windows")
	}
	if got := windowsOf(quick); len(got) < windows/2 || len(got) > 2*windows {
		t.Errorf("%d windows, want about %d", len(got), windows)
	}
	// Steps 1 to 6 are the first window of 3000/500 steps.
	first := windowsOf(quick)[0]
	want := Event{Position: Position{Step: 6, Steps: 3000, Epochs: 30}, Metrics: Metrics{"loss": 3.5}, Window: true}
	if !reflect.DeepEqual(first, want) {
		t.Errorf("first window %+v, want %+v", first, want)
	}
}

func TestEachMetricIsTheMeanOfItsOwnSteps(t *testing.T) {
	n := 0
	m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics {
		n++
		if n%2 == 0 {
			return Metrics{"loss": 1}
		}
		return Metrics{"loss": 1, "rare": 8}
	}}
	events, err := watch(t.Context(), &Job{Data: numbered(1000)}, m)
	if err != nil {
		t.Fatal(err)
	}
	if got := events[0].Metrics; !reflect.DeepEqual(got, Metrics{"loss": 1, "rare": 8}) {
		t.Errorf("steps 1 and 2 have the means %v", got)
	}
}

func TestPositions(t *testing.T) {
	events, err := watch(t.Context(), &Job{Data: numbered(10), MaxSteps: 5}, &counted{size: 5, epochs: 9})
	if err != nil {
		t.Fatal(err)
	}
	var got []Position
	for _, e := range windowsOf(events) {
		got = append(got, e.Position)
	}
	want := []Position{{1, 5, 0, 3}, {2, 5, 1, 3}, {3, 5, 1, 3}, {4, 5, 2, 3}, {5, 5, 3, 3}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDivergence(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		n, dir := 0, t.TempDir()
		m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics {
			n++
			if n == 3 {
				return Metrics{"a": 1, "kl": v, "z": 0}
			}
			return Metrics{"kl": 1}
		}}
		err := (&Job{Data: numbered(9), Dir: dir}).Run(t.Context(), m)
		if !errors.Is(err, ErrDiverged) || !strings.Contains(err.Error(), "step 3: kl is") || len(Hints(err)) != 1 {
			t.Errorf("%g: got %v with hints %q", v, err, Hints(err))
		}
		if n != 3 {
			t.Errorf("training went on to step %d", n)
		}
		if left := folders(t, dir); len(left) != 0 {
			t.Errorf("a diverged training left %v", left)
		}
	}
}

func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestStop(t *testing.T) {
	dir, stop := t.TempDir(), make(chan struct{})
	n := 0
	m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics {
		if n++; n == 4 {
			close(stop)
		}
		return nil
	}}
	events, err := watch(t.Context(), &Job{Data: numbered(100), Dir: dir, Stop: stop}, m)
	if !errors.Is(err, ErrStopped) || n != 4 {
		t.Errorf("got %v after %d steps, want ErrStopped after 4", err, n)
	}
	if got := folders(t, dir); !slices.Equal(got, []string{"step-00000004"}) {
		t.Errorf("left %v", got)
	}
	if last := events[len(events)-1]; last.Checkpoint != filepath.Join(dir, "step-00000004") {
		t.Errorf("the last event is %+v", last)
	}
	if _, err := os.Stat(filepath.Join(dir, "step-00000004", WeightsFile)); err != nil {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics {
		if n++; n == 2 {
			cancel()
		}
		return nil
	}}
	if err := (&Job{Data: numbered(100)}).Run(ctx, m); !errors.Is(err, context.Canceled) || n != 2 {
		t.Errorf("got %v after %d steps, want context.Canceled after 2", err, n)
	}
}

// careless is a model that says nothing went wrong, whatever Step said.
type careless struct{ counted }

func (c *careless) Train(ctx context.Context, job *Job) error {
	_ = c.counted.Train(ctx, job)
	return nil
}

func TestCancelOfACarelessModel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dir := t.TempDir()
	m := &careless{counted{size: 1, epochs: 1, step: func(Batch) Metrics { cancel(); return nil }}}
	if err := (&Job{Data: numbered(3), Dir: dir}).Run(ctx, m); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if left := folders(t, dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestPreviews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &counted{size: 5, epochs: 9, step: func(Batch) Metrics {
			time.Sleep(200 * time.Millisecond)
			return nil
		}}
		events, err := watch(t.Context(), &Job{Data: numbered(10), Seed: 4, MaxSteps: 13, Previews: 3}, m)
		if err != nil {
			t.Fatal(err)
		}
		var at []int
		for _, e := range events {
			if e.Preview != nil {
				at = append(at, e.Step)
				if e.Preview.Len() != 3 {
					t.Errorf("a preview of %d rows", e.Preview.Len())
				}
			}
		}
		if !slices.Equal(at, []int{2, 8, 13}) {
			t.Errorf("previews after steps %v, want 2, 8 and 13: epochs' ends, a second apart, and the last", at)
		}
		for _, req := range m.generated {
			if !reflect.DeepEqual(req, GenerateRequest{N: 3, Seed: previewSeed}) {
				t.Errorf("a preview from %+v", req)
			}
		}
	})
}

func TestNoPreviewsUnasked(t *testing.T) {
	m := &counted{size: 5, epochs: 2}
	if err := (&Job{Data: numbered(10), Watch: func(Event) {}}).Run(t.Context(), m); err != nil || len(m.generated) != 0 {
		t.Errorf("%v: %d previews", err, len(m.generated))
	}
	if err := (&Job{Data: numbered(10), Previews: 3}).Run(t.Context(), m); err != nil || len(m.generated) != 0 {
		t.Errorf("%v: %d previews that nobody sees", err, len(m.generated))
	}
}

func TestCheckpointIsWholeOrAbsent(t *testing.T) {
	dir := t.TempDir()
	full := errors.New("disk full")
	n := 0
	m := &counted{size: 1, epochs: 1, saves: func(path string) error {
		if n++; n == 2 {
			os.WriteFile(path, []byte("hal"), 0o666)
			return full
		}
		return os.WriteFile(path, []byte("whole"), 0o666)
	}}
	events, err := watch(t.Context(), &Job{Data: numbered(3), Dir: dir, CheckpointEvery: 1}, m)
	if !errors.Is(err, full) || err.Error() != "checkpoint at step 2: disk full" {
		t.Errorf("got %v", err)
	}
	if got := folders(t, dir); !slices.Equal(got, []string{"step-00000001"}) {
		t.Errorf("left %v, want the earlier checkpoint alone", got)
	}
	weights, err := os.ReadFile(filepath.Join(dir, "step-00000001", WeightsFile))
	if err != nil || string(weights) != "whole" {
		t.Errorf("the earlier checkpoint holds %q: %v", weights, err)
	}
	for _, e := range events {
		if e.Checkpoint != "" && e.Step != 1 {
			t.Errorf("an event tells of a checkpoint at step %d", e.Step)
		}
	}
}

func TestCheckpointsWhenDue(t *testing.T) {
	for every, want := range map[time.Duration][]string{
		0:         {"step-00000003"},
		1:         {"step-00000001", "step-00000002", "step-00000003"},
		time.Hour: {"step-00000003"},
	} {
		dir := filepath.Join(t.TempDir(), "checkpoints")
		m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics { time.Sleep(time.Microsecond); return nil }}
		if err := (&Job{Data: numbered(3), Dir: dir, CheckpointEvery: every}).Run(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if got := folders(t, dir); !slices.Equal(got, want) {
			t.Errorf("every %v: got %v, want %v", every, got, want)
		}
	}
}

func TestCheckpointWithoutPermission(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	err := (&Job{Data: numbered(3), Dir: file}).Run(t.Context(), &counted{size: 1, epochs: 1})
	if err == nil || !strings.HasPrefix(err.Error(), "checkpoint: ") {
		t.Errorf("got %v", err)
	}
}

func TestNoRows(t *testing.T) {
	for _, job := range []*Job{{}, {Data: numbered(0)}} {
		if err := job.Run(t.Context(), &counted{size: 1, epochs: 1}); !errors.Is(err, ErrBadInput) {
			t.Errorf("got %v, want ErrBadInput", err)
		}
	}
}

// forgetful never calls Step.
type forgetful struct{ counted }

func (*forgetful) Train(_ context.Context, job *Job) error {
	for range job.Batches(1, 1) {
		continue
	}
	return nil
}

func TestTrainThatForgetsStep(t *testing.T) {
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "job.Step") {
			t.Errorf("panicked with %q", said)
		}
	}()
	(&Job{Data: numbered(2)}).Run(t.Context(), &forgetful{})
	t.Error("no panic")
}

// far stands for a model in another process.
type far struct {
	counted
	trained *Job
	can     []Ability
}

func (f *far) Remote() bool                          { return true }
func (f *far) Abilities() []Ability                  { return f.can }
func (f *far) Train(_ context.Context, j *Job) error { f.trained = j; return nil }

func TestRemoteModelRunsTheJobItself(t *testing.T) {
	dir := t.TempDir()
	job, m := &Job{Data: numbered(2), Dir: dir}, &far{can: []Ability{CanSave}}
	if err := job.Run(t.Context(), m); err != nil || m.trained != job {
		t.Errorf("%v: trained with %v", err, m.trained)
	}
	if left := folders(t, dir); len(left) != 0 {
		t.Errorf("the near side wrote %v", left)
	}
}

package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

// kept is what a watcher must be told, as text: the rest depends on the clock.
func kept(e sdk.Event) string {
	switch {
	case e.Preview != nil:
		return fmt.Sprintf("%v preview %v %v", e.Position, e.Preview.Shape, e.Preview.Data)
	case e.Checkpoint != "":
		return fmt.Sprintf("%v checkpoint %s %v", e.Position, e.Checkpoint, e.Best)
	case e.Warning != "" || e.Note != "":
		return fmt.Sprintf("%v %s %s", e.Position, e.Warning, e.Note)
	case e.Window:
		return fmt.Sprintf("%v window %v", e.Position, e.Metrics)
	}
	return ""
}

// history runs a job and returns what it tells.
func history(t *testing.T, p sdk.Plugin, job sdk.Job, settings ...string) ([]string, error) {
	t.Helper()
	var events []string
	watch := job.Watch
	job.Watch = func(e sdk.Event) {
		if k := kept(e); k != "" {
			events = append(events, k)
		}
		if watch != nil {
			watch(e)
		}
	}
	err := job.Run(t.Context(), open(t, p, settings...))
	return events, err
}

func TestTrainingIsTheSameOnBothSides(t *testing.T) {
	p := loop(t)
	t.Chdir(t.TempDir())
	job := sdk.Job{Data: sdk.InMemory(space, rowsOf(1001, 0)), Seed: 5, Dir: "checkpoints", Previews: 3}
	want, err := history(t, plugin, job)
	if err != nil {
		t.Fatal(err)
	}
	weights := filepath.Join("checkpoints", "step-00001500", sdk.WeightsFile)
	a, _ := os.ReadFile(weights)
	if err := os.RemoveAll("checkpoints"); err != nil {
		t.Fatal(err)
	}
	got, err := history(t, p, job)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d events, want %d; they end with\n%s\nwant\n%s", len(got), len(want), got[len(got)-1], want[len(want)-1])
	}
	b, err := os.ReadFile(weights)
	if err != nil || len(a) == 0 || string(a) != string(b) {
		t.Errorf("weights differ: %s, want %s, %v", b, a, err)
	}
}

func TestPreviewLongerThanAMessage(t *testing.T) {
	var got *sdk.Batch
	job := sdk.Job{
		Data: sdk.InMemory(space, rowsOf(4, 0)), Previews: 100_000, MaxSteps: 2,
		Watch: func(e sdk.Event) {
			if e.Preview != nil {
				got = e.Preview
			}
		},
	}
	if _, err := history(t, loop(t), job); err != nil {
		t.Fatal(err)
	}
	if got == nil || got.Len() != 100_000 || got.Row(99_999)[5] == 0 {
		t.Errorf("got %v", got)
	}
}

func TestTrainReadsADatasetFileWhereItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	w := dataset.Create(path)
	if err := errors.Join(w.Begin(space, sdk.Floats), w.Write(rowsOf(10, 0)), w.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := dataset.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none")) // no temporary file can be made
	if _, err := history(t, loop(t), sdk.Job{Data: f}); err != nil {
		t.Error(err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := history(t, loop(t), sdk.Job{Data: f}); !errors.Is(err, sdk.ErrCorrupt) {
		t.Errorf("a truncated file: got %v", err)
	}
}

func TestTrainLeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	p := loop(t)
	if _, err := history(t, p, sdk.Job{Data: sdk.InMemory(space, rowsOf(10, 0))}); err != nil {
		t.Fatal(err)
	}
	bad := rowsOf(10, 0)
	bad.Data[0] = 7 // no unit value
	if _, err := history(t, p, sdk.Job{Data: sdk.InMemory(space, bad)}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("bad rows: got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSoftStop(t *testing.T) {
	stop := make(chan struct{})
	stopped := false
	job := sdk.Job{
		Data: sdk.InMemory(space, rowsOf(10, 0)), Dir: t.TempDir(), Stop: stop,
		Watch: func(e sdk.Event) {
			if !stopped {
				stopped = true
				close(stop)
			}
		},
	}
	events, err := history(t, loop(t), job, "epochs", "100000", "mode", `"slow"`)
	if !errors.Is(err, sdk.ErrStopped) || !strings.HasPrefix(err.Error(), "stopped at step ") {
		t.Fatalf("got %v", err)
	}
	step := strings.TrimPrefix(err.Error(), "stopped at step ")
	if last := events[len(events)-1]; !strings.Contains(last, "checkpoint") || !strings.HasSuffix(last, "0"+step+" false") {
		t.Errorf("stopped at %s, the last event is %s", step, last)
	}
}

func TestHardStopBetweenSteps(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := open(t, loop(t), "mode", `"hang"`)
	job := &sdk.Job{Data: sdk.InMemory(space, rowsOf(10, 0)), Watch: func(sdk.Event) { cancel() }}
	if err := job.Run(ctx, m); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestOutcomesOfTraining(t *testing.T) {
	p := loop(t)
	job := sdk.Job{Data: sdk.InMemory(space, rowsOf(10, 0))}
	_, err := history(t, p, job, "mode", `"diverge"`)
	if !errors.Is(err, sdk.ErrDiverged) || len(sdk.Hints(err)) != 1 || !strings.HasPrefix(err.Error(), "training diverged: step 1") {
		t.Errorf("got %v, hints %q", err, sdk.Hints(err))
	}
	m, err := p.Models[1].New(t.Context(), nil, space)
	if err != nil {
		t.Fatal(err)
	}
	if err := job.Run(t.Context(), m); err == nil || err.Error() != "blind \uFFFD word" {
		t.Errorf("got %q", err)
	}
	if err := m.Train(t.Context(), &sdk.Job{}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("no data: got %v", err)
	}
	job.Dir = filepath.Join(os.DevNull, "x")
	if _, err := history(t, p, job); err == nil || !strings.HasPrefix(err.Error(), "checkpoint: ") {
		t.Errorf("a folder that cannot be: got %v", err)
	}
}

// A host that looks at no event until the training has ended must not keep it
// from ending, and must be told all of it.
func TestSlowWatcher(t *testing.T) {
	var trained time.Time
	release := make(chan struct{})
	first := true
	dir := t.TempDir()
	job := sdk.Job{
		Data: sdk.InMemory(space, rowsOf(1000, 0)), Dir: dir, Previews: 1000,
		Watch: func(e sdk.Event) {
			if !first {
				return
			}
			first = false
			<-release // not before the training has ended without us
		},
	}
	go func() {
		defer close(release)
		end := filepath.Join(dir, "step-00050000", sdk.WeightsFile)
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(end); err == nil {
				trained = time.Now()
				return
			}
		}
	}()
	got, err := history(t, loop(t), job, "epochs", "100")
	if err != nil {
		t.Fatal(err)
	}
	if trained.IsZero() {
		t.Error("the training waited for its watcher")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	want, err := history(t, plugin, sdk.Job{Data: job.Data, Dir: dir, Previews: 1000}, "epochs", "100")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
}

func TestOutbox(t *testing.T) {
	progress := func(step int64, window bool) *pb.TrainEvent {
		return &pb.TrainEvent{
			At: &pb.Position{Step: step}, Event: &pb.TrainEvent_Progress{Progress: &pb.Progress{Window: window}},
		}
	}
	checkpoint := &pb.TrainEvent{Event: &pb.TrainEvent_Checkpoint{Checkpoint: &pb.Checkpoint{}}}
	o := newOutbox()
	for _, e := range []*pb.TrainEvent{
		progress(1, false), progress(2, false), progress(3, true), progress(4, false), checkpoint, progress(5, false), progress(6, false),
	} {
		o.put(t.Context(), e)
	}
	o.close()
	var got []int64
	for e := o.take(); e != nil; e = o.take() {
		got = append(got, e.GetAt().GetStep())
	}
	if want := []int64{3, 4, 0, 6}; !reflect.DeepEqual(got, want) {
		t.Errorf("got steps %v, want %v", got, want)
	}
	if o.bytes != 0 {
		t.Errorf("an empty outbox of %d bytes", o.bytes)
	}
}

func TestOutboxWaitsWhenFull(t *testing.T) {
	o := newOutbox()
	full := &pb.TrainEvent{Event: &pb.TrainEvent_Preview{Preview: &pb.Chunk{Data: make([]byte, maxWaiting)}}}
	o.put(t.Context(), full)
	put := make(chan struct{})
	go func() {
		o.put(t.Context(), full)
		close(put)
	}()
	select {
	case <-put:
		t.Error("a full outbox took more")
	case <-time.After(50 * time.Millisecond):
	}
	o.take()
	<-put
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	o.put(ctx, full) // ends though nobody takes
}

func TestTrainCommands(t *testing.T) {
	p := loop(t)
	m := open(t, p).(*model)
	stream, err := m.client.Train(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&pb.TrainCommand{}); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); !errors.Is(err, sdk.ErrProtocol) {
		t.Errorf("training without start: got %v", err)
	}
}

func TestWatcherTrustsNothing(t *testing.T) {
	result := &pb.TrainEvent{Seq: 1, Event: &pb.TrainEvent_Result{Result: &pb.TrainResult{}}}
	w := watcher{job: &sdk.Job{}}
	if err := w.see(&pb.TrainEvent{Event: &pb.TrainEvent_Preview{Preview: &pb.Chunk{}}}); !errors.Is(err, sdk.ErrProtocol) {
		t.Errorf("a preview without a head: got %v", err)
	}
	if err := w.see(result); err != nil {
		t.Errorf("an unknown event: got %v", err)
	}
	w = watcher{job: &sdk.Job{Dir: "runs/a"}, dir: "/home/x/runs/a"}
	for in, want := range map[string]string{
		"/home/x/runs/a/step-1": filepath.Join("runs", "a", "step-1"), "/elsewhere/step-1": "/elsewhere/step-1",
	} {
		if got := w.path(in); got != want {
			t.Errorf("path(%s) = %s, want %s", in, got, want)
		}
	}
}

// A job with no folder for checkpoints hears of none.
func TestNoFolderNoCheckpoint(t *testing.T) {
	w := watcher{job: &sdk.Job{}}
	if got := w.path(""); got != "" {
		t.Errorf("no checkpoint became %q", got)
	}
}

// A checked mean is validated, warns, and is best at first.
type checked struct{ *mean }

func (m checked) Train(ctx context.Context, job *sdk.Job) error {
	job.Warn("cheese", "no cheese: buy some")
	return m.mean.Train(ctx, job)
}

func (m checked) Validate(_ context.Context, rows sdk.Rows) (sdk.Metrics, error) {
	b := rows.Gather(sdk.Batch{}, []int{0, rows.Len() - 1})
	return sdk.Metrics{"loss": float64(m.row[0]), "first": float64(b.Row(0)[0]), "last": float64(b.Row(1)[0])}, nil
}

func TestValidationIsTheSameOnBothSides(t *testing.T) {
	near := plugin
	near.Models = []sdk.ModelSpec{{
		Name: "mean", Family: "mean", Doc: "validated",
		ModelMaker: sdk.MakeModel(meanSettings{Epochs: 9, Act: "relu"}, func(s meanSettings, space sdk.Space) (checked, error) {
			m, err := newMean(s, space)
			return checked{m}, err
		}),
	}}
	far, end, err := Loopback(near)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	t.Chdir(t.TempDir())
	job := sdk.Job{Data: sdk.InMemory(space, rowsOf(101, 0)), Seed: 5, Dir: "checkpoints", Previews: 3, HeldOut: 7, Patience: 3}
	want, err := history(t, near, job)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll("checkpoints"); err != nil {
		t.Fatal(err)
	}
	got, err := history(t, far, job)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	all := strings.Join(want, "\n")
	for _, part := range []string{"val_last", "no cheese: buy some", "no better val_loss", "step-00000047 true", "step-00000188 false"} {
		if !strings.Contains(all, part) {
			t.Errorf("there is no %q in\n%s", part, all)
		}
	}
	job.HeldOut = 101
	if _, err := history(t, far, job); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) != 1 {
		t.Errorf("all rows held out: got %v", err)
	}
}

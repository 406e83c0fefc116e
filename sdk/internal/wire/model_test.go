package wire

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

func TestModelIsTheSameOnBothSides(t *testing.T) {
	p := loop(t)
	here, there := trained(t, plugin), trained(t, p)
	big := sdk.GenerateRequest{N: 200_000, Seed: 1 << 63, First: 7, Conditions: map[string][]float32{
		"label": make([]float32, 200_000), "size": {1},
	}}
	big.Conditions["label"][199_999] = 1
	request := func(m sdk.Model) sdk.Batch {
		b, err := m.Generate(t.Context(), big)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	want, got := request(here), request(there)
	if !sameBatch(got, want) {
		t.Error("Generate differs")
	}
	encode := func(m sdk.Model) sdk.Batch {
		b, err := m.Encode(t.Context(), rowsOf(50_000, 3))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if !sameBatch(encode(there), encode(here)) {
		t.Error("Encode differs")
	}
	d, err := sdk.As[sdk.Decoder](there)
	if err != nil {
		t.Fatal(err)
	}
	z, err := d.Draw(t.Context(), big)
	if err != nil {
		t.Fatal(err)
	}
	if x, err := d.Decode(t.Context(), z); err != nil || !sameBatch(x, want) {
		t.Errorf("Decode(Draw) differs from Generate: %v", err)
	}
	c, err := sdk.As[sdk.Conditional](there)
	if err != nil || !reflect.DeepEqual(c.Conditions(), space.Conditions[:1]) {
		t.Errorf("Conditions: %v, %v", c, err)
	}
	a, err := sdk.As[sdk.Adjustable](there)
	if err != nil || !reflect.DeepEqual(a.Controls(), (&mean{}).Controls()) {
		t.Errorf("Controls: %v, %v", a, err)
	}
}

func TestSaveAndLoad(t *testing.T) {
	p := loop(t)
	t.Chdir(t.TempDir())
	m := trained(t, p)
	if err := m.(sdk.Saver).Save(t.Context(), "weights"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("weights"); err != nil {
		t.Error(err)
	}
	fresh := open(t, p)
	if err := fresh.(sdk.Saver).Load(t.Context(), "weights"); err != nil {
		t.Fatal(err)
	}
	a, errA := m.Generate(t.Context(), sdk.GenerateRequest{N: 3})
	b, errB := fresh.Generate(t.Context(), sdk.GenerateRequest{N: 3})
	if errA != nil || errB != nil || !sameBatch(a, b) {
		t.Errorf("rows differ after Load: %v, %v", errA, errB)
	}
	if err := m.(sdk.Saver).Load(t.Context(), "gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("load of no file: got %v", err)
	}
	if err := os.WriteFile("bad", []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := m.(sdk.Saver).Load(t.Context(), "bad"); !errors.Is(err, sdk.ErrCorrupt) {
		t.Errorf("load of a bad file: got %v", err)
	}
}

func TestWhatAModelLacks(t *testing.T) {
	p := loop(t)
	m, err := p.Models[1].New(t.Context(), nil, space)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Encode(t.Context(), rowsOf(1, 0)); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "no encoder") {
		t.Errorf("Encode: got %v", err)
	}
	if _, err := sdk.As[sdk.Saver](m); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("As[Saver]: got %v", err)
	}
	if err := m.(sdk.Saver).Save(t.Context(), "x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Save past As: got %v", err)
	}
	if _, err := m.(sdk.Decoder).Draw(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Draw past As: got %v", err)
	}
	if _, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Generate: got %v", err)
	}
}

func TestErrorsOfModels(t *testing.T) {
	p := loop(t)
	if _, err := open(t, p).Generate(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, sdk.ErrNotTrained) ||
		err.Error() != "generate: the model is not trained" {
		t.Errorf("untrained: got %v", err)
	}
	for _, q := range []sdk.Plugin{plugin, p} {
		_, err := q.Models[0].New(t.Context(), sdk.Settings{"epochs": []byte("0")}, space)
		var s *sdk.SettingError
		if !errors.As(err, &s) || s.Setting != "epochs" || err.Error() != "setting epochs is 0: want an integer from 1 to 100000" {
			t.Errorf("bad setting: got %v", err)
		}
		_, err = q.Models[0].New(t.Context(), sdk.Settings{"epoch": []byte("1")}, space)
		if h := sdk.Hints(err); len(h) != 1 || !strings.HasPrefix(h[0], "did you mean epochs?") {
			t.Errorf("unknown setting: got %v, hints %q", err, h)
		}
		_, err = q.Models[0].New(t.Context(), sdk.Settings{"mode": []byte(`"refuse"`)}, space)
		if h := sdk.Hints(err); !errors.Is(err, sdk.ErrBadInput) || !slices.Equal(h, []string{"use <another> model"}) {
			t.Errorf("refused Space: got %v, hints %q", err, h)
		}
		if _, err = q.Models[0].New(t.Context(), nil, sdk.Space{}); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("no Space: got %v", err)
		}
	}
}

func TestPanicEndsTheCallOnly(t *testing.T) {
	quiet(t)
	p := loop(t)
	m := trained(t, p, "mode", `"panic later"`)
	_, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 1})
	if !errors.Is(err, sdk.ErrCrashed) || err.Error() != "fake plugin: panic: no cheese for 1" {
		t.Errorf("Generate: got %v", err)
	}
	if _, err := m.Encode(t.Context(), rowsOf(1, 0)); err != nil {
		t.Errorf("after a panic: %v", err)
	}
	job := &sdk.Job{Data: sdk.InMemory(space, rowsOf(4, 0))}
	err = job.Run(t.Context(), open(t, p, "mode", `"panic"`))
	if !errors.Is(err, sdk.ErrCrashed) || err.Error() != "fake plugin: panic: out of cheese" {
		t.Errorf("Train: got %v", err)
	}
}

// quiet sends what is written to stderr, such as the stack of a panic, nowhere.
func quiet(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stderr
	os.Stderr = null
	t.Cleanup(func() {
		os.Stderr = old
		null.Close()
	})
}

func TestCallsEndWithTheirContext(t *testing.T) {
	p := loop(t)
	m := open(t, p, "mode", `"hang"`)
	ctx, cancel := context.WithCancel(t.Context())
	training, begun := make(chan error), make(chan struct{})
	go func() {
		job := &sdk.Job{Data: sdk.InMemory(space, rowsOf(4, 0)), Watch: func(sdk.Event) { close(begun) }}
		training <- job.Run(ctx, m)
	}()
	<-begun
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	// The model is busy, so this waits, and not for ever.
	if _, err := m.Encode(short, rowsOf(1, 0)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Encode: got %v", err)
	}
	cancel()
	if err := <-training; !errors.Is(err, context.Canceled) {
		t.Errorf("Train: got %v", err)
	}
	if _, err := m.Encode(t.Context(), rowsOf(1, 0)); err != nil {
		t.Errorf("the model is not free again: %v", err)
	}
}

func TestClosed(t *testing.T) {
	p := loop(t)
	m := trained(t, p)
	if err := m.(io.Closer).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, errClosed) && !strings.Contains(err.Error(), "closed") {
		t.Errorf("Generate of a closed model: got %v", err)
	}
	if err := m.(io.Closer).Close(); err == nil {
		t.Error("closed twice")
	}
}

func TestSessions(t *testing.T) {
	var ss sessions
	id := ss.add(&session{model: &blind{}})
	_, leave, err := ss.model(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := ss.model(ended, id); err != context.Canceled {
		t.Errorf("waiting without a context: got %v", err)
	}
	found, err := ss.find(id)
	if err != nil {
		t.Fatal(err)
	}
	found.closed = true // while another call waits
	leave()
	if _, err := found.enter(t.Context()); err != errClosed {
		t.Errorf("its turn came after Close: got %v", err)
	}
	if _, _, err := ss.modality(t.Context(), id); !errors.Is(err, sdk.ErrProtocol) {
		t.Errorf("a model as a modality: got %v", err)
	}

	s := &server{plugin: plugin}
	out, err := s.Open(t.Context(), &pb.OpenRequest{Model: "blind", Settings: []byte("{}"), Space: toSpace(space)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Close(t.Context(), &pb.CloseRequest{Session: out.Session}); err != nil || len(s.sessions.all) > 0 {
		t.Errorf("%d sessions after Close, %v", len(s.sessions.all), err)
	}
}

func TestWhatCannotPass(t *testing.T) {
	p := loop(t)
	wide := space
	wide.Meta = map[string]string{"alphabet": strings.Repeat("a", maxMessage)}
	if _, err := p.Models[0].New(t.Context(), nil, wide); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a long Space: got %v", err)
	}
	wide.Meta = map[string]string{"alphabet": "\xff"}
	if _, err := p.Models[0].New(t.Context(), nil, wide); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("a Space that is not text: got %v", err)
	}
	m := trained(t, p)
	c := m.(*model).client
	for name, in := range map[string][]*pb.RowsRequest{
		"no session": {{Session: "99", Rows: &pb.Chunk{Head: &pb.BatchHead{}}}},
		"no rows":    {{Session: m.(*model).session}},
		"early end":  {{Session: m.(*model).session, Rows: &pb.Chunk{Head: &pb.BatchHead{Numbers: 9}}}},
	} {
		stream, err := c.Encode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range in {
			if err := stream.Send(r); err != nil {
				t.Fatal(err)
			}
		}
		stream.CloseSend()
		_, err = stream.Recv()
		if !errors.Is(err, sdk.ErrProtocol) && !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLoopbackLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	p, end, err := Loopback(plugin)
	if err != nil {
		t.Fatal(err)
	}
	m := trained(t, p)
	quiet(t)
	job := &sdk.Job{Data: sdk.InMemory(space, rowsOf(4, 0))}
	if err := job.Run(t.Context(), open(t, p, "mode", `"panic"`)); !errors.Is(err, sdk.ErrCrashed) {
		t.Errorf("a panic: got %v", err)
	}
	end()
	if _, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, sdk.ErrCrashed) {
		t.Errorf("after the end: got %v", err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines more than before:\n%s", runtime.NumGoroutine()-before, stacks[:runtime.Stack(stacks, true)])
}

func TestLoopbackOfLoopback(t *testing.T) {
	p, end, err := Loopback(loop(t))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	dir := t.TempDir()
	var got []sdk.Event
	job := &sdk.Job{
		Data: sdk.InMemory(space, rowsOf(10, 0)), Dir: dir, Previews: 2,
		Watch: func(e sdk.Event) { got = append(got, e) },
	}
	if err := job.Run(t.Context(), open(t, p)); err != nil {
		t.Fatal(err)
	}
	last := got[len(got)-1]
	if last.Checkpoint != filepath.Join(dir, "step-00000015") {
		t.Errorf("the last event is %+v", last)
	}
}

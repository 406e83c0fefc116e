package run

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func record(t *testing.T, r *Run) *Recorder {
	t.Helper()
	rec, err := r.Record()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rec.close() })
	return rec
}

func at(step int) sdk.Position {
	return sdk.Position{Step: step, Steps: 100, Epoch: step / 10, Epochs: 10}
}

func window(step int, m sdk.Metrics) sdk.Event {
	return sdk.Event{Position: at(step), Metrics: m, Window: true}
}

func steps(s Series) (all []int) {
	for _, p := range s.Points {
		all = append(all, p.Step)
	}
	return all
}

func TestMetricsComeBack(t *testing.T) {
	r := create(t, t.TempDir())
	if all, err := r.Metrics(); err != nil || len(all) != 0 {
		t.Fatalf("before the first step: %v, %v", all, err)
	}
	rec := record(t, r)
	for _, e := range []sdk.Event{
		window(5, sdk.Metrics{"loss": 1.0 / 3, "kl": -2e-300, `odd, "name"`: math.NaN()}),
		{Position: at(7), Metrics: sdk.Metrics{"loss": 99}}, // shows life, no more
		window(10, sdk.Metrics{"loss": math.Inf(1)}),
	} {
		if err := rec.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	all, err := r.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 3 || all[0].Name != "kl" || all[1].Name != "loss" || all[2].Name != `odd, "name"` {
		t.Fatalf("series %+v", all)
	}
	loss := all[1].Points
	if len(loss) != 2 || loss[0].Step != 5 || loss[0].Value != 1.0/3 || loss[1].Epoch != 1 || !math.IsInf(loss[1].Value, 1) {
		t.Errorf("loss %+v", loss)
	}
	if all[0].Points[0].Value != -2e-300 || !math.IsNaN(all[2].Points[0].Value) {
		t.Errorf("series %+v", all)
	}
	if loss[0].Seconds < 0 || loss[1].Seconds < loss[0].Seconds {
		t.Errorf("time goes back: %+v", loss)
	}
	for _, name := range []string{"", "two\nlines"} {
		if err := rec.Event(window(11, sdk.Metrics{name: 1})); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("a metric called %q: %v", name, err)
		}
	}
}

// Wherever a crash cuts metrics.csv, what is whole is read, and a run that
// goes on writes whole lines.
func TestTornLines(t *testing.T) {
	r := create(t, t.TempDir())
	rec := record(t, r)
	for step := 1; step <= 3; step++ {
		if err := rec.Event(window(step, sdk.Metrics{"loss": float64(step) / 7})); err != nil {
			t.Fatal(err)
		}
	}
	if err := rec.End(Stopped, "test"); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(r.path(metricsFile))
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) + 1 {
		if err := os.WriteFile(r.path(metricsFile), whole[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		want := max(0, strings.Count(string(whole[:n]), "\n")-1)
		all, err := r.Metrics()
		if err != nil || want > 0 && len(all[0].Points) != want || want == 0 && len(all) != 0 {
			t.Fatalf("cut after %d bytes: %+v, %v, want %d points", n, all, err, want)
		}
		if n%7 != 0 {
			continue
		}
		again := record(t, r)
		if err := again.Event(window(9, sdk.Metrics{"loss": 1})); err != nil {
			t.Fatal(err)
		}
		if all, err = r.Metrics(); err != nil || len(all[0].Points) != want+1 {
			t.Fatalf("cut after %d bytes and gone on: %+v, %v", n, all, err)
		}
		if err := again.End(Done, ""); err != nil {
			t.Fatal(err)
		}
	}
}

// A torn line may be longer than what is read at a time.
func TestLongTornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, kept := range []string{"", "a\n", strings.Repeat("x", 4095) + "\n", strings.Repeat("y\n", 5000)} {
		if err := os.WriteFile(path, []byte(kept+strings.Repeat("z", 9000)), 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := openLines(path, "first\n")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		want := kept
		if kept == "" {
			want = "first\n"
		}
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("%d bytes are left, want %d", len(got), len(want))
		}
	}
}

func TestResumedMetricsReplaceTheOld(t *testing.T) {
	r := create(t, t.TempDir())
	rec := record(t, r)
	for _, step := range []int{10, 20, 30, 20, 25} {
		if err := rec.Event(window(step, sdk.Metrics{"loss": float64(step)})); err != nil {
			t.Fatal(err)
		}
	}
	all, err := r.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	if got := steps(all[0]); !slices.Equal(got, []int{10, 20, 25}) {
		t.Errorf("steps %v", got)
	}
}

func TestDamagedMetrics(t *testing.T) {
	r := create(t, t.TempDir())
	for text, where := range map[string]string{
		"step,name\n":                         "line 1",
		metricsHead + "1,0,0.1,loss,2\n1,0\n": "line 3",
		metricsHead + "1,0,0.1,loss,two\n":    "line 2",
		metricsHead + "1.5,0,0.1,loss,2\n":    "line 2",
		metricsHead + "1,0,0.1,\"loss,2\n":    "line 2",
		metricsHead + "1,0,,loss,2\n":         "line 2",
	} {
		if err := os.WriteFile(r.path(metricsFile), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := r.Metrics()
		if !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), metricsFile+": "+where) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestEvents(t *testing.T) {
	r := create(t, t.TempDir())
	rec := record(t, r)
	path, err := rec.Preview(2, []byte("picture"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "picture" || path != r.PreviewPath(2) {
		t.Errorf("%s holds %q", path, got)
	}
	dir := checkpoint(t, r, 20)
	for _, err := range []error{
		rec.Event(window(20, sdk.Metrics{"loss": math.NaN(), "kl": 1})),
		rec.Event(sdk.Event{Position: at(20), Checkpoint: dir}),
		rec.Note("warning", "two\nlines"),
		rec.End(Diverged, "loss is NaN"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var types, rest []string
	for _, e := range events(t, r) {
		types = append(types, e["type"].(string))
		path, _ := e["path"].(string)
		text, _ := e["text"].(string)
		rest = append(rest, path+text)
		if e["time"] == nil || e["seconds"] == nil || e["step"] == nil {
			t.Errorf("no time or place: %v", e)
		}
	}
	if want := []string{"start", "preview", "metrics", "checkpoint", "warning", "end"}; !slices.Equal(types, want) {
		t.Errorf("types %q, want %q", types, want)
	}
	if want := []string{"", "samples/epoch-0002.png", "", "checkpoints/step-00000020", "two\nlines", "diverged"}; !slices.Equal(rest, want) {
		t.Errorf("paths and texts %q, want %q", rest, want)
	}
	if m := events(t, r)[2]["metrics"]; !reflect.DeepEqual(m, map[string]any{"kl": 1.0, "loss": nil}) {
		t.Errorf("metrics %v", m)
	}
}

func events(t *testing.T, r *Run) (all []map[string]any) {
	t.Helper()
	f, err := os.Open(r.path(eventsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var e map[string]any
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("%v: %s", err, s.Text())
		}
		all = append(all, e)
	}
	return all
}

func TestStatus(t *testing.T) {
	r := create(t, t.TempDir())
	if s, err := r.Status(); err != nil || s.State != Training || s.Steps != 0 {
		t.Fatalf("new: %+v, %v", s, err)
	}
	rec := record(t, r)
	if err := rec.Event(window(20, sdk.Metrics{"loss": 3})); err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); err != nil || s.State != Training || s.Step != 20 || s.Epoch != 2 || s.Epochs != 10 {
		t.Errorf("training: %+v, %v", s, err)
	}
	if err := rec.Event(sdk.Event{Position: at(22)}); err != nil {
		t.Fatal(err)
	}
	if err := rec.End(Stopped, "by ctrl-c"); err != nil {
		t.Fatal(err)
	}
	s, err := r.Status()
	if err != nil || s.State != Stopped || s.Reason != "by ctrl-c" || s.Step != 22 || s.Ended.IsZero() {
		t.Errorf("stopped: %+v, %v", s, err)
	}
	all, err := List(filepath.Dir(r.Dir))
	if err != nil || all[0].State != Stopped || all[0].Step != 22 || all[0].Metrics["loss"] != 3 {
		t.Errorf("listed %+v, %v", all, err)
	}
	record(t, r)
	if s, err := r.Status(); err != nil || s.State != Training || s.Reason != "" || !s.Ended.IsZero() {
		t.Errorf("resumed: %+v, %v", s, err)
	}
}

func TestFullDiskIsNamed(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no full device")
	}
	for _, file := range []string{metricsFile, eventsFile} {
		r := create(t, t.TempDir())
		rec := record(t, r)
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if file == metricsFile {
			rec.metrics = full
		} else {
			rec.events = full
		}
		err = rec.Event(window(1, sdk.Metrics{"loss": 1}))
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), full.Name()) {
			t.Errorf("%s: %v", file, err)
		}
	}
	r := create(t, t.TempDir())
	if err := os.Symlink("/dev/full", r.path(metricsFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Record(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), metricsFile) {
		t.Errorf("no room for a head line: %v", err)
	}
}

func TestWriteFileIsWholeOrNot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	path := filepath.Join(dir, "f")
	if err := writeBytes(path, true, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := WriteFile(path, func(w io.Writer) error {
		w.Write(make([]byte, 1<<20))
		return broken
	})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("it holds %d bytes", len(got))
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left over: %v", entries)
	}
	if err := writeBytes(filepath.Join(path, "g"), true, nil); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a file where a folder belongs: %v", err)
	}
}

func TestLogGrows(t *testing.T) {
	r := create(t, t.TempDir())
	for _, line := range []string{"one\n", "two\n"} {
		f, err := r.OpenLog()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(line); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	if got, _ := os.ReadFile(r.LogPath()); string(got) != "one\ntwo\n" {
		t.Errorf("log %q", got)
	}
}

func TestMainLoss(t *testing.T) {
	for _, c := range []struct {
		metrics sdk.Metrics
		name    string
		value   float64
		ok      bool
	}{
		{sdk.Metrics{"a_loss": 1, "loss": 2}, "loss", 2, true},
		{sdk.Metrics{"accuracy": 3, "d_loss": 4, "g_loss": 2}, "d_loss", 4, true},
		{sdk.Metrics{"accuracy": 1}, "", 0, false},
		{nil, "", 0, false},
	} {
		if name, value, ok := MainLoss(c.metrics); name != c.name || value != c.value || ok != c.ok {
			t.Errorf("of %v, got %q, %v, %v", c.metrics, name, value, ok)
		}
	}
}

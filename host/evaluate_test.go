package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/host/eval/classifier"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// evaluation asks for figures of the toy's ten rows.
func evaluation(name string, metrics ...string) EvaluateRequest {
	return EvaluateRequest{Run: name, Metrics: metrics, N: 10, Samples: 1, Seed: 1}
}

// The toy returns each row as it was given, but generates rows of its own.
func TestEvaluateInMemory(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	found, err := h.Evaluate(t.Context(), evaluation(r.Name))
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := found.Figure("mse"); !ok || f.Value != 0 || f.N != 10 {
		t.Errorf("mse %+v", f)
	}
	if f, ok := found.Figure("memorisation"); !ok || f.Problem == "" { // its held-out rows are the training rows
		t.Errorf("memorisation %+v", f)
	}
	if s := found.Test; s.Data != "ten" || s.Split != "test" || s.Rows != 10 || s.SHA256 == "" {
		t.Errorf("held out: %+v", s)
	}
	if c := found.Classifier; c == nil || c.Condition != "label" || c.Rows != 10 {
		t.Errorf("classifier %+v", c)
	}
	kept, err := ReadReport(r)
	if err != nil || kept.Text() != found.Text() || kept.Step != 2 || kept.Model != "echo" {
		t.Errorf("eval.json has %+v, %v", kept, err)
	}
	for _, plot := range []string{"neighbours", "traversals", "latents"} {
		if _, err := os.Stat(r.PlotPath("eval/" + plot)); err != nil {
			t.Error(err)
		}
	}
}

// Figures of other metrics stay, as long as they are of the same rows.
func TestEvaluateAgain(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	names := func(req EvaluateRequest) (names []string) {
		found, err := h.Evaluate(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found.Figures {
			names = append(names, f.Name)
		}
		return names
	}
	names(evaluation(r.Name, "mse"))
	if got := names(evaluation(r.Name, "mmd")); !slices.Equal(got, []string{"mse", "mmd"}) {
		t.Errorf("figures %v", got)
	}
	if !exists(r.PlotPath("eval/neighbours")) {
		t.Error("no plot of neighbours")
	}
	other := evaluation(r.Name, "mse") // which has no rows to draw beside their neighbours
	other.Seed = 2
	if got := names(other); !slices.Equal(got, []string{"mse"}) {
		t.Errorf("figures %v, of two seeds", got)
	}
	if exists(r.PlotPath("eval/neighbours")) {
		t.Error("the plot of other rows is there still")
	}
}

// The classifier of the training rows is trained once.
func TestClassifierIsKept(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	if _, err := h.Evaluate(t.Context(), evaluation(r.Name, "label-accuracy")); err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(h.cache, "classifiers", "*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("classifiers %v, %v", kept, err)
	}
	rows := sdk.MakeBatch(2, 2)
	rows.Conditions = map[string][]float32{"label": {0, 1}}
	planted, err := classifier.Train(t.Context(), sdk.InMemory(pairSpace(sdk.Source{}), rows), "label", classifier.Options{Seed: 9})
	if err != nil || planted.Save(kept[0]) != nil {
		t.Fatal(err)
	}
	found, err := h.Evaluate(t.Context(), evaluation(r.Name, "label-accuracy"))
	if err != nil || found.Classifier.SHA256 != planted.Digest() {
		t.Errorf("%+v, %v", found.Classifier, err)
	}
	if err := os.WriteFile(kept[0], []byte("damage"), 0o666); err != nil {
		t.Fatal(err)
	}
	found, err = h.Evaluate(t.Context(), evaluation(r.Name, "label-accuracy"))
	if err != nil || found.Classifier.SHA256 == planted.Digest() {
		t.Errorf("%+v, %v", found.Classifier, err)
	}
}

// numbers are the first numbers of rows: the toy's rows are numbered.
func numbers(rows sdk.Rows) []int {
	var all []int
	b := sdk.Between(rows, sdk.Batch{}, 0, rows.Len())
	for i := range b.Len() {
		all = append(all, int(b.Row(i)[0]))
	}
	return all
}

// What a model was validated on it has not learned from, and what it learned
// from is not held out.
func TestRealRows(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	for _, c := range []struct {
		name, test     string // the split that is held out
		heldOut        int
		data           string
		train, lessons []int
		tested         []int
		split, learned string
		note           string
	}{
		{name: "split", test: "test", train: firstTen(), tested: firstTen(), split: "test", learned: "train", note: "very rows"},
		{name: "split and validated", test: "test", heldOut: 2, train: []int{0, 1, 2, 3, 5, 6, 7, 8}, lessons: firstTen(), tested: firstTen(),
			split: "test", learned: "train, less 2 validated on", note: "very rows"},
		{name: "validated", heldOut: 2, train: []int{0, 1, 2, 3, 5, 6, 7, 8}, tested: []int{4, 9}, split: "train, the 2 validated on",
			learned: "train, less 2 validated on", note: "by which its best checkpoint was chosen"},
		{name: "nothing", train: []int{0, 2, 4, 6, 8}, tested: []int{1, 3, 5, 7, 9}, split: "train, one half", learned: "train, the other half", note: "held nothing out"},
		{name: "data", test: "test", data: "ten", train: firstTen(), tested: firstTen(), split: "test", learned: "train", note: "very rows"},
	} {
		err := h.use(t.Context(), "test", subject{run: r.Name}, func(s *session) error {
			s.run.Config.Source.Test, s.run.Config.HeldOut = c.test, c.heldOut
			real, err := s.realRows(t.Context(), c.data, nobody{}.Reading)
			if err != nil {
				return err
			}
			defer real.Close()
			if c.lessons == nil {
				c.lessons = c.train
			}
			if !slices.Equal(numbers(real.train), c.train) || !slices.Equal(numbers(real.test), c.tested) || !slices.Equal(numbers(real.lessons), c.lessons) {
				t.Errorf("%s: learned from %v, tests on %v, teaches %v", c.name, numbers(real.train), numbers(real.test), numbers(real.lessons))
			}
			if real.testSplit.Split != c.split || real.trainSplit.Split != c.learned ||
				real.testSplit.Rows != len(c.tested) || real.trainSplit.Rows != len(c.train) {
				t.Errorf("%s: %v, %v", c.name, real.trainSplit, real.testSplit)
			}
			if len(real.notes) != 1 || !strings.Contains(real.notes[0], c.note) {
				t.Errorf("%s: notes %q", c.name, real.notes)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestHeldOutSplit(t *testing.T) {
	for want, splits := range map[string][]string{
		"": {"train"}, "test": {"train", "val", "test"}, "odd": {"test", "odd"},
	} {
		if got := heldOutSplit(splits); got != want {
			t.Errorf("of %v %q is held out, want %q", splits, got, want)
		}
	}
}

// Data that has changed since is said to have.
func TestChangedData(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	err := h.use(t.Context(), "test", subject{run: r.Name}, func(s *session) error {
		s.run.Data.Splits[0].SHA256 = "00"
		real, err := s.realRows(t.Context(), "", nobody{}.Reading)
		if err == nil && (len(real.notes) == 0 || real.notes[0] != "ten is not what it was when the model learned from it") {
			t.Errorf("notes %q", real.notes)
		}
		return errors.Join(err, real.Close())
	})
	if err != nil {
		t.Error(err)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	for name, change := range map[string]func(*EvaluateRequest){
		"at least 2 rows":           func(e *EvaluateRequest) { e.N = 1 },
		"at least 2 rows and 1":     func(e *EvaluateRequest) { e.Samples = 0 },
		`there is no metric "msee"`: func(e *EvaluateRequest) { e.Metrics = []string{"msee"} },
		`knows no label "c"`:        func(e *EvaluateRequest) { e.Data = "other" },
		`data "nowhere"`:            func(e *EvaluateRequest) { e.Data = "nowhere" },
		"no checkpoint of step 77":  func(e *EvaluateRequest) { e.Checkpoint = "77" },
	} {
		req := evaluation(r.Name)
		change(&req)
		if _, err := h.Evaluate(t.Context(), req); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if _, err := h.Evaluate(t.Context(), evaluation("gone")); !errors.Is(err, run.ErrNotFound) {
		t.Error(err)
	}
	if _, err := os.Stat(r.EvalPath()); !errors.Is(err, os.ErrNotExist) {
		t.Error("there is a report nevertheless")
	}
}

// quitter ends the context when a phase begins.
type quitter struct {
	nobody
	at   string
	quit func()
}

func (q quitter) Phase(what string) {
	if what == q.at {
		q.quit()
	}
}

// Who stops an evaluation finds no half of it, and keeps the one before.
func TestEvaluateStops(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	before, err := h.Evaluate(t.Context(), evaluation(r.Name, "mse"))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"reading", "generating", "drawing"} {
		ctx, cancel := context.WithCancel(t.Context())
		req := evaluation(r.Name)
		req.Seed, req.Watcher = 5, quitter{at: at, quit: cancel}
		if _, err := h.Evaluate(ctx, req); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		if after, err := ReadReport(r); err != nil || after.Text() != before.Text() {
			t.Errorf("%s: %+v, %v", at, after, err)
		}
		cancel()
	}
}

// A picture that cannot be drawn is a note in the report.
func TestPortraitFails(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	y.previewFails = true
	found, err := h.Evaluate(t.Context(), evaluation(r.Name))
	if err != nil || !slices.Contains(found.Notes, "no plot of traversals: no ink") {
		t.Errorf("notes %q, %v", found.Notes, err)
	}
}

func TestCompareInMemory(t *testing.T) {
	var said []string
	h := newHost(t, &toy{}, &said)
	for _, name := range []string{"a", "b", "c"} {
		if _, err := h.Train(t.Context(), TrainRequest{Model: "echo", Run: name}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b"} {
		if _, err := h.Evaluate(t.Context(), evaluation(name, "mse")); err != nil {
			t.Fatal(err)
		}
	}
	c, err := h.Compare([]string{"a", "b"})
	if err != nil || len(c.Rows) != 1 || c.Rows[0].Name != "mse" || !c.Rows[0].Cells[1].Best || len(c.Warnings) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = h.Compare([]string{"a", "c"})
	if !errors.Is(err, ErrNotEvaluated) || sdk.Hints(err)[0] != "genhost evaluate c" {
		t.Errorf("%v, %q", err, sdk.Hints(err))
	}
	if _, err = h.Compare([]string{"a", "gone"}); !errors.Is(err, run.ErrNotFound) {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(h.runs(), "a", "eval.json"), []byte(`{"run": "a", "figures": [`), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = h.Compare([]string{"a", "b"})
	if !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), "eval.json") || sdk.Hints(err)[0] != "write it again: genhost evaluate a" {
		t.Errorf("%v, %q", err, sdk.Hints(err))
	}
	if found, err := h.Evaluate(t.Context(), evaluation("a", "mse")); err != nil || len(found.Figures) != 1 || found.Figures[0].Better != report.Lower {
		t.Errorf("%+v, %v", found, err)
	}
}

// Figures that do not go with new ones are not replaced in silence.
func TestReplacedFiguresAreTold(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	var said []string
	h.say = func(s string) { said = append(said, s) }
	evaluate := func(seed uint64, metric string) {
		t.Helper()
		req := evaluation(r.Name, metric)
		req.Seed = seed
		if _, err := h.Evaluate(t.Context(), req); err != nil {
			t.Fatal(err)
		}
	}
	replaced := func() bool {
		return slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, "they are replaced") })
	}
	evaluate(1, "mse")
	evaluate(1, "mmd") // beside it
	evaluate(1, "mmd") // once more
	if replaced() {
		t.Errorf("said %q", said)
	}
	evaluate(2, "mse")
	if !replaced() {
		t.Errorf("said %q", said)
	}
}

func firstTen() []int { return []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9} }

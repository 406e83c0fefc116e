package measure

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/host/eval/classifier"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// Rows of the true distribution are as good as the ceiling, and far better than
// the floor.
func TestPerfectModel(t *testing.T) {
	figures := figuresOf(t, subject(generator{rows: ring(800, 3)}))
	wide := figuresOf(t, wideSubject(ring(800, 3)), "fcd", "mmd")
	figures["fcd"], figures["mmd"] = wide["fcd"], wide["mmd"]
	apart := map[string]float64{ // from the ceiling, in what rows of this number vary by
		"parzen": 0.1, "precision": 0.05, "recall": 0.05, "density": 0.15, "coverage": 0.05,
		"mmd": 0.3, "frechet": 0.005, "fcd": 0.5, "two-sample": 0.06, "memorisation": 0.15,
		"ndb": 0.25, "ndb-js": 0.01, "modes": 0, "high-quality": 0.02, "reverse-kl": 0.01,
	}
	for name, by := range apart {
		f, ok := figures[name]
		if !ok || f.Ceiling == nil || f.Floor == nil {
			t.Errorf("%s: %+v", name, f)
			continue
		}
		within(t, name, f.Value, *f.Ceiling, by)
		// The floor has as many modes, as wide a reach, and the same moments and bins.
		if !slices.Contains([]string{"modes", "recall", "frechet", "mmd", "ndb", "ndb-js"}, name) && math.Abs(f.Value-*f.Floor) < 2*by {
			t.Errorf("%s is %.4g, too near to the floor, %.4g", name, f.Value, *f.Floor)
		}
	}
	if a, b := figures["two-sample"], figures["memorisation"]; a.Ideal != 0.5 || b.Ideal != 1 || a.Better != report.Near || b.Better != report.Near {
		t.Errorf("%+v, %+v", a, b)
	}
	if len(figures) != len(apart) {
		t.Errorf("figures %v", figures)
	}
	if f := figures["modes"]; f.Value != 8 || f.Note != "of 8" {
		t.Errorf("modes %+v", f)
	}
}

// Rows that are all about the centre are told from the ring by every metric.
func TestCollapsed(t *testing.T) {
	rows := ring(800, 3)
	for i := range rows.Data {
		rows.Data[i] /= 50
	}
	figures := figuresOf(t, subject(generator{rows: rows}), "prdc", "frechet", "mmd", "two-sample", "modes", "ndb")
	if f := figures["mmd"]; f.Value < *f.Ceiling+10*f.SE {
		t.Errorf("mmd %.4g ± %.4g, of real rows %.4g", f.Value, f.SE, *f.Ceiling)
	}
	for name, worst := range map[string]float64{"precision": 0, "density": 0, "coverage": 0, "modes": 0, "high-quality": 0, "reverse-kl": math.Log(8)} {
		within(t, name, figures[name].Value, worst, 1e-6)
	}
	if f := figures["ndb-js"]; f.Value < *f.Ceiling+0.1 {
		t.Errorf("ndb-js %+v", f)
	}
	within(t, "two-sample", figures["two-sample"].Value, 1, 0.01)
	within(t, "frechet", figures["frechet"].Value, 1, 0.1) // 2·½(1−1/50)²
}

// Copies of training rows are told from rows that are but like them.
func TestCopies(t *testing.T) {
	s := subject(generator{rows: ring(800, 1)})
	found, err := s.Measure(t.Context(), []string{"memorisation"})
	if err != nil || found.Figures[0].Value != 0 {
		t.Fatalf("%+v, %v", found.Figures, err)
	}
	if len(found.Distances) != 800 || slices.Max(found.Distances) != 0 || slices.Max(found.HeldOutDistances) == 0 {
		t.Error("the distances are not those")
	}
}

func TestLostMode(t *testing.T) {
	rows := ring(800, 3)
	for i := range rows.Len() {
		if i%8 == 5 {
			copy(rows.Row(i), rows.Row(i-1))
		}
	}
	figures := figuresOf(t, subject(generator{rows: rows}), "modes", "recall", "ndb")
	if f := figures["ndb"]; f.Value < *f.Ceiling+0.25-1e-9 { // the mode that is lost, and that which has its rows
		t.Errorf("ndb %+v", f)
	}
	if f := figures["modes"]; f.Value != 7 || *f.Ceiling != 8 {
		t.Errorf("modes %+v", f)
	}
	// 6 modes have a share of 1/8, and one 2/8.
	within(t, "reverse-kl", figures["reverse-kl"].Value, 2./8*math.Log(2), 0.02)
	for _, name := range []string{"coverage", "recall"} {
		if f := figures[name]; f.Value > *f.Ceiling-0.08 {
			t.Errorf("%s is %.4g of %.4g", name, f.Value, *f.Ceiling)
		}
	}
}

// Whether rows are of the label that was asked for is seen, and what can be
// learned from them.
func TestLabels(t *testing.T) {
	right := figuresOf(t, subject(obedient{takes: func(l float32) float32 { return l }}), "label-accuracy", "tstr")
	for name, f := range right {
		if f.Value < 0.97 || *f.Ceiling < 0.97 || *f.Floor > 0.25 {
			t.Errorf("%s of the right labels: %.4g, from %.4g to %.4g", name, f.Value, *f.Floor, *f.Ceiling)
		}
	}
	wrong := figuresOf(t, subject(obedient{takes: func(l float32) float32 { return float32(int(l+4) % 8) }}), "label-accuracy", "tstr")
	for name, f := range wrong {
		if f.Value > 0.02 || *f.Ceiling < 0.97 {
			t.Errorf("%s of the wrong labels: %.4g of %.4g", name, f.Value, *f.Ceiling)
		}
	}
}

// Conditions come as often as in the data.
func TestConditionsAreDrawn(t *testing.T) {
	s := subject(obedient{takes: func(l float32) float32 { return l }})
	s.Train = sdk.InMemory(ringSpace, onRing(newStudy(s).rand(9), slices.Concat(make([]float32, 300), slices.Repeat([]float32{3}, 100))))
	found, err := s.Measure(t.Context(), []string{"modes"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, l := range found.Generated.Conditions["label"] {
		if l == 3 {
			n++
		}
	}
	within(t, "the share of a label", float64(n)/800, 0.25, 0.07)
}

// Without names only what applies is measured; with them it is said what does
// not.
func TestInapplicable(t *testing.T) {
	s := subject(generator{rows: ring(800, 3)})
	_, err := s.Measure(t.Context(), []string{"nll"})
	if !errors.Is(err, errInapplicable) || !strings.Contains(err.Error(), "likelihood: not for this model and data: the model cannot score") {
		t.Errorf("%v", err)
	}
	found, err := s.Measure(t.Context(), []string{"nll", "mse", "modes"})
	if err != nil || len(found.Figures) != 5 || found.Figures[0].Problem == "" || found.Figures[2].Value != 8 {
		t.Errorf("%+v, %v", found.Figures, err)
	}
	_, err = s.Measure(t.Context(), []string{"modes", "presicion"})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(sdk.Hints(err)[0], "there is likelihood") {
		t.Errorf("%v, %q", err, sdk.Hints(err))
	}
}

// Rows of categories have no density, and are compared one-hot.
func TestCategories(t *testing.T) {
	space := sdk.Space{Modality: "dice", Shape: []int{3}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: 3, Of: 6}}}
	rows := sdk.MakeBatch(60, 3)
	for i := range rows.Data {
		rows.Data[i] = float32(i * i % 6)
	}
	s := Subject{Model: generator{rows: rows}, Rows: 60, Train: sdk.InMemory(space, rows), Test: sdk.InMemory(space, rows)}
	found, err := s.Measure(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found.Figures {
		if f.Name == "parzen" || f.Name == "fcd" {
			t.Errorf("%+v", f)
		}
		if f.Name == "frechet" && (f.Problem != "" || f.Value > 1e-6) {
			t.Errorf("%+v", f)
		}
	}
}

// Long rows without labels have a covariance that is too large.
func TestLongRows(t *testing.T) {
	space := sdk.Space{Modality: "walls", Shape: []int{2000}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: 2000}}}
	rows := sdk.MakeBatch(4, 2000)
	s := Subject{Model: generator{rows: rows}, Rows: 4, Train: sdk.InMemory(space, rows), Test: sdk.InMemory(space, rows)}
	if _, err := s.Measure(t.Context(), []string{"fcd"}); !errors.Is(err, errInapplicable) {
		t.Error(err)
	}
}

// A metric that fails says why, and the others go on.
func TestOneFails(t *testing.T) {
	s := subject(generator{rows: ring(800, 3)})
	s.Rows = 5
	found, err := s.Measure(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(found.Figures, func(f report.Figure) bool { return f.Name == "prdc" })
	if i < 0 || !strings.Contains(found.Figures[i].Problem, "5 real rows, want at least 6") {
		t.Errorf("%+v", found.Figures)
	}
	s.Rows = 1
	if _, err := s.Measure(t.Context(), nil); !errors.Is(err, sdk.ErrBadInput) {
		t.Error(err)
	}
	s.Rows = 1 << 28
	if _, err := s.Measure(t.Context(), nil); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) != 1 {
		t.Error(err)
	}
}

// broken fails to generate.
type broken struct {
	generator
	err error
}

func (b broken) Generate(context.Context, sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.Batch{}, b.err
}

// fragile encodes, but crashes when it is to generate.
type fragile struct{ *coder }

func (fragile) Generate(context.Context, sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.Batch{}, sdk.ErrCrashed
}

func TestModelFails(t *testing.T) {
	for _, kind := range []error{sdk.ErrCrashed, sdk.ErrDiverged} {
		if _, err := subject(broken{err: kind}).Measure(t.Context(), nil); !errors.Is(err, kind) {
			t.Errorf("%v, want %v", err, kind)
		}
	}
	if _, err := subject(fragile{&coder{}}).Measure(t.Context(), []string{"mse", "modes"}); !errors.Is(err, sdk.ErrCrashed) {
		t.Errorf("%v: a crash is more than a figure that is missing", err)
	}
	s := subject(generator{rows: sdk.MakeBatch(800, 3)})
	if _, err := s.Measure(t.Context(), []string{"parzen"}); !errors.Is(err, sdk.ErrProtocol) {
		t.Error(err)
	}
}

// watcher ends the context in a phase.
type watcher struct {
	phases []string
	at     string
	end    func()
}

func (w *watcher) Phase(what string) {
	w.phases = append(w.phases, what)
	if what == w.at {
		w.end()
	}
}

func (w *watcher) Reading(int, int) {}

func TestStops(t *testing.T) {
	for _, at := range []string{"generating", "measuring parzen", "training a classifier of label", "measuring prdc", "measuring mmd"} {
		ctx, cancel := context.WithCancel(t.Context())
		s := wideSubject(ring(800, 3))
		w := &watcher{at: at, end: cancel}
		s.Watcher = w
		if _, err := s.Measure(ctx, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		if last := w.phases[len(w.phases)-1]; last != at {
			t.Errorf("%s, and then %s", at, last)
		}
		cancel()
	}
}

// Several metrics rest on one classifier, which is told of, and learns from the
// lessons.
func TestOneClassifier(t *testing.T) {
	s := wideSubject(ring(800, 3))
	s.Lessons = sdk.InMemory(wideSpace(), widen(ring(640, 5)))
	taught := 0
	s.Teach = func(ctx context.Context, condition string, o classifier.Options) (*classifier.Classifier, error) {
		taught++
		return classifier.Train(ctx, s.Lessons, condition, o)
	}
	found, err := s.Measure(t.Context(), []string{"prdc", "fcd", "mmd"})
	if err != nil || taught != 1 {
		t.Fatalf("%d classifiers, %v", taught, err)
	}
	c := found.Classifier
	if c == nil || c.Condition != "label" || c.Rows != 640 || c.Accuracy < 0.97 || len(c.SHA256) != 64 {
		t.Errorf("%+v", c)
	}
	again, err := s.Measure(t.Context(), []string{"prdc", "fcd", "mmd"})
	if err != nil || *again.Classifier != *c {
		t.Errorf("%+v, %v", again.Classifier, err)
	}
	for i, f := range found.Figures {
		if g := again.Figures[i]; f.Value != g.Value || f.SE != g.SE || *f.Floor != *g.Floor || *f.Ceiling != *g.Ceiling {
			t.Errorf("%+v became %+v", f, g)
		}
	}
}

func TestMixture(t *testing.T) {
	bad := map[string]string{"modes": "[[1,0,0]]", "modes ": "{", "sigma": "wide"}
	for key, text := range bad {
		space := ringSpace
		space.Meta = map[string]string{"modes": "[[1,0]]", "sigma": "1"}
		space.Meta[strings.TrimSpace(key)] = text
		if m, err := mixture(space); !errors.Is(err, sdk.ErrBadInput) || errors.Is(err, errInapplicable) {
			t.Errorf("%s %s: %+v, %v", key, text, m, err)
		}
	}
	if _, err := mixture(sdk.Space{}); !errors.Is(err, errInapplicable) {
		t.Error(err)
	}
}

func TestBlocks(t *testing.T) {
	for rows, want := range map[int]int{50_000: 1000, 5000: 500, 100: 20, 22: 11, 3: 2} {
		if got := blockOf(rows); got != want {
			t.Errorf("blocks of %d rows are of %d, want %d", rows, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	figures := []report.Figure{{Name: "b", Metric: "modes"}, {Name: "recall", Metric: "prdc"}, {Name: "precision", Metric: "prdc"}, {Metric: "likelihood"}}
	Sort(figures)
	if figures[0].Metric != "likelihood" || figures[1].Name != "recall" || figures[3].Name != "b" {
		t.Errorf("%+v", figures)
	}
}

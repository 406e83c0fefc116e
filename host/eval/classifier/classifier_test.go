package classifier

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
)

var sides = []sdk.Condition{{Name: "side", Values: []string{"left", "right", "both"}}}

// halves are pictures, 8 × 10, that are noise, brighter on the side that the
// condition names.
func halves(n int, seed uint64) sdk.Rows {
	space := sdk.Space{
		Modality: "image", Shape: []int{8, 10, 1}, Axes: []string{"height", "width", "channel"},
		Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 80}}, Conditions: sides,
	}
	rng := rand.New(rand.NewPCG(seed, 9))
	b := sdk.MakeBatch(n, space.Shape...)
	b.Conditions = map[string][]float32{"side": make([]float32, n)}
	for i := range n {
		side := rng.IntN(3)
		b.Conditions["side"][i] = float32(side)
		for j := range b.Row(i) {
			right := j%10 >= 5
			bright := side == 2 || right == (side == 1)
			b.Row(i)[j] = 0.5 * rng.Float32()
			if bright {
				b.Row(i)[j] += 0.3
			}
		}
	}
	return sdk.InMemory(space, b)
}

// words are three letters of five; the condition is the middle one.
func words(n int, seed uint64) sdk.Rows {
	space := sdk.Space{
		Modality: "text", Shape: []int{3}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: 3, Of: 5}},
		Conditions: []sdk.Condition{{Name: "length", Min: 0, Max: 9}, {Name: "middle", Values: []string{"a", "b", "c", "d", "e"}}},
	}
	rng := rand.New(rand.NewPCG(seed, 8))
	b := sdk.MakeBatch(n, 3)
	b.Conditions = map[string][]float32{"middle": make([]float32, n), "length": make([]float32, n)}
	for i := range b.Data {
		b.Data[i] = float32(rng.IntN(5))
	}
	for i := range n {
		b.Conditions["middle"][i] = b.Row(i)[1]
	}
	return sdk.InMemory(space, b)
}

func train(t *testing.T, rows sdk.Rows, condition string, seed uint64) *Classifier {
	t.Helper()
	c, err := Train(t.Context(), rows, condition, Options{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func all(rows sdk.Rows) sdk.Batch { return sdk.Between(rows, sdk.Batch{}, 0, rows.Len()) }

func TestLearns(t *testing.T) {
	for _, test := range []struct {
		name, condition string
		rows            func(int, uint64) sdk.Rows
	}{{"pictures", "side", halves}, {"words", "middle", words}} {
		c := train(t, test.rows(600, 1), test.condition, 1)
		unseen := test.rows(300, 2)
		share, err := c.Accuracy(t.Context(), unseen)
		if err != nil || share < 0.99 {
			t.Errorf("%s: accuracy %g, %v", test.name, share, err)
		}
		again, err := c.Agreement(t.Context(), all(unseen))
		if err != nil || again != share {
			t.Errorf("%s: agreement %g is not the accuracy %g, %v", test.name, again, share, err)
		}
	}
}

// Agreement counts, by hand: of four rows one has the wrong label.
func TestAgreement(t *testing.T) {
	c := train(t, words(600, 1), "middle", 1)
	x := sdk.Batch{Shape: []int{3}, Data: []float32{0, 1, 2, 4, 3, 0, 2, 2, 2, 1, 0, 4}, Conditions: map[string][]float32{"middle": {1, 3, 4, 0}}}
	if share, err := c.Agreement(t.Context(), x); err != nil || share != 0.75 {
		t.Errorf("agreement %g, %v", share, err)
	}
	labels, err := c.Labels(t.Context(), x)
	if err != nil || !slices.Equal(labels, []float32{1, 3, 2, 0}) {
		t.Errorf("labels %v, %v", labels, err)
	}
}

// The head applied to the features gives the logits, in float64.
func TestFeaturesLeadToLogits(t *testing.T) {
	c := train(t, halves(100, 1), "side", 1)
	x := all(halves(3, 5))
	features, err := c.Features(t.Context(), x)
	if err != nil || features.RowSize() != Size || features.Len() != 3 {
		t.Fatalf("features %v, %v", features.Shape, err)
	}
	logits, err := c.Logits(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	w, b := c.head.Weight.Data, c.head.Bias.Data
	for i := range 3 {
		for class := range 3 {
			want := float64(b[class])
			for j, f := range features.Row(i) {
				want += float64(f) * float64(w[3*j+class])
			}
			if got := float64(logits.Row(i)[class]); math.Abs(got-want) > 1e-4*(1+math.Abs(want)) {
				t.Errorf("row %d, class %d: logit %g, the features say %g", i, class, got, want)
			}
		}
	}
}

func TestSameBytes(t *testing.T) {
	rows := halves(60, 1)
	first := train(t, rows, "side", 1)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	if second := train(t, rows, "side", 1); second.Digest() != first.Digest() {
		t.Error("another number of threads gives other weights")
	}
	if other := train(t, rows, "side", 2); other.Digest() == first.Digest() {
		t.Error("another seed gives the same weights")
	}
}

// What is kept and read again is the same classifier.
func TestFile(t *testing.T) {
	rows := halves(100, 1)
	c := train(t, rows, "side", 1)
	path := filepath.Join(t.TempDir(), "c.safetensors")
	if err := c.Save(path); err != nil {
		t.Fatal(err)
	}
	again, err := Load(path, rows.Space(), "side")
	if err != nil || again.Digest() != c.Digest() {
		t.Fatalf("loaded another: %v", err)
	}
	a, errA := c.Logits(t.Context(), all(rows))
	b, errB := again.Logits(t.Context(), all(rows))
	if errA != nil || errB != nil || !slices.Equal(a.Data, b.Data) {
		t.Errorf("logits differ, %v, %v", errA, errB)
	}
	if _, err := Load(path, words(1, 1).Space(), "middle"); !errors.Is(err, nn.ErrMismatch) {
		t.Errorf("loaded for other rows: %v", err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path, rows.Space(), "side"); err == nil {
		t.Error("loaded a part of a file")
	}
}

func TestRefuses(t *testing.T) {
	rows := words(20, 1)
	for _, condition := range []string{"length", "colour"} {
		if _, err := Train(t.Context(), rows, condition, Options{}); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("condition %s: %v", condition, err)
		}
	}
	if _, err := Train(t.Context(), words(0, 1), "middle", Options{}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("no rows: %v", err)
	}
	c := train(t, rows, "middle", 1)
	for name, x := range map[string]sdk.Batch{
		"another shape": sdk.MakeBatch(1, 4),
		"no category":   {Shape: []int{3}, Data: []float32{0, 5, 0}},
		"not a number":  {Shape: []int{3}, Data: []float32{0, float32(math.NaN()), 0}},
	} {
		if _, err := c.Features(t.Context(), x); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Agreement(t.Context(), sdk.MakeBatch(2, 3)); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("rows without labels: %v", err)
	}
}

func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	heard := 0
	_, err := Train(ctx, halves(50, 1), "side", Options{Told: func(rows, _ int) {
		heard = rows
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || heard != 50 {
		t.Errorf("%v after %d rows", err, heard)
	}
}

func TestOneHot(t *testing.T) {
	space := sdk.Space{Modality: "table", Shape: []int{4}, Segments: []sdk.Segment{
		{Kind: sdk.Real, Len: 1}, {Kind: sdk.Category, Len: 2, Of: 3}, {Kind: sdk.Binary, Len: 1},
	}}
	got := OneHot(space, sdk.Batch{Shape: []int{4}, Data: []float32{-2.5, 2, 0, 1, 7, 1, 1, 0}})
	want := []float32{-2.5, 0, 0, 1, 1, 0, 0, 1, 7, 0, 1, 0, 0, 1, 0, 0}
	if got.RowSize() != 8 || !slices.Equal(got.Data, want) {
		t.Errorf("%v: %v", got.Shape, got.Data)
	}
}

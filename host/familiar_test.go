package host

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// A judging toy's model finds rows likelier under a where their first number is
// below 5, and under b where it is not.
type judging struct{ *toy }

func (y judging) Plugin() sdk.Plugin {
	p := y.toy.Plugin()
	p.Models[0].ModelMaker = sdk.MakeModel(echoSettings{1}, func(s echoSettings, space sdk.Space) (*judge, error) {
		return &judge{&echo{toy: y.toy, space: space, epochs: s.Epochs}}, nil
	})
	return p
}

type judge struct{ *echo }

func (m *judge) Score(_ context.Context, x sdk.Batch, _ sdk.ScoreRequest) ([]sdk.Score, error) {
	scores := make([]sdk.Score, x.Len())
	for i := range scores {
		if (x.Row(i)[0] >= 5) == (x.Conditions["label"][i] == 1) {
			scores[i].LogLikelihood = 1
		}
	}
	return scores, nil
}

func judgingHost(t *testing.T, said *[]string) (*Host, *toy) {
	t.Helper()
	y := judging{&toy{}}
	h := newHost(t, y.toy, said)
	h.install = func(_ context.Context, p registry.Plugin) (installed, error) {
		return installed{Plugin: p, sdk: y.Plugin(), start: func(context.Context, errand) (running, error) { return y, nil }}, nil
	}
	return h, y.toy
}

// Rows that have some of the labels have the model's numbers for them.
func TestSomeOfTheLabels(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	if err := h.Encode(t.Context(), EncodeRequest{Run: r.Name, Data: "some", Out: t.TempDir() + "/z.npy"}); err != nil {
		t.Fatal(err)
	}
	if got := y.encoded[0].Conditions["label"]; !slices.Equal(got, slices.Repeat([]float32{1}, 10)) {
		t.Errorf("encoded as %v, want b, which is 1", got)
	}
	err := h.Encode(t.Context(), EncodeRequest{Run: r.Name, Data: "other", Out: t.TempDir() + "/z.npy"})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), `knows no label "c"`) {
		t.Errorf("labels that it does not know: %v", err)
	}
}

// Rows without labels have the one that is wished, or the likeliest.
func TestNoLabel(t *testing.T) {
	var said []string
	h, y := judgingHost(t, &said)
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Encode(t.Context(), EncodeRequest{Run: r.Name, Data: "bare", Out: t.TempDir() + "/z.npy"}); err != nil {
		t.Fatal(err)
	}
	if got := y.encoded[0].Conditions["label"]; !slices.Equal(got, []float32{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}) {
		t.Errorf("encoded as %v", got)
	}
	if all := strings.Join(said, "\n"); strings.Count(all, "each is taken for what makes it likeliest") != 1 {
		t.Errorf("said %q", said)
	}
	if err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Like: "bare", Set: []string{"label=b"}}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if y.encoded[1].Conditions["label"][0] != 1 || y.drawn.Conditions["label"][0] != 1 {
		t.Errorf("as wished: encoded %+v, drawn for %+v", y.encoded[1], y.drawn)
	}
	if err := h.Interpolate(t.Context(), InterpolateRequest{Run: r.Name, Steps: 3, From: "bare", To: "some"}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if got := y.decoded[len(y.decoded)-1].Conditions["label"]; !slices.Equal(got, []float32{0, 1, 1}) {
		t.Errorf("on the way: %v", got)
	}
	req := evaluation(r.Name, "mse")
	req.Data = "bare"
	if _, err := h.Evaluate(t.Context(), req); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "wants to know of each row its label") {
		t.Errorf("evaluated without labels: %v", err)
	}
}

// A model that cannot tell how likely a row is says what to do.
func TestNoLabelAndNoScores(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{})
	err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Like: "bare"}, func(string) {})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(strings.Join(sdk.Hints(err), "\n"), "--set label=a") {
		t.Errorf("got %v, hints %q", err, sdk.Hints(err))
	}
}

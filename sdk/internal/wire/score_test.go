package wire

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

// A rated mean scores rows by numbers that tell what it was asked.
type rated struct {
	*mean
	short bool // gives a score too few
}

func (m rated) Score(_ context.Context, x sdk.Batch, r sdk.ScoreRequest) ([]sdk.Score, error) {
	if m.row == nil {
		return nil, sdk.ErrNotTrained
	}
	if err := r.Check(); err != nil {
		return nil, err
	}
	if err := m.space.Check(x); err != nil {
		return nil, err
	}
	scores := make([]sdk.Score, x.Len())
	for i := range scores {
		scores[i] = sdk.Score{
			LogLikelihood: float64(r.Samples) + float64(r.Seed)/3, ELBO: float64(r.First+i) * math.Pi,
			Reconstruction: float64(x.Row(i)[0]) / 7, KL: float64(x.Conditions["size"][i]),
		}
	}
	if m.short {
		return scores[1:], nil
	}
	return scores, nil
}

func rater(short bool) sdk.Plugin {
	return sdk.Plugin{Name: "fake", Version: "1.0.0", Doc: "scores", Models: []sdk.ModelSpec{{
		Name: "mean", Family: "mean", Doc: "scores",
		ModelMaker: sdk.MakeModel(meanSettings{Epochs: 1, Act: "relu"}, func(s meanSettings, space sdk.Space) (rated, error) {
			m, err := newMean(s, space)
			return rated{m, short}, err
		}),
	}}}
}

func score(t *testing.T, m sdk.Model, x sdk.Batch, r sdk.ScoreRequest) ([]sdk.Score, error) {
	t.Helper()
	s, err := sdk.As[sdk.Scorer](m)
	if err != nil {
		t.Fatal(err)
	}
	return s.Score(t.Context(), x, r)
}

func TestScoresAreTheSameOnBothSides(t *testing.T) {
	near := rater(false)
	far, end, err := Loopback(near)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	here, there := trained(t, near), trained(t, far)
	for _, n := range []int{0, 1, chunkSize / scoreSize, chunkSize/scoreSize + 1} {
		x, r := rowsOf(n, 3), sdk.ScoreRequest{Samples: 1 << 40, Seed: 1<<63 + 5, First: 1 << 50}
		want, err := score(t, here, x, r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := score(t, there, x, r)
		if err != nil || len(got) != n || !slices.Equal(got, want) {
			t.Errorf("%d rows: %d scores that differ, %v", n, len(got), err)
		}
	}
	if _, err := score(t, there, rowsOf(2, 0), sdk.ScoreRequest{}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("no samples: got %v", err)
	}
	if _, err := score(t, open(t, far), rowsOf(2, 0), sdk.ScoreRequest{Samples: 1}); !errors.Is(err, sdk.ErrNotTrained) {
		t.Errorf("untrained: got %v", err)
	}
}

func TestScoresThatAreMissing(t *testing.T) {
	far, end, err := Loopback(rater(true))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	_, err = score(t, trained(t, far), rowsOf(2, 0), sdk.ScoreRequest{Samples: 1})
	if !errors.Is(err, sdk.ErrProtocol) || !strings.Contains(err.Error(), "1 scores for 2 rows") {
		t.Errorf("a score too few: got %v", err)
	}
}

func TestNoScorer(t *testing.T) {
	m := trained(t, loop(t))
	if _, err := sdk.As[sdk.Scorer](m); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("As: got %v", err)
	}
	if _, err := m.(sdk.Scorer).Score(t.Context(), rowsOf(1, 0), sdk.ScoreRequest{Samples: 1}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("past As: got %v", err)
	}
}

func TestScoresRoundTrip(t *testing.T) {
	want := []sdk.Score{
		{LogLikelihood: 1, ELBO: 2, Reconstruction: 3, KL: 4},
		{LogLikelihood: math.Inf(-1), ELBO: -0.1, Reconstruction: math.MaxFloat64, KL: math.SmallestNonzeroFloat64},
	}
	var parts []*pb.Scores
	for p := range toScores(want) {
		parts = append(parts, pass(t, p, &pb.Scores{}))
	}
	got, err := receiveScores(2, from(parts))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
}

// from gives parts one by one, and then the end.
func from(parts []*pb.Scores) func() (*pb.Scores, error) {
	return func() (*pb.Scores, error) {
		if len(parts) == 0 {
			return nil, io.EOF
		}
		p := parts[0]
		parts = parts[1:]
		return p, nil
	}
}

func TestScoresAreNotTrusted(t *testing.T) {
	for name, parts := range map[string][]*pb.Scores{
		"none":         nil,
		"half a score": {{Data: make([]byte, scoreSize/2)}},
		"too few":      {{Data: make([]byte, scoreSize)}},
		"too many":     {{Data: make([]byte, scoreSize)}, {Data: make([]byte, 2*scoreSize)}},
		"half at last": {{Data: make([]byte, 2*scoreSize)}, {Data: make([]byte, 1)}},
	} {
		if got, err := receiveScores(2, from(parts)); !errors.Is(err, sdk.ErrProtocol) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

package sdktest

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// score asks the trained model how likely rows are, and sees that there is a
// score for each.
func (s *subject) score(ctx context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	m, err := s.trained()
	if err != nil {
		return nil, err
	}
	scorer, err := sdk.As[sdk.Scorer](m)
	if err != nil {
		return nil, err
	}
	scores, err := scorer.Score(ctx, x, req)
	if err != nil {
		return nil, fmt.Errorf("score %d rows: %w", x.Len(), err)
	}
	if len(scores) != x.Len() {
		return nil, fmt.Errorf("score %d rows: got %d scores", x.Len(), len(scores))
	}
	return scores, nil
}

// numbers are those of a score, with their names.
func numbers(s sdk.Score) map[string]float64 {
	return map[string]float64{"LogLikelihood": s.LogLikelihood, "ELBO": s.ELBO, "Reconstruction": s.Reconstruction, "KL": s.KL}
}

// sameScores reports the first row whose score differs, bit by bit.
func sameScores(a, b []sdk.Score) error {
	for i := range a {
		for name, v := range numbers(a[i]) {
			if w := numbers(b[i])[name]; math.Float64bits(v) != math.Float64bits(w) {
				return fmt.Errorf("row %d differs: %s is %g, and %g", i, name, v, w)
			}
		}
	}
	return nil
}

func checkScorePieces(ctx context.Context, _ Bench, s *subject) error {
	ten := s.toy.rows.Slice(0, 10)
	whole, err := s.score(ctx, ten, sdk.ScoreRequest{Samples: 3, Seed: 7, First: 5})
	if err != nil {
		return err
	}
	for _, split := range splits {
		first := 0
		for _, n := range split {
			part, err := s.score(ctx, ten.Slice(first, first+n), sdk.ScoreRequest{Samples: 3, Seed: 7, First: 5 + first})
			if err != nil {
				return err
			}
			if err := sameScores(whole[first:first+n], part); err != nil {
				return fmt.Errorf("score rows %d to %d of ten, and alone: %w", first, first+n, err)
			}
			first += n
		}
	}
	_, err = s.score(ctx, ten.Slice(0, 0), sdk.ScoreRequest{Samples: 1})
	return err
}

// checkBound scores a toy. By Jensen's inequality an ELBO is, in the mean, no
// more than the estimate by several samples, which is one by less noise.
func checkBound(ctx context.Context, b Bench, s *subject) error {
	const (
		samples = 64
		seeds   = 4
	)
	var gaps, elbos []float64
	for seed := range uint64(seeds) {
		scores, err := s.score(ctx, s.toy.rows, sdk.ScoreRequest{Samples: samples, Seed: seed})
		if err != nil {
			return err
		}
		for i, score := range scores {
			for name, v := range numbers(score) {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("row %d: %s is %g", i, name, v)
				}
			}
			if err := adds(score); err != nil {
				return fmt.Errorf("row %d: %w", i, err)
			}
			gaps, elbos = append(gaps, score.LogLikelihood-score.ELBO), append(elbos, score.ELBO)
		}
	}
	gap, noise := moments(gaps)
	elbo, _ := moments(elbos)
	b.Log("an ELBO of %.5g nats a row; with %d samples %.3g more", elbo, samples, gap)
	slack := byChance*noise/math.Sqrt(float64(len(gaps))) + 1e-5*math.Abs(elbo)
	if gap < -slack {
		return fmt.Errorf("with %d samples the log-likelihood is %.5g nats a row below the ELBO, want at least as much", samples, -gap)
	}
	return nil
}

// adds reports an ELBO that is not what it is made of. Without latents it is
// made of nothing.
func adds(s sdk.Score) error {
	if s.Reconstruction == 0 && s.KL == 0 {
		return nil
	}
	want := s.Reconstruction - s.KL
	if math.Abs(s.ELBO-want) > 1e-4*(1+math.Abs(s.Reconstruction)+math.Abs(s.KL)) {
		return fmt.Errorf("ELBO is %g: want Reconstruction − KL, %g − %g", s.ELBO, s.Reconstruction, s.KL)
	}
	return nil
}

func checkBadScores(ctx context.Context, _ Bench, s *subject) error {
	fine := sdk.ScoreRequest{Samples: 1}
	for what, x := range misshapen(s.toy.space.Shape) {
		if what == "a row and a half" && s.toy.space.Size() == 1 {
			continue // is two rows
		}
		_, err := s.score(ctx, x, fine)
		if err := refused("score "+what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	for _, req := range []sdk.ScoreRequest{{Samples: 0}, {Samples: -1}, {Samples: 1, First: -1}} {
		_, err := s.score(ctx, s.toy.rows.Slice(0, 2), req)
		what := fmt.Sprintf("score with %d samples, from row %d on", req.Samples, req.First)
		if err := refused(what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	return nil
}

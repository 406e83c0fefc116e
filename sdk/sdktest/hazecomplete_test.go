package sdktest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A patient haze completes rows: where numbers are given, they stay.
type patient struct{ *haze }

func newPatient(s hazeSettings, space sdk.Space) (patient, error) {
	m, err := newHaze(s, space)
	return patient{m}, err
}

func (m patient) Complete(ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	rows, err := m.Generate(ctx, req)
	if err != nil {
		return rows, err
	}
	if !slices.Equal(given.Shape, m.space.Shape) || given.Len() != 1 && given.Len() != req.N {
		return rows, fmt.Errorf("%w: %d rows of shape %v are given", sdk.ErrBadInput, given.Len(), given.Shape)
	}
	if _, err := givenIn(m.space, given, given.Len()); err != nil {
		return rows, fmt.Errorf("%w: %w", sdk.ErrBadInput, err)
	}
	for i := range rows.Len() {
		for j, v := range given.Row(i % given.Len()) {
			if !math.IsNaN(float64(v)) {
				rows.Row(i)[j] = v
			}
		}
	}
	return rows, nil
}

func completing[M sdk.Model](wrap func(patient) M) sdk.Plugin {
	return hazePlugin(sdk.MakeModel(hazeDefaults, func(s hazeSettings, space sdk.Space) (M, error) {
		m, err := newPatient(s, space)
		return wrap(m), err
	}))
}

// warpedPatience overrides how rows are completed.
type warpedPatience struct {
	patient
	warp func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error)
}

func (m warpedPatience) Complete(ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	return m.warp(m.patient, ctx, req, given)
}

func TestPatient(t *testing.T) {
	Run(t, hazePlugin(sdk.MakeModel(hazeDefaults, newPatient)))
}

func TestBrokenPatience(t *testing.T) {
	const completes, misfits = "completes what is given", "refuses to complete what does not fit"
	warped := func(warp func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error)) sdk.Plugin {
		return completing(func(m patient) warpedPatience { return warpedPatience{m, warp} })
	}
	for _, b := range []broken{
		{"ignores what is given", warped(func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
			given.Data = slices.Repeat([]float32{float32(math.NaN())}, len(given.Data))
			return m.Complete(ctx, req, given)
		}), []string{completes, misfits}},
		{"gives the first row's numbers to all", warped(func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
			if given.Len() == req.N && req.N > 0 {
				given = given.Slice(0, 1)
			}
			return m.Complete(ctx, req, given)
		}), []string{completes}},
		{"counts rows from the first of each call", warped(func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
			req.First = 0
			return m.Complete(ctx, req, given)
		}), []string{completes}},
		{"takes another seed", warped(func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
			req.Seed++
			return m.Complete(ctx, req, given)
		}), []string{completes}},
		{"takes numbers that are none", warped(func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
			for i, v := range given.Data {
				if math.IsInf(float64(v), 0) {
					given.Data[i] = float32(math.NaN())
				}
			}
			return m.Complete(ctx, req, given)
		}), []string{misfits}},
		{"completes untrained", warped(func(m patient, ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
			if !m.trained {
				return sdk.MakeBatch(req.N, m.space.Shape...), nil
			}
			return m.Complete(ctx, req, given)
		}), []string{"refuses to work before it is trained", "refuses damaged weights", "refuses weights of another model"}},
	} {
		t.Run(b.how, func(t *testing.T) {
			got, says := failures(t, b.plugin)
			slices.Sort(b.fails)
			if !slices.Equal(got, b.fails) {
				t.Errorf("got  %q\nwant %q\n%q", got, b.fails, says)
			}
		})
	}
}

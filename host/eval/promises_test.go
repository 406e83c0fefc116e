package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// figures are all functions that take a context, with rows to hold against one
// another.
func figures() map[string]func(ctx context.Context, generated, real sdk.Batch) (any, error) {
	type figure = func(ctx context.Context, generated, real sdk.Batch) (any, error)
	return map[string]figure{
		"Nearest":       func(ctx context.Context, g, r sdk.Batch) (any, error) { return Nearest(ctx, g, r, 2) },
		"NearestOthers": func(ctx context.Context, g, r sdk.Batch) (any, error) { return nearestOfBoth(ctx, g, r) },
		"Parzen":        func(ctx context.Context, g, r sdk.Batch) (any, error) { return Parzen(ctx, g, r, r, nil) },
		"PRDC":          func(ctx context.Context, g, r sdk.Batch) (any, error) { return PRDC(ctx, g, r, 3) },
		"MMD":           func(ctx context.Context, g, r sdk.Batch) (any, error) { return MMD(ctx, g, r, max(20, g.Len()/2), 1) },
		"Frechet":       func(ctx context.Context, g, r sdk.Batch) (any, error) { return Frechet(ctx, g, r) },
		"TwoSample":     func(ctx context.Context, g, r sdk.Batch) (any, error) { return TwoSample(ctx, g, r) },
		"Memorise":      func(ctx context.Context, g, r sdk.Batch) (any, error) { return halvesMemorised(ctx, g, r) },
		"NDB":           func(ctx context.Context, g, r sdk.Batch) (any, error) { return binned(ctx, g, r) },
	}
}

func nearestOfBoth(ctx context.Context, generated, real sdk.Batch) (all [2]Neighbours, err error) {
	if all[0], err = NearestOthers(ctx, generated, 2); err != nil {
		return all, err
	}
	if all[1], err = NearestOthers(ctx, real, 2); err != nil {
		return all, err
	}
	return all, check(named{"given", generated, 1}, named{"other", real, 1})
}

// halvesMemorised has half of the real rows for training, and half held out.
func halvesMemorised(ctx context.Context, generated, real sdk.Batch) (Memory, error) {
	half := real.Len() / 2 * real.RowSize()
	train, heldOut := real, real
	train.Data, heldOut.Data = real.Data[:half], real.Data[half:]
	return Memorise(ctx, generated, train, heldOut, 1)
}

func binned(ctx context.Context, generated, real sdk.Batch) (NDB, error) {
	bins, err := MakeBins(ctx, real, 10, 1)
	if err != nil {
		return NDB{}, err
	}
	return bins.Compare(ctx, generated, Significant)
}

// Figures are equal to the last byte whatever the threads, and leave rows as
// they are.
func TestFiguresAreEqualOnAnyThreads(t *testing.T) {
	generated, real := gaussian(1, 300, 150, 0.1, 1), gaussian(2, 300, 150, 0, 1)
	generated.Conditions = map[string][]float32{"label": {1}} // and no matter what is wrong with these
	real.Conditions = generated.Conditions
	before := slices.Concat(generated.Data, real.Data)
	for name, f := range figures() {
		var first string
		for _, threads := range []int{1, 2, 5} {
			onThreads(threads, func() {
				v, err := f(t.Context(), generated, real)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				said := fmt.Sprintf("%+v", v)
				if first == "" {
					first = said
				}
				if said != first {
					t.Errorf("%s on %d threads is\n%s, on one\n%s", name, threads, said, first)
				}
			})
		}
	}
	if !slices.Equal(before, slices.Concat(generated.Data, real.Data)) {
		t.Error("rows have changed")
	}
}

func TestFiguresRefuseBadRows(t *testing.T) {
	good := gaussian(1, 60, 3, 0, 1)
	with := func(v float64) sdk.Batch {
		b := sdk.Batch{Shape: good.Shape, Data: slices.Clone(good.Data)}
		b.Data[100] = float32(v)
		return b
	}
	for says, bad := range map[string]sdk.Batch{
		" is NaN, want at most 1e+15":       with(math.NaN()),
		" is +Inf, want at most 1e+15":      with(math.Inf(1)),
		" is -Inf, want at most 1e+15":      with(math.Inf(-1)),
		" is 2e+15, want at most":           with(2e15),
		" numbers are no rows of shape [3]": {Shape: []int{3}, Data: good.Data[:179]},
		" numbers are no rows of shape []":  {Data: good.Data},
		" numbers are no rows of shape [0]": {Shape: []int{0}, Data: good.Data},
		" rows have ":                       gaussian(1, 60, 4, 0, 1),
		" rows, want at least ":             {Shape: []int{3}},
	} {
		for name, f := range figures() {
			t.Run(name+says, func(t *testing.T) {
				_, err := f(t.Context(), bad, good)
				refused(t, err, says)
				_, err = f(t.Context(), good, bad)
				refused(t, err, says)
			})
		}
	}
}

// Numbers as large as they may be make no figure NaN.
func TestFiguresOfLargeNumbers(t *testing.T) {
	for _, size := range []int{3, 40} {
		generated, real := gaussian(1, 60, size, 0, 1), gaussian(2, 60, size, 0, 1)
		for i := range generated.Data {
			generated.Data[i], real.Data[i] = 2e14*generated.Data[i], 2e14*real.Data[i]
		}
		for name, f := range figures() {
			v, err := f(t.Context(), generated, real)
			if said := fmt.Sprintf("%+v", v); err != nil || strings.Contains(said, "NaN") || strings.Contains(said, "Inf") {
				t.Errorf("%s is %s: %v", name, said, err)
			}
		}
	}
}

// A fuse is a context that ends when it has been asked so often.
type fuse struct {
	context.Context
	left int
}

func (f *fuse) Err() error {
	if f.left--; f.left < 0 {
		return context.Canceled
	}
	return nil
}

// Whenever it is that a context ends, no figure comes out of it; and every part
// of the work asks.
func TestFiguresStop(t *testing.T) {
	generated, real := gaussian(1, 40, 20, 0.1, 1), gaussian(2, 40, 20, 0, 1)
	least := map[string]int{
		"Nearest": 2, "NearestOthers": 4, "Parzen": 4, "PRDC": 6, "MMD": 6,
		"Frechet": 4, "TwoSample": 8, "Memorise": 204, "NDB": 20,
	}
	for name, f := range figures() {
		asked := 0
		for ; asked < 1000; asked++ {
			_, err := f(&fuse{t.Context(), asked}, generated, real)
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("%s, stopped at question %d: %v", name, asked, err)
			}
		}
		if asked < least[name] || asked == 1000 {
			t.Errorf("%s asks %d times whether to stop, want at least %d", name, asked, least[name])
		}
	}
}

package tensor

import (
	"math"
	"slices"
	"testing"
)

// masks returns what dropout at rate makes of ones, in a step that trains.
func masks(seed uint64, first, rows, cols int, rate float32) *Tensor {
	var tape Tape
	tape.Train(seed, first)
	return tape.Full(rows, cols, 1).Dropout(rate)
}

func TestDropoutKeepsAsManyAsItSays(t *testing.T) {
	const rows, cols = 500, 400
	for _, rate := range []float32{0.01, 0.1, 1.0 / 3, 0.5, 0.7, 0.99} {
		y := masks(3, 0, rows, cols, rate)
		kept, sum := 0.0, 0.0
		for _, v := range y.Data {
			if v != 0 && v != 1/(1-rate) {
				t.Fatalf("rate %g makes %g of 1", rate, v)
			}
			if v != 0 {
				kept++
			}
			sum += float64(v)
		}
		p := float64(1 - rate)
		sigma := math.Sqrt(p * (1 - p) / (rows * cols))
		if got := kept / (rows * cols); math.Abs(got-p) > 4*sigma {
			t.Errorf("rate %g keeps %.5f, want %.5f ± %.5f", rate, got, p, sigma)
		}
		if mean := sum / (rows * cols); math.Abs(mean-1) > 4*sigma/p {
			t.Errorf("rate %g: mean is %.5f, want 1 ± %.5f", rate, mean, sigma/p)
		}
	}
}

// Near the bounds, what is kept is all, or next to nothing, and always whole.
func TestKeepAtTheBounds(t *testing.T) {
	const ulp = 1.0 / (1 << 24)
	for _, p := range []float32{ulp, 2 * ulp, 0.25 + ulp, 0.5, 0.5 + ulp, 1 - ulp} {
		u := []float32{0, p - ulp, p, min(p+ulp, 1-ulp), 1 - ulp}
		got := slices.Clone(u)
		keep(got, p)
		for i, v := range got {
			want := float32(0)
			if u[i] < p {
				want = 1 / p
			}
			if v != want {
				t.Errorf("p = %g, u = %g: got %g, want %g", p, u[i], v, want)
			}
		}
	}
}

func TestDropoutRowsStandAlone(t *testing.T) {
	all := masks(5, 100, 30, 90, 0.5)
	if some := masks(5, 112, 3, 90, 0.5); !slices.Equal(some.Data, all.Data[12*90:15*90]) {
		t.Error("the mask of row 112 depends on where the batch begins")
	}
	for i := range 29 {
		if slices.Equal(all.row(i), all.row(i+1)) {
			t.Errorf("rows %d and %d have the same mask", i, i+1)
		}
	}
}

// The operations of a step, and those of steps with other seeds, have nothing
// to do with one another.
func TestDropoutsOfAStepDiffer(t *testing.T) {
	const rows, cols = 300, 100
	var drawn [][]float32
	for _, seed := range []uint64{0, 1, 2} {
		var tape Tape
		tape.Train(seed, 0)
		for range 3 {
			drawn = append(drawn, tape.Full(rows, cols, 1).Dropout(0.5).Data)
		}
	}
	for i, a := range drawn {
		for j, b := range drawn[:i] {
			agree := 0.0
			for k := range a {
				agree += float64((a[k] - 1) * (b[k] - 1))
			}
			if r := agree / (rows * cols); math.Abs(r) > 4/math.Sqrt(rows*cols) {
				t.Errorf("masks %d and %d correlate by %.4f", j, i, r)
			}
		}
	}
}

func TestDropoutOnlyInTraining(t *testing.T) {
	var tape Tape
	x := tape.Full(2, 3, 1)
	if x.Dropout(0.5) != x {
		t.Error("numbers are dropped where nothing trains")
	}
	tape.Train(1, 0)
	if x.Dropout(0) != x {
		t.Error("numbers are dropped at rate 0")
	}
	first := slices.Clone(tape.Full(9, 9, 1).Dropout(0.5).Data)
	tape.Reset()
	if x = tape.Full(2, 3, 1); x.Dropout(0.5) != x {
		t.Error("training goes on after Reset")
	}
	tape.Train(1, 0)
	if again := tape.Full(9, 9, 1).Dropout(0.5); !slices.Equal(again.Data, first) {
		t.Error("equal seeds drop other numbers")
	}
}

// What was dropped has no gradient, and the rest the mask's.
func TestDropoutGradient(t *testing.T) {
	var tape Tape
	var p Params
	x := p.Add("x", 20, 30, Init{Constant: 2})
	p.Data[0] = 0
	tape.Train(1, 0)
	y := x.On(&tape).Plus(1).Dropout(0.25)
	y.Sum().Backward(&p)
	mask := masks(1, 0, 20, 30, 0.25)
	if !slices.Equal(p.Grad, mask.Data) {
		t.Error("the gradient is not the mask")
	}
}

package measure

import (
	"math"
	"testing"
)

// A way along an arc keeps its length, begins and ends at its ends, and turns
// by equal angles.
func TestSlerp(t *testing.T) {
	a, b := []float32{3, 0, 0}, []float32{0, 3, 0}
	for i := range 5 {
		at := float64(i) / 4
		c := Slerp(a, b, at)
		want := []float64{3 * math.Cos(at*math.Pi/2), 3 * math.Sin(at*math.Pi/2), 0}
		for j := range c {
			if math.Abs(float64(c[j])-want[j]) > 1e-6 {
				t.Errorf("at %g it is %v, want %v", at, c, want)
			}
		}
	}
}

func TestSlerpWithoutAnArc(t *testing.T) {
	for _, ends := range [][2][]float32{{{1, 2}, {2, 4}}, {{0, 0}, {1, 1}}, {{1, 0}, {-1, 0}}} {
		c := Slerp(ends[0], ends[1], 0.5)
		for j := range c {
			if want := (ends[0][j] + ends[1][j]) / 2; math.Abs(float64(c[j]-want)) > 1e-6 {
				t.Errorf("between %v the middle is %v", ends, c)
			}
		}
	}
}

// A modality is shown what is decoded between the latents of held-out rows.
func TestModalityHalfway(t *testing.T) {
	s := subject(&coder{generator: generator{rows: ring(800, 3)}})
	r := &ruler{}
	s.Modality = r
	figuresOf(t, s, "modality")
	test, half := r.got.Test, r.got.Halfway
	if half.Len() != test.Len() {
		t.Fatalf("%d rows for %d", half.Len(), test.Len())
	}
	for i := range test.Len() {
		want := Slerp(test.Row(i), test.Row((i+1)%test.Len()), 0.5)
		if got := half.Row(i); got[0] != want[0]+0.1 || got[1] != want[1] {
			t.Fatalf("row %d is %v, want %v and a tenth more", i, got, want)
		}
	}
}

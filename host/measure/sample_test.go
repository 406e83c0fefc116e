package measure

import (
	"math"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// numbered is rows 0, 1, 2 and so on, as data is that is sorted by label.
func numbered(n int) sdk.Rows {
	rows := sdk.MakeBatch(n, 1)
	for i := range n {
		rows.Data[i] = float32(i)
	}
	space := sdk.Space{Modality: "numbers", Shape: []int{1}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: 1}}}
	return sdk.InMemory(space, rows)
}

// The first rows of a sample are a sample too, also where it has all rows.
func TestSampleIsNotSorted(t *testing.T) {
	y := newStudy(Subject{Train: numbered(1000), Test: numbered(1000), Seed: 1})
	for what, rows := range map[string]sdk.Batch{"all": y.test(1000), "some": y.real(500)} {
		seen := map[float32]bool{}
		mean := 0.0
		for i, v := range rows.Data {
			seen[v] = true
			if i < 100 {
				mean += float64(v) / 100
			}
		}
		if len(seen) != rows.Len() || math.Abs(mean-500) > 100 {
			t.Errorf("%s: %d different rows of %d, the mean of the first 100 is %g", what, len(seen), rows.Len(), mean)
		}
	}
}

// What chooses σ is spread over the training rows, and no sample.
func TestValidationIsSpread(t *testing.T) {
	y := newStudy(Subject{Train: numbered(1000), Test: numbered(10), Rows: 2000, Seed: 1})
	validation, others := y.validation()
	if validation.Len() != 100 || others.Len() != 900 {
		t.Fatalf("%d rows and %d others", validation.Len(), others.Len())
	}
	seen := map[float32]bool{}
	for i, v := range validation.Data {
		seen[v] = true
		if want := 10 * float64(i); math.Abs(float64(v)-want) > 10 {
			t.Errorf("row %d is %g, want about %g", i, v, want)
		}
	}
	for _, v := range others.Data {
		if seen[v] {
			t.Fatalf("%g is among both", v)
		}
	}
}

// All that stands in one place is of one number, however many rows are generated.
func TestTriosAreOfOneNumber(t *testing.T) {
	s := subject(generator{rows: ring(800, 3)})
	s.Train = sdk.InMemory(s.Train.Space(), ring(120, 1))
	figures := figuresOf(t, s, "prdc", "parzen", "fcd")
	for name, n := range map[string]int{"precision": 120, "density": 120} {
		if got := figures[name].N; got != n {
			t.Errorf("%s is of %d rows, want %d", name, got, n)
		}
	}
	if got := figures["parzen"].Note; got[len(got)-len("108 samples"):] != "108 samples" {
		t.Errorf("parzen: %s, want 108 samples: 120 less a tenth", got)
	}
}

// Rows that stand where generated ones do are as they are; rows that generated ones
// may be copies of have all variants.
func TestVariantsDoNotStandForRealRows(t *testing.T) {
	rows := sdk.MakeBatch(900, 1)
	for i := range 900 {
		rows.Data[i] = float32(i)
	}
	space := numbered(1).Space()
	space.Meta = map[string]string{"variants": "3"}
	y := newStudy(Subject{Train: sdk.InMemory(space, rows), Test: numbered(10), Rows: 2000, Seed: 1})
	validation, others := y.validation()
	if validation.Len() != 30 || others.Len() != 270 || y.real(2000).Len() != 300 || y.known().Len() != 900 {
		t.Fatalf("%d to validate on, %d others, %d real, %d known", validation.Len(), others.Len(), y.real(2000).Len(), y.known().Len())
	}
	for what, b := range map[string]sdk.Batch{"validation": validation, "others": others, "real": y.real(2000)} {
		for _, v := range b.Data {
			if int(v)%3 != 0 {
				t.Fatalf("%s: row %g is a variant", what, v)
			}
		}
	}
}

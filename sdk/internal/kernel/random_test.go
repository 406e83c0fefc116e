package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The known answers of Random123's kat_vectors.
func TestPhiloxKnownAnswers(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			counter, row, seed uint64
			want               [4]uint32
		}{
			{0, 0, 0, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
			{1<<64 - 1, 1<<64 - 1, 1<<64 - 1, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
			{0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822, [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
		} {
			var got [16]uint32
			keys := philoxKeys(c.seed)
			philox(got[:], c.counter, c.row, &keys)
			if [4]uint32(got[:4]) != c.want {
				t.Errorf("counter %x, row %x, seed %x: %x, want %x", c.counter, c.row, c.seed, got[:4], c.want)
			}
		}
	})
}

func TestPhiloxIsItsLoop(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, counter := range []uint64{0, 1, 1<<32 - 3, 1<<32 - 1, 1<<64 - 2, rng.Uint64()} {
			keys, row := philoxKeys(rng.Uint64()), rng.Uint64()
			for n := 0; n <= 96; n += 16 {
				got, want := slices.Repeat([]uint32{7}, n+8), slices.Repeat([]uint32{7}, n+8)
				philox(got[:n], counter, row, &keys)
				philoxGo(want[:n], counter, row, &keys)
				if !slices.Equal(got, want) {
					t.Fatalf("%d from counter %x: %x, want %x", n, counter, got, want)
				}
			}
		}
	})
}

// Number j of row i is the same however the row is cut.
func TestRandomInParts(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		const n = 1003
		for name, fill := range map[string]func(dst []float32, seed, row uint64, first int){"uniform": Uniform, "normal": Normal} {
			whole, parts := make([]float32, n), make([]float32, n)
			fill(whole, 5, 6, 0)
			for at := 0; at < n; {
				part := min(1+rng.IntN(300), n-at)
				fill(parts[at:at+part], 5, 6, at)
				at += part
			}
			if !slices.Equal(whole, parts) {
				t.Errorf("%s differs in parts", name)
			}
		}
		whole, part := make([]uint32, n), make([]uint32, n-77)
		Bits(whole, 5, 6, 0)
		Bits(part, 5, 6, 77)
		if !slices.Equal(whole[77:], part) {
			t.Error("bits differ in parts")
		}
	})
}

// Seeds, rows and numbers all make a difference.
func TestRandomsDiffer(t *testing.T) {
	seen := map[uint32]int{}
	for seed := range uint64(20) {
		for row := range uint64(20) {
			var bits [20]uint32
			Bits(bits[:], seed, row<<31, 0)
			for _, b := range bits {
				seen[b]++
			}
		}
	}
	// Of 8000 draws from 2³² about 0.007 pairs coincide.
	if len(seen) < 7998 {
		t.Errorf("8000 numbers of 20 seeds and 20 rows: %d differ", len(seen))
	}
}

// draws are a million numbers, in rows of a thousand.
func draws(fill func(dst []float32, seed, row uint64, first int)) []float32 {
	x := make([]float32, 1_000_000)
	for i := range 1000 {
		fill(x[i*1000:(i+1)*1000], 9, uint64(i), 0)
	}
	return x
}

// moment is the mean of xᵏ.
func moment(x []float32, k int) float64 {
	s := 0.0
	for _, v := range x {
		s += math.Pow(float64(v), float64(k))
	}
	return s / float64(len(x))
}

func TestUniformMoments(t *testing.T) {
	x := draws(Uniform)
	if slices.Min(x) < 0 || slices.Max(x) >= 1 {
		t.Errorf("from %v to %v", slices.Min(x), slices.Max(x))
	}
	for k := 1; k <= 4; k++ {
		want := 1 / float64(k+1)
		sd := math.Sqrt((1/float64(2*k+1) - want*want) / float64(len(x)))
		if got := moment(x, k); math.Abs(got-want) > 4*sd {
			t.Errorf("moment %d is %v, want %v ± %v", k, got, want, sd)
		}
	}
}

func TestNormalMoments(t *testing.T) {
	x := draws(Normal)
	for k, want := range []float64{1: 0, 2: 1, 3: 0, 4: 3, 5: 0, 6: 15} {
		if k == 0 {
			continue
		}
		odd := 1.0 // the mean of x²ᵏ: 1·3·5···(2k−1)
		for i := 1; i < 2*k; i += 2 {
			odd *= float64(i)
		}
		sd := math.Sqrt((odd - want*want) / float64(len(x)))
		if got := moment(x, k); math.Abs(got-want) > 4*sd {
			t.Errorf("moment %d is %v, want %v ± %v", k, got, want, sd)
		}
	}
}

// As many are beyond each point as should be, on both sides.
func TestNormalTails(t *testing.T) {
	x := draws(Normal)
	for _, z := range []float64{0.1, 0.5, 1, 2, 3, 4} {
		want := math.Erfc(z/math.Sqrt2) / 2 * float64(len(x))
		above, below := 0.0, 0.0
		for _, v := range x {
			if float64(v) > z {
				above++
			}
			if float64(v) < -z {
				below++
			}
		}
		if sd := math.Sqrt(want); math.Abs(above-want) > 4*sd || math.Abs(below-want) > 4*sd {
			t.Errorf("beyond ±%v: %v and %v, want %.0f ± %.0f", z, below, above, want, sd)
		}
	}
}

// Neighbours, in a row and in a column, have nothing to do with one another.
func TestNormalCorrelation(t *testing.T) {
	x := draws(Normal)
	for _, lag := range []int{1, 2, 3, 4, 8, 16, 1000, 4000} {
		s := 0.0
		for i := lag; i < len(x); i++ {
			s += float64(x[i]) * float64(x[i-lag])
		}
		if sd := math.Sqrt(float64(len(x))); math.Abs(s) > 4*sd {
			t.Errorf("numbers %d apart: %v, want 0 ± %v", lag, s, sd)
		}
	}
}

// The quantile, against that of the standard library in float64.
func TestQuantile(t *testing.T) {
	var bits []uint32
	for b := uint64(0); b < 1<<32; b += 65521 {
		bits = append(bits, uint32(b))
	}
	for i := range uint32(1000) {
		bits = append(bits, i, 1<<31-1-i, 1<<31+i, 1<<32-1-i)
	}
	z := make([]float32, len(bits))
	normal(z, bits)
	for i, b := range bits {
		tail := (float64(b&(1<<31-1)) + 0.5) / (1 << 31)
		want := math.Sqrt2 * math.Erfcinv(tail)
		if b>>31 == 1 {
			want = -want
		}
		if e := math.Abs(float64(z[i])-want) / math.Abs(want); !(e < 1e-6) {
			t.Fatalf("of %08x: %v, want %v", b, z[i], want)
		}
		if !(math.Abs(want) < 6.34) {
			t.Fatalf("of %08x: %v, beyond what Normal promises", b, want)
		}
	}
}

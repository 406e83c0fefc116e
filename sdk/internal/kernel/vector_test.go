package kernel

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// An elementwise is a kernel as the tests see it: it writes to the first
// outs of its slices and reads all, and its result is in the lanes.
type elementwise struct {
	name       string
	outs       int
	slices     int
	fast, slow func(s [][]float32, lanes *[16]float64)
}

type lanes = [16]float64

// elementwises pairs every kernel with its loop in plain Go.
var elementwises = []elementwise{
	ternary("add", add, addGo), ternary("sub", sub, subGo), ternary("mul", mul, mulGo), ternary("mulAdd", mulAdd, mulAddGo),
	ternary("softplusSlope", softplusSlope, softplusSlopeGo),
	binary("exp", exp, expGo), binary("log", log, logGo), binary("tanh", tanh, tanhGo),
	binary("sigmoid", sigmoid, sigmoidGo), binary("softplus", softplus, softplusGo), binary("relu", relu, reluGo),
	binary("reluSlope", reluSlope, reluSlopeGo), binary("tanhSlope", tanhSlope, tanhSlopeGo),
	binary("sigmoidSlope", sigmoidSlope, sigmoidSlopeGo), binary("biasReLU", biasReLU, biasReLUGo),
	binary("biasTanh", biasTanh, biasTanhGo), binary("biasSigmoid", biasSigmoid, biasSigmoidGo),
	scaled("scale", scale, scaleGo), scaled("shift", shift, shiftGo), scaled("axpy", axpy, axpyGo), scaled("ema", ema, emaGo),
	scaled("leakyReLU", leakyReLU, leakyReLUGo), scaled("leakyReLUSlope", leakyReLUSlope, leakyReLUSlopeGo),
	scaled("biasLeakyReLU", biasLeakyReLU, biasLeakyReLUGo),
	twice("affine", affine, affineGo), twice("clip", clip, clipGo), twice("logSoftmax", logSoftmax, logSoftmaxGo),
	{"mulAddScaled", 1, 3,
		func(s [][]float32, _ *lanes) { mulAddScaled(s[0], s[1], s[2], 0.7) },
		func(s [][]float32, _ *lanes) { mulAddScaledGo(s[0], s[1], s[2], 0.7) }},
	{"softmaxSlope", 1, 3,
		func(s [][]float32, _ *lanes) { softmaxSlope(s[0], s[1], s[2], 0.7) },
		func(s [][]float32, _ *lanes) { softmaxSlopeGo(s[0], s[1], s[2], 0.7) }},
	{"logSoftmaxSlope", 1, 3,
		func(s [][]float32, _ *lanes) { logSoftmaxSlope(s[0], s[1], s[2], 0.7) },
		func(s [][]float32, _ *lanes) { logSoftmaxSlopeGo(s[0], s[1], s[2], 0.7) }},
	{"addFour", 1, 5,
		func(s [][]float32, _ *lanes) { addFour(s[0], s[1], s[2], s[3], s[4]) },
		func(s [][]float32, _ *lanes) { addFourGo(s[0], s[1], s[2], s[3], s[4]) }},
	{"sum", 0, 1,
		func(s [][]float32, l *lanes) { sum(s[0], l) },
		func(s [][]float32, l *lanes) { sumGo(s[0], l) }},
	{"dot", 0, 2,
		func(s [][]float32, l *lanes) { dot(s[0], s[1], l) },
		func(s [][]float32, l *lanes) { dotGo(s[0], s[1], l) }},
	{"sumExp", 0, 1,
		func(s [][]float32, l *lanes) { sumExp(s[0], 0.7, l) },
		func(s [][]float32, l *lanes) { sumExpGo(s[0], 0.7, l) }},
	{"expSum", 1, 2,
		func(s [][]float32, l *lanes) { expSum(s[0], s[1], 0.7, l) },
		func(s [][]float32, l *lanes) { expSumGo(s[0], s[1], 0.7, l) }},
	{"bce", 1, 3,
		func(s [][]float32, l *lanes) { bce(s[0], s[1], s[2], 0.7, l) },
		func(s [][]float32, l *lanes) { bceGo(s[0], s[1], s[2], 0.7, l) }},
	{"squaredError", 1, 3,
		func(s [][]float32, l *lanes) { squaredError(s[0], s[1], s[2], 0.7, l) },
		func(s [][]float32, l *lanes) { squaredErrorGo(s[0], s[1], s[2], 0.7, l) }},
	{"mostLanes", 0, 1, widened(mostLanes), widened(mostLanesGo)},
	{"adam", 4, 4,
		func(s [][]float32, _ *lanes) { adam(s[0], s[1], s[2], s[3], 0.9, 0.1, 1e-3, 1e-3, 1.5, 1e-8, 0.99) },
		func(s [][]float32, _ *lanes) { adamGo(s[0], s[1], s[2], s[3], 0.9, 0.1, 1e-3, 1e-3, 1.5, 1e-8, 0.99) }},
	stepped("momentum", momentum, momentumGo), stepped("nesterov", nesterov, nesterovGo),
	{"rmsProp", 3, 3,
		func(s [][]float32, _ *lanes) { rmsProp(s[0], s[1], s[2], 0.9, 0.1, 1e-3, 1e-8) },
		func(s [][]float32, _ *lanes) { rmsPropGo(s[0], s[1], s[2], 0.9, 0.1, 1e-3, 1e-8) }},
	{"uniform", 1, 2,
		func(s [][]float32, _ *lanes) { uniform(s[0], rawBits(s[1])) },
		func(s [][]float32, _ *lanes) { uniformGo(s[0], rawBits(s[1])) }},
	{"normal", 1, 2,
		func(s [][]float32, _ *lanes) { normal(s[0], rawBits(s[1])) },
		func(s [][]float32, _ *lanes) { normalGo(s[0], rawBits(s[1])) }},
}

func ternary(name string, fast, slow func(dst, x, y []float32)) elementwise {
	return elementwise{name, 1, 3,
		func(s [][]float32, _ *lanes) { fast(s[0], s[1], s[2]) },
		func(s [][]float32, _ *lanes) { slow(s[0], s[1], s[2]) }}
}

func binary(name string, fast, slow func(dst, x []float32)) elementwise {
	return elementwise{name, 1, 2,
		func(s [][]float32, _ *lanes) { fast(s[0], s[1]) },
		func(s [][]float32, _ *lanes) { slow(s[0], s[1]) }}
}

func scaled(name string, fast, slow func(dst, x []float32, k float32)) elementwise {
	return elementwise{name, 1, 2,
		func(s [][]float32, _ *lanes) { fast(s[0], s[1], 0.7) },
		func(s [][]float32, _ *lanes) { slow(s[0], s[1], 0.7) }}
}

func twice(name string, fast, slow func(dst, x []float32, k, b float32)) elementwise {
	return elementwise{name, 1, 2,
		func(s [][]float32, _ *lanes) { fast(s[0], s[1], -0.7, 0.9) },
		func(s [][]float32, _ *lanes) { slow(s[0], s[1], -0.7, 0.9) }}
}

func stepped(name string, fast, slow func(p, grad, v []float32, scale, mu, rate float32)) elementwise {
	return elementwise{name, 3, 3,
		func(s [][]float32, _ *lanes) { fast(s[0], s[1], s[2], 0.9, 0.7, 1e-3) },
		func(s [][]float32, _ *lanes) { slow(s[0], s[1], s[2], 0.9, 0.7, 1e-3) }}
}

func widened(f func(x []float32, l *[16]float32)) func(s [][]float32, l *lanes) {
	return func(s [][]float32, l *lanes) {
		most := noneYet
		f(s[0], &most)
		for i, v := range most {
			l[i] = float64(v)
		}
	}
}

func rawBits(x []float32) []uint32 {
	bits := make([]uint32, len(x))
	for i, v := range x {
		bits[i] = math.Float32bits(v)
	}
	return bits
}

// specials are numbers at which arithmetic changes.
var specials = []float32{0, float32(math.Copysign(0, -1)), 1, -1, posInf, negInf, nan, 0x1p-149, -0x1p-149, 0x1p-126, -0x1p-126,
	0x1p-126 - 0x1p-149, math.MaxFloat32, -math.MaxFloat32, 0.625, 88.72283, 88.72284, -87.33655, -103.2789, -103.97208, -104, 89,
	1e-20, -1e-20, 1e20, -1e20, 0.5, 1 - 0x1p-24, 1 + 0x1p-23}

// someFloats returns n numbers, of a size that is usual, of any, or special.
func someFloats(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		switch rng.IntN(8) {
		case 0:
			x[i] = specials[rng.IntN(len(specials))]
		case 1:
			x[i] = math.Float32frombits(rng.Uint32())
		case 2:
			x[i] = float32(100 * rng.NormFloat64())
		default:
			x[i] = float32(rng.NormFloat64())
		}
	}
	return x
}

// same compares bytes, but for which NaN a NaN is.
func same[F float32 | float64](a, b F) bool {
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || a != a && b != b
}

// checkSame runs the kernel and its loop on copies of the same slices, which
// begin at any place in memory, and compares all that they could have written.
func (e elementwise) checkSame(t *testing.T, rng *rand.Rand, n int) {
	t.Helper()
	const margin = 40
	var fast, slow, whole, wholeSlow [][]float32
	for range e.slices {
		all, from := someFloats(rng, n+2*margin), margin+rng.IntN(9)-4
		copied := slices.Clone(all)
		whole, fast = append(whole, all), append(fast, all[from:from+n:from+n])
		wholeSlow, slow = append(wholeSlow, copied), append(slow, copied[from:from+n:from+n])
	}
	var got, want lanes
	e.fast(fast, &got)
	e.slow(slow, &want)
	for i := range whole {
		for j := range whole[i] {
			if !same(whole[i][j], wholeSlow[i][j]) {
				t.Fatalf("%s of %d: slice %d at %d is %v, want %v (the slice has %d before it, as in %v)",
					e.name, n, i, j, whole[i][j], wholeSlow[i][j], margin, inputs(wholeSlow, j))
			}
		}
	}
	for i := range got {
		if !same(got[i], want[i]) {
			t.Fatalf("%s of %d: lane %d is %v, want %v", e.name, n, i, got[i], want[i])
		}
	}
}

func inputs(s [][]float32, j int) (at []float32) {
	for _, x := range s {
		at = append(at, x[j])
	}
	return at
}

func TestElementwiseIsItsLoop(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, e := range elementwises {
			rng := rand.New(rand.NewPCG(3, 4))
			for n := range 101 {
				e.checkSame(t, rng, n)
			}
			for range 4 {
				e.checkSame(t, rng, 101+rng.IntN(3000))
			}
			e.checkSame(t, rng, vectorChunk-1+rng.IntN(3))
			e.checkSame(t, rng, 2*vectorChunk+rng.IntN(50))
		}
	})
}

func FuzzElementwise(f *testing.F) {
	f.Add(uint64(1), uint16(37))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16) {
		for _, e := range elementwises {
			e.checkSame(t, rand.New(rand.NewPCG(seed, 5)), int(n)%1000)
		}
	})
}

// The result may be in any of the slices that are read.
func TestElementwiseInPlace(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, e := range elementwises {
			for in := 1; in < e.slices && e.outs == 1; in++ {
				if e.name == "uniform" || e.name == "normal" {
					continue // of another type
				}
				for _, n := range []int{1, 7, 16, 100, 333} {
					e.checkInPlace(t, rng, n, in)
				}
			}
		}
	})
}

func (e elementwise) checkInPlace(t *testing.T, rng *rand.Rand, n, in int) {
	var a, b [][]float32
	for range e.slices {
		x := someFloats(rng, n)
		a, b = append(a, x), append(b, slices.Clone(x))
	}
	copy(b[0], b[in])
	a[0] = a[in]
	var l lanes
	e.fast(a, &l)
	e.slow(b, &l)
	for i := range b[0] {
		if !same(a[0][i], b[0][i]) {
			t.Fatalf("%s of %d in slice %d: at %d got %v, want %v", e.name, n, in, i, a[0][i], b[0][i])
		}
	}
}

func TestElementwisePanicsBeforeItWrites(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, e := range elementwises {
			for short := range e.slices {
				if e.slices > 1 {
					e.checkRefuses(t, short)
				}
			}
		}
	})
}

func (e elementwise) checkRefuses(t *testing.T, short int) {
	s := make([][]float32, e.slices)
	for i := range s {
		s[i] = slices.Repeat([]float32{3}, 40)
	}
	whole := slices.Clone(s)
	s[short] = s[short][:39]
	defer func() {
		if r := recover(); r != (mismatch{40, 39}) && r != (mismatch{39, 40}) {
			t.Errorf("%s with slice %d short: panic %v", e.name, short, r)
		}
		for i := range whole {
			if slices.Min(whole[i]) != 3 || slices.Max(whole[i]) != 3 {
				t.Errorf("%s with slice %d short wrote to slice %d", e.name, short, i)
			}
		}
	}()
	e.fast(s, new(lanes))
}

// Every level gives the same bytes, and so does every processor: the hash is
// that of all results on amd64.
func TestElementwiseSameBytesEverywhere(t *testing.T) {
	const want = "3670daf3ad0aadb2"
	eachLevel(t, func(t *testing.T) {
		h := fnv.New64a()
		for _, e := range elementwises {
			rng := rand.New(rand.NewPCG(7, 8))
			var s [][]float32
			for range e.slices {
				s = append(s, someFloats(rng, 999))
			}
			var l lanes
			e.fast(s, &l)
			for _, x := range s {
				for _, v := range x {
					if v == v {
						fmt.Fprintf(h, "%x ", math.Float32bits(v))
					}
				}
			}
			fmt.Fprint(h, l)
		}
		if got := fmt.Sprintf("%x", h.Sum64()); got != want {
			t.Errorf("hash is %s, want %s", got, want)
		}
	})
}

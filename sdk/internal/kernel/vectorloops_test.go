package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The exported functions, against the loops in their comments, in float64. The
// tests of bytes compare assembly with plain Go; these say that both are right.

// usual returns n numbers of a usual size.
func usual(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// nearly compares with an error of so many parts in 2²⁴ of size, which is that
// of the largest number on the way.
func nearly(t *testing.T, what string, got float32, want, size float64) {
	t.Helper()
	if e := math.Abs(float64(got) - want); !(e <= 4*0x1p-24*(math.Abs(want)+size)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestArithmetic(t *testing.T) {
	const k, b = 0.7, -0.3
	for _, c := range []struct {
		name string
		f    func(dst, x, y []float32)
		want func(d, x, y float64) float64
	}{
		{"Add", Add, func(d, x, y float64) float64 { return x + y }},
		{"Sub", Sub, func(d, x, y float64) float64 { return x - y }},
		{"Mul", Mul, func(d, x, y float64) float64 { return x * y }},
		{"MulAdd", MulAdd, func(d, x, y float64) float64 { return d + x*y }},
		{"MulAddScaled", func(dst, x, y []float32) { MulAddScaled(dst, k, x, y) }, func(d, x, y float64) float64 { return d + k*x*y }},
		{"Scale", func(dst, x, y []float32) { Scale(dst, k, x) }, func(d, x, y float64) float64 { return k * x }},
		{"Shift", func(dst, x, y []float32) { Shift(dst, k, x) }, func(d, x, y float64) float64 { return k + x }},
		{"Affine", func(dst, x, y []float32) { Affine(dst, k, x, b) }, func(d, x, y float64) float64 { return k*x + b }},
		{"Axpy", func(dst, x, y []float32) { Axpy(dst, k, x) }, func(d, x, y float64) float64 { return d + k*x }},
		{"EMA", func(dst, x, y []float32) { EMA(dst, k, x) }, func(d, x, y float64) float64 { return d + k*(x-d) }},
		{"Clip", func(dst, x, y []float32) { Clip(dst, b, k, x) }, func(d, x, y float64) float64 { return min(max(x, b), k) }},
		{"ReLU", func(dst, x, y []float32) { ReLU(dst, x) }, func(d, x, y float64) float64 { return max(x, 0) }},
		{"LeakyReLU", func(dst, x, y []float32) { LeakyReLU(dst, x, k) }, func(d, x, y float64) float64 { return max(x, k*x) }},
		{"ReLUSlope", func(dst, x, y []float32) { ReLUSlope(dst, x) }, func(d, x, y float64) float64 { return d * step(x, 0) }},
		{"LeakyReLUSlope", func(dst, x, y []float32) { LeakyReLUSlope(dst, x, k) }, func(d, x, y float64) float64 { return d * step(x, k) }},
		{"TanhSlope", func(dst, x, y []float32) { TanhSlope(dst, x) }, func(d, x, y float64) float64 { return d * (1 - x*x) }},
		{"SigmoidSlope", func(dst, x, y []float32) { SigmoidSlope(dst, x) }, func(d, x, y float64) float64 { return d * x * (1 - x) }},
		{"SoftplusSlope", SoftplusSlope, func(d, x, y float64) float64 { return d + x/(1+math.Exp(-y)) }},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		dst, x, y := usual(rng, 300), usual(rng, 300), usual(rng, 300)
		before := append([]float32(nil), dst...)
		c.f(dst, x, y)
		for i, d := range before {
			nearly(t, c.name, dst[i], c.want(float64(d), float64(x[i]), float64(y[i])), 4)
		}
	}
}

func step(x, slope float64) float64 {
	if x > 0 {
		return 1
	}
	return slope
}

func TestBias(t *testing.T) {
	const rows, cols, stride, slope = 5, 21, 29, 0.2
	for _, c := range []struct {
		name string
		f    func(dst, bias []float32)
		want func(x float64) float64
	}{
		{"Bias", func(d, b []float32) { Bias(d, rows, stride, b) }, func(x float64) float64 { return x }},
		{"BiasReLU", func(d, b []float32) { BiasReLU(d, rows, stride, b) }, func(x float64) float64 { return max(x, 0) }},
		{"BiasLeakyReLU", func(d, b []float32) { BiasLeakyReLU(d, rows, stride, b, slope) }, func(x float64) float64 { return max(x, slope*x) }},
		{"BiasTanh", func(d, b []float32) { BiasTanh(d, rows, stride, b) }, math.Tanh},
		{"BiasSigmoid", func(d, b []float32) { BiasSigmoid(d, rows, stride, b) }, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		dst, bias := usual(rng, (rows-1)*stride+cols), usual(rng, cols)
		before := append([]float32(nil), dst...)
		c.f(dst, bias)
		for i, d := range before {
			if j := i % stride; j < cols {
				nearly(t, c.name, dst[i], c.want(float64(d)+float64(bias[j])), 4)
			} else if dst[i] != d {
				t.Errorf("%s wrote between the rows, at %d", c.name, i)
			}
		}
	}
}

func TestSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := usual(rng, 3001), usual(rng, 3001)
	wantSum, wantDot := 0.0, 0.0
	for i, v := range x {
		wantSum += float64(v)
		wantDot += float64(v) * float64(y[i])
	}
	if got := Sum(x); math.Abs(got-wantSum) > 1e-9 {
		t.Errorf("Sum is %v, want %v", got, wantSum)
	}
	if got := Dot(x, y); math.Abs(got-wantDot) > 1e-9 {
		t.Errorf("Dot is %v, want %v", got, wantDot)
	}
	if got := Sum(nil); got != 0 {
		t.Errorf("Sum of nothing is %v", got)
	}
	x[2000] = 9
	if got := most(x); got != 9 {
		t.Errorf("most is %v, want 9", got)
	}
	if got := most(nil); got != negInf {
		t.Errorf("most of nothing is %v", got)
	}
	x[17] = posInf
	if got := Dot(x, x); !math.IsInf(got, 1) {
		t.Errorf("norm of +Inf is %v", got)
	}
}

// Column sums are made row after row, however they are grouped.
func TestColumnSums(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for rows := range 11 {
			for _, cols := range []int{0, 1, 15, 16, 37} {
				const stride = 40
				x, dst := usual(rng, rows*stride), usual(rng, cols)
				want := append([]float32(nil), dst...)
				for i := range rows {
					for j := range want {
						want[j] += x[i*stride+j]
					}
				}
				ColumnSums(dst, x, rows, stride)
				for j := range want {
					if dst[j] != want[j] {
						t.Fatalf("column %d of %d×%d: %v, want %v", j, rows, cols, dst[j], want[j])
					}
				}
			}
		}
	})
}

func TestLosses(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const k = 0.25
	x, y, dst := usual(rng, 1000), usual(rng, 1000), make([]float32, 1000)
	copy(x, []float32{88.8, -88.8, 104, -104})
	want := 0.0
	got := BCE(dst, x, y, k)
	for i := range x {
		xi, yi := float64(x[i]), float64(y[i])
		want += max(xi, 0) - xi*yi + math.Log1p(math.Exp(-math.Abs(xi)))
		nearly(t, "gradient of BCE", dst[i], k*(1/(1+math.Exp(-xi))-yi), 1)
	}
	if math.Abs(got-want) > 1e-6*want {
		t.Errorf("BCE is %v, want %v", got, want)
	}
	got, want = SquaredError(dst, x, y, k), 0
	for i := range x {
		d := float64(x[i]) - float64(y[i])
		want += d * d
		nearly(t, "gradient of SquaredError", dst[i], k*d, 4)
	}
	if math.Abs(got-want) > 1e-6*want {
		t.Errorf("SquaredError is %v, want %v", got, want)
	}
}

// The loss of logits that are surely wrong is finite.
func TestBCEOfExtremes(t *testing.T) {
	var dst [2]float32
	got := BCE(dst[:], []float32{200, -200}, []float32{0, 1}, 1)
	if got != 400 || dst != [2]float32{1, -1} {
		t.Errorf("%v, gradient %v, want 400 and [1 -1]", got, dst)
	}
}

func TestSoftmax(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 10, 16, 27, 300} {
		x, dy := usual(rng, n), usual(rng, n)
		Shift(x, 500, x) // e to the power of which overflows
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(float64(v) - 500)
		}
		y, logs := make([]float32, n), make([]float32, n)
		Softmax(y, x)
		LogSoftmax(logs, x)
		dot, total := 0.0, 0.0
		for i, v := range x {
			p := math.Exp(float64(v)-500) / sum
			nearly(t, "Softmax", y[i], p, p)
			nearly(t, "LogSoftmax", logs[i], math.Log(p), 4)
			dot += p * float64(dy[i])
			total += float64(dy[i])
		}
		dx, dlogs := usual(rng, n), usual(rng, n)
		before, beforeLogs := append([]float32(nil), dx...), append([]float32(nil), dlogs...)
		SoftmaxSlope(dx, y, dy)
		LogSoftmaxSlope(dlogs, logs, dy)
		for i := range x {
			p, d := float64(y[i]), float64(dy[i])
			nearly(t, "SoftmaxSlope", dx[i], float64(before[i])+p*(d-dot), 4)
			nearly(t, "LogSoftmaxSlope", dlogs[i], float64(beforeLogs[i])+d-p*total, 4+math.Abs(p*total))
		}
	}
	in := []float32{1, nan, 3}
	Softmax(in, in)
	for _, v := range in {
		if v == v {
			t.Errorf("softmax of a NaN: %v", in)
		}
	}
}

// Adam against algorithm 1 as the paper writes it, in float64, with its
// corrected means.
func TestAdam(t *testing.T) {
	const n, rate, beta1, beta2, eps, decay = 100, 1e-2, 0.9, 0.999, 1e-8, 0.1
	rng := rand.New(rand.NewPCG(1, 2))
	p := usual(rng, n)
	m, v := make([]float32, n), make([]float32, n)
	want, wantM, wantV := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range p {
		want[i] = float64(p[i])
	}
	for step := 1.0; step <= 20; step++ {
		grad := usual(rng, n)
		Adam(p, grad, m, v, AdamStep{
			Scale: 0.5, Beta1: beta1, Beta2: beta2, Eps: eps, Keep: 1 - rate*decay,
			Rate: float32(rate / (1 - math.Pow(beta1, step))),
			Root: float32(1 / math.Sqrt(1-math.Pow(beta2, step))),
		})
		for i := range want {
			g := 0.5 * float64(grad[i])
			wantM[i] = beta1*wantM[i] + (1-beta1)*g
			wantV[i] = beta2*wantV[i] + (1-beta2)*g*g
			mHat, vHat := wantM[i]/(1-math.Pow(beta1, step)), wantV[i]/(1-math.Pow(beta2, step))
			want[i] -= rate * (mHat/(math.Sqrt(vHat)+eps) + decay*want[i])
		}
	}
	for i := range want {
		nearly(t, "parameter", p[i], want[i], 4)
		nearly(t, "mean", m[i], wantM[i], 1)
	}
}

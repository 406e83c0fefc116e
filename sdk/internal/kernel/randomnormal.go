package kernel

import "math"

func normalGo(dst []float32, bits []uint32) {
	for i, b := range bits {
		dst[i] = quantileOf(b)
	}
}

// quantileOf is the quantile of N(0, 1) at probability (b+½)/2³², with the sign
// turned, so that bit 31 is the sign: x·P(w), where x is from 0 to 1 and twice
// the probability of the tail is 1−x. After Giles, "Approximating the erfinv
// function", GPU Computing Gems, 2011: w = −log((1−x)(1+x)), and one polynomial
// in w where it is small and another in √w in the tails. Within 1e-6 of itself.
func quantileOf(b uint32) float32 {
	const (
		step  = 1.0 / (1 << 31)
		rest  = 1<<31 - 1
		split = 5
	)
	m := b & rest
	tail := fused(float32(int32(m)), step, step/2)
	x := fused(float32(int32(m^rest)), step, step/2) // 1−tail, without its error
	w := -logNormal(tail*(x+1), 0)
	var z float32
	if w < split {
		z = x * horner(w-2.5, middleSeries[:])
	} else {
		z = x * horner(float32(math.Sqrt(float64(w)))-3, farSeries[:])
	}
	return math.Float32frombits(math.Float32bits(z) ^ b&(1<<31))
}

var (
	middleSeries = [...]float32{3.19696803123e-8, 4.83978824838e-7, -4.88579604409e-6, -6.19474573101e-6,
		0.000308741176933, -0.00177308281888, -0.00590766009948, 0.348802716689, 2.12331346701}
	farSeries = [...]float32{8.125167866e-6, -0.000286045764643, 0.00170396485329, -0.00473336201997,
		0.00812200199218, -0.0109263549345, 0.013359424199, 1.41659329327, 4.00643390234}
)

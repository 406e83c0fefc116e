package main

import "math"

// Resampling is band-limited interpolation (Smith & Gossett 1984): a sample is
// a sum of those around it, weighed by a sinc under Kaiser's window.
const (
	stopband  = 80.0 // dB by which what would alias is weakened
	crossings = 48   // of the sinc, to each side
	perLobe   = 512  // entries of the table for each of them
)

// kaiserBeta is Kaiser's shape for a stopband of more than 50 dB, and
// transition how wide the way down to it is, as a part of the lower of both
// rates' band (Kaiser 1974).
const (
	kaiserBeta = 0.1102 * (stopband - 8.7)
	transition = 2 * (stopband - 7.95) / (14.36 * 2 * crossings)
)

// sincTable is half of the kernel, at steps of 1/perLobe of a sample of the
// lower rate. Its cutoff is so low that the stopband begins where aliases do.
var sincTable = makeSincTable()

func makeSincTable() []float64 {
	const cutoff = 1 - transition/2
	table := make([]float64, crossings*perLobe+2) // the end is 0, twice
	for i := range crossings * perLobe {
		t := float64(i) / perLobe
		edge := t / crossings
		table[i] = cutoff * sinc(cutoff*t) * bessel0(kaiserBeta*math.Sqrt(1-edge*edge)) / bessel0(kaiserBeta)
	}
	return table
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel0 is the modified Bessel function of the first kind and order 0, by its
// power series.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > sum*1e-17; k++ {
		term *= x / 2 / k * (x / 2 / k)
		sum += term
	}
	return sum
}

// resample returns n samples, of which the first is at the time of sample first
// of x, and which are step samples of x apart. There is silence around x.
func resample(x []float32, first int, step float64, n int) []float32 {
	out := make([]float32, n)
	if step == 1 {
		copy(out, x[min(first, len(x)):])
		return out
	}
	scale := min(1, 1/step) // of the kernel's time and height
	reach := crossings / scale
	for i := range out {
		at := float64(first) + float64(i)*step
		from, to := max(0, int(math.Ceil(at-reach))), min(len(x)-1, int(math.Floor(at+reach)))
		var sum float64
		for k := from; k <= to; k++ {
			p := math.Abs(at-float64(k)) * scale * perLobe
			j := int(p)
			part := p - float64(j)
			sum += float64(x[k]) * (sincTable[j] + part*(sincTable[j+1]-sincTable[j]))
		}
		out[i] = float32(sum * scale)
	}
	return out
}

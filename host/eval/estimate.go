package eval

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// An Estimate is a figure from a sample.
type Estimate struct {
	Value float64
	SE    float64 // standard error; 0 where there is no good one
	N     int     // rows, or blocks of them, that Value is a mean over
}

// Mean returns the mean of x with its standard error, s/√n.
func Mean(x []float64) Estimate {
	return Estimate{Value: stat.Mean(x, nil), SE: deviation(x) / math.Sqrt(float64(len(x))), N: len(x)}
}

// deviation returns the standard deviation of what x is a sample of, 0 of one
// number.
func deviation(x []float64) float64 {
	if len(x) < 2 {
		return 0
	}
	return stat.StdDev(x, nil)
}

// share returns count/n with the standard error of a binomial proportion.
func share(count float64, n int) Estimate {
	p := count / float64(n)
	return Estimate{Value: p, SE: math.Sqrt(max(0, p*(1-p)) / float64(n)), N: n}
}

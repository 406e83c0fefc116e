package kernel

// BCE returns the binary cross-entropy of logits x to targets t from 0 to 1,
// in nats, summed in float64, and sets dst to k times its gradient. No logit
// overflows.
//
//	for i := range dst {
//		loss += max(x[i], 0) - x[i]*t[i] + log1p(exp(-abs(x[i])))
//		dst[i] = k * (sigmoid(x[i]) - t[i])
//	}
func BCE(dst, x, t []float32, k float32) (loss float64) {
	var lanes [16]float64
	bce(dst, x, t, k, &lanes)
	return total(&lanes)
}

func bceGo(dst, x, t []float32, k float32, lanes *[16]float64) {
	for i := range dst {
		xi, ti := x[i], t[i]
		u := decay(xi)
		dst[i] = k * (sigmoidWith(xi, u) - ti)
		lanes[i%16] += float64(fused(-xi, ti, softplusWith(xi, u)))
	}
}

// SquaredError returns the sum of (x−y)², in float64, and sets dst to
// k·(x−y).
//
//	for i := range dst {
//		d := x[i] - y[i]
//		loss += float64(d) * float64(d)
//		dst[i] = k * d
//	}
func SquaredError(dst, x, y []float32, k float32) (loss float64) {
	var lanes [16]float64
	squaredError(dst, x, y, k, &lanes)
	return total(&lanes)
}

func squaredErrorGo(dst, x, y []float32, k float32, lanes *[16]float64) {
	for i := range dst {
		d := x[i] - y[i]
		dst[i] = k * d
		lanes[i%16] += float64(d) * float64(d)
	}
}

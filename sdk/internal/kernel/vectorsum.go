package kernel

// Sum returns the sum of x, in float64.
//
//	var lanes [16]float64
//	for i, v := range x {
//		lanes[i%16] += float64(v)
//	}
//	return total(&lanes)
func Sum(x []float32) float64 {
	var lanes [16]float64
	sum(x, &lanes)
	return total(&lanes)
}

func sumGo(x []float32, lanes *[16]float64) {
	for i, v := range x {
		lanes[i%16] += float64(v)
	}
}

// Dot returns the sum of x·y, in float64, in which every product is exact. That
// of x with itself is its norm squared, and finite only if x is.
//
//	var lanes [16]float64
//	for i := range x {
//		lanes[i%16] += float64(x[i]) * float64(y[i])
//	}
//	return total(&lanes)
func Dot(x, y []float32) float64 {
	var lanes [16]float64
	dot(x, y, &lanes)
	return total(&lanes)
}

func dotGo(x, y []float32, lanes *[16]float64) {
	for i := range x {
		lanes[i%16] += float64(x[i]) * float64(y[i])
	}
}

// total adds up lanes, half of them to the other half.
func total(lanes *[16]float64) float64 {
	for half := 8; half > 0; half /= 2 {
		for i := range half {
			lanes[i] += lanes[i+half]
		}
	}
	return lanes[0]
}

// ColumnSums adds the rows of x, each so far from the one before, to dst, one
// after the other.
//
//	for i := range rows {
//		for j := range dst {
//			dst[j] += x[i*stride+j]
//		}
//	}
func ColumnSums(dst, x []float32, rows, stride int) {
	n := len(dst)
	if rows > 0 {
		_ = x[(rows-1)*stride : (rows-1)*stride+n]
	}
	i := 0
	for ; i+4 <= rows; i += 4 {
		at := i * stride
		addFour(dst, x[at:at+n], x[at+stride:][:n], x[at+2*stride:][:n], x[at+3*stride:][:n])
	}
	for ; i < rows; i++ {
		add(dst, dst, x[i*stride:][:n])
	}
}

func addFourGo(dst, a, b, c, d []float32) {
	for i := range dst {
		dst[i] = dst[i] + a[i] + b[i] + c[i] + d[i]
	}
}

// most returns the largest of x, or −Inf. It may pass over NaNs.
//
//	m := -Inf
//	for _, v := range x {
//		if v > m {
//			m = v
//		}
//	}
//	return m
func most(x []float32) float32 {
	lanes := noneYet
	mostLanes(x, &lanes)
	m := lanes[0]
	for _, v := range lanes {
		m = greaterOf(v, m)
	}
	return m
}

var noneYet = func() (lanes [16]float32) {
	for i := range lanes {
		lanes[i] = negInf
	}
	return lanes
}()

func mostLanesGo(x []float32, lanes *[16]float32) {
	for i, v := range x {
		lanes[i%16] = greaterOf(lanes[i%16], v)
	}
}

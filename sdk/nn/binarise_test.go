package nn

import (
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// greys returns rows of which no two are equal, each of the same few numbers.
func greys(tape *tensor.Tape, rows int) *tensor.Tensor {
	p := tape.Constant(rows, 6)
	for i := range rows {
		copy(rowOf(p, i), []float32{0, 1, 0.5, 0.1, 0.9, float32(i) / float32(rows)})
	}
	return p
}

// Ones must be as frequent as the numbers say, and 0 and 1 never change.
func TestBinariseIsBernoulli(t *testing.T) {
	const n = 20_000
	var tape tensor.Tape
	p := greys(&tape, n)
	for name, b := range map[string]*tensor.Tensor{
		"afresh": Binarise(tape.Constant(n, 6), p, 7, 0),
		"once":   BinariseOnce(tape.Constant(n, 6), p, 7),
	} {
		for j, want := range []float64{0, 1, 0.5, 0.1, 0.9, 0.5} {
			sum := 0.0
			for i := range n {
				if bit := b.Data[i*6+j]; bit != 0 && bit != 1 {
					t.Fatalf("%s: %g is no bit", name, bit)
				}
				sum += float64(b.Data[i*6+j])
			}
			if got := sum / n; math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
				t.Errorf("%s: column %d is 1 in %.4f of the rows, want %.4f", name, j, got, want)
			}
		}
	}
}

// The bits of two columns, and of two rows, say nothing of one another.
func TestBinariseIsIndependent(t *testing.T) {
	const n = 20_000
	var tape tensor.Tape
	b := BinariseOnce(tape.Constant(n, 6), greys(&tape, n), 7)
	columns, rows := 0, 0
	for i := range n - 1 {
		if b.Data[i*6+2] == 1 && b.Data[i*6+5] == 1 {
			columns++
		}
		if b.Data[i*6+2] == 1 && b.Data[i*6+8] == 1 {
			rows++
		}
	}
	for _, both := range []int{columns, rows} {
		if got, sd := float64(both)/n, math.Sqrt(0.25*0.75/n); math.Abs(got-0.25) > 4*sd {
			t.Errorf("both bits are 1 in %.4f of the rows, want 0.25", got)
		}
	}
}

func TestBinariseRows(t *testing.T) {
	var tape tensor.Tape
	p := greys(&tape, 10)
	part := tape.Input(p.Data[4*6:], 6, 6)
	fresh := Binarise(tape.Constant(10, 6), p, 7, 100)
	if again := Binarise(tape.Constant(6, 6), part, 7, 104); !slices.Equal(again.Data, fresh.Data[4*6:]) {
		t.Error("afresh, rows depend on where a batch begins")
	}
	once := BinariseOnce(tape.Constant(10, 6), p, 7)
	if again := BinariseOnce(tape.Constant(6, 6), part, 7); !slices.Equal(again.Data, once.Data[4*6:]) {
		t.Error("once, rows depend on where they stand")
	}
	if other := BinariseOnce(tape.Constant(10, 6), p, 8); slices.Equal(other.Data, once.Data) {
		t.Error("once, the seed makes no difference")
	}
	if other := Binarise(tape.Constant(10, 6), p, 7, 0); slices.Equal(other.Data, fresh.Data) {
		t.Error("afresh, the index makes no difference")
	}
}

// One number makes another row of bits.
func TestBinariseOnceSeesEachNumber(t *testing.T) {
	var tape tensor.Tape
	p := tape.Full(1, 64, 0.5)
	before := slices.Clone(BinariseOnce(tape.Constant(1, 64), p, 7).Data)
	for j := range p.Data {
		p.Data[j] = math.Nextafter32(0.5, 1)
		if slices.Equal(before, BinariseOnce(tape.Constant(1, 64), p, 7).Data) {
			t.Errorf("number %d makes no difference", j)
		}
		p.Data[j] = 0.5
	}
}

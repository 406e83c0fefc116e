package tensor

import (
	"fmt"
	"runtime"
	"testing"
)

// However many parameters are added, and when, each is its part of Data, and
// keeps its numbers.
func TestManyParams(t *testing.T) {
	var p Params
	var tape Tape
	var all []*Tensor
	for i := range 300 {
		rows, cols := 1+i%3, 1+i%5
		q := p.Add(fmt.Sprint(i), rows, cols, Init{})
		if i > 0 && all[0].Grad != nil {
			t.Fatalf("the gradient before parameter %d outlives it", i)
		}
		for j, v := range q.Data {
			if v != 0 {
				t.Fatalf("parameter %d begins with %g at %d", i, v, j)
			}
			q.Data[j] = float32(i)
		}
		if all = append(all, q); i%100 == 50 {
			q.On(&tape).Sum().Backward(&p)
		}
	}
	all[7].On(&tape).Sum().Backward(&p)
	at := 0
	for i, q := range all {
		if n := q.Rows * q.Cols; len(q.Data) != n || len(q.Grad) != n {
			t.Fatalf("parameter %d of %v has %d numbers and a gradient of %d", i, q, len(q.Data), len(q.Grad))
		}
		for j := range q.Data {
			if q.Data[j] != float32(i) {
				t.Fatalf("parameter %d is %g at %d", i, q.Data[j], j)
			}
			if &q.Data[j] != &p.Data[at] || &q.Grad[j] != &p.Grad[at] {
				t.Fatalf("parameter %d is not part of the others at %d", i, j)
			}
			if want := q == all[7]; (q.Grad[j] == 1) != want {
				t.Fatalf("parameter %d has the gradient %g at %d", i, q.Grad[j], j)
			}
			at++
		}
	}
	if at != len(p.Data) || at != len(p.Grad) {
		t.Errorf("%d numbers and %d gradients for %d", len(p.Data), len(p.Grad), at)
	}
}

// What someone appends to Data is no parameter.
func TestAddAfterAppend(t *testing.T) {
	var p Params
	for i := range 20 {
		q := p.Add(fmt.Sprint(i), 1, 3, Init{})
		if q.Data[0] != 0 {
			t.Fatalf("parameter %d begins with %g", i, q.Data[0])
		}
		_ = append(p.Data, 7)
	}
}

// What is done with parameters after a Backward borrows the threads of its tape,
// but does not keep them.
func TestParamsBorrowThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var p Params
	w := p.Add("w", 1, 3, Init{})
	tape := &Tape{}
	w.On(tape).Sum().Backward(&p)
	borrowed := watchful{p: &p}
	p.Do(8, 1, &borrowed)
	if borrowed.crew == nil || borrowed.crew != tape.workers.crew || p.workers.crew != nil {
		t.Error("the threads are not those of the tape, or were kept")
	}
	borrowed.crew, tape = nil, nil
	for range 3 {
		runtime.GC()
	}
	if p.lent.Value() != nil {
		t.Error("the parameters keep the tape's threads")
	}
	p.Do(8, 1, &borrowed)
	if borrowed.crew == nil || borrowed.crew != p.workers.crew {
		t.Error("without a tape the parameters have no threads of their own")
	}
}

// A watchful task sees whose threads it runs on.
type watchful struct {
	p    *Params
	crew *crew
}

func (w *watchful) Run(from, _ int) {
	if from == 0 {
		w.crew = w.p.workers.crew
	}
}

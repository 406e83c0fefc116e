package tensor

import (
	"runtime"
	"testing"
	"time"
)

// tally counts how often each index is worked on.
type tally []int32

func (c tally) Run(from, to int) {
	for i := from; i < to; i++ {
		c[i]++
	}
}

func TestWorkersDoAllOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var w Workers
	for _, threads := range []int{1, 3, 2, 5} { // the same Workers follow
		runtime.GOMAXPROCS(threads)
		for _, n := range []int{0, 1, 7, 8, 9, 1000} {
			c := make(tally, n)
			w.Do(n, 8, c)
			for i, times := range c {
				if times != 1 {
					t.Fatalf("%d threads: index %d of %d was worked on %d times", threads, i, n, times)
				}
			}
		}
		if got := w.crew.team.Threads(); got != threads {
			t.Errorf("work is shared out between %d threads, want %d", got, threads)
		}
	}
}

// A tape needs no closing: its threads end with it.
func TestThreadsEndWithTheirTape(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	before := runtime.NumGoroutine()
	n, rows := newNet(150, 200), uniform(100*150)
	for range 20 {
		var tape Tape
		n.step(&tape, rows, 100)
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		runtime.GC()
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before there were tapes", runtime.NumGoroutine(), before)
		}
	}
}

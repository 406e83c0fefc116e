package kernel

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

func TestTeamDoesEachTaskOnce(t *testing.T) {
	for threads := 1; threads <= 4; threads++ {
		team := NewTeam(threads)
		done := make([]atomic.Int32, 100)
		task := func(worker, task int) {
			if worker < 0 || worker >= threads {
				t.Errorf("worker %d of %d", worker, threads)
			}
			done[task].Add(1)
		}
		for call := range 20000 {
			n := call % 5
			if call%100 == 0 {
				n = len(done)
			}
			team.Do(n, task)
			for i := range n {
				if got := done[i].Swap(0); got != 1 {
					t.Fatalf("%d threads, call %d: task %d of %d ran %d times", threads, call, i, n, got)
				}
			}
		}
		team.Close()
	}
}

func TestTeamWorkersAreExclusive(t *testing.T) {
	const threads = 4
	team := NewTeam(threads)
	defer team.Close()
	var busy [threads]atomic.Bool
	for range 200 {
		team.Do(20, func(worker, _ int) {
			if !busy[worker].CompareAndSwap(false, true) {
				t.Errorf("worker %d has two tasks", worker)
			}
			pause()
			busy[worker].Store(false)
		})
	}
}

func TestTeamPassesOnPanics(t *testing.T) {
	team := NewTeam(3)
	defer team.Close()
	for i := range 20 {
		func() {
			defer func() {
				if got := recover(); got != "out of cheese" {
					t.Errorf("call %d: recovered %v", i, got)
				}
			}()
			team.Do(20, func(_, task int) {
				if task == i {
					panic("out of cheese")
				}
			})
		}()
		var ran atomic.Int32
		team.Do(20, func(_, _ int) { ran.Add(1) })
		if ran.Load() != 20 {
			t.Fatalf("after a panic %d of 20 tasks ran", ran.Load())
		}
	}
}

func TestTeamWaitsForHelpers(t *testing.T) {
	team := NewTeam(2)
	defer team.Close()
	for range 10 {
		var helped, ran atomic.Int32
		team.Do(2, func(worker, _ int) {
			if worker > 0 {
				helped.Add(1)
				time.Sleep(time.Millisecond)
			}
			for worker == 0 && helped.Load() == 0 {
				runtime.Gosched() // until the helper has the other task
			}
			ran.Add(1)
		})
		if ran.Load() != 2 {
			t.Fatal("Do returned before the helper had finished")
		}
	}
}

// A helper that read the claims during one call must find them changed in the
// next, even when as many tasks are left.
func TestTeamTellsCallsApart(t *testing.T) {
	team := &Team{threads: 2, wake: make(chan struct{}, 2)}
	var claims []uint64
	for range 2 {
		team.Do(3, func(_, task int) {
			if task == 1 {
				claims = append(claims, team.claims.Load())
			}
		})
	}
	if claims[0] == claims[1] {
		t.Errorf("claims are %#x in both calls", claims[0])
	}
}

// A helper that never gets to run must not hold up the caller.
func TestTeamNeedsNoHelper(t *testing.T) {
	team := &Team{threads: 3, wake: make(chan struct{}, 3)} // whose helpers never start
	for range 10 {
		ran := 0
		team.Do(7, func(_, _ int) { ran++ })
		if ran != 7 {
			t.Fatalf("%d of 7 tasks ran", ran)
		}
	}
}

func TestTeamDoesNotAllocate(t *testing.T) {
	team := NewTeam(2)
	defer team.Close()
	task := func(_, _ int) {}
	if n := testing.AllocsPerRun(100, func() { team.Do(8, task) }); n != 0 {
		t.Errorf("%v allocations a call", n)
	}
}

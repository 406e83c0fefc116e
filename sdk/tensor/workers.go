package tensor

import (
	"runtime"
	"sync"
)

// A Task is work on the indices from 0 to some n that can be done in parts, in
// any order and at the same time.
type Task interface {
	Run(from, to int)
}

// Workers share tasks out between as many threads as GOMAXPROCS has. The zero
// Workers is ready to use. They must not be copied, and do one task at a time.
type Workers struct {
	mu      sync.Mutex
	idle    *sync.Cond // no part is being worked on
	help    func()     // bound once: a method value allocates
	task    Task
	next    int // index to begin with
	n       int
	grain   int
	busy    int // parts being worked on
	helpers int // goroutines that live
}

// Do runs task on 0 to n in parts of grain, a number that must not depend on
// how many threads there are if results are not to. It returns when all is
// done.
//
// The caller works too, and waits only for parts that a helper has begun: a
// machine that is busy with other things wakes helpers late, or never. Such a
// helper finds nothing to do and ends.
func (w *Workers) Do(n, grain int, task Task) {
	parts := (n + grain - 1) / grain
	threads := runtime.GOMAXPROCS(0)
	if parts <= 1 || threads == 1 {
		for i := 0; i < n; i += grain {
			task.Run(i, min(i+grain, n))
		}
		return
	}
	w.mu.Lock()
	if w.idle == nil {
		w.idle, w.help = sync.NewCond(&w.mu), w.helper
	}
	w.task, w.next, w.n, w.grain = task, 0, n, grain
	for w.helpers < min(threads, parts)-1 {
		w.helpers++
		go w.help()
	}
	w.work()
	for w.busy > 0 {
		w.idle.Wait()
	}
	w.task = nil
	w.mu.Unlock()
}

func (w *Workers) helper() {
	w.mu.Lock()
	w.work()
	w.helpers--
	w.mu.Unlock()
}

// work does parts until all have been begun. It holds the lock between them.
func (w *Workers) work() {
	for w.next < w.n {
		task, from, to := w.task, w.next, min(w.next+w.grain, w.n)
		w.next = to
		w.busy++
		w.mu.Unlock()
		task.Run(from, to)
		w.mu.Lock()
		w.busy--
	}
	if w.busy == 0 {
		w.idle.Signal()
	}
}

// A pass is an operation on a range of a tensor's rows or numbers, as a Task.
type pass struct {
	f func(t *Tensor, from, to int)
	t *Tensor
}

func (p *pass) Run(from, to int) { p.f(p.t, from, to) }

// grain is how many numbers a thread works on at a time, about ten
// microseconds' worth.
const grain = 4096

// numbers runs f on all numbers of t.
func (t *Tensor) numbers(f func(t *Tensor, from, to int)) {
	t.tape.pass = pass{f, t}
	t.tape.workers.Do(t.Rows*t.Cols, grain, &t.tape.pass)
}

// rows runs f on so many rows of so many numbers each.
func (t *Tensor) rows(rows, cols int, f func(t *Tensor, from, to int)) {
	t.tape.pass = pass{f, t}
	t.tape.workers.Do(rows, max(1, grain/max(1, cols)), &t.tape.pass)
}

package kernel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Team shares tasks between the goroutine that calls [Team.Do] and helpers
// that live as long as the Team. One goroutine at a time may use it.
type Team struct {
	threads int
	task    func(worker, task int)
	tasks   int

	// claims counts the tasks nobody has begun, in its low half, and the
	// calls to Do, in its high half. A helper that comes late to one call
	// can therefore not take a task of the next by mistake.
	claims   atomic.Uint64
	finished atomic.Int64 // tasks of this call
	panicked atomic.Pointer[any]

	wake    chan struct{}
	closing atomic.Bool
	helpers sync.WaitGroup
}

// NewTeam returns a team of the given number of threads, the caller's
// included; 0 means GOMAXPROCS.
func NewTeam(threads int) *Team {
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	t := &Team{threads: threads, wake: make(chan struct{}, threads)}
	for worker := 1; worker < threads; worker++ {
		t.helpers.Go(func() { t.help(worker) })
	}
	return t
}

// Threads returns the number of threads, the caller's included.
func (t *Team) Threads() int { return t.threads }

// Close ends the helpers and waits for them.
func (t *Team) Close() {
	t.closing.Store(true)
	for worker := 1; worker < t.threads; worker++ {
		select {
		case t.wake <- struct{}{}:
		default: // as many wake-ups as helpers are under way
		}
	}
	t.helpers.Wait()
}

// Do calls task(worker, i) once for each i below tasks, in no certain order,
// and returns when all have returned. Worker is below [Team.Threads], and no
// two calls share one at the same time. The caller works too, and waits only
// for tasks that a helper has begun: a helper that the system does not run
// costs nothing. If a task panics, Do panics in its place.
//
// Do allocates nothing; a func made anew for each call may.
func (t *Team) Do(tasks int, task func(worker, task int)) {
	if t.threads == 1 || tasks < 2 {
		for i := range tasks {
			task(0, i)
		}
		return
	}
	t.task, t.tasks = task, tasks
	t.finished.Store(0)
	call := t.claims.Load()>>32 + 1
	t.claims.Store(call<<32 | uint64(tasks))
	t.rouse(min(t.threads, tasks) - 1)
	t.work(0)
	for polls := 0; t.finished.Load() < int64(tasks); polls++ {
		pauseOrYield(polls)
	}
	t.task = nil
	if p := t.panicked.Swap(nil); p != nil {
		panic(*p)
	}
}

// rouse wakes up to n helpers that sleep.
func (t *Team) rouse(n int) {
	for range n {
		select {
		case t.wake <- struct{}{}:
		default:
			return
		}
	}
}

// help is the life of one helper.
func (t *Team) help(worker int) {
	for !t.closing.Load() {
		t.work(worker)
		if !t.linger() {
			<-t.wake
		}
	}
}

// linger waits a little, for about as long as passes between two calls to Do
// in a training step, and reports whether work came.
func (t *Team) linger() bool {
	const polls = 1000
	for i := range polls {
		if uint32(t.claims.Load()) > 0 {
			return true
		}
		pauseOrYield(i)
	}
	return false
}

// work runs tasks until none is left to begin.
func (t *Team) work(worker int) {
	for {
		c := t.claims.Load()
		left := uint32(c)
		if left == 0 {
			return
		}
		if t.claims.CompareAndSwap(c, c-1) {
			t.run(worker, t.tasks-int(left))
		}
	}
}

func (t *Team) run(worker, task int) {
	defer t.finish()
	t.task(worker, task)
}

// finish counts a task as done and keeps its panic, if it is the first.
func (t *Team) finish() {
	if p := recover(); p != nil {
		kept := p // so that only a panic allocates
		t.panicked.CompareAndSwap(nil, &kept)
	}
	t.finished.Add(1)
}

// pauseOrYield passes a short time, and now and then lets others run.
func pauseOrYield(polls int) {
	if polls%64 == 63 {
		runtime.Gosched()
		return
	}
	pause()
}

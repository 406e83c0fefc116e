package tensor

import (
	"runtime"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// A Task is work on the indices from 0 to some n that can be done in parts, in
// any order and at the same time.
type Task interface {
	Run(from, to int)
}

// Workers share tasks out between as many threads as GOMAXPROCS has. The zero
// Workers is ready to use. They must not be copied, and do one task at a time.
type Workers struct {
	crew     *crew
	part     func(worker, part int) // bound once: a method value allocates
	task     Task
	n, grain int
}

// Do runs task on 0 to n in parts of grain, a number that must not depend on
// how many threads there are if results are not to. It returns when all is
// done.
//
// The caller works too, and waits only for parts that a helper has begun: a
// machine that is busy with other things wakes helpers late, or never.
func (w *Workers) Do(n, grain int, task Task) {
	if n <= grain {
		if n > 0 {
			task.Run(0, n)
		}
		return
	}
	if w.part == nil {
		w.part = w.runPart
	}
	w.task, w.n, w.grain = task, n, grain
	w.threads().team.Do((n+grain-1)/grain, w.part)
	w.task = nil
}

func (w *Workers) runPart(_, part int) {
	from := part * w.grain
	w.task.Run(from, min(from+w.grain, w.n))
}

// A crew is a team of threads, and what multiplies with them. The team knows
// nothing of its crew, so that a crew becomes garbage with its Workers: that
// ends the team.
type crew struct {
	team *kernel.Team
	gemm *kernel.Gemm
}

// threads returns the crew, a new one when GOMAXPROCS has changed.
func (w *Workers) threads() *crew {
	n := runtime.GOMAXPROCS(0)
	if w.crew == nil || w.crew.team.Threads() != n {
		team := kernel.NewTeam(n)
		w.crew = &crew{team: team}
		runtime.AddCleanup(w.crew, (*kernel.Team).Close, team)
	}
	return w.crew
}

// gemm returns what multiplies matrices on these threads.
func (w *Workers) gemm() *kernel.Gemm {
	c := w.threads()
	if c.gemm == nil {
		c.gemm = kernel.NewGemm(c.team)
	}
	return c.gemm
}

// A pass is an operation on a range of a tensor's rows or numbers, as a Task.
type pass struct {
	f func(t *Tensor, from, to int)
	t *Tensor
}

func (p *pass) Run(from, to int) { p.f(p.t, from, to) }

// grain is how many numbers a thread works on at a time, some microseconds'
// worth.
const grain = 1 << 15

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

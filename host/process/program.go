package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/genhost/genhost/host/process/sandbox"
)

// drainTime is how long to read what a process printed once it has ended: a
// stranger may hold its pipes open.
const drainTime = 500 * time.Millisecond

// A program is the executable of a plugin, and its process. It is a
// [dial.Program].
type program struct {
	spec     Spec
	stdout   *lineWriter // to the log, past the handshake
	stderr   *lineWriter
	tail     *tail
	unwanted atomic.Bool   // whoever waits for it does not want it any more
	done     chan struct{} // closed when the process has ended

	report sandbox.Report         // of its sandbox; nil where it has none
	excess atomic.Pointer[string] // what it had too much of, and was ended for
	family atomic.Pointer[family] // when it was last looked at

	mu       sync.Mutex
	cmd      *exec.Cmd // nil before it has started
	killed   bool      // even if that was before
	lifeline *os.File  // the end that the host holds
}

func newProgram(spec Spec) *program {
	log := &sharedWriter{w: spec.Log}
	t := &tail{}
	return &program{
		spec: spec, tail: t, done: make(chan struct{}),
		stdout: &lineWriter{put: log.put},
		stderr: &lineWriter{put: func(line []byte) { log.put(line); t.put(line) }},
	}
}

// Start starts the process, in a group of its own.
func (p *program) Start(env []string, stdout io.Writer) error {
	if err := check(p.spec); err != nil {
		return err
	}
	cmd := exec.Command(p.spec.Path, p.spec.Args...)
	cmd.Env = append(environment(p.spec), env...)
	setGroup(cmd)
	lifeline, err := addLifeline(cmd)
	if err != nil {
		return fmt.Errorf("start the %s plugin: %w", p.spec.Name, err)
	}
	executeFile(cmd, p.spec.File)
	out, err := addPipes(cmd)
	var held *sandbox.Start
	if err == nil {
		cmd, held, err = p.begin(cmd)
	}
	closeAll(cmd.ExtraFiles...)
	closeOurs(cmd)
	if err != nil {
		closeAll(lifeline, out[0], out[1])
		return explainStart(p.spec, err)
	}
	p.mu.Lock()
	p.cmd, p.lifeline = cmd, lifeline
	if p.killed {
		killGroup(cmd)
	}
	p.mu.Unlock()
	go p.watch(out, stdout)
	if held != nil {
		p.report, err = held.Await()
		p.report = append(p.report, p.spec.guarded(p.report)...)
		if err != nil && !p.wasKilled() { // whoever killed it knows why
			return explainStart(p.spec, err)
		}
	}
	if held != nil || p.spec.Memory > 0 {
		go p.guard()
	}
	return nil
}

func (p *program) wasKilled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.killed
}

// begin starts a process, which is not the plugin yet where there is a sandbox
// to enter.
func (p *program) begin(cmd *exec.Cmd) (*exec.Cmd, *sandbox.Start, error) {
	start := func(cmd *exec.Cmd) error { return startProcess(cmd, p.done) }
	if p.spec.Sandbox == nil {
		return cmd, nil, start(cmd)
	}
	held, err := p.spec.Sandbox.Start(cmd, start)
	if err != nil {
		return cmd, nil, err
	}
	return held.Cmd, held, nil
}

// addPipes gives cmd a stdout and a stderr, and returns the ends to read.
func addPipes(cmd *exec.Cmd) (read [2]*os.File, err error) {
	for i, to := range []*io.Writer{&cmd.Stdout, &cmd.Stderr} {
		r, w, err := os.Pipe()
		if err != nil {
			return read, err
		}
		read[i], *to = r, w
	}
	return read, nil
}

// closeOurs closes the ends of the pipes that the process has now.
func closeOurs(cmd *exec.Cmd) {
	for _, w := range []io.Writer{cmd.Stdout, cmd.Stderr} {
		if f, ok := w.(*os.File); ok {
			f.Close()
		}
	}
}

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// watch copies what the process prints, and waits for its end.
func (p *program) watch(out [2]*os.File, stdout io.Writer) {
	defer close(p.done)
	var copying sync.WaitGroup
	for i, w := range []io.Writer{stdout, p.stderr} {
		copying.Go(func() { _, _ = io.Copy(w, out[i]) }) // w takes everything
	}
	_ = p.cmd.Wait() // its state says how it ended
	killGroup(p.cmd) // what it has started
	p.killFamily()
	drained := time.AfterFunc(drainTime, func() { closeAll(out[:]...) })
	copying.Wait()
	drained.Stop()
	closeAll(out[:]...)
	p.stderr.flush()
	p.stdout.flush()
}

// Done is closed when the process has ended.
func (p *program) Done() <-chan struct{} { return p.done }

// Kill ends the process and its group, or sees to it that it ends as soon as it
// starts.
func (p *program) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done: // its number may be another's now
	default:
		p.killed = true
		p.unwanted.Store(true)
		if p.cmd != nil {
			killGroup(p.cmd)
		}
	}
}

// release makes sure that the process is gone.
func (p *program) release() error {
	p.Kill()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return nil
	}
	defer p.lifeline.Close()
	select {
	case <-p.done:
		return nil
	case <-time.After(stopTime + drainTime):
		return fmt.Errorf("stop the %s plugin: process %d does not end", p.spec.Name, p.cmd.Process.Pid)
	}
}

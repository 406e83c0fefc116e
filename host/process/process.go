// Package process runs one plugin in a process of its own.
//
// It promises that
//
//   - Start, Stop and every call end: a plugin that is frozen, silent or busy
//     is killed, with all that it has started;
//   - a plugin does not outlive its host, however the host went; one that is
//     frozen just then ends when it thaws;
//   - a plugin sees only the variables it is given, not the host's secrets;
//   - in a sandbox, it uses only the files that it is given, and reaches
//     neither the network nor other programs, as far as [Process.Sandbox]
//     says; see package sandbox;
//   - one that uses more memory than it may, or has more processes, is ended,
//     on Linux;
//   - what a plugin prints is in its log, whole;
//   - errors say which plugin it was, how it died, and its last words. They
//     are [sdk.ErrCrashed] when it died, [sdk.ErrProtocol] when it is no
//     plugin or not one for this host.
//
// Process groups and the folder lock are of Unix; elsewhere a plugin's own
// children are left alone. On Linux, those that have left the group are ended
// too, but for what has begun since the plugin was last looked at, a quarter of
// a second ago at most.
package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/host/scratch"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dial"
)

// Protocol is the version of the conversation with plugins.
const Protocol = dial.Protocol

const (
	startTime = 30 * time.Second       // for a plugin to say what it offers
	stopTime  = 500 * time.Millisecond // for a killed process to be gone
	lostTime  = 2 * time.Second        // for a process to end after its connection broke
)

// A Spec says what to start.
type Spec struct {
	Name string // of the plugin, as in models.toml
	Path string // of the executable
	Args []string

	// File is the executable, opened, when it has been checked: on Linux it is
	// what runs, whatever is at Path by then. Start closes it. It may be nil.
	File *os.File

	// Log gets all that the plugin prints, from one goroutine at a time; nil
	// discards it.
	Log io.Writer

	Threads int           // for computing; 0 leaves that to the plugin
	Env     []string      // more variables, as NAME=value
	Timeout time.Duration // of the start; 0 is 30 seconds

	// Sandbox says what the plugin may do besides what every one must: talk to
	// its host. Nil lets it do all that the user may. In a sandbox it has a
	// folder of its own for temporary files, which is its home, too. The main
	// of this program must call [sandbox.Main].
	Sandbox *sandbox.Sandbox

	// Memory is how many bytes the plugin and what it starts may use, files
	// that they map aside; it is ended when it uses more. 0 is any number. Only
	// Linux tells.
	Memory int64
}

// A Process is a plugin that runs.
type Process struct {
	conn    *dial.Conn
	program *program
	folder  *scratch.Folder
	stop    sync.Once
	stopped error
}

// Start starts a plugin and asks it what it offers.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	if spec.File != nil {
		defer spec.File.Close()
	}
	path, err := filepath.Abs(spec.Path)
	if err != nil {
		return nil, fmt.Errorf("start the %s plugin: %w", spec.Name, err)
	}
	spec.Path = path
	if spec.Log == nil {
		spec.Log = io.Discard
	}
	if spec.Timeout == 0 {
		spec.Timeout = startTime
	}
	f, err := newFolder()
	if err != nil {
		return nil, fmt.Errorf("start the %s plugin: %w", spec.Name, err)
	}
	if err := spec.confine(f.Path); err != nil {
		f.Remove()
		return nil, fmt.Errorf("start the %s plugin: %w", spec.Name, err)
	}
	p := newProgram(spec)
	conn, err := dial.Open(ctx, dial.Options{
		Name: spec.Name, Program: p, Folder: f.Path, Timeout: spec.Timeout, Output: p.stdout, Lost: p.lost,
	})
	if err != nil {
		p.release()
		f.Remove()
		return nil, err
	}
	return &Process{conn: conn, program: p, folder: f}, nil
}

// Plugin returns what the plugin offers. After it died, calls fail with
// [sdk.ErrCrashed].
func (p *Process) Plugin() sdk.Plugin { return p.conn.Plugin() }

// Sandbox says what holds the plugin; nil when it is in no sandbox.
func (p *Process) Sandbox() sandbox.Report { return p.program.report }

// Exited is closed when the process has ended, by itself or not.
func (p *Process) Exited() <-chan struct{} { return p.program.done }

// Stop asks the plugin to end and kills it, and all that it has started, when
// it does not. It takes 3 seconds at most, and may be called more than once.
// An error means that the system could not end the process.
func (p *Process) Stop() error {
	p.stop.Do(func() {
		p.program.unwanted.Store(true)
		p.program.look()
		p.conn.Close()
		p.stopped = p.program.release()
		p.folder.Remove()
	})
	return p.stopped
}

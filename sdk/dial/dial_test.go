//go:build unix

package dial_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dial"
	"github.com/genhost/genhost/sdk/serve"
)

var plugin = sdk.Plugin{
	Name: "zero", Version: "0.1.0", Doc: "zeros",
	Models: []sdk.ModelSpec{{
		Name: "zero", Family: "constant", Doc: "zeros, whatever it learns from",
		ModelMaker: sdk.MakeModel(struct{}{}, func(_ struct{}, space sdk.Space) (*zero, error) { return &zero{space: space}, nil }),
	}},
}

type zero struct {
	sdk.NoEncoder
	space sdk.Space
}

func (z *zero) Train(context.Context, *sdk.Job) error { return nil }

func (z *zero) Generate(_ context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.MakeBatch(r.N, z.space.Shape...), nil
}

// The test binary is a plugin when asked to be one.
const asPlugin = "GENHOST_DIAL_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asPlugin) != "" {
		serve.Main(plugin)
		return
	}
	os.Exit(m.Run())
}

// A program is the smallest that will do.
type program struct {
	cmd    *exec.Cmd
	done   chan struct{}
	killed atomic.Bool
}

func (p *program) Start(env []string, stdout io.Writer) error {
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(env, asPlugin+"=1")
	p.cmd.Stdout = stdout
	if err := p.cmd.Start(); err != nil {
		return err
	}
	go func() {
		defer close(p.done)
		p.cmd.Wait()
	}()
	return nil
}

func (p *program) Done() <-chan struct{} { return p.done }

func (p *program) Kill() {
	p.killed.Store(true)
	p.cmd.Process.Kill()
}

func open(t *testing.T) (*program, *dial.Conn) {
	t.Helper()
	folder, err := os.MkdirTemp("", "d") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := &program{done: make(chan struct{})}
	c, err := dial.Open(t.Context(), dial.Options{
		Name: "zero", Program: p, Folder: folder, Timeout: time.Minute, Output: io.Discard,
		Lost: func(cause error) error { return fmt.Errorf("%w: %w", sdk.ErrCrashed, cause) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

func TestOpenAndClose(t *testing.T) {
	p, c := open(t)
	got := c.Plugin()
	if got.Name != "zero" || len(got.Models) != 1 || got.Models[0].Doc != plugin.Models[0].Doc {
		t.Errorf("got %+v", got)
	}
	space := sdk.Space{Modality: "x", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 2}}}
	m, err := got.Models[0].New(t.Context(), nil, space)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 3}); err != nil || b.Len() != 3 {
		t.Errorf("got %v, %v", b, err)
	}
	c.Close()
	<-p.Done()
	if p.killed.Load() {
		t.Error("a plugin that ends when asked was killed")
	}
	if _, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 3}); !errors.Is(err, sdk.ErrCrashed) || strings.Contains(err.Error(), "rpc error") {
		t.Errorf("after Close: got %v", err)
	}
}

// waitFrozen waits until a process that was sent SIGSTOP has stopped: its threads
// on other cores run on for a moment.
func waitFrozen(t *testing.T, pid int) {
	t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 { // there are no such files but on Linux
		time.Sleep(time.Second)
		return
	}
	frozen := func(thread string) bool {
		stat, err := os.ReadFile(thread)
		_, state, _ := strings.Cut(string(stat), ") ")
		return err != nil || strings.HasPrefix(state, "T") // or it has ended
	}
	for range 500 {
		if !slices.ContainsFunc(threads, func(thread string) bool { return !frozen(thread) }) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the process does not stop")
}

func TestCloseKillsAFrozenPlugin(t *testing.T) {
	p, c := open(t)
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	waitFrozen(t, p.cmd.Process.Pid)
	c.Close()
	if !p.killed.Load() {
		p.Kill()
		t.Error("a frozen plugin was not killed")
	}
	<-p.Done()
}

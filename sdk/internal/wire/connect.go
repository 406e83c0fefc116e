package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/hashicorp/go-plugin/runner"
	"google.golang.org/grpc"
)

// A Program is a plugin that can be started, once.
type Program interface {
	// Start starts it with these variables in its environment, besides what
	// else it needs. What it prints is copied to stdout.
	Start(env []string, stdout io.Writer) error

	// Done is closed when it has ended and all it printed is copied.
	Done() <-chan struct{}

	// Kill ends it at once. It does not wait.
	Kill()
}

// A Launch is a program and how to talk to it.
type Launch struct {
	Name    string // of the plugin, in errors
	Program Program
	Folder  string        // private, exists; holds the socket
	Timeout time.Duration // from the start to the description
	Output  io.Writer     // for what it prints on stdout after the handshake

	// Lost explains a connection that broke, or, when the cause is
	// [ErrNoHandshake], a program that ended too soon.
	Lost func(cause error) error
}

// ErrNoHandshake means that a program ended before it said that it is a
// plugin.
var ErrNoHandshake = fmt.Errorf("%w: no handshake", sdk.ErrProtocol)

const (
	closeGrace = 1500 * time.Millisecond // for a plugin to end when asked
	killGrace  = time.Second             // for its process to go when killed
)

// A Conn is a connection to a plugin that runs.
type Conn struct {
	plugin  sdk.Plugin
	client  *goplugin.Client
	program Program
	end     context.CancelFunc // of calls that have no context
}

// Plugin returns the plugin. Its calls fail after Close.
func (c *Conn) Plugin() sdk.Plugin { return c.plugin }

// Connect starts a program and asks it what it offers.
func Connect(ctx context.Context, l Launch) (*Conn, error) {
	timed, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	defer context.AfterFunc(timed, l.Program.Kill)() // go-plugin heeds no context
	life, end := context.WithCancel(context.Background())
	r := newRun(l)
	c := &Conn{program: l.Program, end: end, client: goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  handshake,
		VersionedPlugins: map[int]goplugin.PluginSet{Protocol: {service: &glue{}}},
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		AutoMTLS:         true,
		SkipHostEnv:      true,
		StartTimeout:     l.Timeout + closeGrace,
		SyncStdout:       l.Output,
		SyncStderr:       l.Output,
		Logger:           hclog.NewNullLogger(),
		GRPCDialOptions:  dialOptions(peer{l.Name, l.Lost}),
		UnixSocketConfig: &goplugin.UnixSocketConfig{TempDir: l.Folder},
		RunnerFunc: func(_ hclog.Logger, cmd *exec.Cmd, _ string) (runner.Runner, error) {
			r.env = cmd.Env
			return r, nil
		},
	})}
	var err error
	if c.plugin, err = c.greet(timed, life, l.Name); err != nil {
		c.Close()
		return nil, r.explain(ctx, timed, err)
	}
	return c, nil
}

func (c *Conn) greet(ctx, life context.Context, name string) (sdk.Plugin, error) {
	protocol, err := c.client.Client()
	if err != nil {
		return sdk.Plugin{}, err
	}
	conn, err := protocol.Dispense(service)
	if err != nil {
		return sdk.Plugin{}, err
	}
	return describe(ctx, life, name, conn.(*grpc.ClientConn))
}

// explain says why a plugin did not start.
func (r *run) explain(ctx, timed context.Context, err error) error {
	switch {
	case r.failed != nil:
		return r.failed
	case r.greeting.problem() != nil:
		return r.greeting.problem()
	case ctx.Err() != nil:
		return fmt.Errorf("start the %s plugin: %w", r.Name(), ctx.Err())
	case timed.Err() != nil:
		return sdk.Hint(&said{fmt.Sprintf("the %s plugin did not answer within %v", r.Name(), r.launch.Timeout),
			[]error{sdk.ErrProtocol}}, "is it a genhost plugin? start it by hand: a plugin says so")
	case !r.greeting.heard():
		return r.launch.Lost(ErrNoHandshake)
	case errors.Is(err, sdk.ErrCrashed), errors.Is(err, sdk.ErrProtocol):
		return err // it is explained
	}
	return wrong(rebuild, "the %s plugin: %v", r.Name(), err)
}

// Close ends the plugin: it is asked to, and killed when it does not. It takes
// a few seconds at most.
func (c *Conn) Close() {
	c.end()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.client.Kill() // hangs while the program is frozen
	}()
	select {
	case <-done:
		return
	case <-time.After(closeGrace):
		c.program.Kill()
	}
	select {
	case <-done:
	case <-time.After(killGrace):
	}
}

// Package dial is the host's door to a plugin in another process.
//
// Open starts a program that the caller knows how to start, and gives what it
// offers as an [sdk.Plugin], equal to the one that the program gave to
// serve.Main. Calls to it return when their context ends, whatever the plugin
// does, and fail with [sdk.ErrCrashed] when it dies. The connection is
// encrypted, and only the two processes can use it.
package dial

import (
	"context"
	"io"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/internal/wire"
)

// Protocol is the version of the conversation between host and plugin.
const Protocol = wire.Protocol

// ErrNoHandshake means that a program ended before it said that it is a
// plugin. It is an [sdk.ErrProtocol].
var ErrNoHandshake = wire.ErrNoHandshake

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

// Options say what to open. All must be set.
type Options struct {
	Name    string // of the plugin, for errors
	Program Program
	Folder  string        // private, exists; for the socket, whose path adds some 40 bytes
	Timeout time.Duration // from the start until the plugin has said what it offers
	Output  io.Writer     // for what it prints on stdout after the handshake

	// Lost explains a connection that broke by cause, or, when that is
	// [ErrNoHandshake], a program that ended too soon. It may be called by
	// several goroutines.
	Lost func(cause error) error
}

// A Conn is a plugin that runs.
type Conn struct{ wire *wire.Conn }

// Open starts a plugin. When that fails, the program has been killed. Errors
// of the handshake are [sdk.ErrProtocol].
func Open(ctx context.Context, o Options) (*Conn, error) {
	c, err := wire.Connect(ctx, wire.Launch{
		Name: o.Name, Program: o.Program, Folder: o.Folder, Timeout: o.Timeout, Output: o.Output, Lost: o.Lost,
	})
	if err != nil {
		return nil, err
	}
	return &Conn{c}, nil
}

// Plugin returns the plugin. Its calls fail after Close.
func (c *Conn) Plugin() sdk.Plugin { return c.wire.Plugin() }

// Close asks the plugin to end, and kills it when it has not within 1.5
// seconds. It returns after 2.5 seconds at most.
func (c *Conn) Close() { c.wire.Close() }

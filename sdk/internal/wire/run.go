package wire

import (
	"context"
	"io"
)

// A run is a Program as go-plugin wants it. The handshake is all that go-plugin
// gets to read.
type run struct {
	launch   Launch
	env      []string
	failed   error // to start
	greeting *greeting
}

func newRun(l Launch) *run {
	return &run{launch: l, greeting: newGreeting(l.Name, l.Output)}
}

func (r *run) Start(context.Context) error {
	r.failed = r.launch.Program.Start(r.env, r.greeting)
	return r.failed
}

func (r *run) Wait(context.Context) error {
	<-r.launch.Program.Done()
	return nil
}

func (r *run) Kill(context.Context) error {
	r.launch.Program.Kill()
	return nil
}

func (r *run) Name() string                    { return r.launch.Name }
func (r *run) ID() string                      { return r.launch.Name }
func (r *run) Diagnose(context.Context) string { return "" }
func (r *run) Stdout() io.ReadCloser           { return &handshakeReader{run: r} }
func (r *run) Stderr() io.ReadCloser           { return &handshakeReader{run: r, sent: true} }

func (r *run) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

func (r *run) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// A handshakeReader gives the handshake when it is there, and ends with the
// program.
type handshakeReader struct {
	*run
	sent bool
	rest []byte
}

func (h *handshakeReader) Read(p []byte) (int, error) {
	if !h.sent {
		select {
		case h.rest = <-h.greeting.line:
		case <-h.launch.Program.Done():
			select {
			case h.rest = <-h.greeting.line:
			default:
			}
		}
		h.sent = true
	}
	if len(h.rest) == 0 {
		if h.greeting.problem() == nil {
			<-h.launch.Program.Done()
		}
		return 0, io.EOF
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

func (h *handshakeReader) Close() error { return nil }

package wire

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	goplugin "github.com/hashicorp/go-plugin"
)

// maxGreeting is more than a handshake ever takes.
const maxGreeting = 64 << 10

// A greeting is a writer for what a program prints: its first line is to be
// the handshake, and the rest goes to output.
type greeting struct {
	name   string
	output io.Writer
	line   chan []byte // the first line, once; empty when it is no handshake

	mu    sync.Mutex
	first []byte
	over  bool // the first line has been read
	err   error
}

func newGreeting(name string, output io.Writer) *greeting {
	return &greeting{name: name, output: output, line: make(chan []byte, 1)}
}

func (g *greeting) Write(p []byte) (int, error) {
	rest := g.take(p)
	if len(rest) > 0 {
		if _, err := g.output.Write(rest); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// take adds p to the first line and returns what is not of it.
func (g *greeting) take(p []byte) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return p
	}
	end := bytes.IndexByte(p, '\n') + 1
	if end == 0 && len(g.first)+len(p) <= maxGreeting {
		g.first = append(g.first, p...)
		return nil
	}
	if end == 0 {
		end = len(p)
	}
	g.first = append(g.first, p[:end]...)
	g.over = true
	if g.err = checkHandshake(g.name, string(g.first)); g.err != nil {
		g.line <- nil
		return append(g.first, p[end:]...)
	}
	g.line <- g.first
	return p[end:]
}

// problem returns what is wrong with the handshake, if anything.
func (g *greeting) problem() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// heard reports whether there was a first line.
func (g *greeting) heard() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.over
}

// checkHandshake reports why a line is no handshake of a plugin that can be
// used. go-plugin would say it too, in many words and with wrong guesses.
//
// A handshake is CORE|PROTOCOL|NETWORK|ADDRESS|grpc|CERTIFICATE.
func checkHandshake(name, line string) error {
	parts := strings.Split(strings.TrimSpace(line), "|")
	core, err := strconv.Atoi(parts[0])
	if len(parts) < 4 || err != nil || core != goplugin.CoreProtocolVersion {
		if len(line) > 80 {
			line = line[:80] + "..."
		}
		return wrong("print to stderr instead, or call serve.Main before anything else",
			"the %s plugin printed %q where its handshake belongs", name, strings.TrimSpace(clean(line)))
	}
	if version, err := strconv.Atoi(parts[1]); err != nil || version != Protocol {
		advice := rebuild
		if version > Protocol {
			advice = "use a newer genhost, or an older version of the plugin"
		}
		return wrong(advice, "the %s plugin speaks protocol %s, this genhost speaks %d", name, parts[1], Protocol)
	}
	if len(parts) < 5 || parts[4] != string(goplugin.ProtocolGRPC) {
		return wrong(rebuild, "the %s plugin does not speak gRPC", name)
	}
	if len(parts) < 6 || len(parts[5]) <= 50 { // go-plugin's measure of a certificate
		return wrong(rebuild,
			"the %s plugin does not encrypt its connection: its handshake has no certificate", name)
	}
	return nil
}

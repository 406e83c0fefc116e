// Package progress shows how work goes, on a terminal or in lines.
//
// It is for standard error: what it writes is for people, except in the mode
// JSON, whose lines are for programs. Text that comes from plugins is shown
// without control characters.
package progress

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/genhost/genhost/sdk"
)

// A Mode says how progress is shown. It is a flag's value.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"  // TTY on a terminal that can do more than print, Plain elsewhere
	TTY   Mode = "tty"   // bars
	Plain Mode = "plain" // a line for each epoch, or every five seconds
	JSON  Mode = "json"  // an object a line
	Quiet Mode = "quiet" // nothing
)

// Set makes m the mode called name.
func (m *Mode) Set(name string) error {
	switch Mode(name) {
	case Auto, TTY, Plain, JSON, Quiet:
		*m = Mode(name)
		return nil
	}
	return sdk.Hint(fmt.Errorf("there is no mode %q", name), sdk.Suggest(name, []string{"auto", "tty", "plain", "json", "quiet"}))
}

func (m *Mode) String() string { return string(*m) }

// Type is what help calls the value.
func (m *Mode) Type() string { return "mode" }

// A Printer shows the progress of one command. Its methods may be called from
// several goroutines. Errors in writing are nobody's concern.
type Printer struct {
	mu     sync.Mutex
	view   view
	meter  meter
	rest   []byte // of a line that Write has not seen the end of
	closed bool
}

// A view is one way to show it. Its methods are called one at a time.
type view interface {
	phase(text string) // "" for none
	reading(rows, total int)
	training(m *meter)
	event(m *meter, e sdk.Event)
	note(line string)
	close(m *meter) // after it, no other
}

// New returns a printer to w, which in the mode Auto decides with the
// environment how it shows things: not with bars when TERM is dumb or w is no
// terminal. NO_COLOR is heeded. Call Close at the end.
func New(w io.Writer, mode Mode) *Printer {
	if mode == Auto {
		mode = Plain
		if f, ok := w.(*os.File); ok && os.Getenv("TERM") != "dumb" {
			// One without a size, as of a container, has no room for bars.
			if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
				mode = TTY
			}
		}
	}
	colour := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	p := &Printer{meter: meter{now: time.Now}}
	switch mode {
	case TTY:
		p.view = newBars(w, 0, colour)
	case JSON:
		p.view = &objects{w: w, now: time.Now}
	case Quiet:
		p.view = nothing{}
	default:
		p.view = &lines{w: w, now: time.Now}
	}
	return p
}

// Phase says that something begins that takes time, and that what came before
// it has ended: "building plugin vae". With "" nothing begins.
func (p *Printer) Phase(what string) {
	p.show(func() { p.view.phase(Clean(what)) })
}

// Reading says how many rows the phase has come through, of how many; 0 when
// that is not known.
func (p *Printer) Reading(rows, total int) {
	p.show(func() { p.view.reading(rows, total) })
}

// Training says that steps come next, and how many rows an epoch has; 0 when
// that is not known.
func (p *Printer) Training(rows int) {
	p.show(func() {
		p.meter.begin(rows)
		p.view.training(&p.meter)
	})
}

// Event shows an event of the job.
func (p *Printer) Event(e sdk.Event) {
	p.show(func() {
		p.meter.add(e)
		p.view.event(&p.meter, e)
	})
}

// Write shows whole lines of something else, above the bars if there are any.
func (p *Printer) Write(text []byte) (int, error) {
	p.show(func() {
		p.rest = append(p.rest, text...)
		for {
			line, rest, whole := bytes.Cut(p.rest, []byte("\n"))
			if !whole {
				return
			}
			p.view.note(Clean(string(line)))
			p.rest = rest
		}
	})
	return len(text), nil
}

// Close ends the display and leaves it as it is.
func (p *Printer) Close() error {
	p.show(func() {
		if len(p.rest) > 0 {
			p.view.note(Clean(string(p.rest)))
		}
		p.view.close(&p.meter)
		p.closed = true
	})
	return nil
}

func (p *Printer) show(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		do()
	}
}

// Clean takes out of a text that a plugin or a file gave what could move a
// terminal's cursor.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

type nothing struct{}

func (nothing) phase(string)            {}
func (nothing) reading(int, int)        {}
func (nothing) training(*meter)         {}
func (nothing) event(*meter, sdk.Event) {}
func (nothing) note(string)             {}
func (nothing) close(*meter)            {}

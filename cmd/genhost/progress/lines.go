package progress

import (
	"fmt"
	"io"
	"time"

	"github.com/genhost/genhost/sdk"
)

const (
	lineWidth = 160             // where metrics are left out
	silence   = 5 * time.Second // is the longest while there is news
	hurry     = time.Second     // between epochs that get a line each
)

// lines shows progress as lines of text.
type lines struct {
	w   io.Writer
	now func() time.Time

	text  string    // of the phase
	last  time.Time // when a line was printed
	epoch int       // the last that ended
	step  int       // of the last line
}

func (l *lines) print(text string) {
	fmt.Fprintln(l.w, "genhost: "+text)
	l.last = l.now()
}

func (l *lines) phase(text string) {
	l.text = text
	if text != "" {
		l.print(text)
	}
}

func (l *lines) reading(rows, total int) {
	if l.now().Sub(l.last) >= silence {
		l.print(join(lineWidth, []string{l.text, readingText(rows, total)}, nil, nil))
	}
}

func (l *lines) training(*meter) { l.epoch, l.step = 0, 0 }

func (l *lines) event(m *meter, e sdk.Event) {
	since := l.now().Sub(l.last)
	ended := e.Epoch > l.epoch
	first := l.epoch == 0
	l.epoch = e.Epoch
	if ended && (first || since >= hurry) || since >= silence && e.Step > l.step {
		l.position(m)
	}
}

func (l *lines) position(m *meter) {
	l.step = m.at.Step
	l.print(join(lineWidth, []string{epochText(m), stepText(m)}, metricTexts(m.metrics), []string{speedText(m), leftText(m)}))
}

func (l *lines) note(line string) { fmt.Fprintln(l.w, line) }

func (l *lines) close(m *meter) {
	if m.at.Step == 0 {
		return
	}
	if m.at.Step > l.step {
		l.position(m)
	}
	l.print(stepText(m) + " after " + duration(l.now().Sub(m.began)))
}

package progress

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/genhost/genhost/sdk"
)

// bars shows progress on a terminal: a line for each phase, with a mark when
// it has ended, and below them the bar of the training.
type bars struct {
	area   *mpb.Progress
	colour bool
	phases *phaseBar // the one that goes on, or nil
	steps  *stepsBar // nil before the first event
}

// newBars draws on w as wide as the terminal is, or as width says where it is
// none.
func newBars(w io.Writer, width int, colour bool) *bars {
	const refresh = 120 * time.Millisecond
	return &bars{
		area:   mpb.New(mpb.WithOutput(w), mpb.WithWidth(width), mpb.WithAutoRefresh(), mpb.WithRefreshRate(refresh)),
		colour: colour,
	}
}

func (b *bars) phase(text string) {
	b.endPhase()
	if text == "" {
		return
	}
	p := &phaseBar{text: text, began: time.Now()}
	mark := decor.OnAbort(decor.OnComplete(decor.Spinner(nil), b.paint(green)("✓")), " ")
	p.bar = b.area.New(0, mpb.NopStyle(), mpb.BarFillerTrim(), mpb.PrependDecorators(mark, decor.Any(p.line)))
	b.phases = p
}

func (b *bars) endPhase() {
	if b.phases != nil {
		b.phases.end()
		b.phases = nil
	}
}

func (b *bars) reading(rows, total int) {
	if b.phases == nil {
		b.phase("reading")
	}
	b.phases.count(rows, total)
}

func (b *bars) training(*meter) {
	b.endPhase()
	b.steps = nil
}

func (b *bars) event(m *meter, _ sdk.Event) {
	if b.steps == nil {
		b.endPhase()
		b.steps = b.newSteps(m.at.Steps)
	}
	b.steps.show(m)
}

// note goes above the bars at their next refreshing.
func (b *bars) note(line string) { b.area.Write([]byte(line + "\n")) }

func (b *bars) close(m *meter) {
	if p := b.phases; p != nil {
		if p.whole {
			p.end()
		}
		p.bar.Abort(false) // does nothing to one that has ended
	}
	if b.steps != nil {
		b.steps.end(duration(m.now().Sub(m.began)))
	}
	b.area.Wait()
}

// A phaseBar is a line with a spinner and no bar.
type phaseBar struct {
	bar   *mpb.Bar
	text  string
	began time.Time
	whole bool // all rows are read

	mu     sync.Mutex // it is drawn by another goroutine
	detail string     // rows
	took   string     // when it has ended
}

func (p *phaseBar) count(rows, total int) {
	p.whole = rows == total
	p.mu.Lock()
	defer p.mu.Unlock()
	p.detail = gap + readingText(rows, total)
}

func (p *phaseBar) line(decor.Statistics) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.took != "" {
		return " " + p.text + p.detail + p.took
	}
	return " " + p.text + p.detail + p.sinceBegan()
}

// sinceBegan is empty while nobody has had to wait.
func (p *phaseBar) sinceBegan() string {
	if took := time.Since(p.began); took >= 2*time.Second {
		return gap + duration(took)
	}
	return ""
}

func (p *phaseBar) end() {
	p.mu.Lock()
	p.took = p.sinceBegan() + " "
	p.mu.Unlock()
	p.bar.SetTotal(-1, true)
}

// A stepsBar is the bar of a training, with the metrics on the line below.
type stepsBar struct {
	bar   *mpb.Bar
	total int

	mu                 sync.Mutex // it is drawn by other goroutines
	epoch, speed, step string
	metrics            []string
}

func (b *bars) newSteps(total int) *stepsBar {
	s := &stepsBar{total: total}
	style := mpb.BarStyle().Lbound("").Rbound("").Filler("━").Tip("━").Padding("─").
		FillerMeta(b.paint(cyan)).TipMeta(b.paint(cyan)).PaddingMeta(b.paint(grey))
	s.bar = b.area.New(int64(total), style,
		mpb.BarWidth(40),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return s.read(&s.epoch) })),
		mpb.AppendDecorators(decor.Any(percent), decor.Any(func(decor.Statistics) string { return s.read(&s.speed) })),
		mpb.BarBtmExtender(mpb.BarFillerFunc(s.below)),
	)
	return s
}

func percent(s decor.Statistics) string {
	if s.Total <= 0 {
		return ""
	}
	return fmt.Sprintf("%d%%", 100*s.Current/s.Total)
}

func (s *stepsBar) read(text *string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *text
}

// below writes the line below the bar.
func (s *stepsBar) below(w io.Writer, at decor.Statistics) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := io.WriteString(w, join(at.AvailableWidth, []string{s.step}, s.metrics, nil)+"\n")
	return err
}

func (s *stepsBar) show(m *meter) {
	s.mu.Lock()
	s.epoch, s.step, s.metrics = epochText(m), stepText(m), metricTexts(m.metrics)
	s.speed = ""
	for _, text := range []string{speedText(m), leftText(m)} {
		if text != "" {
			s.speed += gap + text
		}
	}
	if m.at.Step == m.at.Steps { // it is drawn no more after this
		s.speed += gap + duration(m.now().Sub(m.began))
	}
	s.mu.Unlock()
	if m.at.Steps != s.total { // it ends early
		s.total = m.at.Steps
		s.bar.SetTotal(int64(s.total), false)
	}
	s.bar.SetCurrent(int64(m.at.Step)) // completes it at the last step
}

// end leaves the bar as it is, with the time that it took.
func (s *stepsBar) end(took string) {
	s.mu.Lock()
	s.speed = gap + took
	s.mu.Unlock()
	s.bar.Abort(false)
}

// The colours, as terminals know them.
const (
	green = "32"
	cyan  = "36"
	grey  = "90"
)

// paint returns what gives text a colour, if there are to be any.
func (b *bars) paint(code string) func(string) string {
	return func(text string) string {
		if !b.colour || text == "" {
			return text
		}
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
}

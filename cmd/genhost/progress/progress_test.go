package progress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A clock stands still until it is told to go on.
type clock struct{ at time.Time }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) wait(d time.Duration)    { c.at = c.at.Add(d) }
func newClock() *clock                   { return &clock{time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)} }
func (c *clock) printer(v view) *Printer { return &Printer{view: v, meter: meter{now: c.now}} }

func metrics(step int) sdk.Metrics { return sdk.Metrics{"loss": 300 - float64(step)/8, "kl": 9.1} }

// train is twenty epochs of 312 steps, and a second for each epoch. It ends
// after so many.
func train(c *clock, p *Printer, epochs int) {
	p.Training(59904)
	for step := 78; step <= 312*epochs; step += 78 {
		c.wait(250 * time.Millisecond)
		at := sdk.Position{Step: step, Steps: 6240, Epoch: step / 312, Epochs: 20}
		p.Event(sdk.Event{Position: at, Metrics: metrics(step), Window: true})
		if step%312 == 0 {
			p.Event(sdk.Event{Position: at, Preview: &sdk.Batch{}})
		}
	}
}

func TestPlain(t *testing.T) {
	var b bytes.Buffer
	c := newClock()
	p := c.printer(&lines{w: &b, now: c.now})
	p.Phase("building plugin \x1b[2Jvae")
	p.Phase("reading fashion")
	for i := range 7 {
		c.wait(2 * time.Second)
		p.Reading(8000*i, 60000)
	}
	train(c, p, 3)
	c.wait(time.Second)
	p.Event(sdk.Event{Position: sdk.Position{Step: 937, Steps: 6240, Epoch: 3, Epochs: 20}})
	fmt.Fprint(p, "genhost: stop")
	fmt.Fprint(p, "ping\nrest")
	p.Close()
	p.Phase("after the end")
	want := `genhost: building plugin [2Jvae
genhost: reading fashion
genhost: reading fashion  16,000/60,000 rows
genhost: reading fashion  40,000/60,000 rows
genhost: epoch 1/20  step 312/6240  loss 261  kl 9.1  59,904 rows/s  19s left
genhost: epoch 2/20  step 624/6240  loss 222  kl 9.1  59,904 rows/s  18s left
genhost: epoch 3/20  step 936/6240  loss 183  kl 9.1  59,904 rows/s  17s left
genhost: stopping
rest
genhost: epoch 4/20  step 937/6240  loss 183  kl 9.1  43,981 rows/s  23s left
genhost: step 937/6240 after 4s
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// Epochs that fly past get a line each second, long ones a line every five.
func TestPlainIsNotTooMuch(t *testing.T) {
	var b bytes.Buffer
	c := newClock()
	p := c.printer(&lines{w: &b, now: c.now})
	p.Training(0)
	at := sdk.Position{Steps: 140, Epochs: 101}
	for range 100 { // 100 epochs of a step, in ten seconds
		c.wait(100 * time.Millisecond)
		at.Step, at.Epoch = at.Step+1, at.Epoch+1
		p.Event(sdk.Event{Position: at, Metrics: sdk.Metrics{"loss": 1}, Window: true})
	}
	for range 39 { // and one of forty, in forty seconds
		c.wait(time.Second)
		at.Step++
		p.Event(sdk.Event{Position: at, Metrics: sdk.Metrics{"loss": 1}})
	}
	at.Step, at.Epoch = 140, 101
	p.Event(sdk.Event{Position: at, Metrics: sdk.Metrics{"loss": 1}, Window: true})
	p.Close()
	var steps []string
	for line := range strings.Lines(b.String()) {
		_, rest, _ := strings.Cut(line, "step ")
		step, _, _ := strings.Cut(rest, "/")
		steps = append(steps, step)
	}
	if want := "1 11 21 31 41 51 61 71 81 91 105 110 115 120 125 130 135 140 140"; strings.Join(steps, " ") != want {
		t.Errorf("lines at steps %v, want %s\n%s", steps, want, b.String())
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	c := newClock()
	p := c.printer(&objects{w: &b, now: c.now})
	p.Phase("reading")
	p.Reading(10, 0)
	p.Training(100)
	for _, e := range []sdk.Event{
		{Position: sdk.Position{Step: 5, Steps: 20, Epoch: 0, Epochs: 2}, Metrics: sdk.Metrics{"loss": math.NaN(), "kl": 1.5}},
		{Position: sdk.Position{Step: 10, Steps: 20, Epoch: 1, Epochs: 2}, Metrics: sdk.Metrics{"loss": 2}, Window: true},
		{Position: sdk.Position{Step: 10, Steps: 20, Epoch: 1, Epochs: 2}, Checkpoint: "/r/step-10"},
		{Position: sdk.Position{Step: 10, Steps: 20, Epoch: 1, Epochs: 2}, Preview: &sdk.Batch{}},
	} {
		c.wait(time.Second)
		p.Event(e)
	}
	fmt.Fprintln(p, `a "note"`)
	p.Close()
	want := `{"time":"2026-11-23T22:00:00.000Z","type":"phase","text":"reading"}
{"time":"2026-11-23T22:00:00.000Z","type":"reading","rows":10,"total":0}
{"time":"2026-11-23T22:00:00.000Z","type":"training","rows":100}
{"time":"2026-11-23T22:00:01.000Z","type":"metrics","step":5,"steps":20,"epoch":0,"epochs":2,"metrics":{"kl":1.5,"loss":null},"window":false}
{"time":"2026-11-23T22:00:02.000Z","type":"metrics","step":10,"steps":20,"epoch":1,"epochs":2,"metrics":{"loss":2},"window":true,"rows_per_second":50,"seconds_left":2}
{"time":"2026-11-23T22:00:03.000Z","type":"checkpoint","step":10,"steps":20,"epoch":1,"epochs":2,"path":"/r/step-10"}
{"time":"2026-11-23T22:00:04.000Z","type":"preview","step":10,"steps":20,"epoch":1,"epochs":2}
{"time":"2026-11-23T22:00:04.000Z","type":"note","text":"a \"note\""}
{"time":"2026-11-23T22:00:04.000Z","type":"end","step":10,"steps":20,"epoch":1,"epochs":2,"seconds":4}
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// screen is what a terminal shows in the end: what each line was last.
func screen(t *testing.T, width int, colour bool, work func(c *clock, p *Printer)) string {
	t.Helper()
	var b bytes.Buffer
	c := newClock()
	p := c.printer(newBars(&b, width, colour))
	work(c, p)
	p.Close()
	return b.String()
}

func TestBars(t *testing.T) {
	got := screen(t, 100, false, func(c *clock, p *Printer) {
		p.Phase("building plugin vae")
		p.Phase("reading fashion")
		p.Reading(60000, 60000)
		train(c, p, 3)
		fmt.Fprintln(p, "genhost: stopping")
	})
	for _, want := range []string{
		"✓ building plugin vae", "✓ reading fashion  60,000/60,000 rows", "genhost: stopping\n",
		"epoch 3/20", "━━━━━━─", "15%  3s\n", "step 936/6240  loss 183  kl 9.1\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "\x1b[3") {
		t.Errorf("there is colour in %q", got)
	}
}

func TestBarsInColour(t *testing.T) {
	got := screen(t, 100, true, func(c *clock, p *Printer) {
		p.Phase("building plugin vae")
		train(c, p, 20)
	})
	for _, want := range []string{"\x1b[32m✓\x1b[0m building", "\x1b[36m━", "100%", "20s\n", "epoch 20/20"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%q", want, got)
		}
	}
}

func TestNarrowBars(t *testing.T) {
	got := screen(t, 28, false, func(c *clock, p *Printer) { train(c, p, 1) })
	for line := range strings.Lines(got) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 28 && !strings.Contains(line, "\x1b") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if !strings.Contains(got, "step 312/6240  loss 261  …\n") {
		t.Errorf("the metrics are not there:\n%s", got)
	}
}

// A phase that is cut short gets no mark.
func TestBarsCutShort(t *testing.T) {
	got := screen(t, 80, false, func(_ *clock, p *Printer) {
		p.Phase("reading fashion")
		p.Reading(10, 60000)
	})
	if strings.Contains(got, "✓") || !strings.Contains(got, "reading fashion  10/60,000 rows") {
		t.Errorf("got\n%s", got)
	}
}

// A phase after which nothing begins has ended.
func TestLastPhase(t *testing.T) {
	end := func(_ *clock, p *Printer) {
		p.Phase("drawing")
		p.Phase("")
	}
	if got := screen(t, 80, false, end); !strings.Contains(got, "✓ drawing") {
		t.Errorf("got\n%s", got)
	}
	c, b := newClock(), newBars(io.Discard, 80, false)
	end(c, c.printer(b))
	if b.phases != nil {
		t.Error("there is a phase still")
	}
	b.close(nil)
	var plain, json bytes.Buffer
	end(c, c.printer(&lines{w: &plain, now: c.now}))
	end(c, c.printer(&objects{w: &json, now: c.now}))
	if plain.String() != "genhost: drawing\n" || strings.Count(json.String(), "phase") != 1 {
		t.Errorf("got %q and %q", &plain, &json)
	}
}

func TestModes(t *testing.T) {
	var m Mode
	for _, name := range []string{"auto", "tty", "plain", "json", "quiet"} {
		if err := m.Set(name); err != nil || m.String() != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := m.Set("jsno")
	if err == nil || len(sdk.Hints(err)) != 1 || !strings.Contains(sdk.Hints(err)[0], "json") || m != Quiet {
		t.Errorf("got %v, hints %q, mode %s", err, sdk.Hints(err), m)
	}
}

// What Auto becomes where there is no terminal, and that each mode prints what
// it should.
func TestNew(t *testing.T) {
	for mode, want := range map[Mode]string{Auto: "genhost: x\n", Plain: "genhost: x\n", Quiet: "", JSON: `"text":"x"`, TTY: " x"} {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		p := New(f, mode)
		p.Phase("x")
		p.Close()
		got, err := os.ReadFile(f.Name())
		if err != nil || !strings.Contains(string(got), want) || want == "" && len(got) > 0 {
			t.Errorf("%s: %q, %v, want %q", mode, got, err, want)
		}
		f.Close()
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestNobodyReads(t *testing.T) {
	for _, mode := range []Mode{Plain, JSON, TTY} {
		p := New(broken{}, mode)
		train(newClock(), p, 1)
		fmt.Fprintln(p, "x")
		p.Close()
	}
}

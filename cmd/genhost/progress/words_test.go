package progress

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"0":         thousands(0),
		"999":       thousands(999),
		"-1,000":    thousands(-1000),
		"-100":      thousands(-100),
		"1,234,567": thousands(1234567),
		"0s":        duration(400 * time.Millisecond),
		"59s":       duration(59 * time.Second),
		"1m00s":     duration(59600 * time.Millisecond),
		"2h04m":     duration(2*time.Hour + 4*time.Minute + 59*time.Second),
		"251.3":     number(251.3456),
		"12346":     number(12345.6),
		"1.5e-05":   number(0.000015),
		"NaN":       number(math.NaN()),
		"0.25":      perSecond(0.25),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := metricTexts(sdk.Metrics{"z": 1, "a\x1b": 2, "loss": 3}); !slices.Equal(got, []string{"loss 3", "a 2", "z 1"}) {
		t.Errorf("metrics %q", got)
	}
}

func TestJoin(t *testing.T) {
	head, middle, tail := []string{"h", ""}, []string{"one", "two", "three"}, []string{"t"}
	for width, want := range map[int]string{
		100: "h  one  two  three  t", 21: "h  one  two  three  t", 20: "h  one  two  …  t", 17: "h  one  two  …  t",
		16: "h  one  …  t", 1: "h  …  t",
	} {
		if got := join(width, head, middle, tail); got != want {
			t.Errorf("width %d: %q, want %q", width, got, want)
		}
	}
	if middle[2] != "three" {
		t.Error("join writes to what it is given")
	}
}

// Speed looks back ten seconds, and knows the rows of a step when it can.
func TestMeter(t *testing.T) {
	c := newClock()
	m := meter{now: c.now}
	m.begin(1000)
	add := func(seconds, step, epoch, epochs int) {
		c.wait(time.Duration(seconds) * time.Second)
		m.add(sdk.Event{Position: sdk.Position{Step: step, Steps: 95, Epoch: epoch, Epochs: epochs}})
	}
	if _, known := m.left(); known || m.speed() != 0 {
		t.Error("something is known before the first event")
	}
	add(100, 10, 0, 10)
	if m.speed() != 0 {
		t.Error("the time before the first event counts")
	}
	add(2, 12, 0, 10)
	if m.speed() != 1 || m.rowsPerStep() != 0 || m.epoch() != 1 {
		t.Errorf("speed %g, rows %g, epoch %d", m.speed(), m.rowsPerStep(), m.epoch())
	}
	add(100, 20, 2, 10)
	add(10, 70, 7, 10)
	if m.speed() != 5 || m.rowsPerStep() != 100 || m.epoch() != 7 {
		t.Errorf("speed %g, rows %g, epoch %d", m.speed(), m.rowsPerStep(), m.epoch())
	}
	if left, known := m.left(); left != 5*time.Second || !known {
		t.Errorf("%v left, %v", left, known)
	}
	// The last epoch is half of one, and changes nothing of what is known.
	add(5, 95, 10, 10)
	if _, known := m.left(); known || m.rowsPerStep() != 100 || m.epoch() != 10 {
		t.Errorf("at the end: rows %g, epoch %d, left known %v", m.rowsPerStep(), m.epoch(), known)
	}
}

func TestJobWithinAnEpoch(t *testing.T) {
	c := newClock()
	m := meter{now: c.now}
	m.begin(60000)
	for step := 10; step <= 100; step += 10 {
		c.wait(time.Second)
		m.add(sdk.Event{Position: sdk.Position{Step: step, Steps: 100, Epoch: step / 100, Epochs: 1}})
	}
	if got := speedText(&m); got != "10 steps/s" {
		t.Errorf("got %q: nobody knows how many rows a step takes", got)
	}
	if m.began != newClock().at {
		t.Error("it began later")
	}
}

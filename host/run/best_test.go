package run

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// validated records a run whose validations gave these losses, one each ten
// steps, with a checkpoint each.
func validated(t *testing.T, r *Run, losses ...float64) *Recorder {
	t.Helper()
	rec := record(t, r)
	least := losses[0]
	for i, loss := range losses {
		step := 10 * (i + 1)
		least = min(least, loss)
		for _, e := range []sdk.Event{
			window(step, sdk.Metrics{"loss": 1, "val_loss": loss}),
			{Position: at(step), Checkpoint: checkpoint(t, r, step), Best: loss == least},
		} {
			if err := rec.Event(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return rec
}

func TestTheBestIsKept(t *testing.T) {
	r := create(t, t.TempDir())
	rec := validated(t, r, 5, 3, 4, 4, 4, 4, 4)
	s, err := r.Status()
	if err != nil || s.Best == nil || *s.Best != (Best{Step: 20, Epoch: 2, Loss: 3}) {
		t.Fatalf("best %+v, %v", s.Best, err)
	}
	for which, want := range map[string]int{"": 70, "last": 70, "best": 20, "60": 60, "00000050": 50} {
		if c, err := r.FindCheckpoint(which); err != nil || c.Step != want {
			t.Errorf("checkpoint %q: step %d, %v; want %d", which, c.Step, err, want)
		}
	}
	for _, which := range []string{"10", "70.5", "worst", "-1"} {
		_, err := r.FindCheckpoint(which)
		if hints := sdk.Hints(err); !errors.Is(err, sdk.ErrBadInput) || len(hints) != 1 || hints[0] != "there are those of step 20, 50, 60, 70" {
			t.Errorf("checkpoint %q: %v, hints %q", which, err, hints)
		}
	}
	if err := rec.End(Done, ""); err != nil {
		t.Fatal(err)
	}
	if b := r.Summary().Best; b == nil || b.Step != 20 {
		t.Errorf("the summary has %+v", b)
	}
	// A training that goes on knows the best of before.
	again := record(t, r)
	if err := again.Event(sdk.Event{Position: at(80), Checkpoint: checkpoint(t, r, 80)}); err != nil {
		t.Fatal(err)
	}
	if c, err := r.FindCheckpoint("best"); err != nil || c.Step != 20 {
		t.Errorf("later the best is %+v, %v", c, err)
	}
}

func TestNoBest(t *testing.T) {
	r := create(t, t.TempDir())
	if _, err := r.FindCheckpoint("best"); !errors.Is(err, sdk.ErrNotTrained) {
		t.Errorf("no checkpoint at all: %v", err)
	}
	checkpoint(t, r, 10)
	if _, err := r.FindCheckpoint("best"); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) != 1 {
		t.Errorf("none that is best: %v", err)
	}
}

func TestWarningsAndNotesAreEvents(t *testing.T) {
	r := create(t, t.TempDir())
	rec := record(t, r)
	for _, e := range []sdk.Event{{Position: at(3), Warning: "the KL is 0"}, {Position: at(4), Note: "it ends early"}} {
		if err := rec.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(r.path(eventsFile))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for i, want := range []event{{Type: "warning", Text: "the KL is 0", Step: 3}, {Type: "note", Text: "it ends early", Step: 4}} {
		var got event
		if err := json.Unmarshal([]byte(lines[i+1]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Type != want.Type || got.Text != want.Text || got.Step != want.Step {
			t.Errorf("line %s, want %+v", lines[i+1], want)
		}
	}
}

// A run.toml of before rows were held out is read as one that held out none.
func TestConfigOfBefore(t *testing.T) {
	text, err := encodeConfig(plan().Config)
	if err != nil {
		t.Fatal(err)
	}
	var old []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "held_out") && !strings.HasPrefix(line, "patience") {
			old = append(old, line)
		}
	}
	c, err := decodeConfig([]byte(strings.Join(old, "")))
	if err != nil || c.HeldOut != 0 || c.Patience != 0 || c.Previews != 64 {
		t.Errorf("got %+v, %v", c, err)
	}
}

// Of a run that is done, the weights of another step do not pass for the last.
func TestLastWeightsAreMissed(t *testing.T) {
	r := create(t, t.TempDir())
	rec := validated(t, r, 5, 4, 3)
	last, err := r.FindCheckpoint("")
	if err != nil || last.Step != 30 {
		t.Fatalf("step %d, %v", last.Step, err)
	}
	if err := os.Remove(last.Weights); err != nil {
		t.Fatal(err)
	}
	if c, err := r.FindCheckpoint(""); err != nil || c.Step != 20 {
		t.Errorf("while it trains: step %d, %v", c.Step, err) // it may be writing the next
	}
	if err := rec.End(Done, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := r.FindCheckpoint("last"); !errors.Is(err, sdk.ErrCorrupt) || len(sdk.Hints(err)) != 1 || !strings.Contains(sdk.Hints(err)[0], "--checkpoint 20") {
		t.Errorf("%v, hints %q", err, sdk.Hints(err))
	}
	if c, err := r.FindCheckpoint("20"); err != nil || c.Step != 20 {
		t.Errorf("the one before: step %d, %v", c.Step, err)
	}
}

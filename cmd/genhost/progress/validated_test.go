package progress

import (
	"bytes"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// What a validation said stays until the next, beside newer figures, right
// after the loss.
func TestValidatedStays(t *testing.T) {
	m := meter{now: newClock().now}
	at := sdk.Position{Step: 10, Steps: 40, Epoch: 1, Epochs: 4}
	first := sdk.Metrics{"loss": 3, "kl": 1, "val_loss": 4, "val_kl": 2}
	m.add(sdk.Event{Position: at, Metrics: first, Window: true})
	second := sdk.Metrics{"loss": 2, "kl": 1.5}
	m.add(sdk.Event{Position: at, Metrics: second})
	if got := strings.Join(metricTexts(m.metrics), ", "); got != "loss 2, val_loss 4, kl 1.5, val_kl 2" {
		t.Errorf("shown: %s", got)
	}
	m.add(sdk.Event{Position: at, Metrics: sdk.Metrics{"loss": 2, "val_loss": 1}})
	if m.metrics["val_loss"] != 1 {
		t.Errorf("an old validation: %v", m.metrics)
	}
	if len(first) != 4 || len(second) != 2 {
		t.Error("an event's metrics are changed")
	}
}

func TestJSONOfWhatAJobSays(t *testing.T) {
	var b bytes.Buffer
	c := newClock()
	p := c.printer(&objects{w: &b, now: c.now})
	at := sdk.Position{Step: 10, Steps: 40, Epoch: 1, Epochs: 4}
	p.Event(sdk.Event{Position: at, Warning: "the KL is 0:\x1b raise free_bits"})
	p.Event(sdk.Event{Position: at, Note: "no better val_loss"})
	p.Event(sdk.Event{Position: at, Checkpoint: "step-10", Best: true})
	for _, want := range []string{
		`"type":"warning","text":"the KL is 0: raise free_bits","step":10,`, `"type":"ending","text":"no better val_loss","step":10,`,
		`"type":"checkpoint","step":10,"steps":40,"epoch":1,"epochs":4,"path":"step-10","best":true`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %s in\n%s", want, b.String())
		}
	}
}

// A training that ends early has come to its end.
func TestBarsOfAnEarlyEnd(t *testing.T) {
	var b bytes.Buffer
	c := newClock()
	p := c.printer(newBars(&b, 100, false))
	p.Training(100)
	p.Event(sdk.Event{Position: sdk.Position{Step: 10, Steps: 40, Epoch: 1, Epochs: 4}, Metrics: sdk.Metrics{"loss": 1}, Window: true})
	p.Event(sdk.Event{Position: sdk.Position{Step: 20, Steps: 20, Epoch: 2, Epochs: 2}, Preview: &sdk.Batch{}})
	p.Close()
	if !strings.Contains(b.String(), "100%") {
		t.Errorf("shown: %q", b.String())
	}
}

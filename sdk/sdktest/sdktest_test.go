package sdktest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/internal/wire"
)

func TestHonestModel(t *testing.T) { Run(t, hazePlugin(sdk.MakeModel(hazeDefaults, newHaze))) }

func TestHonestModality(t *testing.T) {
	Run(t, gridPlugin(sdk.MakeModality(gridSettings{Batch: 4}, newGrid)))
}

// A plugin that is broken fails the same checks from the other side.
func TestBrokenAcrossTheWall(t *testing.T) {
	for _, b := range []broken{
		{"a model", spoilt(func(m *haze) rough { return rough{m} }), []string{"refuses rows of another shape"}},
		{"stops late", spoilt(func(m *haze) tardy { return endless(m, sdk.ErrStopped, 0) }), []string{"stops when told, with a checkpoint"}},
		{"cancelled, trains on", spoilt(func(m *haze) tardy { return endless(m, context.Canceled, soon/20) }), []string{"ends when cancelled"}},
		{"a modality", warped(func(g *grid) fragile { return fragile{g} }), []string{"refuses damaged files", "survives altered files"}},
	} {
		t.Run(b.how, func(t *testing.T) {
			far, end, err := wire.Loopback(b.plugin)
			if err != nil {
				t.Fatal(err)
			}
			defer end()
			if got, says := failures(t, far); !slices.Equal(got, b.fails) {
				t.Errorf("got %q, want %q\n%s", got, b.fails, strings.Join(says, "\n"))
			}
		})
	}
}

// endless is tardy, and not done before the word gets across the wall.
func endless(m *haze, err error, step time.Duration) tardy {
	m.Epochs = 1 << 20
	return tardy{m, err, step}
}

// Across the wall an honest training may be many steps on when the word comes,
// or have its last step in any time.
func TestLate(t *testing.T) {
	at := func(step int) sdk.Event { return sdk.Event{Position: sdk.Position{Step: step}} }
	for _, c := range []struct {
		how  string
		i    interruption
		late bool
	}{
		{"at once", interruption{asked: at(1), last: at(1), checkpoints: []string{"step-1"}}, false},
		{"one batch ahead", interruption{asked: at(1), last: at(2), batches: 1}, false},
		{"quick steps", interruption{asked: at(1), last: at(5000), took: soon / 10, checkpoints: []string{"step-5000"}}, false},
		{"one slow step", interruption{asked: at(1), last: at(2), took: 10 * soon}, false},
		{"batch after batch", interruption{asked: at(1), last: at(33), batches: 32}, true},
		{"checkpoint after checkpoint", interruption{asked: at(1), last: at(9), checkpoints: []string{"step-8", "step-9"}}, true},
		{"slow steps", interruption{asked: at(1), last: at(33), took: 2 * soon}, true},
	} {
		if err := c.i.late(); (err != nil) != c.late {
			t.Errorf("%s: %v", c.how, err)
		}
	}
}

func TestCheckThatPanics(t *testing.T) {
	c := Check{"panics", func(context.Context, Bench) error { panic("out of cheese") }}
	err := c.Do(t.Context(), Bench{})
	if !errors.Is(err, sdk.ErrCrashed) || !strings.Contains(err.Error(), "out of cheese") {
		t.Errorf("got %v", err)
	}
}

// Settings and sources reach the plugin, by its name.
func TestSuiteFields(t *testing.T) {
	p := hazePlugin(sdk.MakeModel(hazeDefaults, newHaze))
	p.Modalities = gridPlugin(sdk.MakeModality(gridSettings{Batch: 4}, newGrid)).Modalities
	s := Suite{
		Plugin:   p,
		Settings: map[string]sdk.Settings{"haze": {"noise": []byte("0")}, "grid": {"batch": []byte("0")}},
		Sources:  map[string][]sdk.Source{"grid": {{Path: "/no/such/folder"}}},
	}
	said := map[string]string{}
	for _, c := range s.Checks(t.Context()) {
		if err := c.Do(t.Context(), Bench{Dir: t.TempDir(), Log: t.Logf}); err != nil {
			said[c.Name] = err.Error()
		}
	}
	for name, want := range map[string]string{
		"haze/accepts a toy or refuses it clearly":     "setting noise is 0",
		"grid/reads source /no/such/folder as it says": "setting batch is 0",
	} {
		if !strings.Contains(said[name], want) {
			t.Errorf("%s: %q, want %q", name, said[name], want)
		}
	}
}

func TestNothingToRead(t *testing.T) {
	p := gridPlugin(sdk.MakeModality(gridSettings{Batch: 4}, newGrid))
	p.Modalities[0].Datasets = nil
	got, says := failures(t, p)
	if !slices.Contains(got, "previews") || !strings.Contains(strings.Join(says, "\n"), "set Suite.Sources") {
		t.Errorf("a modality with nothing to read: %q", says)
	}
}

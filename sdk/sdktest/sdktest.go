// Package sdktest holds the tests that every plugin must pass:
//
//	func TestPlugin(t *testing.T) { sdktest.Run(t, plugin) }
//
// The suite puts promises to the test, not mathematics: each model owes one
// test of its formulas against something independent. It trains on toy rows of
// its own, and knows a plugin by what the contract says of it alone.
//
// # What every plugin promises
//
//   - It describes itself: names, documentation, settings whose defaults are
//     allowed.
//   - A setting that does not exist, or a value outside what the schema says,
//     is refused by the setting's name.
//   - No input makes it panic.
//
// # What every model promises
//
//   - It refuses a [sdk.Space] that is not for it with [sdk.ErrBadInput] or
//     [errors.ErrUnsupported], and accepts at least one of the toys.
//   - What it says it can do, it can; what it does not say, it refuses with
//     [errors.ErrUnsupported].
//   - Before training it refuses with [sdk.ErrNotTrained].
//   - Training reports finite figures; a metric called loss falls by a tenth
//     or more while it learns two rows by heart (unless the family is gan,
//     where it need not).
//   - While it trains it can generate previews and be saved.
//   - Equal jobs give equal weights, whatever the number of threads.
//   - Validated while it trains, it gives a finite figure called loss, equal
//     ones in equal trainings, and learns what it would have learned otherwise.
//   - Told to stop, it returns [sdk.ErrStopped] after the current step and
//     leaves a checkpoint that loads. Cancelled, it returns the context's
//     error, as soon.
//   - Training on a single row, or at the highest rate, ends well or with an
//     error.
//   - Row i of Generate depends on the seed and on First+i alone; rows lie in
//     the Space; equal seeds give equal rows and other seeds other rows.
//   - Conditions that do not exist are refused; those it heeds make a
//     difference.
//   - Controls have names of their own and make a difference, for each row by
//     itself, except at their defaults; Decode heeds what Draw was asked for.
//   - A twin that loads the weights gives equal rows. Weights are safetensors;
//     truncated, altered or foreign ones are refused, and leave the model
//     untrained.
//   - Generate equals Decode of Draw; rows are encoded and decoded one by one,
//     whatever else is in the batch; latents have one shape.
//   - Rows and latents of another shape are refused with [sdk.ErrBadInput].
//   - Scores are finite and of one row each, whatever else is in the batch; the
//     log-likelihood by many samples is, in the mean, not below the ELBO, which
//     is Reconstruction − KL.
//   - Rows that it completes have the numbers given, at least the first, and
//     depend on what is given for them, the seed and First+i alone. With nothing
//     given they are those that it generates.
//
// # What every modality promises
//
//   - What Inspect says is what Read writes: Space, splits, and the number of
//     rows (of splits with more than 2,000 rows only those are read).
//   - Asked for rows of the Space that they have, it reads the same.
//   - Read ends with the error that its writer returns.
//   - Reading twice gives equal rows, all in the Space and with all of its
//     conditions.
//   - Write leaves the files that it names, called as asked, and nothing else;
//     when it fails, what is there is whole.
//   - Reading those files gives the rows back, or rows that are written as the
//     same files, or rows as near as the Space states.
//   - Previews are PNGs of a size that a person can look at, with text of at
//     most 80 columns.
//   - Measurements are finite, have names of their own, and are equal for equal
//     rows and seeds.
//   - A prompt gives a row of the Space or is refused with [sdk.ErrBadInput]; one
//     of no words gives nothing.
//   - Paths that do not exist, empty folders and damaged files are errors that
//     name them. A cancelled Read ends.
//   - A small file takes at most 1 GiB of memory, whatever it claims to be: of a
//     plugin in the same process, which alone can be looked at.
package sdktest

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/internal/wire"
)

// A Suite is the tests of one plugin. Only Plugin must be set.
type Suite struct {
	Plugin sdk.Plugin

	// Settings are those to test a model or a modality with, by its name: a
	// big model is made small here. What is absent has its default.
	Settings map[string]sdk.Settings

	// Sources are what else a modality can read, by its name. A modality that
	// carries no dataset needs one.
	Sources map[string][]sdk.Source

	// Steps is how long to train for most checks; 0 is 30.
	Steps int
}

// Run tests p in this process, and again across the wall that the host sees it
// through.
func Run(t *testing.T, p sdk.Plugin) { Suite{Plugin: p}.Run(t) }

// Run tests the plugin in this process, and again across the wall.
func (s Suite) Run(t *testing.T) {
	t.Run("in process", s.Each)
	t.Run("across the wall", func(t *testing.T) {
		far, stop, err := wire.Loopback(s.Plugin)
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		if err := sameDescription(s.Plugin, far); err != nil {
			t.Error(err)
		}
		s.Plugin = far
		s.Each(t)
	})
}

// Each tests the plugin as it is, once: one that dial opened, say.
func (s Suite) Each(t *testing.T) {
	for _, c := range s.Checks(t.Context()) {
		t.Run(c.Name, func(t *testing.T) {
			err := c.Do(t.Context(), Bench{Dir: t.TempDir(), Log: t.Logf})
			if errors.Is(err, ErrDoesNotApply) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func sameDescription(near, far sdk.Plugin) error {
	a, err := json.Marshal(near)
	if err != nil {
		return err
	}
	b, err := json.Marshal(far)
	if err != nil {
		return err
	}
	if string(a) != string(b) {
		return errors.New("the plugin describes itself otherwise across the wall:\n" + string(a) + "\n" + string(b))
	}
	return nil
}

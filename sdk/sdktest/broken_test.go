package sdktest

import (
	"errors"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A broken plugin breaks one promise, which fails these checks and no others.
type broken struct {
	how    string
	plugin sdk.Plugin
	fails  []string
}

// failures runs the suite on p and returns the names of the checks that fail,
// without the subject, sorted, with what they say.
func failures(t *testing.T, p sdk.Plugin) (names, says []string) {
	t.Helper()
	for _, c := range (Suite{Plugin: p}).Checks(t.Context()) {
		err := c.Do(t.Context(), Bench{Dir: t.TempDir(), Log: t.Logf})
		if err != nil && !errors.Is(err, ErrDoesNotApply) {
			names = append(names, path.Base(c.Name))
			text, _, _ := strings.Cut(err.Error(), "\n")
			says = append(says, c.Name+": "+text)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), says
}

// checkBroken runs the suite on each, and reports checks that nothing broke.
func checkBroken(t *testing.T, plugins []broken, honest sdk.Plugin) {
	caught := map[string]bool{}
	for _, b := range plugins {
		t.Run(b.how, func(t *testing.T) {
			got, says := failures(t, b.plugin)
			slices.Sort(b.fails)
			if !slices.Equal(got, b.fails) {
				t.Errorf("got  %q\nwant %q\n%s", got, b.fails, strings.Join(says, "\n"))
			}
			t.Log(strings.Join(says, "\n"))
		})
		for _, name := range b.fails {
			caught[name] = true
		}
	}
	for _, c := range (Suite{Plugin: honest}).Checks(t.Context()) {
		if !caught[path.Base(c.Name)] {
			t.Errorf("no broken plugin fails the check %q", c.Name)
		}
	}
}

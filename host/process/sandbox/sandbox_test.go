package sandbox

import (
	"errors"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestReport(t *testing.T) {
	r := Report{{From: "files", By: "landlock 7"}, {From: "network", Why: "operation not permitted"}}
	if got := strings.Join(r.Lines(), "; "); got != "files: landlock 7; network: not held, operation not permitted" {
		t.Error(got)
	}
	err := lacking(r)
	if want := "the sandbox is required, and cannot be had: network: not held, operation not permitted"; err.Error() != want || !errors.Is(err, ErrLacking) {
		t.Error(err)
	}
	if h := sdk.Hints(err); len(h) != 1 || !strings.Contains(h[0], `sandbox = "auto"`) {
		t.Errorf("hints %q", h)
	}
}

// A program that is not started as a sandbox goes on.
func TestMainReturns(t *testing.T) { Main() }

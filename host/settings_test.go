package host

import (
	"errors"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// An indifferent model could heed conditions, and was not asked to.
type indifferent struct{ sdk.Model }

func (indifferent) Conditions() []sdk.Condition { return nil }

func TestNoConditionIsHeeded(t *testing.T) {
	_, err := conditions(indifferent{}, []string{"label=bag"})
	if h := sdk.Hints(err); !errors.Is(err, sdk.ErrBadInput) || len(h) != 1 || !strings.Contains(h[0], "takes no conditions") {
		t.Errorf("%v, hints %q", err, h)
	}
}

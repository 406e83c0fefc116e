package host

import (
	"errors"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
)

const (
	heldOutShare = 20   // one row in so many is held out
	mostHeldOut  = 5000 // by default: more say hardly more, and take their time
)

// heldOut returns how many of rows are held out to validate a model on.
func (req TrainRequest) heldOut(spec sdk.ModelSpec, rows int) (int, error) {
	validates := slices.Contains(spec.Can, sdk.CanValidate)
	n := 0
	switch {
	case req.HoldOut != nil:
		n = *req.HoldOut
	case validates:
		n = min(rows/heldOutShare, mostHeldOut)
	}
	switch {
	case n < 0 || n >= rows:
		return 0, fmt.Errorf("%w: %d of %d rows held out: want at least 0, and fewer than all", sdk.ErrBadInput, n, rows)
	case n > 0 && !validates:
		return 0, sdk.Hint(fmt.Errorf("hold out %d rows: model %s cannot be validated: %w", n, spec.Name, errors.ErrUnsupported),
			"let it learn from all rows: leave out --holdout")
	case req.Patience < 0:
		return 0, fmt.Errorf("%w: a patience of %d validations: want at least 0", sdk.ErrBadInput, req.Patience)
	case req.Patience > 0 && n == 0:
		return 0, sdk.Hint(fmt.Errorf("%w: a patience of %d validations, and no rows to validate on", sdk.ErrBadInput, req.Patience),
			"add --holdout, if the model can be validated, or leave out --patience")
	}
	return n, nil
}

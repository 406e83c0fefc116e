package sdk

import (
	"fmt"
	"math"
)

// Validated begins the names of figures about the rows that are held out:
// what [Validator] calls "loss" is a job's metric "val_loss".
const Validated = "val_"

// validations are so many in a job, at most; more would take from training.
const validations = 100

// A validation is what a job knows about the rows that it holds out.
type validation struct {
	model Validator
	rows  Rows
	best  float64 // the least loss so far
	since int     // validations after that
}

// prepareValidation puts rows aside, if the model can be validated on them.
func (j *Job) prepareValidation() error {
	j.held = nil
	v, err := As[Validator](j.model)
	if err != nil || j.HeldOut == 0 {
		return nil // nothing is held out
	}
	if err := j.checkHeldOut(); err != nil {
		return err
	}
	j.held = &validation{model: v, best: math.Inf(1)}
	j.Data, j.held.rows = HoldOut(j.Data, j.HeldOut)
	return nil
}

// validates reports whether an epoch that has ended is one with a validation:
// each of a hundred and fewer, of more that which ends a hundredth of them, as
// the last does. A training that has been told to stop does so first.
func (j *Job) validates() bool {
	if j.held == nil {
		return false
	}
	select {
	case <-j.Stop:
		return false
	default:
	}
	e, of := j.at.Epoch, max(j.at.Epochs, 1)
	return of <= validations || e*validations/of > (e-1)*validations/of
}

// validate returns the model's figures about the rows that are held out.
func (j *Job) validate() (Metrics, error) {
	m, err := j.held.model.Validate(j.ctx, j.held.rows)
	if err != nil {
		return nil, fmt.Errorf("validate after step %d: %w", j.at.Step, err)
	}
	if _, ok := m["loss"]; !ok {
		return nil, fmt.Errorf("%w: validate: the model gives no figure called loss", ErrProtocol)
	}
	figures := make(Metrics, len(m))
	for name, v := range m {
		figures[Validated+name] = v
	}
	return figures, j.checkFinite(figures)
}

// judge keeps the model if its loss is the least so far, and ends the training
// if it was not for too long.
func (j *Job) judge(loss float64) error {
	h := j.held
	if loss < h.best {
		h.best, h.since = loss, 0
		return j.checkpoint(true)
	}
	h.since++
	if j.Patience > 0 && h.since >= j.Patience && j.at.Step < j.at.Steps {
		j.tell(Event{Note: fmt.Sprintf("no better %sloss than %.6g in %d validations: the training ends at step %d of %d",
			Validated, h.best, h.since, j.at.Step, j.at.Steps)})
		j.at.Steps, j.at.Epochs = j.at.Step, j.at.Epoch // Batches heeds it
	}
	return nil
}

package sdk

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// A Measurer is a modality with figures of its own about how good generated
// rows are: what a person would hear or read in them and no general metric sees.
type Measurer interface {
	// Measure compares the rows of a comparison. Equal comparisons give equal
	// figures.
	Measure(ctx context.Context, space Space, c Comparison) ([]Measurement, error)
}

// A Comparison is rows that a model made, beside real ones.
type Comparison struct {
	Generated Batch
	Train     Batch // that the model learned from, as many as tell something
	Test      Batch // that it did not
	Seed      uint64

	// Decoded is what the model decodes of the rows of Test when it has encoded
	// them, and Halfway what it decodes halfway from each of these latents to the
	// next, and from the last to the first: a row each, or none where it cannot.
	Decoded, Halfway Batch

	// Scores are of the rows of Test, one each; none where they are not known.
	Scores []Score
}

// A Measurement is a figure about generated rows. Floor is what a trivial model
// gets, Ceiling what real rows get; nil is not known.
type Measurement struct {
	Name   string  // "js-4": lower case, digits, dashes
	Doc    string  // one line, with the paper
	Value  float64 // finite
	SE     float64 // standard error; 0 where none is known
	N      int     // rows that it is an estimate from
	Better string  // "higher" or "lower"; "" for a figure that explains others

	Floor, Ceiling *float64

	Note string // what it rests on; may be empty
}

// Validate reports what is wrong with a measurement.
func (m Measurement) Validate() error {
	numbers := []float64{m.Value, m.SE}
	for _, level := range []*float64{m.Floor, m.Ceiling} {
		if level != nil {
			numbers = append(numbers, *level)
		}
	}
	switch {
	case !validName.MatchString(m.Name):
		return fmt.Errorf("measurement %.80q: want a name of lower-case letters, digits and dashes", m.Name)
	case !oneLine(m.Doc) || m.Note != "" && !oneLine(m.Note):
		return fmt.Errorf("measurement %s: want a Doc, and a line each in Doc and Note", m.Name)
	case slices.ContainsFunc(numbers, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }):
		return fmt.Errorf("measurement %s: %g are not all finite: value, standard error, and levels", m.Name, numbers)
	case m.SE < 0 || m.N < 0:
		return fmt.Errorf("measurement %s: a standard error of %g, of %d rows", m.Name, m.SE, m.N)
	case !slices.Contains([]string{"", "higher", "lower"}, m.Better):
		return fmt.Errorf("measurement %s: %.80q is better, want higher, lower or nothing", m.Name, m.Better)
	}
	return nil
}

// A Prompter is a modality that can put a person's words into a row: the
// beginning of a text, the columns of a table.
type Prompter interface {
	// Prompt returns one row of the Space. Its numbers are those that the text
	// gives, and NaN where it leaves them open. A text that is not for rows of
	// this Space is [ErrBadInput].
	Prompt(ctx context.Context, space Space, text string) (Batch, error)
}

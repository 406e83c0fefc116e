package sdk

import (
	"fmt"
	"math"
	"slices"
)

// An Adjustable is a model that can be told how to make rows: by the
// temperature of what it draws, say.
type Adjustable interface {
	// Controls returns what the model heeds beside [Conditional.Conditions], under
	// names that no condition of the Space has. Their values are among the
	// conditions of a request and of latents, and of no other rows.
	Controls() []Control
}

// A Control says how rows are made, whatever they are of. It is asked for as a
// condition is: one of Values, or a number from Min to Max.
type Control struct {
	Condition
	Default float64 `json:"default"` // that holds where nobody asks; of Values, the index
}

// ConditionsOf returns controls as conditions, for [GenerateRequest.Check].
func ConditionsOf(controls []Control) []Condition {
	var all []Condition
	for _, c := range controls {
		all = append(all, c.Condition)
	}
	return all
}

// ValidateControls reports what is wrong with those of a model for rows of space.
func ValidateControls(controls []Control, space Space) error {
	for i, c := range controls {
		_, unknown := space.Condition(c.Name)
		twice := slices.ContainsFunc(controls[:i], func(b Control) bool { return b.Name == c.Name })
		switch {
		case !validName.MatchString(c.Name):
			return fmt.Errorf("control %.80q: want a name of lower-case letters, digits and dashes", c.Name)
		case !oneLine(c.Doc):
			return fmt.Errorf("control %s: want a Doc of one line", c.Name)
		case unknown == nil || twice:
			return fmt.Errorf("control %s: there is a condition or a control of this name", c.Name)
		case len(c.Values) == 0 && (!(c.Min < c.Max) || math.IsInf(c.Min, 0) || math.IsInf(c.Max, 0)):
			return fmt.Errorf("control %s: want values, or finite min < max", c.Name)
		case !distinctLines(c.Values):
			return fmt.Errorf("control %s: want values of a line each, no two of them equal", c.Name)
		case !c.Holds(float32(c.Default)):
			return fmt.Errorf("control %s: %g is its default, and not one of its values", c.Name, c.Default)
		}
	}
	return nil
}

// distinctLines reports whether values can be told apart by a person.
func distinctLines(values []string) bool {
	seen := map[string]bool{}
	for _, v := range values {
		if !oneLine(v) || seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

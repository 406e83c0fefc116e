// Package version compares versions and reads constraints on them:
//
//	1.2.3        that one         = 1.2.3 too
//	~> 1.2       1.2 or later, below 2
//	~> 1.2.3     1.2.3 or later, below 1.3
//	>= 1.0, < 3  both
//
// A version with a dash, such as 2.0.0-rc1, comes before 2.0.0 and is chosen
// only by a constraint that names it.
package version

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// Compare orders versions: it is negative when a comes before b.
func Compare(a, b string) int { return semver.Compare("v"+a, "v"+b) }

// IsValid reports whether s is a version, such as 1.2.3.
func IsValid(s string) bool { return semver.IsValid("v"+s) && strings.Count(s, ".") >= 2 }

// A Constraint says which versions will do. The zero value takes any that has
// no dash.
type Constraint struct {
	text  string
	rules []rule
}

type rule struct{ op, version string }

var validRule = regexp.MustCompile(`^\s*(~>|>=|<=|>|<|=|)\s*(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)\s*$`)

// Parse reads a constraint. The error is a [fault.ErrConfig].
func Parse(s string) (Constraint, error) {
	c := Constraint{text: s}
	if strings.TrimSpace(s) == "" {
		return c, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		m := validRule.FindStringSubmatch(part)
		if m == nil || !semver.IsValid("v"+m[2]) {
			err := fault.Mark(fault.ErrConfig, fmt.Errorf("%q is no constraint on versions", s))
			return Constraint{}, sdk.Hint(err, "such as 1.2.3, ~> 1.2 or >= 1.0, < 3")
		}
		c.rules = append(c.rules, expand(m[1], m[2])...)
	}
	return c, nil
}

// expand writes ~> as what it means.
func expand(op, v string) []rule {
	if op != "~>" {
		return []rule{{op, v}}
	}
	numbers := strings.Split(strings.SplitN(v, "-", 2)[0], ".")
	if len(numbers) > 1 {
		numbers = numbers[:len(numbers)-1]
	}
	last, _ := strconv.Atoi(numbers[len(numbers)-1])
	numbers[len(numbers)-1] = strconv.Itoa(last + 1)
	for len(numbers) < 3 { // a short version has no candidates
		numbers = append(numbers, "0")
	}
	return []rule{{">=", v}, {"<", strings.Join(numbers, ".") + "-0"}} // below its release candidates too
}

// Allows reports whether a version will do.
func (c Constraint) Allows(v string) bool {
	named := !strings.Contains(v, "-")
	for _, r := range c.rules {
		d := Compare(v, r.version)
		ok := map[string]bool{"": d == 0, "=": d == 0, ">=": d >= 0, "<=": d <= 0, ">": d > 0, "<": d < 0}[r.op]
		if !ok {
			return false
		}
		if strings.Contains(r.version, "-") && !strings.HasSuffix(r.version, "-0") {
			named = true
		}
	}
	return named
}

// Best returns the newest of the versions that will do. The error is a
// [fault.ErrNotFound] and says which there are.
func (c Constraint) Best(what string, versions []string) (string, error) {
	best := ""
	for _, v := range versions {
		if IsValid(v) && c.Allows(v) && (best == "" || Compare(v, best) > 0) {
			best = v
		}
	}
	if best != "" {
		return best, nil
	}
	known := slices.Clone(versions)
	slices.SortFunc(known, func(a, b string) int { return Compare(b, a) })
	if len(known) > 20 {
		known = append(known[:20], "...")
	}
	asked := "any version"
	if c.text != "" {
		asked = "version " + c.text
	}
	return "", sdk.Hint(fault.Mark(fault.ErrNotFound, fmt.Errorf("%s has no %s", what, asked)), sdk.Suggest("", known))
}

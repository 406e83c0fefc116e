package manifest

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// A Platform is a kind of machine. The system and the processor are those of
// Go, or "any".
type Platform struct {
	OS, Arch    string
	Accelerator string // such as "cuda12"; "" for the processor alone
}

// Here is the machine that this program runs on.
func Here() Platform { return Platform{OS: runtime.GOOS, Arch: runtime.GOARCH} }

func (p Platform) String() string {
	s := p.OS + "/" + p.Arch
	if p.Accelerator != "" {
		s += "/" + p.Accelerator
	}
	return s
}

var validPlatform = regexp.MustCompile(`^([a-z0-9]+)/([a-z0-9]+)(?:/([a-z0-9.]+))?$`)

// ParsePlatform reads linux/amd64, or linux/amd64/cuda12.
func ParsePlatform(s string) (Platform, error) {
	parts := validPlatform.FindStringSubmatch(s)
	if parts == nil {
		return Platform{}, sdk.Hint(fault.Mark(fault.ErrConfig, fmt.Errorf("platform %q: want system/processor", s)), "such as linux/amd64, or linux/amd64/cuda12")
	}
	p := Platform{parts[1], parts[2], parts[3]}
	if p.Accelerator == "cpu" {
		p.Accelerator = ""
	}
	return p, nil
}

// fits reports whether a program for p runs on the machine here.
func (p Platform) fits(here Platform) bool {
	return (p.OS == here.OS || p.OS == "any") && (p.Arch == here.Arch || p.Arch == "any") && p.Accelerator == here.Accelerator
}

// Choose returns the one of the platforms whose program runs on the machine
// here: one made for it rather than one for any. The error is an
// [fault.ErrNotFound] and says which there are.
func Choose(what string, platforms []Platform, here Platform) (Platform, error) {
	var names []string
	best, found := Platform{}, false
	for _, p := range platforms {
		names = append(names, p.String())
		if p.fits(here) && (!found || best.OS == "any" || best.Arch == "any") {
			best, found = p, true
		}
	}
	if found {
		return best, nil
	}
	slices.Sort(names)
	err := fault.Mark(fault.ErrNotFound, fmt.Errorf("%s is not made for %s", what, here))
	return Platform{}, sdk.Hint(err, "there is "+strings.Join(names, ", "))
}

// Target returns the target for the machine here. The error is a
// [fault.ErrNotFound] and says which there are.
func (m Manifest) Target(here Platform) (Target, error) {
	var platforms []Platform
	for _, t := range m.Targets {
		platforms = append(platforms, t.Platform)
	}
	p, err := Choose(m.Title(), platforms, here)
	if err != nil {
		return Target{}, err
	}
	return m.Targets[slices.Index(platforms, p)], nil
}

package registry

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A Sandbox says how a plugin is kept from what is not its business.
type Sandbox string

const (
	SandboxAuto    Sandbox = "auto"    // as far as the system can; the default
	SandboxRequire Sandbox = "require" // or the plugin is not started
	SandboxOff     Sandbox = "off"
)

// A Grant is what models.toml lets a plugin do.
type Grant struct {
	Sandbox Sandbox
	Network bool     // may it use the network?
	Env     []string // names of variables of the host's that it sees, besides the usual
	Memory  int64    // in bytes, how much it may use; 0 is as much as there is
}

var grantKeys = []string{"sandbox", "network", "env", "memory"}

// grant reads what a plugin's table lets it do.
func (t table) grant() (Grant, error) {
	g := Grant{Sandbox: SandboxAuto}
	mode, err := t.choice("sandbox", string(SandboxAuto), string(SandboxRequire), string(SandboxOff))
	if err != nil {
		return g, err
	}
	if mode != "" {
		g.Sandbox = Sandbox(mode)
	}
	if value, there := t.values["network"]; there {
		var ok bool
		if g.Network, ok = value.(bool); !ok {
			return g, t.errorf("network", "is %s: want true or false", kind(value))
		}
	}
	if g.Env, err = t.texts("env"); err != nil {
		return g, err
	}
	for _, name := range g.Env {
		if !validVariable.MatchString(name) {
			return g, sdk.Hint(t.errorf("env", "has %q: want names of variables", name), `such as env = ["CUDA_VISIBLE_DEVICES"]`)
		}
	}
	memory, err := t.text("memory")
	if err != nil || memory == "" {
		return g, err
	}
	if g.Memory, err = parseSize(memory); err != nil {
		return g, sdk.Hint(t.errorf("memory", "is %q: %w", memory, err), `such as memory = "4GiB"`)
	}
	return g, nil
}

var validVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// choice returns a text in t that must be one of a few, "" if there is none.
func (t table) choice(name string, choices ...string) (string, error) {
	s, err := t.text(name)
	if err != nil || s == "" || slices.Contains(choices, s) {
		return s, err
	}
	return "", sdk.Hint(t.errorf(name, "is %q", s), sdk.Suggest(s, choices))
}

// texts returns a list of texts in t, nil if there is none.
func (t table) texts(name string) ([]string, error) {
	value, there := t.values[name]
	if !there {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, t.errorf(name, "is %s: want a list of texts", kind(value))
	}
	var all []string
	for _, v := range list {
		s, ok := v.(string)
		if !ok || strings.TrimSpace(s) == "" {
			return nil, t.errorf(name, "has an element that is %s: want text in quotes", kind(v))
		}
		all = append(all, s)
	}
	return all, nil
}

var sizes = map[string]float64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

// parseSize reads a number of bytes, such as 1.5GiB.
func parseSize(s string) (int64, error) {
	unit := s[max(0, len(s)-3):]
	n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, unit)), 64)
	bytes := n * sizes[unit]
	if err != nil || !(bytes >= 1) || bytes >= math.MaxInt64 {
		return 0, fmt.Errorf("want a number and KiB, MiB, GiB or TiB")
	}
	return int64(bytes), nil
}

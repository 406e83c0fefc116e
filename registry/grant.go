package registry

import (
	"regexp"

	"github.com/genhost/genhost/registry/document"
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

// readGrant reads what a plugin's table lets it do.
func readGrant(t document.Table) (Grant, error) {
	g := Grant{Sandbox: SandboxAuto}
	mode, err := t.Choice("sandbox", string(SandboxAuto), string(SandboxRequire), string(SandboxOff))
	if err != nil {
		return g, err
	}
	if mode != "" {
		g.Sandbox = Sandbox(mode)
	}
	if g.Network, err = t.Bool("network"); err != nil {
		return g, err
	}
	if g.Env, err = t.Texts("env"); err != nil {
		return g, err
	}
	for _, name := range g.Env {
		if !validVariable.MatchString(name) {
			return g, sdk.Hint(t.Errorf("env", "has %q: want names of variables", name), `such as env = ["CUDA_VISIBLE_DEVICES"]`)
		}
	}
	g.Memory, err = t.Size("memory")
	return g, err
}

var validVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

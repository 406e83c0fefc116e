package host

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/registry"
)

// confine says what a plugin may do for an errand; nil is all that the user
// may.
func (h *Host) confine(p registry.Plugin, exe registry.Executable, e errand) (*sandbox.Sandbox, error) {
	required := p.Sandbox == registry.SandboxRequire
	switch {
	case p.Sandbox == registry.SandboxOff:
		return nil, nil
	case !h.gate && required:
		return nil, fmt.Errorf("%w: the program that asks for it begins none", sandbox.ErrLacking)
	case !h.gate:
		return nil, nil
	}
	return &sandbox.Sandbox{
		Require: required, Network: p.Network,
		Read: e.read, Write: e.write, Run: h.ownFiles(exe),
	}, nil
}

// heldBy says what a plugin that runs is kept from, and how.
func heldBy(p running) []string {
	if lines := p.Sandbox().Lines(); len(lines) > 0 {
		return lines
	}
	return []string{"off"}
}

// variables are those of the host's that models.toml lets a plugin see.
func variables(g registry.Grant) []string {
	var env []string
	for _, name := range g.Env {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// ownFiles are a plugin's package, or else its executable; for a script, the
// folder that this is in, if that can be thought to be the plugin's, and what its
// interpreter needs.
func (h *Host) ownFiles(exe registry.Executable) []string {
	own := h.interpreters(exe.Path)
	switch dir := filepath.Dir(exe.Path); {
	case exe.Dir != "":
		own = append(own, exe.Dir)
	case isScript(exe.Path) && !h.holdsAll(dir):
		own = append(own, dir)
	}
	return append(own, exe.Path)
}

// holdsAll reports whether a folder holds all that the user has, or this host.
func (h *Host) holdsAll(dir string) bool {
	everything := []string{h.dir, h.cache, os.TempDir()}
	if home, err := os.UserHomeDir(); err == nil {
		everything = append(everything, home)
	}
	for _, path := range everything {
		if real, err := realPath(path); err == nil && within(dir, real) {
			return true
		}
	}
	return false
}

// realPath is an absolute path without links.
func realPath(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(abs)
}

// within reports whether path is dir or something in it.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && (rel == "." || filepath.IsLocal(rel))
}

package host

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry"
)

// A program is started by what was opened to look at it, not by its name; one
// that has changed since it was found is not started.
func TestLauncher(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho started as $0 >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	exe, err := registry.Program(path)
	if err != nil {
		t.Fatal(err)
	}
	start := (&Host{}).launcher(registry.Plugin{Name: "p", Grant: registry.Grant{Sandbox: registry.SandboxOff}}, exe)
	if _, err := start(t.Context(), quick); err == nil || !strings.Contains(err.Error(), "started as /proc/self/fd/") {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := start(t.Context(), quick); !errors.Is(err, registry.ErrVerify) {
		t.Errorf("changed: %v", err)
	}
}

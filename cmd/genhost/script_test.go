package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	landlock "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/registry/oci/ocitest"
)

func TestMain(m *testing.M) {
	sandbox.Main()
	testscript.Main(tidy{m}, map[string]func(){"genhost": main})
}

// tidy runs the tests and removes what they built.
type tidy struct{ *testing.M }

func (m tidy) Run() int {
	defer os.RemoveAll(pluginDir)
	return m.M.Run()
}

var pluginDir = filepath.Join(os.TempDir(), fmt.Sprintf("genhost-plugins-%d", os.Getpid()))

// TestScript runs testdata/*.txtar, each in a folder of its own where bin
// holds the real plugins and those of testdata/plugins.
func TestScript(t *testing.T) {
	bin := plugins(t)
	cache, registry := t.TempDir(), ocitest.New(t)
	t.Cleanup(func() { writable(cache) })
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Condition: func(name string) (bool, error) {
			if name != "landlock" {
				return false, fmt.Errorf("no condition %s", name)
			}
			_, err := landlock.LandlockGetABIVersion()
			return err == nil, nil
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GENHOST_CACHE", cache)
			e.Setenv("REGISTRY", registry.Host)
			return os.Symlink(bin, filepath.Join(e.WorkDir, "bin"))
		},
	})
}

// writable makes folders such that what is in them can be removed: a store of
// plugins is read-only.
func writable(dir string) {
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
}

// plugins builds the plugins, once, and returns their folder.
func plugins(t *testing.T) string {
	t.Helper()
	if out, err := buildPlugins(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return pluginDir
}

var buildPlugins = sync.OnceValues(func() ([]byte, error) {
	sources, err := filepath.Glob("testdata/plugins/*")
	if err != nil {
		return nil, err
	}
	args := []string{"build", "-o", pluginDir + string(filepath.Separator), module + "plugins/..."}
	for _, s := range sources {
		args = append(args, "./"+s)
	}
	return exec.Command("go", args...).CombinedOutput()
})

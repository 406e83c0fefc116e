// Package host is what genhost does, as a library: one file for each verb of
// the command line.
//
// A [Host] finds plugins in models.toml, starts them when a verb needs them,
// moves rows between modalities, models and run directories, and stops them.
// It knows models only as [sdk.Model] and modalities only as [sdk.Modality]:
// there is no architecture, no file format and no plugin's name in it.
//
// Its errors wrap those of package sdk, [registry.ErrConfig],
// [registry.ErrNotFound] and [run.ErrNotFound], and carry [sdk.Hints].
package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// Version is this host's, as plugins and run directories are told.
const Version = "0.1.0"

// Options say where a host lives. The zero value is the current folder.
type Options struct {
	Dir   string       // holds models.toml and runs; "" is the current folder
	Cache string       // of builds, descriptions and datasets; "" is the user's
	Say   func(string) // hears what takes time, such as a build; may be nil

	// Gate says that the main of this program calls sandbox.Main before
	// anything else: plugins are then started in sandboxes.
	Gate bool
}

// A Host carries out verbs. It holds no process between them.
type Host struct {
	dir, cache string
	gate       bool
	say        func(string)
	registry   *registry.Registry
	install    func(context.Context, registry.Plugin) (installed, error)
}

// Open reads models.toml.
func Open(o Options) (*Host, error) {
	h, err := settle(o)
	if err != nil {
		return nil, err
	}
	h.registry, err = registry.Load(filepath.Join(h.dir, "models.toml"))
	return h, err
}

// settle makes a host that has read nothing.
func settle(o Options) (*Host, error) {
	h := &Host{dir: o.Dir, cache: o.Cache, gate: o.Gate, say: o.Say}
	if h.dir == "" {
		h.dir = "."
	}
	if h.say == nil {
		h.say = func(string) {}
	}
	if h.cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("find a folder for the cache: %w", err)
		}
		h.cache = filepath.Join(user, "genhost")
	}
	if err := os.MkdirAll(h.cache, 0o777); err != nil {
		return nil, sdk.Hint(fmt.Errorf("make the folder of the cache: %w", err), "set GENHOST_CACHE to a folder that you may write to")
	}
	h.install = h.executable
	return h, nil
}

// Runs is the folder of run directories.
func (o Options) Runs() string { return filepath.Join(o.Dir, "runs") }

// runs is the folder of run directories.
func (h *Host) runs() string { return Options{Dir: h.dir}.Runs() }

// Run opens a run by its name or path; "latest" is the newest.
func (h *Host) Run(name string) (*run.Run, error) { return run.Open(h.runs(), name) }

// threads is the number of threads that a request of n means.
func threads(n int) int {
	if n > 0 {
		return n
	}
	return runtime.NumCPU()
}

package host

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/genhost/genhost/host/process"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/install"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/sdk"
)

// Installer returns one that installs plugins for the models.toml in the
// options' folder, which need not be there yet. If frozen, its lock file stays
// as it is.
func (o Options) Installer(frozen bool) (install.Installer, error) {
	h, err := settle(o)
	if err != nil {
		return install.Installer{}, err
	}
	return install.Installer{
		Dir: h.dir, Builder: registry.Builder{Cache: h.cache, Notice: h.say}, Protocol: process.Protocol, Frozen: frozen,
		Describe: h.ask, Data: h.dataFor,
	}, nil
}

// Packer returns one that makes packages.
func (o Options) Packer() (pack.Packer, error) {
	h, err := settle(o)
	return pack.Packer{Protocol: process.Protocol, Say: o.Say, Describe: func(ctx context.Context, program string) (sdk.Plugin, error) {
		exe, err := registry.Program(program)
		if err != nil {
			return sdk.Plugin{}, err
		}
		return h.ask(ctx, filepath.Base(program), registry.Grant{Sandbox: registry.SandboxAuto}, exe)
	}}, err
}

// ask starts a program that may not be in models.toml yet, and asks it what it
// offers.
func (h *Host) ask(ctx context.Context, name string, grant registry.Grant, exe registry.Executable) (sdk.Plugin, error) {
	return describe(ctx, name, h.launcher(registry.Plugin{Name: name, Grant: grant}, exe))
}

// dataFor finds a modality among the plugins that are installed which a model
// is for, and data that it carries.
func (h *Host) dataFor(ctx context.Context, m manifest.Model) (modality, data string) {
	r, err := registry.Load(filepath.Join(h.dir, "models.toml"))
	if err != nil {
		return "", "" // there are none yet
	}
	h.registry = r
	for _, p := range r.Plugins {
		if p.Pin == nil || !p.Pin.Pinned {
			continue // to build them all would take too long
		}
		in, err := h.plugin(ctx, p.Name)
		if err != nil {
			continue // whoever uses it is told
		}
		for _, offered := range in.sdk.Modalities {
			if len(offered.Datasets) > 0 && (len(m.Modalities) == 0 || slices.Contains(m.Modalities, offered.Name)) {
				return offered.Name, offered.Datasets[0].Name
			}
		}
	}
	return "", ""
}

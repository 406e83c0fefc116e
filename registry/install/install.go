package install

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// Install installs a plugin, and adds it to models.toml with its models. A
// models.toml that is not there is made. A plugin that it has already, from the
// same source, is upgraded: on the terms of its entry, but for what the request
// says otherwise.
func (in Installer) Install(ctx context.Context, req Request) (Installed, error) {
	if req.Source == "" {
		return Installed{}, fault.Mark(fault.ErrConfig, errors.New("the source is empty"))
	}
	if req.As != "" {
		if err := registry.CheckName(req.As); err != nil {
			return Installed{}, fmt.Errorf("--as %w", err)
		}
	}
	r, err := in.load()
	if err != nil {
		return Installed{}, err
	}
	w, err := in.want(r, req)
	if err != nil {
		return Installed{}, err
	}
	got, err := in.obtain(ctx, w)
	if err != nil {
		return Installed{}, about(req.Source, err)
	}
	req.As = cmp.Or(req.As, got.pin.Package)
	got.installed.Name, got.pin.Name = req.As, req.As
	err = got.undo(in.commit(ctx, got, func(r *registry.Registry) (string, error) {
		return in.added(ctx, r, &got, req)
	}))
	if err != nil {
		return Installed{}, about(req.Source, err)
	}
	return got.installed, nil
}

// about says which source an error is about, if it does not itself.
func about(source string, err error) error {
	ref, bad := oci.Parse(source)
	if bad == nil && strings.Contains(err.Error(), ref.Place()) || strings.Contains(err.Error(), source+":") {
		return err
	}
	return fmt.Errorf("%s: %w", source, err)
}

// Restore installs what models.toml and models.lock.toml say, of the plugins
// that are named, or of all: exactly what is pinned, and the rest anew. What is
// there already is looked at.
func (in Installer) Restore(ctx context.Context, names ...string) ([]Installed, error) {
	r, plugins, err := in.choose(names)
	if err != nil {
		return nil, err
	}
	var all []Installed
	for _, p := range plugins {
		if len(names) == 0 && !in.installs(p) {
			continue
		}
		i, err := in.restore(ctx, r, p)
		if err != nil {
			return all, fmt.Errorf("%s:%d: plugin %s: %w", r.Path, p.Line, p.Name, err)
		}
		all = append(all, i)
	}
	return all, nil
}

// choose reads models.toml, and finds the plugins that are named, or all.
func (in Installer) choose(names []string) (*registry.Registry, []registry.Plugin, error) {
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		return r, r.Plugins, nil
	}
	var plugins []registry.Plugin
	for _, name := range names {
		p, err := r.Plugin(name)
		if err != nil {
			return r, nil, err
		}
		plugins = append(plugins, p)
	}
	return r, plugins, nil
}

// installs reports whether a plugin is one that is installed, and not one
// that somebody is making.
func (in Installer) installs(p registry.Plugin) bool {
	return p.Pin != nil && p.Pin.Pinned || p.NeedsInstall()
}

func (in Installer) restore(ctx context.Context, r *registry.Registry, p registry.Plugin) (Installed, error) {
	pinned := p.Pin != nil && p.Pin.Pinned && p.CheckPin() == nil
	w := in.wantAgain(r, p)
	w.restoring = pinned
	if pinned {
		hash, err := p.Pin.Tree(w.here)
		if err != nil {
			return Installed{}, err
		}
		if in.Builder.Store().Check(hash) == nil {
			return in.present(p, hash)
		}
		if isOCI(p.Source) {
			w.digest = p.Pin.Archive
		}
		if in.From != "" {
			if w.copy, err = copyIn(in.From, p); err != nil {
				return Installed{}, err
			}
		}
	}
	got, err := in.obtain(ctx, w)
	if err != nil {
		return Installed{}, err
	}
	got.named(p)
	if pinned && !maps.Equal(got.pin.Trees, p.Pin.Trees) {
		err := fault.Mark(fault.ErrVerify, fmt.Errorf("it is not what %s pins", lock.Name))
		return Installed{}, got.undo(sdk.Hint(err, "if its publisher has put something new there, and you want that: genhost plugin upgrade "+p.Name))
	}
	if pinned && p.Pin.Archive == "" { // its copy is an archive, where the source is a folder
		got.pin.Archive = ""
	}
	return got.installed, got.undo(in.commit(ctx, got, unchanged))
}

// named gives what was obtained the name of a plugin in models.toml, and what
// that grants it.
func (o *obtained) named(p registry.Plugin) {
	o.installed.Name, o.pin.Name = p.Name, p.Name
	o.installed.Granted = grants(p.Grant, o.manifest.Needs)
}

// unchanged leaves models.toml as it is.
func unchanged(*registry.Registry) (string, error) { return "", nil }

// present is what is known of a plugin that is there.
func (in Installer) present(p registry.Plugin, hash string) (Installed, error) {
	dir, err := in.Builder.Store().Path(hash)
	if err != nil {
		return Installed{}, err
	}
	m, err := manifest.Read(dir)
	if err != nil {
		return Installed{}, err
	}
	i := describe(m, p.Pin.Source)
	i.Name, i.Tree, i.Signer, i.Target = p.Name, hash, p.Pin.Signer, targetOf(p.Pin.Trees, hash)
	verdict := sign.Trusts(p.Keys(), p.Pin.Package, p.Pin.Voucher(), in.now())
	i.Signature, i.Granted = verdict.String(), grants(p.Grant, m.Needs)
	if p.Pin.Voucher() == "" {
		i.Signer = ""
	}
	_, err = p.Verify.Judge(verdict)
	return i, err
}

func targetOf(trees map[string]string, hash string) string {
	for _, target := range slices.Sorted(maps.Keys(trees)) {
		if trees[target] == hash {
			return target
		}
	}
	return ""
}

// Upgrade installs what a plugin's source holds now, of the versions that
// models.toml wants or, if one is given, of that version.
func (in Installer) Upgrade(ctx context.Context, name string, req Request) (Installed, error) {
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		return Installed{}, err
	}
	p, err := r.Plugin(name)
	if err != nil {
		return Installed{}, err
	}
	if !in.installs(p) {
		err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s:%d: plugin %s is not installed, but %s is used as it is", r.Path, p.Line, name, p.Source))
		return Installed{}, sdk.Hint(err, "build it, or let genhost: it builds the folder of a Go package when it has changed")
	}
	w := in.wantAgain(r, p)
	w.acceptSigner = req.AcceptSigner
	if req.Version != "" {
		w.version = req.Version
	}
	if req.SHA256 != "" {
		w.sha256 = req.SHA256
	}
	got, err := in.obtain(ctx, w)
	if err != nil {
		return Installed{}, fmt.Errorf("%s:%d: plugin %s: %w", r.Path, p.Line, p.Name, err)
	}
	got.named(p)
	return got.installed, got.undo(in.commit(ctx, got, func(*registry.Registry) (string, error) { return in.updated(p, w) }))
}

// load reads models.toml, or makes an empty registry where there is none.
func (in Installer) load() (*registry.Registry, error) {
	if _, err := os.Stat(in.modelsFile()); errors.Is(err, os.ErrNotExist) {
		return registry.Parse(in.modelsFile(), emptyModels)
	}
	return registry.Load(in.modelsFile())
}

// want says what a request asks for: of a plugin that models.toml has, what
// that says, and over it what the request does.
func (in Installer) want(r *registry.Registry, req Request) (wanted, error) {
	w, err := in.wantNew(r, req)
	if err != nil {
		return w, err
	}
	p, ok := already(r, w, req.As)
	if !ok {
		return w, nil
	}
	again := in.wantAgain(r, p)
	again.version, again.sha256 = cmp.Or(w.version, p.Version), cmp.Or(w.sha256, p.SHA256)
	again.here.Accelerator, again.acceptSigner = cmp.Or(req.Accelerator, p.Accelerator), req.AcceptSigner
	return again, nil
}

// already returns the plugin of models.toml that is meant by a source and a
// name. Without a name, it is the one that has its package's, as far as that is
// known before there is a package.
func already(r *registry.Registry, w wanted, name string) (registry.Plugin, bool) {
	for _, p := range r.Plugins {
		same := p.Source == w.source || w.path != "" && p.Path == w.path
		named := p.Name == name || name == "" && (p.Pin == nil || p.Pin.Package == "" || p.Pin.Package == p.Name)
		if same && named {
			return p, true
		}
	}
	return registry.Plugin{}, false
}

// wantNew says what a request asks for of a plugin that models.toml does not
// have.
func (in Installer) wantNew(r *registry.Registry, req Request) (wanted, error) {
	w := wanted{
		source: req.Source, version: req.Version, sha256: strings.TrimPrefix(strings.ToLower(req.SHA256), "sha256:"),
		here: manifest.Here(), grant: registry.Grant{Sandbox: registry.SandboxAuto},
		verify: r.Verify, keys: r.Keys, acceptSigner: req.AcceptSigner,
	}
	w.here.Accelerator = req.Accelerator
	if registry.IsRemote(req.Source) {
		var err error
		w.source, err = in.fromHere(req.Source)
		return w, err
	}
	path, err := filepath.Abs(req.Source)
	if err != nil {
		return w, err
	}
	w.path = path
	if w.source = path; !filepath.IsAbs(req.Source) {
		w.source, err = in.relative(path)
	}
	return w, err
}

// relative writes a path as models.toml has it: from its own folder.
func (in Installer) relative(path string) (string, error) {
	dir, err := filepath.Abs(in.Dir)
	if err != nil {
		return "", err
	}
	rest, err := filepath.Rel(dir, path)
	if err != nil {
		return path, nil // on another drive
	}
	if rest = filepath.ToSlash(rest); !strings.HasPrefix(rest, "../") && rest != ".." {
		rest = "./" + rest
	}
	return rest, nil
}

// wantAgain says what models.toml asks for.
func (in Installer) wantAgain(r *registry.Registry, p registry.Plugin) wanted {
	return wanted{
		name: p.Name, source: p.Source, path: p.Path, version: p.Version, sha256: p.SHA256, here: p.Platform(),
		grant: p.Grant, verify: p.Verify, insists: p.Insists, keys: r.Keys, pin: p.Pin,
	}
}

// fromHere writes a layout's folder, which a person gives from where they are,
// as models.toml has it. Other references stay.
func (in Installer) fromHere(source string) (string, error) {
	if !isOCI(source) {
		return source, nil
	}
	ref, err := oci.Parse(source)
	if err != nil || ref.Layout == "" || filepath.IsAbs(ref.Layout) {
		return source, err
	}
	path, err := filepath.Abs(ref.Layout)
	if err != nil {
		return "", err
	}
	ref.Layout, err = in.relative(path)
	return ref.String(), err
}

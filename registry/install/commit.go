package install

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/sdk"
)

const emptyModels = "schema = 1\n"

// alone keeps others from changing models.toml and its lock file.
func (in Installer) alone(ctx context.Context) (unlock func(), err error) {
	dir, err := filepath.Abs(in.Dir)
	if err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return in.Builder.Store().Lock(ctx, fmt.Sprintf("models-%x", sha256.Sum256([]byte(dir))))
}

// commit writes the lock file, and models.toml as edit says: "" leaves it. Edit
// is given what models.toml says now, which may be other than it was.
func (in Installer) commit(ctx context.Context, got obtained, edit func(*registry.Registry) (string, error)) error {
	unlock, err := in.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	r, err := in.load()
	if err != nil {
		return err
	}
	text, err := edit(r)
	if err != nil {
		return err
	}
	if text != "" {
		if _, err := registry.Parse(r.Path, text); err != nil {
			return sdk.Hint(fmt.Errorf("%s cannot be changed by a program: %w", r.Path, err), "add it by hand: source = "+document.Quote(got.pin.Source))
		}
	}
	pinned := r.Lock.With(got.pin)
	if err := in.writeLock(r.Lock, pinned); err != nil {
		return err
	}
	for _, hash := range treesOf(got.pin) {
		path, err := filepath.Abs(pinned.Path)
		if err != nil {
			return err
		}
		if in.Builder.Store().Has(hash) {
			if err := in.Builder.Store().Use(hash, path); err != nil {
				return err
			}
		}
	}
	if text != "" {
		return lock.WriteFile(r.Path, text)
	}
	return nil
}

// writeLock writes the lock file, unless it is to stay as it is.
func (in Installer) writeLock(old, new lock.File) error {
	if old.Text() == new.Text() {
		return nil
	}
	if in.Frozen {
		err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s would change, and it is frozen", new.Path))
		return sdk.Hint(err, "run the command where it may change, and commit the file; or add --frozen=false")
	}
	return new.Write()
}

// added is models.toml with a plugin and its models, or with what a plugin that
// is there already is now told. What was obtained is held to the terms that
// models.toml has for one of its name, which was not known before.
func (in Installer) added(ctx context.Context, r *registry.Registry, got *obtained, req Request) (string, error) {
	i, m := &got.installed, got.manifest
	w, err := in.want(r, req)
	if err != nil {
		return "", err
	}
	if before, ok := r.Lock.Plugin(i.Name); ok {
		w.pin = &before
	}
	if err := in.meets(*got, w); err != nil {
		return "", err
	}
	if p, err := r.Plugin(i.Name); err == nil {
		if p.Source != w.source {
			err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s:%d: there is a plugin %s already, from %s", r.Path, p.Line, p.Name, p.Source))
			return "", sdk.Hint(err, fmt.Sprintf("give this one another name with --as NAME; or, to go on to it, set source = %q there, and genhost plugin upgrade %s", w.source, p.Name))
		}
		i.Granted = grants(p.Grant, m.Needs)
		return in.updated(p, w)
	}
	text, err := textOf(r)
	if err != nil {
		return "", err
	}
	e := document.Edit{Text: text}
	e.Append(pluginText(*i, w, req))
	i.Granted = req.Grant || grants(registry.Grant{}, m.Needs)
	for _, model := range m.Models {
		name, ok := freeName(r, *i, model.Name)
		if !ok {
			i.Warnings = append(i.Warnings, fmt.Sprintf("models.toml has a model %s already: the plugin's is not added", model.Name))
			continue
		}
		i.Added = append(i.Added, name)
		e.Append(in.modelText(ctx, name, i.Name, model))
	}
	return e.Text, nil
}

func textOf(r *registry.Registry) (string, error) {
	if r.Path == "" || len(r.Plugins)+len(r.Models) == 0 {
		if text, err := document.ReadFile(r.Path); err == nil {
			return text, nil
		}
		return emptyModels, nil
	}
	return document.ReadFile(r.Path)
}

// pluginText is a plugin's table in models.toml.
func pluginText(i Installed, w wanted, req Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s %s: %s\n[plugins.%s]\nsource = %s\n", i.Package, i.Version, i.Summary, i.Name, document.Quote(w.source))
	for _, pair := range [][2]string{{"version", w.version}, {"sha256", w.sha256}, {"accelerator", w.here.Accelerator}} {
		if pair[1] != "" {
			fmt.Fprintf(&b, "%s = %s\n", pair[0], document.Quote(pair[1]))
		}
	}
	comment := "# "
	if req.Grant {
		comment = ""
	}
	if i.Needs.Network {
		fmt.Fprintf(&b, "%snetwork = true # it asks for this\n", comment)
	}
	if len(i.Needs.Env) > 0 {
		fmt.Fprintf(&b, "%senv = %s # it asks for these\n", comment, document.QuoteAll(i.Needs.Env))
	}
	return b.String()
}

// grants reports whether a plugin gets what it needs.
func grants(g registry.Grant, n manifest.Needs) bool {
	for _, name := range n.Env {
		if !slices.Contains(g.Env, name) {
			return false
		}
	}
	return g.Network || !n.Network
}

// freeName is a name for a plugin's model in models.toml, if there is one.
func freeName(r *registry.Registry, i Installed, model string) (string, bool) {
	names := []string{model, i.Name + "-" + model}
	if i.Name != i.Package {
		names = []string{i.Name + "-" + model}
		if len(i.Models) == 1 {
			names = []string{i.Name, i.Name + "-" + model}
		}
	}
	for _, name := range names {
		if _, err := r.Model(name); err != nil {
			return name, true
		}
	}
	return "", false
}

// modelText is a model's table in models.toml.
func (in Installer) modelText(ctx context.Context, name, plugin string, m manifest.Model) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[models.%s]\nplugin = %s\n", name, document.Quote(plugin))
	if name != m.Name {
		fmt.Fprintf(&b, "model = %s\n", document.Quote(m.Name))
	}
	var modality, data string
	if in.Data != nil {
		modality, data = in.Data(ctx, m)
	}
	if modality != "" {
		fmt.Fprintf(&b, "modality = %s\n", document.Quote(modality))
	}
	if data != "" {
		fmt.Fprintf(&b, "data = %s # or a path\n", document.Quote(data))
	}
	return b.String()
}

// updated is models.toml with what an upgrade was told, or "" for nothing.
func (in Installer) updated(p registry.Plugin, w wanted) (string, error) {
	if w.version == p.Version && w.sha256 == p.SHA256 && w.here.Accelerator == p.Accelerator {
		return "", nil
	}
	text, err := document.ReadFile(in.modelsFile())
	if err != nil {
		return "", err
	}
	e := document.Edit{Text: text}
	for _, pair := range [][3]string{{"version", w.version, p.Version}, {"sha256", w.sha256, p.SHA256}, {"accelerator", w.here.Accelerator, p.Accelerator}} {
		if pair[1] != pair[2] && !e.Set([]string{"plugins", p.Name}, pair[0], pair[1]) {
			err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s has no table [plugins.%s]", in.modelsFile(), p.Name))
			return "", sdk.Hint(err, fmt.Sprintf("write %s = %s by hand", pair[0], document.Quote(pair[1])))
		}
	}
	return e.Text, nil
}

package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// States of plugins.
const (
	Ready   = "ready"         // it is installed
	Loose   = "not pinned"    // it is a program or the source of one, used as it is
	Missing = "not installed" // it has to be
	Differs = "differs"       // models.toml and the lock file do
)

// A Listed plugin is one of models.toml at a glance.
type Listed struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Source  string `json:"source"`
	Signer  string `json:"signer,omitempty"`
	Tree    string `json:"tree,omitempty"`
	State   string `json:"state"`
}

// List lists the plugins of models.toml. It looks into none of them.
func (in Installer) List() ([]Listed, error) {
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		return nil, err
	}
	all := []Listed{}
	for _, p := range r.Plugins {
		l := Listed{Name: p.Name, Source: p.Source, State: Missing}
		switch {
		case !in.installs(p):
			l.State = Loose
		case p.Pin != nil && p.CheckPin() != nil:
			l.State = Differs
		case p.Pin != nil:
			l.Version = p.Pin.Version
			if p.Pin.Voucher() != "" {
				l.Signer = p.Pin.Signer
			}
			if l.Tree, err = p.Pin.Tree(p.Platform()); err == nil && in.Builder.Store().Has(l.Tree) {
				l.State = Ready
			}
		}
		all = append(all, l)
	}
	return all, nil
}

// A Checked plugin is one that was looked at.
type Checked struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	State   string `json:"state"`
	Problem string `json:"problem,omitempty"`
}

// Verify looks at all files of the plugins that are named, or of all that are
// installed, and at who signed them. What is wrong is in the error too.
func (in Installer) Verify(ctx context.Context, names ...string) ([]Checked, error) {
	r, plugins, err := in.choose(names)
	if err != nil {
		return nil, err
	}
	all := []Checked{}
	var failed error
	for _, p := range plugins {
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		c := Checked{Name: p.Name, State: Loose}
		if in.installs(p) {
			c.State = Ready
			if p.Pin != nil {
				c.Version = p.Pin.Version
			}
			if err := in.verify(p); err != nil {
				c.State, c.Problem = "bad", err.Error()
				failed = errors.Join(failed, fmt.Errorf("%s:%d: plugin %s: %w", r.Path, p.Line, p.Name, err))
			}
		}
		all = append(all, c)
	}
	return all, failed
}

func (in Installer) verify(p registry.Plugin) error {
	if err := p.CheckPin(); err != nil {
		return err
	}
	hash, err := p.Pin.Tree(p.Platform())
	if err != nil {
		return err
	}
	if err := in.Builder.Store().Check(hash); err != nil {
		return err
	}
	_, err = p.Verify.Judge(sign.Trusts(p.Keys(), p.Pin.Package, p.Pin.Voucher(), in.now()))
	return err
}

// Remove takes a plugin out of models.toml and the lock file, with its models,
// and returns the names of these. A model that has settings is only taken out
// if models is set: somebody may have thought about them.
func (in Installer) Remove(ctx context.Context, name string, models bool) ([]string, error) {
	unlock, err := in.alone(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		return nil, err
	}
	if _, err := r.Plugin(name); err != nil {
		return nil, err
	}
	text, err := document.ReadFile(r.Path)
	if err != nil {
		return nil, err
	}
	e := document.Edit{Text: text}
	e.Remove("plugins", name)
	var removed []string
	for _, m := range r.Models {
		if m.Plugin != name {
			continue
		}
		if (m.Settings != nil || m.Read != nil) && !models {
			err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s:%d: the model %s, which has settings, needs the plugin %s", r.Path, m.Line, m.Name, name))
			return nil, sdk.Hint(err, "add --models to remove the plugin's models with all their settings")
		}
		e.Remove("models", m.Name)
		removed = append(removed, m.Name)
	}
	after, err := registry.Parse(r.Path, e.Text)
	if err != nil || len(after.Plugins) != len(r.Plugins)-1 || len(after.Models) != len(r.Models)-len(removed) {
		err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s cannot be changed by a program", r.Path))
		return nil, sdk.Hint(err, fmt.Sprintf("remove the plugin %s and its models by hand", name))
	}
	if err := in.writeLock(r.Lock, r.Lock.Without(name)); err != nil {
		return nil, err
	}
	return removed, lock.WriteFile(r.Path, e.Text)
}

// Lock makes the lock file name the plugins of models.toml and no others. If
// check is set, it changes nothing, and what would be changed is an error.
func (in Installer) Lock(ctx context.Context, check bool) error {
	unlock, err := in.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		return err
	}
	f, stale, missing := r.Lock, []string{}, []string{}
	for _, p := range r.Lock.Plugins {
		if _, err := r.Plugin(p.Name); err != nil {
			f, stale = f.Without(p.Name), append(stale, p.Name)
		}
	}
	for _, p := range r.Plugins {
		if !in.installs(p) {
			if p.Pin == nil || p.Pin.Source != p.Source { // else it may say more of it
				f, missing = f.With(lock.Plugin{Name: p.Name, Source: p.Source}), append(missing, p.Name)
			}
			continue
		}
		if err := p.CheckPin(); err != nil {
			return fmt.Errorf("%s:%d: plugin %s: %w", r.Path, p.Line, p.Name, err)
		}
	}
	if !check {
		return in.writeLock(r.Lock, f)
	}
	if len(stale) > 0 {
		err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s pins %s, which models.toml does not have", r.Lock.Path, strings.Join(stale, ", ")))
		return sdk.Hint(err, "genhost plugin lock")
	}
	if len(missing) > 0 {
		err := fault.Mark(fault.ErrConfig, fmt.Errorf("%s does not say of %s that it is not pinned", r.Lock.Path, strings.Join(missing, ", ")))
		return sdk.Hint(err, "genhost plugin lock")
	}
	return nil
}

// Prune removes what the store holds for nobody: packages that no lock file
// names, of those that did when they were installed.
func (in Installer) Prune(ctx context.Context) ([]string, error) {
	removed, err := in.Builder.Store().Prune(ctx, func(path, hash string) bool {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return false
		}
		f, err := lock.Read(path)
		return err != nil || f.Names(hash) // it cannot be read just now: it may well be
	})
	slices.Sort(removed)
	return removed, err
}

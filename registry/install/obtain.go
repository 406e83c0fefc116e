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

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/registry/version"
	"github.com/genhost/genhost/sdk"
)

// An obtained plugin is in the store, and has been found to be good.
type obtained struct {
	installed Installed
	manifest  manifest.Manifest
	pin       lock.Plugin
	verdict   sign.Verdict          // on what is pinned
	undo      func(err error) error // is called at the end with what went wrong, or nil
}

// obtain gets what is wanted into the store.
func (in Installer) obtain(ctx context.Context, w wanted) (obtained, error) {
	if w.path != "" && isSource(w.path) {
		return in.obtainSource(ctx, w)
	}
	dir, done, err := in.Builder.Store().Temp()
	if err != nil {
		return obtained{}, err
	}
	defer done()
	f, err := in.fetch(ctx, w, dir)
	if err != nil {
		return obtained{}, err
	}
	m := f.bundle.Manifest
	if err := in.acceptable(m, w); err != nil {
		return obtained{}, err
	}
	verdict, err := f.verdict(m.Name)
	if err != nil {
		return obtained{}, err
	}
	warnings, err := judge(w, verdict)
	if err != nil {
		return obtained{}, err
	}
	p, err := f.bundle.Package(w.here)
	if err != nil {
		return obtained{}, err
	}
	exe, undo, err := in.store(ctx, w, m, p.Tree, p.Dir)
	if err != nil {
		return obtained{}, err
	}
	o := obtained{installed: describe(m, w.source), manifest: m, undo: undo, verdict: verdict, pin: lock.Plugin{
		Source: w.source, Constraint: w.version, Pinned: true, Package: m.Name, Version: m.Version,
		Archive: f.archive, Signer: verdict.Signer, Key: verdict.Key, Trees: f.trees,
	}}
	if w.verify == sign.Off && w.pin != nil {
		o.pin.Signer, o.pin.Key = w.pin.Signer, w.pin.Key
		o.pin.Unverified = w.pin.Key != "" && (w.pin.Unverified || !maps.Equal(o.pin.Trees, w.pin.Trees))
	}
	o.installed.Tree, o.installed.Target = exe.Tree, p.Platform.String()
	o.installed.Signer, o.installed.Signature, o.installed.Warnings = verdict.Signer, verdict.String(), warnings
	o.installed.Changed = w.pin == nil || !slices.Contains(treesOf(*w.pin), exe.Tree)
	return o, nil
}

func treesOf(p lock.Plugin) []string {
	var all []string
	for _, hash := range p.Trees {
		all = append(all, hash)
	}
	return all
}

// acceptable reports a plugin that this host cannot talk with, or that is not
// of the version that is wanted.
func (in Installer) acceptable(m manifest.Manifest, w wanted) error {
	if err := m.Speaks(in.Protocol); err != nil {
		return err
	}
	c, err := version.Parse(w.version)
	if err != nil {
		return err
	}
	if w.version == "" {
		return nil
	}
	_, err = c.Best(m.Name, []string{m.Version})
	return err
}

// meets reports what was obtained, on some terms, where it does not meet
// others.
func (in Installer) meets(got obtained, w wanted) error {
	if !got.pin.Pinned {
		return nil // it is the user's own, and found when it is used
	}
	if err := in.acceptable(got.manifest, w); err != nil {
		return err
	}
	if w.sha256 != "" && got.pin.Archive != "sha256:"+w.sha256 {
		err := fmt.Errorf("it is %s, and not sha256:%s", cmp.Or(got.pin.Archive, "no archive"), w.sha256)
		return sdk.Hint(fault.Mark(fault.ErrVerify, err), "it is another than it should be: ask its publisher")
	}
	_, err := judge(w, got.verdict)
	return err
}

// judge says what the policy makes of who signed a package, and refuses one
// that another has signed than before.
func judge(w wanted, verdict sign.Verdict) (warnings []string, err error) {
	warning, err := w.verify.Judge(verdict)
	if err != nil {
		return nil, err
	}
	if w.pin != nil {
		if err := sameSigner(w, *w.pin, verdict.Signer, verdict.Key); err != nil {
			return nil, err
		}
	}
	if warning != "" && !(w.path != "" && verdict.Problem == sign.Unsigned().Problem && isLoose(w.path)) {
		warnings = append(warnings, warning)
	}
	return warnings, nil
}

// sameSigner reports a package that another has signed than the one before.
func sameSigner(w wanted, before lock.Plugin, signer, key string) error {
	if !before.Pinned || before.Key == "" || before.Key == key || w.verify == sign.Off || w.acceptSigner {
		return nil
	}
	err := fmt.Errorf("it was signed by %s, and now by %s", before.Signer, cmp.Or(signer, "nobody"))
	if signer == before.Signer {
		err = fmt.Errorf("it was signed by %s, and now with another key of that name", signer)
	}
	return sdk.Hint(fault.Mark(fault.ErrVerify, err), "if that is right, add --accept-new-signer")
}

// isLoose reports whether a path is something of the user's own making, for
// which nobody expects a signature.
func isLoose(path string) bool {
	return isSource(path) || manifest.IsPackage(path) || !archive.Is(path)
}

// store puts a tree into the store, and asks its program whether it is what the
// manifest says. Undo takes it out again if something went wrong; until it is
// called, nobody prunes the tree.
func (in Installer) store(ctx context.Context, w wanted, m manifest.Manifest, hash, dir string) (exe registry.Executable, undo func(error) error, err error) {
	there := in.Builder.Store().Has(hash)
	release, err := in.Builder.Store().Add(ctx, hash, dir)
	if err != nil {
		return registry.Executable{}, nil, err
	}
	undo = func(err error) error {
		release()
		if err != nil && !there {
			err = errors.Join(err, in.Builder.Store().Discard(hash))
		}
		return err
	}
	exe, err = in.Builder.Package(hash, w.here)
	if err == nil {
		err = in.ask(ctx, w, m, exe)
	}
	if err != nil {
		return registry.Executable{}, nil, undo(err)
	}
	return exe, undo, nil
}

func (in Installer) ask(ctx context.Context, w wanted, m manifest.Manifest, exe registry.Executable) error {
	says, err := in.Describe(ctx, m.Name, w.grant, exe)
	if err != nil {
		return err
	}
	return m.Check(says)
}

// isSource reports whether a path is the folder of a Go package, which is built
// when it is used, and not installed.
func isSource(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() && !manifest.IsPackage(path)
}

// obtainSource builds a Go package and asks it. Nothing of it is pinned.
func (in Installer) obtainSource(ctx context.Context, w wanted) (obtained, error) {
	name := cmp.Or(w.name, filepath.Base(w.path))
	exe, err := in.Builder.Executable(ctx, registry.Plugin{Name: name, Source: w.source, Path: w.path, Insists: w.insists})
	if err != nil {
		return obtained{}, err
	}
	says, err := in.Describe(ctx, name, w.grant, exe)
	if err != nil {
		return obtained{}, err
	}
	draft, err := manifest.ReadDraft(w.path)
	if err != nil {
		return obtained{}, err
	}
	m, err := manifest.Describe(says, in.Protocol, draft)
	if err != nil {
		return obtained{}, err
	}
	o := obtained{
		installed: describe(m, w.source), manifest: m, undo: func(err error) error { return err },
		pin: lock.Plugin{Source: w.source, Package: m.Name},
	}
	o.installed.Signature, o.installed.Changed = "it is built from source", true
	return o, nil
}

// describe is what a manifest says.
func describe(m manifest.Manifest, source string) Installed {
	i := Installed{
		Name: m.Name, Package: m.Name, Version: m.Version, Summary: m.Summary, Licence: m.Licence, Source: source,
		Models: []string{}, Modalities: []string{}, Needs: m.Needs,
	}
	for _, model := range m.Models {
		i.Models = append(i.Models, model.Name)
	}
	for _, modality := range m.Modalities {
		i.Modalities = append(i.Modalities, modality.Name)
	}
	return i
}

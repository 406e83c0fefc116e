package install

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A Step is one of those by which a plugin's program is found.
type Step struct {
	Where string `json:"where"`
	OK    bool   `json:"ok"` // false: here it ends, or this one is not taken
	What  string `json:"what"`
}

// A walk is the steps so far.
type walk []Step

func (w *walk) yes(where, format string, args ...any) {
	*w = append(*w, Step{where, true, fmt.Sprintf(format, args...)})
}

func (w *walk) no(where, format string, args ...any) {
	*w = append(*w, Step{where, false, fmt.Sprintf(format, args...)})
}

// Why says how the program of a plugin is found, and what is passed over, step
// by step. The error is that which whoever uses the plugin gets.
func (in Installer) Why(ctx context.Context, name string) ([]Step, error) {
	var w walk
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		w.no("models.toml", "%v", err)
		return w, err
	}
	p, err := r.Plugin(name)
	if err != nil {
		w.no("models.toml", "%s has no [plugins.%s]: %s", r.Path, name, strings.Join(sdk.Hints(err), "; "))
		in.passedOver(&w, name, "models.toml does not name it")
		w.no("PATH", "nothing is ever looked for there")
		return w, err
	}
	w.yes("models.toml", "%s:%d: source %s, %s", r.Path, p.Line, p.Source, kindOf(p))
	for _, m := range r.Models {
		if m.Plugin == name {
			w.yes("models.toml", "%s:%d: the model %s uses it", r.Path, m.Line, m.Name)
		}
	}
	if in.installs(p) {
		if err := in.whyPinned(&w, p); err != nil {
			return w, err
		}
	} else {
		w.yes(lock.Name, "does not pin it")
		w.yes("signature", "nobody vouches for what is used as it is; it is the user's own")
	}
	exe, err := in.Builder.Executable(ctx, p)
	if err != nil {
		w.no("program", "%v", err)
		return w, err
	}
	w.yes("program", "%s, sha256 %s", strings.Join(append([]string{exe.Path}, exe.Args...), " "), exe.SHA256)
	return w, nil
}

// kindOf says in words what a plugin's source is.
func kindOf(p registry.Plugin) string {
	info, err := os.Stat(p.Path)
	switch {
	case isOCI(p.Source):
		return "an OCI repository"
	case p.Path == "":
		return "an address"
	case errors.Is(err, fs.ErrNotExist):
		return "where there is nothing"
	case archive.Is(p.Path):
		return "a package"
	case manifest.IsPackage(p.Path):
		return "a folder that is a package"
	case err == nil && info.IsDir():
		return "the folder of a Go package, built when it has changed"
	}
	return "an executable"
}

// whyPinned follows a plugin that is installed into the store.
func (in Installer) whyPinned(w *walk, p registry.Plugin) error {
	if err := p.CheckPin(); err != nil {
		w.no(lock.Name, "%v", err)
		return err
	}
	w.yes(lock.Name, "pins %s %s, %s", p.Pin.Package, p.Pin.Version, cmp.Or(p.Pin.Archive, "of a folder"))
	hash, err := p.Pin.Tree(p.Platform())
	for target := range sorted(p.Pin.Trees) {
		if p.Pin.Trees[target] == hash && err == nil {
			w.yes("target", "%s: %s", target, hash)
		} else {
			w.no("target", "%s: not for this machine, which is %s", target, p.Platform())
		}
	}
	if err != nil {
		return err
	}
	verdict := sign.Trusts(p.Keys(), p.Pin.Package, p.Pin.Voucher(), in.now())
	if _, err := p.Verify.Judge(verdict); err != nil {
		w.no("signature", "%s, and verify is %q", verdict, p.Verify)
		return err
	}
	w.yes("signature", "%s; verify is %q", verdict, p.Verify)
	in.passedOver(w, p.Pin.Package, lock.Name+" names another", hash)
	path, err := in.Builder.Store().Path(hash)
	if err == nil {
		err = in.Builder.Store().Check(hash)
	}
	if err != nil {
		w.no("store", "%v", err)
		return err
	}
	w.yes("store", "%s, all files as they were", path)
	return nil
}

// passedOver tells of packages in the store that have the name, and are not
// the one.
func (in Installer) passedOver(w *walk, name, why string, but ...string) {
	s := in.Builder.Store()
	hashes, _ := s.List()
	for _, hash := range hashes {
		if slices.Contains(but, hash) {
			continue
		}
		path, err := s.Path(hash)
		if err != nil {
			continue
		}
		if m, err := manifest.Read(path); err == nil && m.Name == name {
			w.no("store", "%s, %s: %s", m.Title(), hash, why)
		}
	}
}

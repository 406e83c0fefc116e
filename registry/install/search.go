package install

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/version"
	"github.com/genhost/genhost/sdk"
)

// A Found plugin is one that can be installed.
type Found struct {
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Summary  string   `json:"summary"`
	Offers   []string `json:"offers"` // models and modalities
	Targets  []string `json:"targets"`
	Source   string   `json:"source"`            // to install it from
	Problem  string   `json:"problem,omitempty"` // why it cannot be
	Protocol []int    `json:"protocol"`
}

// Search lists the plugins in a folder of packages, in an OCI repository or
// layout, or with where "" in the store, that have all of the words somewhere.
func (in Installer) Search(ctx context.Context, where string, words ...string) ([]Found, error) {
	var all []Found
	var err error
	switch {
	case where == "":
		all, err = in.inStore()
	case isOCI(where):
		all, err = in.inRepository(ctx, where)
	default:
		all, err = in.inFolder(ctx, where)
	}
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f Found) bool { return !f.has(words) })
	slices.SortStableFunc(all, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), version.Compare(b.Version, a.Version))
	})
	return all, nil
}

func (f Found) has(words []string) bool {
	text := strings.ToLower(strings.Join(append([]string{f.Name, f.Version, f.Summary, f.Source}, f.Offers...), " "))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) })
}

// found is what a manifest says to who looks for a plugin.
func (in Installer) found(m manifest.Manifest, source string) Found {
	f := Found{Name: m.Name, Version: m.Version, Summary: m.Summary, Source: source, Protocol: m.Protocol}
	for _, s := range m.Models {
		f.Offers = append(f.Offers, s.Name)
	}
	for _, s := range m.Modalities {
		f.Offers = append(f.Offers, s.Name)
	}
	for _, t := range m.Targets {
		f.Targets = append(f.Targets, t.Platform.String())
	}
	if err := m.Speaks(in.Protocol); err != nil {
		f.Problem = err.Error()
	} else if _, err := m.Target(manifest.Here()); err != nil {
		f.Problem = err.Error()
	}
	return f
}

func (in Installer) inStore() ([]Found, error) {
	s := in.Builder.Store()
	hashes, err := s.List()
	if err != nil {
		return nil, err
	}
	var all []Found
	for _, hash := range hashes {
		path, err := s.Path(hash)
		if err != nil {
			return nil, err
		}
		if m, err := manifest.Read(path); err == nil {
			all = append(all, in.found(m, path))
		}
	}
	return all, nil
}

// inFolder looks at what is right in a folder. What is no package is passed
// over, and so is one that is damaged.
func (in Installer) inFolder(ctx context.Context, dir string) ([]Found, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = sdk.Hint(fault.Mark(fault.ErrNotFound, err), "give a folder that holds packages, or oci://HOST/REPOSITORY")
	}
	if err != nil {
		return nil, err
	}
	var all []Found
	for _, e := range entries {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		path := filepath.Join(dir, e.Name())
		var m manifest.Manifest
		switch {
		case e.IsDir() && manifest.IsPackage(path):
			m, err = manifest.Read(path)
		case archive.Is(path):
			m, err = manifestIn(ctx, path)
		default:
			continue
		}
		if err == nil {
			all = append(all, in.found(m, path))
		}
	}
	return all, nil
}

// manifestIn reads the manifest in an archive.
func manifestIn(ctx context.Context, file string) (manifest.Manifest, error) {
	text, err := archive.ReadFile(ctx, file, manifest.File, 1<<20)
	if err != nil {
		return manifest.Manifest{}, err
	}
	m, err := manifest.Parse(file, string(text), false)
	if err == nil && len(m.Targets) == 0 {
		err = fault.Mark(fault.ErrConfig, errors.New("it has no targets"))
	}
	return m, err
}

func (in Installer) inRepository(ctx context.Context, where string) ([]Found, error) {
	source, err := in.fromHere(where)
	if err != nil {
		return nil, err
	}
	repo, ref, err := in.repository(ctx, source)
	if err != nil {
		return nil, err
	}
	versions, err := versionsIn(ctx, repo)
	if err != nil {
		return nil, err
	}
	ref.Tag, ref.Digest = "", ""
	var all []Found
	for _, v := range versions {
		release, err := repo.Find(ctx, oci.TagOf(v))
		if errors.Is(err, fault.ErrVerify) || errors.Is(err, fault.ErrNotFound) {
			continue // it is none of a plugin
		}
		if err != nil {
			return nil, err
		}
		at := ref
		at.Tag = oci.TagOf(v)
		f := Found{Name: release.Name, Version: v, Summary: release.Doc, Source: at.String()}
		for _, p := range release.Packages {
			f.Targets = append(f.Targets, p.Platform.String())
		}
		all = append(all, f)
	}
	return all, nil
}

// sorted gives the keys of a map in order.
func sorted[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

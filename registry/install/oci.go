package install

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/version"
	"github.com/genhost/genhost/sdk"
)

func isOCI(source string) bool { return oci.IsReference(source) }

// repository opens the one that a source names. A layout's path is relative to
// the folder of models.toml.
func (in Installer) repository(ctx context.Context, source string) (*oci.Repository, oci.Reference, error) {
	ref, err := oci.Parse(source)
	if err != nil {
		return nil, ref, err
	}
	if ref.Layout != "" && !filepath.IsAbs(ref.Layout) {
		ref.Layout = filepath.Join(in.Dir, ref.Layout)
	}
	repo, err := oci.Open(ctx, ref)
	return repo, ref, err
}

// fetchOCI gets the package for one platform from a registry or a layout, and
// the hashes of those for all others.
func (in Installer) fetchOCI(ctx context.Context, w wanted, dir string) (fetched, error) {
	repo, ref, err := in.repository(ctx, cmp.Or(w.copy, w.source))
	if err != nil {
		return fetched{}, err
	}
	which, err := in.which(ctx, repo, ref, w)
	if err != nil {
		return fetched{}, err
	}
	release, err := repo.Find(ctx, which)
	if err != nil {
		return fetched{}, err
	}
	p, trees, err := packageFor(release, w.here)
	if err != nil {
		return fetched{}, err
	}
	if err := in.speaks(ctx, repo, w, p); err != nil {
		return fetched{}, err
	}
	in.say(fmt.Sprintf("fetching %s %s for %s from %s", release.Name, release.Version, p.Platform, ref.Place()))
	b, err := fetchPackage(ctx, repo, p, dir)
	if err != nil {
		return fetched{}, err
	}
	if err := isAsCalled(b.Manifest, release, cmp.Or(ref.Tag, which)); err != nil {
		return fetched{}, err
	}
	signed := func() ([][]byte, error) { return repo.Signatures(ctx, release.Digest) }
	return fetched{bundle: b, archive: release.Digest, trees: trees, verdict: in.verdictOnDigest(w, release.Digest, signed)}, nil
}

// isAsCalled holds a package to what its release and its tag call it. A
// signature does not: it is as good for an old version under a new tag, with
// which whoever has the repository would roll a plugin back.
func isAsCalled(m manifest.Manifest, release oci.Release, tag string) error {
	var err error
	switch said := release.Name + " " + release.Version; {
	case said != m.Title():
		err = fmt.Errorf("the package is %s, and the index says %s", m.Title(), said)
	case version.IsValid(oci.VersionOf(tag)) && tag != oci.TagOf(m.Version):
		err = fmt.Errorf("tag %s holds version %s", tag, m.Version)
	default:
		return nil
	}
	return sdk.Hint(fault.Mark(fault.ErrVerify, err), "ask its publisher")
}

// packageFor returns the package of a release for a machine, and the hashes of
// all its packages by target.
func packageFor(release oci.Release, here manifest.Platform) (oci.Package, map[string]string, error) {
	trees, packages := map[string]string{}, map[manifest.Platform]oci.Package{}
	var platforms []manifest.Platform
	for _, p := range release.Packages {
		platform, err := manifest.ParsePlatform(p.Platform.String())
		if err != nil {
			return oci.Package{}, nil, err
		}
		trees[platform.String()], packages[platform] = p.Tree, p
		platforms = append(platforms, platform)
	}
	chosen, err := manifest.Choose(release.Name+" "+release.Version, platforms, here)
	return packages[chosen], trees, err
}

func fetchPackage(ctx context.Context, repo *oci.Repository, p oci.Package, dir string) (pack.Bundle, error) {
	file := filepath.Join(dir, "archive")
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return pack.Bundle{}, err
	}
	if err := errors.Join(repo.Fetch(ctx, p, f), f.Close()); err != nil {
		return pack.Bundle{}, err
	}
	into := filepath.Join(dir, "package")
	if err := os.Mkdir(into, 0o755); err != nil {
		return pack.Bundle{}, err
	}
	b, err := pack.Open(ctx, file, into)
	if err != nil {
		return pack.Bundle{}, unnamed(err)
	}
	for _, got := range b.Packages {
		if got.Tree != p.Tree {
			err := fmt.Errorf("the package for %s is %s, and the index says %s", p.Platform, got.Tree, p.Tree)
			return pack.Bundle{}, sdk.Hint(fault.Mark(fault.ErrVerify, err), "ask its publisher")
		}
	}
	return b, nil
}

// which is the tag or the digest of what is wanted: what the lock file pins, or
// what the source names, or else the newest version that will do.
func (in Installer) which(ctx context.Context, repo *oci.Repository, ref oci.Reference, w wanted) (string, error) {
	if w.digest != "" {
		return w.digest, nil
	}
	if ref.Which() != "" {
		return ref.Which(), nil
	}
	versions, err := versionsIn(ctx, repo)
	if err != nil {
		return "", err
	}
	c, err := version.Parse(w.version)
	if err != nil {
		return "", err
	}
	best, err := c.Best(ref.Place(), versions)
	return oci.TagOf(best), err
}

// versionsIn returns the versions in a repository, the newest first.
func versionsIn(ctx context.Context, repo *oci.Repository) ([]string, error) {
	tags, err := repo.Tags(ctx)
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, tag := range tags {
		if v := oci.VersionOf(tag); version.IsValid(v) {
			versions = append(versions, v)
		}
	}
	slices.SortFunc(versions, func(a, b string) int { return version.Compare(b, a) })
	return versions, nil
}

// speaks reports, before it is fetched, a package whose plugin this host cannot
// talk with, and which version would do.
func (in Installer) speaks(ctx context.Context, repo *oci.Repository, w wanted, p oci.Package) error {
	m, err := configOf(ctx, repo, p)
	if err != nil {
		return err
	}
	err = m.Speaks(in.Protocol)
	if err == nil || w.digest != "" {
		return err
	}
	versions, there := versionsIn(ctx, repo)
	if there != nil {
		return err
	}
	for _, v := range versions[:min(len(versions), 20)] {
		release, e := repo.Find(ctx, oci.TagOf(v))
		if e != nil {
			continue
		}
		other, _, e := packageFor(release, w.here)
		if e != nil {
			continue
		}
		if m, e := configOf(ctx, repo, other); e == nil && m.Speaks(in.Protocol) == nil {
			return sdk.Hint(err, fmt.Sprintf("or install version %s, which speaks protocol %d: --version %s", v, in.Protocol, v))
		}
	}
	return err
}

// configOf is what an index keeps of a package's manifest, to be read without
// the package.
func configOf(ctx context.Context, repo *oci.Repository, p oci.Package) (manifest.Manifest, error) {
	text, err := repo.Config(ctx, p)
	if err != nil {
		return manifest.Manifest{}, err
	}
	var m manifest.Manifest
	if err := json.Unmarshal(text, &m); err != nil || len(m.Protocol) == 0 {
		return m, sdk.Hint(fault.Mark(fault.ErrVerify, fmt.Errorf("what it says of %s is no manifest", p.Platform)), "ask its publisher")
	}
	return m, nil
}

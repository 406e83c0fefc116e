// Package publish gives plugins away: it puts them into OCI repositories. Package
// install is the other side.
package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A Request says what to publish, and where.
type Request struct {
	Path    string              // as [pack.Packer.Make] takes it
	To      string              // a reference; its tag, if any, must be the version
	Targets []manifest.Platform // to build a Go package for; none: this machine
	Secret  *sign.Secret        // to sign it with; nil leaves it unsigned
	Replace bool                // a version that is there, and is other
}

// Push publishes a plugin for all its platforms under its version. It returns
// the reference, with the digest.
//
// A version that others may have pinned is not replaced without being told to:
// the error is then [fault.ErrVerify].
func Push(ctx context.Context, p pack.Packer, req Request) (reference string, err error) {
	ref, err := oci.Parse(req.To)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "genhost-push-*")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	into := filepath.Join(dir, "bundle")
	if err := os.Mkdir(into, 0o755); err != nil {
		return "", err
	}
	b, err := p.Make(ctx, req.Path, into, req.Targets)
	if err != nil {
		return "", fmt.Errorf("%s: %w", req.Path, err)
	}
	if tag := oci.TagOf(b.Manifest.Version); ref.Digest != "" || ref.Tag != "" && ref.Tag != tag {
		err := fmt.Errorf("%w: %s, where the plugin's version is %s", sdk.ErrBadInput, req.To, b.Manifest.Version)
		return "", sdk.Hint(err, "leave the version out: "+ref.Place())
	}
	release, err := releaseOf(ctx, b, dir)
	if err != nil {
		return "", err
	}
	to, err := oci.Create(ctx, ref)
	if err != nil {
		return "", err
	}
	if err := checkTaken(ctx, to, release, req.Replace); err != nil {
		return "", err
	}
	digest, err := to.Push(ctx, release)
	if err != nil {
		return "", err
	}
	ref.Tag, ref.Digest = oci.TagOf(release.Version), digest
	if req.Secret == nil {
		return ref.String(), nil
	}
	signature, err := req.Secret.Sign(strings.NewReader(digest), "genhost plugin "+b.Manifest.Title())
	if err != nil {
		return "", err
	}
	return ref.String(), to.Sign(ctx, digest, signature)
}

// releaseOf packs each package of a bundle into an archive of its own, in dir.
func releaseOf(ctx context.Context, b pack.Bundle, dir string) (oci.Release, error) {
	m := b.Manifest
	r := oci.Release{Name: m.Name, Version: m.Version, Doc: m.Summary, Licence: m.Licence, Homepage: m.Homepage}
	packed := map[string]string{} // by folder: a package may be for several platforms
	for i, p := range b.Packages {
		if packed[p.Dir] == "" {
			packed[p.Dir] = filepath.Join(dir, fmt.Sprintf("%d.tar.gz", i))
			if err := packFile(ctx, packed[p.Dir], p.Dir); err != nil {
				return r, err
			}
		}
		r.Packages = append(r.Packages, oci.Package{
			Platform: oci.Platform{OS: p.OS, Arch: p.Arch, Accel: p.Accelerator}, Tree: p.Tree, File: packed[p.Dir],
		})
	}
	m.Targets = nil // which the index has
	var err error
	r.Config, err = json.Marshal(m)
	return r, err
}

func packFile(ctx context.Context, file, dir string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(archive.Pack(ctx, f, dir), f.Close())
}

// checkTaken reports a version that is there already, with other packages.
func checkTaken(ctx context.Context, to *oci.Repository, r oci.Release, replace bool) error {
	if replace {
		return nil
	}
	before, err := to.Find(ctx, oci.TagOf(r.Version))
	if errors.Is(err, fault.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if maps.Equal(trees(before), trees(r)) {
		return nil
	}
	err = fmt.Errorf("%s has %s %s already, with other packages, %s", to.Reference().Place(), before.Name, before.Version, before.Digest)
	return sdk.Hint(fault.Mark(fault.ErrVerify, err), "give the plugin another version; --replace breaks the lock files of those who have this one")
}

func trees(r oci.Release) map[string]string {
	all := map[string]string{}
	for _, p := range r.Packages {
		all[p.Platform.String()] = p.Tree
	}
	return all
}

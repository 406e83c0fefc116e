package oci

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/genhost/genhost/sdk"
)

// Find finds the release that a tag or a digest means. It reads the index, but
// no archive and no configuration.
func (r *Repository) Find(ctx context.Context, which string) (Release, error) {
	desc, text, err := r.resolve(ctx, which)
	if err != nil {
		return Release{}, err
	}
	var index ocispec.Index
	if desc.MediaType != ocispec.MediaTypeImageIndex || json.Unmarshal(text, &index) != nil || !slices.ContainsFunc(index.Manifests, ours) {
		return Release{}, r.stranger(which, "plugin", desc.MediaType, text)
	}
	says := func(what string) string { return printable(index.Annotations[what]) }
	release := Release{
		Name: says(ocispec.AnnotationTitle), Version: says(ocispec.AnnotationVersion), Doc: says(ocispec.AnnotationDescription),
		Licence: says(ocispec.AnnotationLicenses), Homepage: says(ocispec.AnnotationURL), Digest: desc.Digest.String(),
	}
	for _, m := range index.Manifests {
		if !ours(m) {
			continue // something that others have added
		}
		release.Packages = append(release.Packages, Package{
			Platform: Platform{m.Platform.OS, m.Platform.Architecture, m.Annotations[accelAnnotation]},
			Tree:     m.Annotations[treeAnnotation], Manifest: m.Digest.String(), manifest: m,
		})
	}
	if err := check(release.Packages); err != nil {
		return Release{}, corrupt("%s:%s: %w", r.ref.Place(), which, err)
	}
	return release, nil
}

// printable is text as it can be shown: an index is anybody's.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// ours reports whether what an index names is a plugin's package.
func ours(m ocispec.Descriptor) bool { return m.Platform != nil && m.Annotations[treeAnnotation] != "" }

// stranger is the error for something that is of another kind.
func (r *Repository) stranger(which, want, mediaType string, text []byte) error {
	var other struct {
		ArtifactType string               `json:"artifactType"`
		Manifests    []ocispec.Descriptor `json:"manifests"`
	}
	_ = json.Unmarshal(text, &other) // what it is matters only where it says so
	err := fmt.Errorf("%w: %s: %s is no %s", sdk.ErrBadInput, r.ref.Place(), which, want)
	switch {
	case slices.ContainsFunc(other.Manifests, ours):
		return sdk.Hint(err, "it is a plugin: genhost plugin install "+r.ref.String())
	case other.ArtifactType == PluginType:
		return sdk.Hint(err, "it is one platform of a plugin: name the version")
	case other.ArtifactType == RunType:
		return sdk.Hint(err, "it is a trained model: genhost pull "+r.ref.String())
	}
	return sdk.Hint(err, "it is of the type "+cmp.Or(other.ArtifactType, mediaType))
}

// Package returns the package for a platform. The error, [ErrNotFound], says
// which there are.
func (release Release) Package(p Platform) (Package, error) {
	var there []string
	for _, have := range release.Packages {
		if have.String() == p.String() {
			return have, nil
		}
		there = append(there, have.String())
	}
	return Package{}, sdk.Hint(notFound("%s %s has no package for %s", release.Name, release.Version, p), "there is one for "+strings.Join(there, ", "))
}

// Fetch writes the archive of a package that [Repository.Find] found to w. What
// was written is not to be used before Fetch has returned no error.
func (r *Repository) Fetch(ctx context.Context, p Package, w io.Writer) error {
	m, err := r.manifest(ctx, p)
	if err != nil {
		return err
	}
	return r.copyTo(ctx, m.Layers[0], w)
}

// Config returns the plugin's manifest, as JSON, of a package that was found.
func (r *Repository) Config(ctx context.Context, p Package) ([]byte, error) {
	m, err := r.manifest(ctx, p)
	if err != nil {
		return nil, err
	}
	return r.bytes(ctx, m.Config, maxManifest)
}

func (r *Repository) manifest(ctx context.Context, p Package) (ocispec.Manifest, error) {
	var m ocispec.Manifest
	text, err := r.bytes(ctx, p.manifest, maxManifest)
	if err != nil {
		return m, err
	}
	wrong := func(what string) (ocispec.Manifest, error) {
		return m, corrupt("%s: the package for %s %s", r.ref.Place(), p.Platform, what)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return wrong("has a manifest that is no JSON")
	}
	if len(m.Layers) != 1 || m.Layers[0].MediaType != pluginLayer || m.Config.MediaType != pluginConfig {
		return wrong("is not one archive with its configuration")
	}
	if err := checkSize(m.Layers[0], maxLayer); err != nil {
		return m, fmt.Errorf("%s: %w", r.ref.Place(), err)
	}
	return m, nil
}

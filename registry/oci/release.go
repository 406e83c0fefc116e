package oci

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/genhost/genhost/sdk"
)

// Types of what a plugin is made of in a registry.
const (
	PluginType   = "application/vnd.genhost.plugin.v1"
	pluginConfig = "application/vnd.genhost.plugin.config.v1+json"
	pluginLayer  = "application/vnd.genhost.plugin.layer.v1.tar+gzip"
)

// Annotations beside those of the image specification.
const (
	treeAnnotation  = "dev.genhost.tree"
	accelAnnotation = "dev.genhost.accel"
)

// A Release is one version of a plugin, for all its platforms.
type Release struct {
	Name     string // "vae"
	Version  string // "0.1.0"
	Doc      string // one line, "" for none
	Licence  string // SPDX identifier, "" when unknown
	Homepage string
	Config   []byte // the plugin's manifest as JSON
	Packages []Package

	Digest string // of the index; what is found has one
}

// A Package is what a release holds for one platform.
type Package struct {
	Platform
	Tree string // hash of the unpacked tree, "h1:..."
	File string // the tar.gz to push; what is found has none
	Size int64  // of the tar.gz

	Manifest string // digest
	manifest ocispec.Descriptor
}

// A Platform is what a package runs on.
type Platform struct {
	OS, Arch string // as Go names them
	Accel    string // "cuda12"; "" and "cpu" are none
}

// String returns linux/amd64, or linux/amd64/cuda12.
func (p Platform) String() string {
	s := p.OS + "/" + p.Arch
	if p.Accel != "" && p.Accel != "cpu" {
		s += "/" + p.Accel
	}
	return s
}

// Push publishes a release under its version, and returns the digest of its
// index. Equal releases have equal digests.
//
// The index names no artifact type, neither its own nor those of its manifests:
// what copies images by version 1.0 of the specification, as Debian 12's skopeo,
// writes it anew without, and then it has another digest, which nobody signed.
func (r *Repository) Push(ctx context.Context, release Release) (digest string, err error) {
	index := ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Annotations: release.annotations(),
	}
	tag := TagOf(release.Version)
	if !validTag.MatchString(tag) {
		return "", fmt.Errorf("%w: version %q cannot be a tag", sdk.ErrBadInput, release.Version)
	}
	if err := check(release.Packages); err != nil {
		return "", fmt.Errorf("%w: %s %s: %w", sdk.ErrBadInput, release.Name, release.Version, err)
	}
	unlock, err := r.begin(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = r.end(unlock, err) }()
	config, err := r.put(ctx, pluginConfig, release.Config, "")
	if err != nil {
		return "", err
	}
	for _, p := range sortedPackages(release.Packages) {
		desc, err := r.pushPackage(ctx, release, config, p)
		if err != nil {
			return "", fmt.Errorf("%s: %w", p.Platform, err)
		}
		index.Manifests = append(index.Manifests, desc)
	}
	text, err := json.Marshal(index)
	if err != nil {
		return "", err
	}
	desc, err := r.put(ctx, index.MediaType, text, tag)
	return desc.Digest.String(), err
}

func sortedPackages(packages []Package) []Package {
	return slices.SortedFunc(slices.Values(packages), func(a, b Package) int { return cmp.Compare(a.String(), b.String()) })
}

func (release Release) annotations() map[string]string {
	all := map[string]string{
		ocispec.AnnotationTitle: release.Name, ocispec.AnnotationVersion: release.Version, ocispec.AnnotationDescription: release.Doc,
		ocispec.AnnotationLicenses: release.Licence, ocispec.AnnotationURL: release.Homepage,
	}
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}

// pushPackage publishes the archive of one platform, and its manifest.
func (r *Repository) pushPackage(ctx context.Context, release Release, config ocispec.Descriptor, p Package) (ocispec.Descriptor, error) {
	layer, err := r.putFile(ctx, pluginLayer, p.File)
	if err != nil {
		return layer, err
	}
	layer.Annotations = map[string]string{
		ocispec.AnnotationTitle: fmt.Sprintf("%s-%s-%s.tar.gz", release.Name, release.Version, strings.ReplaceAll(p.String(), "/", "-")),
	}
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: PluginType,
		Config: config, Layers: []ocispec.Descriptor{layer}, Annotations: release.annotations(),
	}
	text, err := json.Marshal(m)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	desc, err := r.put(ctx, m.MediaType, text, "")
	desc.Platform = &ocispec.Platform{OS: p.OS, Architecture: p.Arch}
	desc.Annotations = map[string]string{treeAnnotation: p.Tree}
	if p.Accel != "" {
		desc.Annotations[accelAnnotation] = p.Accel
	}
	return desc, err
}

// put writes something, under a tag if there is one.
func (r *Repository) put(ctx context.Context, mediaType string, text []byte, tag string) (ocispec.Descriptor, error) {
	desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(text), Size: int64(len(text))}
	if err := r.push(ctx, desc, bytes.NewReader(text)); err != nil || tag == "" {
		return desc, err
	}
	return desc, r.explain(r.write.Tag(ctx, desc, tag))
}

// putFile writes a file.
func (r *Repository) putFile(ctx context.Context, mediaType, path string) (ocispec.Descriptor, error) {
	desc := ocispec.Descriptor{MediaType: mediaType}
	f, err := os.Open(path)
	if err != nil {
		return desc, err
	}
	defer f.Close()
	sum := digest.SHA256.Digester()
	if desc.Size, err = io.Copy(sum.Hash(), f); err != nil {
		return desc, err
	}
	desc.Digest = sum.Digest()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return desc, err
	}
	return desc, r.push(ctx, desc, f)
}

// push writes what is not there yet.
func (r *Repository) push(ctx context.Context, desc ocispec.Descriptor, in io.Reader) error {
	there, err := r.read.Exists(ctx, desc)
	if err != nil {
		return r.explain(err)
	}
	if there {
		return nil
	}
	return r.explain(r.write.Push(ctx, desc, in))
}

// check reports packages that a release cannot have.
func check(packages []Package) error {
	if len(packages) == 0 {
		return fmt.Errorf("it has no package")
	}
	seen := map[string]bool{}
	for _, p := range packages {
		switch {
		case p.OS == "" || p.Arch == "":
			return fmt.Errorf("a package names no platform")
		case seen[p.String()]:
			return fmt.Errorf("it has two packages for %s", p.Platform)
		case !strings.HasPrefix(p.Tree, "h1:"):
			return fmt.Errorf("%s: %q is no hash of a tree", p.Platform, p.Tree)
		}
		seen[p.String()] = true
	}
	return nil
}

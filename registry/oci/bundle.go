package oci

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// Types of what a trained model is made of in a registry.
const (
	RunType     = "application/vnd.genhost.run.v1"
	runConfig   = "application/vnd.genhost.run.config.v1+json"
	runFile     = "application/vnd.genhost.run.file.v1"
	runWeights  = "application/vnd.genhost.run.weights.v1.safetensors"
	maxFiles    = 256
	maxFileName = 200
)

// A Bundle is a trained model with all that travels with it, as files.
type Bundle struct {
	Name, Doc, Licence string // "" where not known
	Config             []byte // JSON that says what it is, to read without the files
	Files              []File

	Digest string // of the manifest; what is found has one
}

// A File is one file of a bundle. What is found has neither Path nor Text.
type File struct {
	Name string // "checkpoints/step-100/weights.safetensors", slash-separated
	Path string // of the file to push, or "" where it is Text
	Text []byte
	Size int64

	desc ocispec.Descriptor
}

// Size is that of all its files.
func (b Bundle) Size() int64 {
	var n int64
	for _, f := range b.Files {
		n += f.Size
	}
	return n
}

// PushBundle publishes a bundle under a tag, and returns the digest of its
// manifest. Equal bundles have equal digests. What others may have under that
// tag is replaced by something else only when asked for; the error is a
// [fault.ErrVerify].
func (r *Repository) PushBundle(ctx context.Context, b Bundle, tag string, replace bool) (reference string, err error) {
	if !validTag.MatchString(tag) {
		return "", fmt.Errorf("%w: %q cannot be a tag", sdk.ErrBadInput, tag)
	}
	unlock, err := r.begin(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = r.end(unlock, err) }()
	config, err := r.put(ctx, runConfig, b.Config, "")
	if err != nil {
		return "", err
	}
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: RunType, Config: config,
		Annotations: Release{Name: b.Name, Doc: b.Doc, Licence: b.Licence}.annotations(),
	}
	for _, f := range b.Files {
		layer, err := r.putPart(ctx, f)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
		layer.Annotations = map[string]string{ocispec.AnnotationTitle: f.Name}
		m.Layers = append(m.Layers, layer)
	}
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	if err := r.checkTaken(ctx, tag, digest.FromBytes(text), replace); err != nil {
		return "", err
	}
	desc, err := r.put(ctx, m.MediaType, text, tag)
	return desc.Digest.String(), err
}

// checkTaken reports a tag that means something else already.
func (r *Repository) checkTaken(ctx context.Context, tag string, now digest.Digest, replace bool) error {
	if replace {
		return nil
	}
	before, _, err := r.resolve(ctx, tag)
	switch {
	case errors.Is(err, fault.ErrNotFound):
		return nil
	case err != nil || before.Digest == now:
		return err
	}
	err = fmt.Errorf("%s has %s already, which is something else, %s", r.ref.Place(), tag, before.Digest)
	return sdk.Hint(fault.Mark(fault.ErrVerify, err), "give another tag, or --replace what others may have pulled")
}

func (r *Repository) putPart(ctx context.Context, f File) (ocispec.Descriptor, error) {
	kind := runFile
	if path.Ext(f.Name) == ".safetensors" {
		kind = runWeights
	}
	if f.Path != "" {
		return r.putFile(ctx, kind, f.Path)
	}
	desc := ocispec.Descriptor{MediaType: kind, Digest: digest.FromBytes(f.Text), Size: int64(len(f.Text))}
	return desc, r.push(ctx, desc, bytes.NewReader(f.Text))
}

// FindBundle finds the bundle that a tag or a digest means. It reads its
// manifest and its configuration, but no file.
func (r *Repository) FindBundle(ctx context.Context, which string) (Bundle, error) {
	desc, text, err := r.resolve(ctx, which)
	if err != nil {
		return Bundle{}, err
	}
	var m ocispec.Manifest
	if desc.MediaType != ocispec.MediaTypeImageManifest || json.Unmarshal(text, &m) != nil || m.ArtifactType != RunType {
		return Bundle{}, r.stranger(which, "trained model", desc.MediaType, text)
	}
	b := Bundle{
		Name: printable(m.Annotations[ocispec.AnnotationTitle]), Doc: printable(m.Annotations[ocispec.AnnotationDescription]),
		Licence: printable(m.Annotations[ocispec.AnnotationLicenses]), Digest: desc.Digest.String(),
	}
	if len(m.Layers) > maxFiles {
		return b, corrupt("%s: it has %d files, of which at most %d are read", r.ref.Place(), len(m.Layers), maxFiles)
	}
	seen := map[string]bool{}
	for _, layer := range m.Layers {
		name := layer.Annotations[ocispec.AnnotationTitle]
		if err := checkName(name); err != nil || seen[name] {
			return b, corrupt("%s: it has a file called %q", r.ref.Place(), name)
		}
		if err := checkSize(layer, maxLayer); err != nil {
			return b, fmt.Errorf("%s: %s: %w", r.ref.Place(), name, err)
		}
		seen[name] = true
		b.Files = append(b.Files, File{Name: name, Size: layer.Size, desc: layer})
	}
	b.Config, err = r.bytes(ctx, m.Config, maxManifest)
	return b, err
}

// checkName refuses a name that leads out of the folder that it belongs in.
func checkName(name string) error {
	if name == "" || len(name) > maxFileName || path.Clean(name) != name || path.IsAbs(name) || strings.HasPrefix(name, "..") ||
		strings.ContainsAny(name, "\\:\x00") {
		return sdk.ErrCorrupt
	}
	return nil
}

// FetchFile writes a file that [Repository.FindBundle] found to w. What was
// written is not to be used before FetchFile has returned no error.
func (r *Repository) FetchFile(ctx context.Context, f File, w io.Writer) error {
	if err := r.copyTo(ctx, f.desc, w); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	return nil
}

package oci

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/registry"
)

// Types of what can be attached.
const (
	SignatureType  = "application/vnd.genhost.signature.v1"
	minisignLayer  = "application/vnd.genhost.signature.minisign.v1"
	maxAttachments = 32
)

// Sign attaches a signature, the text of a .minisig file, to what has a digest.
// It signs that digest as text, "sha256:9c...", without a line's end.
func (r *Repository) Sign(ctx context.Context, digest string, minisig []byte) (err error) {
	unlock, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = r.end(unlock, err) }()
	subject, err := r.read.Resolve(ctx, digest)
	if err != nil {
		return r.explain(err)
	}
	config, err := r.put(ctx, ocispec.MediaTypeEmptyJSON, ocispec.DescriptorEmptyJSON.Data, "")
	if err != nil {
		return err
	}
	layer, err := r.put(ctx, minisignLayer, minisig, "")
	if err != nil {
		return err
	}
	layer.Annotations = map[string]string{ocispec.AnnotationTitle: "signature.minisig"}
	text, err := json.Marshal(ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: SignatureType,
		Config: config, Layers: []ocispec.Descriptor{layer},
		Subject: &ocispec.Descriptor{MediaType: subject.MediaType, Digest: subject.Digest, Size: subject.Size},
	})
	if err != nil {
		return err
	}
	_, err = r.put(ctx, ocispec.MediaTypeImageManifest, text, "")
	return err
}

// Signatures returns the signatures that are attached to what has a digest,
// each the text of a .minisig file. One that cannot be read is an error: none
// is left out in silence.
func (r *Repository) Signatures(ctx context.Context, digest string) ([][]byte, error) {
	subject, err := r.read.Resolve(ctx, digest)
	if err != nil {
		return nil, r.explain(err)
	}
	referrers, err := registry.Referrers(ctx, r.read, subject, SignatureType)
	if err != nil {
		return nil, fmt.Errorf("signatures: %w", r.explain(err))
	}
	if len(referrers) > maxAttachments {
		return nil, corrupt("%s has %d signatures, of which at most %d are read", digest, len(referrers), maxAttachments)
	}
	var all [][]byte
	for _, desc := range referrers {
		signature, err := r.signature(ctx, desc)
		if err != nil {
			return nil, fmt.Errorf("signature %s: %w", desc.Digest, err)
		}
		all = append(all, signature)
	}
	return all, nil
}

func (r *Repository) signature(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	text, err := r.bytes(ctx, desc, maxManifest)
	if err != nil {
		return nil, err
	}
	var m ocispec.Manifest
	if err := json.Unmarshal(text, &m); err != nil || len(m.Layers) != 1 || m.Layers[0].MediaType != minisignLayer {
		return nil, corrupt("it is not one of minisign")
	}
	return r.bytes(ctx, m.Layers[0], maxAttached)
}

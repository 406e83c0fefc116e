package oci

import (
	"context"
	"errors"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry"
)

// Mirror copies what a tag or digest means to another repository, with all its
// platforms and signatures, under a tag. Its digest is the same in both.
func (r *Repository) Mirror(ctx context.Context, which string, to *Repository, tag string) (err error) {
	unlock, err := to.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = to.end(unlock, err) }()
	desc, _, err := r.resolve(ctx, which)
	if err != nil {
		return err
	}
	o := oras.ExtendedCopyGraphOptions{
		CopyGraphOptions: oras.CopyGraphOptions{
			MaxMetadataBytes: maxManifest,
			PreCopy:          func(_ context.Context, d ocispec.Descriptor) error { return checkSize(d, maxLayer) },
		},
		Depth: 2,
		FindPredecessors: func(ctx context.Context, src content.ReadOnlyGraphStorage, d ocispec.Descriptor) ([]ocispec.Descriptor, error) {
			if d.Digest != desc.Digest {
				return nil, nil // of a signature, none; of a package, the index, which is the one
			}
			return registry.Referrers(ctx, src, d, SignatureType)
		},
	}
	if err := oras.ExtendedCopyGraph(ctx, r.read, to.write, desc, o); err != nil {
		var copying *oras.CopyError
		if errors.As(err, &copying) && copying.Origin == oras.CopyErrorOriginDestination {
			return to.explain(err)
		}
		return r.explain(err)
	}
	return to.explain(to.write.Tag(ctx, desc, tag))
}

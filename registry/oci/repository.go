package oci

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/content/oci"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"

	"github.com/genhost/genhost/registry/flock"
	"github.com/genhost/genhost/sdk"
)

// The most that is read.
const (
	maxManifest = 4 << 20 // as the distribution specification has it
	maxAttached = 64 << 10
	maxLayer    = 4 << 30
)

// A Repository holds versions of one thing: a repository of a registry, or a
// layout.
type Repository struct {
	ref   Reference
	read  source
	write oras.GraphTarget // nil where it was opened to read only
}

// A source is what registries and layouts have in common.
type source interface {
	oras.ReadOnlyGraphTarget
	registry.TagLister
}

// Open opens a repository to read from. Whether there is one shows when it is
// read, but for a layout.
func Open(ctx context.Context, ref Reference) (*Repository, error) {
	if ref.Layout == "" {
		return Create(ctx, ref)
	}
	r := &Repository{ref: ref}
	if _, err := os.Stat(filepath.Join(ref.Layout, ocispec.ImageLayoutFile)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, sdk.Hint(notFound("%s is no OCI layout: it has no file %s", ref.Layout, ocispec.ImageLayoutFile),
				"genhost plugin mirror, genhost push and skopeo copy make one")
		}
		return nil, fmt.Errorf("open %s: %w", ref.Place(), err)
	}
	unlock, err := lock(ctx, ref.Layout, flock.Shared) // its list is not being written meanwhile
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", ref.Place(), err)
	}
	defer unlock()
	store, err := oci.NewFromFS(ctx, os.DirFS(ref.Layout))
	if err != nil {
		return nil, corrupt("%s: %w", ref.Place(), err)
	}
	r.read = store
	return r, nil
}

// Create opens a repository to write to. A layout is made if it is missing; a
// registry makes repositories by itself. Who writes to a layout waits for others
// that do.
func Create(ctx context.Context, ref Reference) (*Repository, error) {
	if ref.Layout == "" {
		repo, err := openRemote(ctx, ref)
		if err != nil {
			return nil, err
		}
		return &Repository{ref: ref, read: repo, write: repo}, nil
	}
	r := &Repository{ref: ref}
	if err := os.MkdirAll(ref.Layout, 0o777); err != nil {
		return nil, fmt.Errorf("open %s: %w", ref.Place(), err)
	}
	unlock, err := r.begin(ctx)
	if err != nil {
		return nil, err
	}
	unlock()
	return r, nil
}

// begin makes a repository ready to write to. Nobody else writes to a layout
// until it is unlocked.
func (r *Repository) begin(ctx context.Context) (unlock func(), err error) {
	dir := r.ref.Layout
	if dir == "" {
		return func() {}, nil
	}
	if unlock, err = lock(ctx, dir, flock.Alone); err != nil {
		return nil, fmt.Errorf("open %s: %w", r.ref.Place(), err)
	}
	if err := emptyOrLayout(dir); err != nil {
		unlock()
		return nil, err
	}
	store, err := oci.NewWithContext(ctx, dir) // others may have written since the last
	if err != nil {
		unlock()
		return nil, corrupt("%s: %w", r.ref.Place(), err)
	}
	store.AutoSaveIndex = false
	r.read, r.write = store, store
	return unlock, nil
}

// lock waits until nobody holds a folder otherwise, and holds it. Where there
// are no locks, as on some shared disks, it keeps nobody out.
func lock(ctx context.Context, dir string, how flock.How) (unlock func(), err error) {
	f, err := flock.Wait(ctx, dir, os.O_RDONLY, how)
	switch {
	case err == nil:
		return func() { f.Close() }, nil
	case errors.Is(err, errors.ErrUnsupported):
		return func() {}, nil
	}
	return nil, err
}

// end makes what has been written to a layout part of its list, if there was no
// error, and unlocks it.
func (r *Repository) end(unlock func(), err error) error {
	defer unlock()
	if store, ok := r.write.(*oci.Store); ok && err == nil {
		return store.SaveIndex()
	}
	return err
}

// emptyOrLayout keeps a layout from being made among other files.
func emptyOrLayout(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open %s%s: %w", LayoutPrefix, dir, err)
	}
	if _, err := os.Stat(filepath.Join(dir, ocispec.ImageLayoutFile)); len(entries) > 0 && err != nil {
		return sdk.Hint(fmt.Errorf("%w: %s holds other files, and is no OCI layout", sdk.ErrBadInput, dir), "name a new folder")
	}
	return nil
}

// Reference returns what the repository was opened with.
func (r *Repository) Reference() Reference { return r.ref }

// referrersTag is how a registry that knows no referrers keeps them.
var referrersTag = regexp.MustCompile(`^(sha256-[0-9a-f]{64}|sha512-[0-9a-f]{128})`)

// Tags returns the tags that people have given, in the repository's order.
func (r *Repository) Tags(ctx context.Context) ([]string, error) {
	var tags []string
	err := r.read.Tags(ctx, "", func(page []string) error {
		for _, tag := range page {
			if validTag.MatchString(tag) && !referrersTag.MatchString(tag) {
				tags = append(tags, tag)
			}
		}
		return nil
	})
	return tags, r.explain(err)
}

// resolve finds a manifest by a digest or a tag, and reads it. No tag is the
// only one there is.
func (r *Repository) resolve(ctx context.Context, which string) (ocispec.Descriptor, []byte, error) {
	if which == "" {
		var err error
		if which, err = r.only(ctx); err != nil {
			return ocispec.Descriptor{}, nil, err
		}
	}
	desc, err := r.read.Resolve(ctx, which)
	if errors.Is(err, errdef.ErrNotFound) {
		return desc, nil, r.missing(ctx, "there is no "+which)
	}
	if err != nil {
		return desc, nil, r.explain(err)
	}
	text, err := r.bytes(ctx, desc, maxManifest)
	return desc, text, err
}

// only returns the tag of a repository that has but one.
func (r *Repository) only(ctx context.Context) (string, error) {
	tags, err := r.Tags(ctx)
	if err == nil && len(tags) == 1 {
		return tags[0], nil
	}
	return "", r.missing(ctx, "no version is named")
}

// missing says that something is not there, and what is.
func (r *Repository) missing(ctx context.Context, what string) error {
	tags, err := r.Tags(ctx)
	switch {
	case err != nil:
		return err
	case len(tags) == 0:
		return notFound("%s holds no version", r.ref.Place())
	}
	return sdk.Hint(notFound("%s: %s", r.ref.Place(), what), "there is "+strings.Join(tags, ", "))
}

// bytes reads all of something, which may not be larger than limit.
func (r *Repository) bytes(ctx context.Context, desc ocispec.Descriptor, limit int64) ([]byte, error) {
	if err := checkSize(desc, limit); err != nil {
		return nil, fmt.Errorf("%s: %w", r.ref.Place(), err)
	}
	b, err := content.FetchAll(ctx, r.read, desc)
	return b, r.explain(err)
}

// checkSize looks at what is about to be read: its size is somebody's word, to
// which [content.VerifyReader] holds it.
func checkSize(desc ocispec.Descriptor, limit int64) error {
	if !validDigest.MatchString(desc.Digest.String()) {
		return corrupt("%q is no digest", desc.Digest)
	}
	if desc.Size < 0 || desc.Size > limit {
		return corrupt("%s has %d bytes, of which at most %d are read", desc.Digest, desc.Size, limit)
	}
	return nil
}

// copyTo writes all of something to w, and then says whether it is what its
// digest says. What was written is not to be used before.
func (r *Repository) copyTo(ctx context.Context, desc ocispec.Descriptor, w io.Writer) error {
	in, err := r.read.Fetch(ctx, desc)
	if err != nil {
		return r.explain(err)
	}
	defer in.Close()
	verified := content.NewVerifyReader(in, desc)
	if _, err := io.Copy(w, verified); err != nil {
		return r.explain(err)
	}
	return r.explain(verified.Verify())
}

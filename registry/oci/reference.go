package oci

import (
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"strings"

	"oras.land/oras-go/v2/registry"

	"github.com/genhost/genhost/sdk"
)

// The beginnings of references.
const (
	RegistryPrefix = "oci://"
	LayoutPrefix   = "oci-layout:"
)

// A Reference names a repository in a registry or a layout, and what is meant
// of it.
type Reference struct {
	Host       string // "ghcr.io", with a port if it has one; "" of a layout
	Repository string // "acme/tabgan"; "" of a layout
	Layout     string // the folder; "" of a registry
	Tag        string // "2.1.0", or ""
	Digest     string // "sha256:9c...", or ""; goes before Tag
}

var (
	validTag    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	validDigest = regexp.MustCompile(`^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`)
)

// IsReference reports whether a source is one that [Parse] is for.
func IsReference(source string) bool {
	return strings.HasPrefix(source, RegistryPrefix) || strings.HasPrefix(source, LayoutPrefix)
}

// Parse reads a reference. The error is [sdk.ErrBadInput].
func Parse(s string) (Reference, error) {
	var r Reference
	var rest, form string
	var err error
	switch {
	case strings.HasPrefix(s, RegistryPrefix):
		rest, form = strings.TrimPrefix(s, RegistryPrefix), "oci://HOST/REPOSITORY:VERSION"
	case strings.HasPrefix(s, LayoutPrefix):
		rest, form = strings.TrimPrefix(s, LayoutPrefix), "oci-layout:FOLDER:VERSION"
	default:
		return r, bad(s, "want oci://HOST/REPOSITORY:VERSION or oci-layout:FOLDER:VERSION")
	}
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest, r.Digest = rest[:i], rest[i+1:]
		if !validDigest.MatchString(r.Digest) {
			return r, bad(s, "want sha256: and 64 hexadecimal digits after @")
		}
	}
	// A colon before the last slash is a port, or a drive.
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexAny(rest, `/\`) {
		rest, r.Tag = rest[:i], rest[i+1:]
		if !validTag.MatchString(r.Tag) {
			return r, bad(s, "a version has letters, digits, dots, dashes and underscores")
		}
	}
	if rest == "" {
		return r, bad(s, "want "+form)
	}
	if strings.HasPrefix(s, LayoutPrefix) {
		r.Layout = filepath.FromSlash(rest)
		return r, nil
	}
	r.Host, r.Repository, _ = strings.Cut(rest, "/")
	if err = (registry.Reference{Registry: r.Host, Repository: r.Repository}).Validate(); err != nil {
		return r, bad(s, "want "+form+", with a repository of lower-case letters, digits, dashes and slashes")
	}
	return r, nil
}

func bad(reference, advice string) error {
	return sdk.Hint(fmt.Errorf("%w: reference %q", sdk.ErrBadInput, reference), advice)
}

// String returns the reference as [Parse] reads it.
func (r Reference) String() string {
	s := r.Place()
	if r.Tag != "" {
		s += ":" + r.Tag
	}
	if r.Digest != "" {
		s += "@" + r.Digest
	}
	return s
}

// Place returns the reference without what is meant of it.
func (r Reference) Place() string {
	if r.Layout != "" {
		return LayoutPrefix + filepath.ToSlash(r.Layout)
	}
	return RegistryPrefix + r.Host + "/" + r.Repository
}

// At returns a reference to what has a digest, in the same place.
func (r Reference) At(digest string) Reference {
	r.Digest = digest
	return r
}

// Which is what a repository is asked for: a digest, or else a tag.
func (r Reference) Which() string {
	if r.Digest != "" {
		return r.Digest
	}
	return r.Tag
}

// loopback reports whether a registry is on this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// TagOf turns a version into a tag, which may hold no plus sign.
func TagOf(version string) string { return strings.ReplaceAll(version, "+", "_") }

// VersionOf turns a tag back into a version.
func VersionOf(tag string) string { return strings.ReplaceAll(tag, "_", "+") }

package oci

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strings"

	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// The kinds of errors: test for them with [errors.Is].
var (
	ErrDenied      = errors.New("access denied")     // by the registry
	ErrUnreachable = errors.New("cannot be reached") // no registry answers there, or none that works
)

// notFound is the error for something that a repository does not hold.
func notFound(format string, args ...any) error {
	return fault.Mark(fault.ErrNotFound, fmt.Errorf(format, args...))
}

// corrupt is the error for something that is not what it should be.
func corrupt(format string, args ...any) error {
	return fault.Mark(fault.ErrVerify, fmt.Errorf("%w: "+format, append([]any{sdk.ErrCorrupt}, args...)...))
}

// explain says of an error what it means to a user, in place of how it came
// about.
func (r *Repository) explain(err error) error {
	var refused *errcode.ErrorResponse
	var missing *exec.Error
	var unknown *net.DNSError
	var tlsError *tls.CertificateVerificationError
	place := r.ref.Place()
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, sdk.ErrCorrupt), errors.Is(err, sdk.ErrBadInput), errors.Is(err, fault.ErrNotFound):
		return err
	case r.differs(err):
		return sdk.Hint(corrupt("%s: what came is not what its digest says", place),
			"it was altered after it was published: try once more, then another source, and tell the publisher")
	case errors.Is(err, errSilence), errors.Is(err, io.ErrUnexpectedEOF):
		return unreachable(r.ref, "it stopped in the middle of an answer")
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		return r.denied(": it wants a name and a password")
	case errors.As(err, &missing):
		return sdk.Hint(fmt.Errorf("%w: %s: %w", ErrDenied, r.ref.Host, missing), "docker's configuration names a program that keeps credentials: install it, or take it out (credsStore, credHelpers)")
	case errors.Is(err, errdef.ErrSizeExceedsLimit):
		return corrupt("%s: its list is larger than %d MiB", place, maxManifest>>20)
	case errors.As(err, &refused):
		return r.refusal(refused)
	case errors.Is(err, errdef.ErrNotFound):
		return notFound("%s has no such content", place)
	case errors.As(err, &tlsError):
		return sdk.Hint(fmt.Errorf("%w: %s: %w", ErrUnreachable, r.ref.Host, tlsError.Err), "its certificate is not one that this machine trusts")
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return sdk.Hint(fmt.Errorf("%w: %s speaks no TLS", ErrUnreachable, r.ref.Host), "plain HTTP is spoken to this machine only (localhost): give the registry a certificate")
	case errors.As(err, &unknown):
		return unreachable(r.ref, "there is no host of that name")
	}
	var address *url.Error
	if errors.As(err, &address) {
		return unreachable(r.ref, root(address.Err).Error())
	}
	return fmt.Errorf("%s: %w", place, err)
}

// differs reports whether an error says that content is not what its digest or
// its size say.
func (r *Repository) differs(err error) bool {
	return errors.Is(err, content.ErrMismatchedDigest) || errors.Is(err, content.ErrTrailingData) ||
		errors.Is(err, content.ErrInvalidDescriptorSize) || strings.Contains(err.Error(), "mismatch Content-Length") ||
		strings.Contains(err.Error(), "digest mismatch in") ||
		errors.Is(err, io.ErrUnexpectedEOF) && r.ref.Layout != "" // of a registry it is a connection that broke
}

func unreachable(ref Reference, why string) error {
	return sdk.Hint(fmt.Errorf("%w: %s: %s", ErrUnreachable, ref.Host, why),
		"check the host's name and the network; a folder needs none: oci-layout:FOLDER")
}

// refusal explains what a registry answered instead of what it was asked for.
func (r *Repository) refusal(resp *errcode.ErrorResponse) error {
	place, said := r.ref.Place(), says(resp)
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return r.denied(said)
	case code == http.StatusNotFound && slices.ContainsFunc(resp.Errors, func(e errcode.Error) bool { return e.Code == errcode.ErrorCodeNameUnknown }):
		return sdk.Hint(notFound("there is no repository %s", place), "check its name")
	case code == http.StatusNotFound:
		return sdk.Hint(notFound("%s%s", place, said), "check the name of the repository")
	case code == http.StatusTooManyRequests:
		return sdk.Hint(fmt.Errorf("%w: %s: too many requests%s", ErrUnreachable, r.ref.Host, said), "wait, or log in with docker login "+r.ref.Host)
	case code >= 500:
		return sdk.Hint(fmt.Errorf("%w: %s fails with %d %s%s", ErrUnreachable, r.ref.Host, code, http.StatusText(code), said), "try again later")
	}
	return fmt.Errorf("%s: the registry refuses %s with %d %s%s", place, resp.Method, resp.StatusCode, http.StatusText(resp.StatusCode), said)
}

// denied is the error for want of rights. Registries answer so for repositories
// too that they do not have.
func (r *Repository) denied(why string) error {
	return sdk.Hint(fmt.Errorf("%w: %s%s", ErrDenied, r.ref.Place(), why),
		"log in with docker login "+r.ref.Host+", whose credentials genhost uses; or there is no such repository")
}

// says is what a registry has to say on an error, as the end of a sentence.
func says(resp *errcode.ErrorResponse) string {
	var texts []string
	for _, e := range resp.Errors {
		if text := strings.TrimSpace(e.Message); text != "" {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return ": " + strings.Join(texts, "; ")
}

// root is what is at the bottom of an error.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

package host

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/genhost/genhost/host/card"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/sdk"
)

// pluginsFor finds the plugins that a shared model needs.
func (h *Host) pluginsFor(ctx context.Context, f card.Facts, any bool) (local, error) {
	model, err := h.likeness(ctx, f.Plugin, any, func(p sdk.Plugin) error { _, err := p.Model(f.Model); return err })
	if err != nil {
		return local{}, fmt.Errorf("the model %s: %w", f.Model, err)
	}
	reader, err := h.likeness(ctx, f.Reader, any, func(p sdk.Plugin) error { _, err := p.Modality(f.Modality); return err })
	if err != nil {
		return local{}, fmt.Errorf("its rows, %s: %w", f.Modality, err)
	}
	return local{model, reader}, nil
}

// likeness finds the registered plugin that is, or stands for, one that trained
// a model elsewhere, and tells where it differs.
func (h *Host) likeness(ctx context.Context, want run.Program, any bool, offers func(sdk.Plugin) error) (name string, err error) {
	in, err := h.namedLike(ctx, want)
	if err != nil {
		return "", err
	}
	if err := offers(in.sdk); err != nil {
		return "", fmt.Errorf("plugin %s %s: %w", in.Name, in.sdk.Version, err)
	}
	have := in.program()
	switch {
	case have.Version == want.Version && (have.SHA256 == want.SHA256 || have.Release != "" && have.Release == want.Release):
	case have.Version == want.Version:
		h.say(fmt.Sprintf("plugin %s %s is another build here, sha256 %.12s, than the one that trained it, %.12s", in.Name, have.Version, have.SHA256, want.SHA256))
	case series(have.Version) == series(want.Version) || any:
		h.say(fmt.Sprintf("warning: plugin %s is %s here, and %s trained it", in.Name, have.Version, want.Version))
	default:
		err := fmt.Errorf("%w: plugin %s is %s here, and %s trained it, which may understand weights otherwise", sdk.ErrProtocol, in.Name, have.Version, want.Version)
		return "", sdk.Hint(err, fmt.Sprintf("install version %s: genhost plugin install %s --as NAME; or try what is there with --any-plugin", want.Version, source(want)))
	}
	return in.Name, nil
}

// harmless are the characters of an address that mean nothing to a shell.
var harmless = regexp.MustCompile(`^[A-Za-z0-9._~:/@+%-]+$`)

// source is where a plugin is to be had, for people to copy into a command.
// Whoever has published a model wrote it, so it is shown only if it is an address
// and nothing else.
func source(want run.Program) string {
	_, err := oci.Parse(want.Source)
	u, noURL := url.Parse(want.Source)
	if registered := err == nil && strings.HasPrefix(want.Source, oci.RegistryPrefix); harmless.MatchString(want.Source) &&
		(registered || noURL == nil && u.Scheme == "https" && u.Host != "") {
		return want.Source
	}
	return "SOURCE"
}

// namedLike finds the registered plugin that calls itself as another, that of
// this name in models.toml first.
func (h *Host) namedLike(ctx context.Context, want run.Program) (installed, error) {
	name := want.Name
	var failed error
	var there []string
	for _, first := range []bool{true, false} {
		for _, p := range h.registry.Plugins {
			if (p.Name == name) != first {
				continue
			}
			in, err := h.plugin(ctx, p.Name)
			if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
			if in.sdk.Name == name {
				return in, nil
			}
			there = append(there, in.sdk.Name)
		}
	}
	if failed != nil {
		return installed{}, failed
	}
	return installed{}, sdk.Hint(fmt.Errorf("%w: models.toml has no plugin that calls itself %s", registry.ErrNotFound, name),
		"install it first: genhost plugin install "+source(want)+"; "+sdk.Suggest(name, there))
}

// series is the part of a version whose changes break what is saved: the first
// number, or the first two where that is 0.
func series(version string) string {
	parts := strings.SplitN(version, ".", 3)
	if parts[0] == "0" && len(parts) > 1 {
		return "0." + parts[1]
	}
	return parts[0]
}

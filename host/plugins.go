package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/host/process"
	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/sdk"
)

// An installed plugin is one whose executable is at hand.
type installed struct {
	registry.Plugin
	exe   registry.Executable
	sdk   sdk.Plugin // what it says of itself; its makers do not work, see start
	start starter
}

// A starter runs a plugin.
type starter func(context.Context, errand) (running, error)

// An errand is what a plugin is started for.
type errand struct {
	log     io.Writer // for its words
	threads int
	read    []string // files and folders that it needs, absolute
	write   []string // folders for what it makes
}

// quick is an errand that takes no files, and of which nobody hears.
var quick = errand{log: io.Discard, threads: 1}

// A running plugin works until it is stopped.
type running interface {
	Plugin() sdk.Plugin
	Sandbox() sandbox.Report
	Stop() error
}

// plugin finds a registered plugin.
func (h *Host) plugin(ctx context.Context, name string) (installed, error) {
	p, err := h.registry.Plugin(name)
	if err != nil {
		return installed{}, err
	}
	return h.install(ctx, p)
}

// executable finds the executable of a plugin, building it if need be, and
// what it says of itself: from the cache, by the executable's digest, or by
// asking it.
func (h *Host) executable(ctx context.Context, p registry.Plugin) (installed, error) {
	exe, err := registry.Builder{Cache: h.cache, Notice: h.say}.Executable(ctx, p)
	if err != nil {
		return installed{}, err
	}
	in := installed{Plugin: p, exe: exe, start: h.launcher(p, exe)}
	// Another genhost may know more to ask, and keep it elsewhere.
	cached := filepath.Join(h.cache, "describe", fmt.Sprintf("%s-%d", Version, process.Protocol), exe.SHA256+".json")
	if b, err := os.ReadFile(cached); err == nil && json.Unmarshal(b, &in.sdk) == nil && in.sdk.Name != "" {
		return in, nil
	}
	if in.sdk, err = describe(ctx, p.Name, in.start); err != nil {
		return installed{}, err
	}
	b, err := json.Marshal(in.sdk)
	if err != nil {
		return installed{}, err
	}
	return in, writeFile(cached, b)
}

// program is the plugin as a run remembers it.
func (in installed) program() run.Program {
	p := run.Program{Name: in.sdk.Name, Version: in.sdk.Version, SHA256: in.exe.SHA256, Protocol: process.Protocol}
	if pin := in.Pin; pin != nil && pin.Pinned {
		p.Release, p.Source = pin.Archive, published(pin)
	}
	return p
}

// published is where anybody finds what a plugin was installed from; "" for a
// path, an address with a password, or one that means something else elsewhere.
func published(pin *lock.Plugin) string {
	if strings.HasPrefix(pin.Source, oci.RegistryPrefix) {
		ref, err := oci.Parse(pin.Source)
		if err != nil || !public(ref.Host) {
			return ""
		}
		ref.Tag, ref.Digest = oci.TagOf(pin.Version), pin.Archive
		return ref.String()
	}
	if u, err := url.Parse(pin.Source); err == nil && u.Scheme == "https" && u.User == nil && u.RawQuery == "" && public(u.Host) {
		return pin.Source
	}
	return ""
}

// public reports whether a host, maybe with a port, can be the same one for
// everybody.
func public(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	return strings.Contains(host, ".") && !slices.Contains([]string{"local", "localhost", "internal", "lan"}, host[strings.LastIndexByte(host, '.')+1:])
}

// An offer is a modality, and the plugin that offers it.
type offer struct {
	installed
	spec sdk.ModalitySpec
}

// modality finds the plugin that offers a modality called name; the one that
// is registered under that very name is asked first. A plugin that does not
// work is no reason to do without the others.
func (h *Host) modality(ctx context.Context, name string) (offer, error) {
	var there []string
	var failed error
	for o, err := range h.offers(ctx, name) {
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if o.spec.Name == name {
			return o, nil
		}
		there = append(there, o.spec.Name)
	}
	if failed != nil {
		return offer{}, failed
	}
	return offer{}, sdk.Hint(fmt.Errorf("%w: no plugin offers the modality %q", registry.ErrNotFound, name), sdk.Suggest(name, there))
}

// modalityWith finds the modality for data that no modality is named for: the
// one that carries a dataset of that name, or else the only one there is. A
// plugin that does not work is no reason to do without the others.
func (h *Host) modalityWith(ctx context.Context, m registry.Model, data string) (offer, error) {
	var all, carry []offer
	var names []string
	var failed error
	for o, err := range h.offers(ctx, "") {
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		all, names = append(all, o), append(names, o.spec.Name)
		if hasDataset(o.spec, data) {
			carry = append(carry, o)
		}
	}
	switch {
	case len(carry) == 1:
		return carry[0], nil
	case len(carry) == 0 && len(all) == 1:
		return all[0], nil
	case len(all) == 0 && failed != nil:
		return offer{}, failed
	}
	return offer{}, sdk.Hint(m.Errorf("which modality reads %s?", data),
		`set modality = "..." for the model; `+sdk.Suggest("", names))
}

// offers asks the registered plugins for their modalities, that of name first,
// then those that no model names: they are likely to have some, and a model's
// plugin need not be built to find one.
func (h *Host) offers(ctx context.Context, name string) iter.Seq2[offer, error] {
	likely := func(p registry.Plugin) int {
		switch {
		case p.Name == name:
			return 0
		case !slices.ContainsFunc(h.registry.Models, func(m registry.Model) bool { return m.Plugin == p.Name }):
			return 1
		}
		return 2
	}
	plugins := slices.Clone(h.registry.Plugins)
	slices.SortStableFunc(plugins, func(a, b registry.Plugin) int { return likely(a) - likely(b) })
	return func(yield func(offer, error) bool) {
		for _, p := range plugins {
			in, err := h.plugin(ctx, p.Name)
			if err != nil {
				if !yield(offer{}, err) {
					return
				}
				continue
			}
			for _, m := range in.sdk.Modalities {
				if !yield(offer{in, m}, nil) {
					return
				}
			}
		}
	}
}

func hasDataset(m sdk.ModalitySpec, name string) bool {
	for _, d := range m.Datasets {
		if d.Name == name {
			return true
		}
	}
	return false
}

// writeFile writes a file of the cache so that it appears whole or not at all.
func writeFile(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer os.Remove(f.Name()) // fails once renamed
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return os.Rename(f.Name(), path)
}

// exists reports whether there is anything at path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

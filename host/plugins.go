package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/host/process"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// An installed plugin is one whose executable is at hand.
type installed struct {
	registry.Plugin
	exe registry.Executable
	sdk sdk.Plugin // what it says of itself; its makers do not work, see start
}

// plugin finds the executable of a registered plugin, building it if need be,
// and what it says of itself: from the cache, by the executable's digest, or
// by asking it.
func (h *Host) plugin(ctx context.Context, name string) (installed, error) {
	p, err := h.registry.Plugin(name)
	if err != nil {
		return installed{}, err
	}
	exe, err := registry.Builder{Cache: h.cache, Notice: h.say}.Executable(ctx, p)
	if err != nil {
		return installed{}, err
	}
	in := installed{Plugin: p, exe: exe}
	cached := filepath.Join(h.cache, "describe", exe.SHA256+".json")
	if b, err := os.ReadFile(cached); err == nil && json.Unmarshal(b, &in.sdk) == nil && in.sdk.Name != "" {
		return in, nil
	}
	proc, err := in.start(ctx, io.Discard, 1)
	if err != nil {
		return installed{}, err
	}
	defer proc.Stop()
	in.sdk = proc.Plugin()
	if err := in.sdk.Validate(); err != nil {
		return installed{}, fmt.Errorf("%w: plugin %s: %w", sdk.ErrProtocol, name, err)
	}
	b, err := json.Marshal(in.sdk)
	if err != nil {
		return installed{}, err
	}
	return in, writeFile(cached, b)
}

// start runs the plugin. Its words go to log.
func (in installed) start(ctx context.Context, log io.Writer, threads int) (*process.Process, error) {
	return process.Start(ctx, process.Spec{Name: in.Name, Path: in.exe.Path, Log: log, Threads: threads})
}

// program is the plugin as a run remembers it.
func (in installed) program() run.Program {
	return run.Program{Name: in.sdk.Name, Version: in.sdk.Version, SHA256: in.exe.SHA256, Protocol: process.Protocol}
}

// modality finds the plugin that offers a modality called name; the one that
// is registered under that very name is asked first.
func (h *Host) modality(ctx context.Context, name string) (installed, sdk.ModalitySpec, error) {
	var there []string
	for _, key := range h.pluginsFirst(name) {
		in, err := h.plugin(ctx, key)
		if err != nil {
			return installed{}, sdk.ModalitySpec{}, err
		}
		for _, m := range in.sdk.Modalities {
			if m.Name == name {
				return in, m, nil
			}
			there = append(there, m.Name)
		}
	}
	return installed{}, sdk.ModalitySpec{}, sdk.Hint(
		fmt.Errorf("%w: no plugin offers the modality %q", registry.ErrNotFound, name), sdk.Suggest(name, there))
}

// modalityWith finds the modality for data that no modality is named for: the
// one that carries a dataset of that name, or else the only one there is.
func (h *Host) modalityWith(ctx context.Context, data string) (installed, sdk.ModalitySpec, error) {
	type offer struct {
		in   installed
		spec sdk.ModalitySpec
	}
	var all, carry []offer
	var names []string
	for _, key := range h.pluginsFirst("") {
		in, err := h.plugin(ctx, key)
		if err != nil {
			return installed{}, sdk.ModalitySpec{}, err
		}
		for _, m := range in.sdk.Modalities {
			all, names = append(all, offer{in, m}), append(names, m.Name)
			if hasDataset(m, data) {
				carry = append(carry, offer{in, m})
			}
		}
	}
	if len(carry) == 1 {
		return carry[0].in, carry[0].spec, nil
	}
	if len(carry) == 0 && len(all) == 1 {
		return all[0].in, all[0].spec, nil
	}
	return installed{}, sdk.ModalitySpec{}, sdk.Hint(
		fmt.Errorf("%w: which modality reads %s?", registry.ErrConfig, data),
		fmt.Sprintf("set modality = \"...\" for the model in %s; %s", h.registry.Path, sdk.Suggest("", names)))
}

func hasDataset(m sdk.ModalitySpec, name string) bool {
	for _, d := range m.Datasets {
		if d.Name == name {
			return true
		}
	}
	return false
}

// pluginsFirst returns the names of the registered plugins, that of name
// first, then those that no model names: they are likely to be modalities, and
// a model's plugin need not be built to find one.
func (h *Host) pluginsFirst(name string) []string {
	forModels := map[string]bool{}
	for _, m := range h.registry.Models {
		forModels[m.Plugin] = true
	}
	var first, then, last []string
	for _, p := range h.registry.Plugins {
		switch {
		case p.Name == name:
			first = append(first, p.Name)
		case forModels[p.Name]:
			last = append(last, p.Name)
		default:
			then = append(then, p.Name)
		}
	}
	return append(append(first, then...), last...)
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

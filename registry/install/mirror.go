package install

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A Copy is a plugin's package in a mirror.
type Copy struct {
	Name   string `json:"name"`
	Source string `json:"source"` // for models.toml
}

// Mirror copies the packages of all plugins that are installed, as they are
// pinned, for all machines and with their signatures, to a place from which they
// can be installed without their sources: a folder of archives and OCI layouts,
// or repositories whose names begin with oci://HOST/PREFIX.
func (in Installer) Mirror(ctx context.Context, place string) ([]Copy, error) {
	r, err := registry.Load(in.modelsFile())
	if err != nil {
		return nil, err
	}
	all := []Copy{}
	for _, p := range r.Plugins {
		if !in.installs(p) {
			continue
		}
		if err := p.CheckPin(); err != nil {
			return all, fmt.Errorf("plugin %s: %w", p.Name, err)
		}
		to, err := copyIn(place, p)
		if err == nil {
			err = in.mirror(ctx, p, to)
		}
		if err != nil {
			return all, fmt.Errorf("plugin %s: %w", p.Name, err)
		}
		all = append(all, Copy{p.Name, to})
	}
	return all, nil
}

// copyIn is where a mirror has the copy of a plugin: a path, or a reference.
func copyIn(place string, p registry.Plugin) (string, error) {
	if !isOCI(p.Source) {
		if strings.HasPrefix(place, oci.RegistryPrefix) {
			err := fault.Mark(fault.ErrConfig, fmt.Errorf("it is from %s, and %s holds what is from OCI repositories", p.Source, place))
			return "", sdk.Hint(err, "name a folder, or publish it: genhost plugin push")
		}
		name := fmt.Sprintf("%s-%s%s", p.Pin.Package, p.Pin.Version, extension(p.Source))
		return filepath.Join(strings.TrimPrefix(place, oci.LayoutPrefix), name), nil
	}
	if !isOCI(place) {
		place = oci.LayoutPrefix + place
	}
	ref, err := oci.Parse(place)
	if err != nil {
		return "", err
	}
	if ref.Which() != "" {
		return "", sdk.Hint(fmt.Errorf("%w: %s names a version", sdk.ErrBadInput, place), "a mirror is for all: leave it out")
	}
	if ref.Layout != "" {
		ref.Layout = filepath.Join(ref.Layout, p.Pin.Package)
	} else {
		ref.Repository = path.Join(ref.Repository, p.Pin.Package)
	}
	ref.Tag, ref.Digest = oci.TagOf(p.Pin.Version), p.Pin.Archive
	return ref.String(), nil
}

func (in Installer) mirror(ctx context.Context, p registry.Plugin, to string) error {
	if isOCI(p.Source) {
		return in.mirrorOCI(ctx, p, to)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	temp, done, err := in.Builder.Store().Temp()
	if err != nil {
		return err
	}
	defer done()
	file := filepath.Join(temp, "archive")
	signed := besideFile(p.Path)
	switch {
	case p.Path == "":
		signed = in.besideAddress(ctx, p.Source)
		err = in.download(ctx, p.Source, file)
	case isFolder(p.Path):
		signed = func() ([][]byte, error) { return nil, nil }
		err = pack.Package{Dir: p.Path}.WriteTo(ctx, file)
	default:
		_, err = keep(ctx, file, p.Path)
	}
	if err != nil {
		return err
	}
	if err := isPinned(ctx, file, p.Pin, filepath.Join(temp, "package")); err != nil {
		return err
	}
	if _, err := keep(ctx, to+".tmp", file); err != nil {
		return err
	}
	if err := os.Rename(to+".tmp", to); err != nil {
		return err
	}
	texts, err := signed()
	if err != nil {
		return err
	}
	for _, text := range texts {
		if err := os.WriteFile(to+sign.Suffix, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// extension is what the name of a package's copy ends in.
func extension(source string) string {
	if filepath.Ext(source) == ".zip" {
		return ".zip"
	}
	return ".tar.gz"
}

// isPinned reports an archive that is not what the lock file pins.
func isPinned(ctx context.Context, file string, pin *lock.Plugin, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	b, err := pack.Open(ctx, file, dir)
	if err != nil {
		return unnamed(err)
	}
	for target, hash := range b.Trees() {
		if pin.Trees[target] != hash {
			err := fault.Mark(fault.ErrVerify, fmt.Errorf("its source is not what %s pins", lock.Name))
			return sdk.Hint(err, "genhost plugin upgrade "+pin.Name)
		}
	}
	return nil
}

func (in Installer) download(ctx context.Context, source, file string) error {
	if err := checkAddress(source); err != nil {
		return err
	}
	response, err := in.get(ctx, source)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = keepAll(ctx, file, response.Body)
	return err
}

// mirrorOCI copies an image index, whatever its version means by now.
func (in Installer) mirrorOCI(ctx context.Context, p registry.Plugin, to string) error {
	from, _, err := in.repository(ctx, p.Source)
	if err != nil {
		return err
	}
	ref, err := oci.Parse(to)
	if err != nil {
		return err
	}
	repo, err := oci.Create(ctx, ref)
	if err != nil {
		return err
	}
	return from.Mirror(ctx, p.Pin.Archive, repo, ref.Tag)
}

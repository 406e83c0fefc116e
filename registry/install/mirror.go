package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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

// copyIn is where a mirror has the copy of a plugin: a path, or a reference. Its
// name is that in models.toml, where each is another's.
func copyIn(place string, p registry.Plugin) (string, error) {
	if !isOCI(p.Source) {
		if strings.HasPrefix(place, oci.RegistryPrefix) {
			err := fault.Mark(fault.ErrConfig, fmt.Errorf("it is from %s, and %s holds what is from OCI repositories", p.Source, place))
			return "", sdk.Hint(err, "name a folder, or publish it: genhost plugin push")
		}
		name := fmt.Sprintf("%s-%s%s", p.Name, p.Pin.Version, extension(p.Source))
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
		ref.Layout = filepath.Join(ref.Layout, p.Name)
	} else {
		ref.Repository = path.Join(ref.Repository, p.Name)
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
	signed, sum := besideFile(p.Path), ""
	switch {
	case p.Path == "":
		signed = in.besideAddress(ctx, p.Source)
		sum, err = in.download(ctx, p.Source, file)
	case isFolder(p.Path):
		signed = func() ([][]byte, error) { return nil, nil }
		err = pack.Package{Dir: p.Path}.WriteTo(ctx, file)
	default:
		sum, err = keep(ctx, file, p.Path)
	}
	if err != nil {
		return err
	}
	if err := isPinned(ctx, file, sum, p.Pin, filepath.Join(temp, "package")); err != nil {
		return err
	}
	texts, err := signed()
	if err != nil {
		return err
	}
	return place(ctx, file, to, texts)
}

// place puts an archive and its signatures in the place of those that are there.
func place(ctx context.Context, file, to string, texts [][]byte) error {
	if _, err := keep(ctx, to+".tmp", file); err != nil {
		return err
	}
	if err := os.Remove(to + sign.Suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(to+".tmp", to); err != nil {
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

// isPinned reports an archive, and its SHA-256, that are not what the lock file
// pins. The archive of a folder has none that was pinned.
func isPinned(ctx context.Context, file, sum string, pin *lock.Plugin, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	b, err := pack.Open(ctx, file, dir)
	if err != nil {
		return unnamed(err)
	}
	if pin.Archive != "" && pin.Archive != "sha256:"+sum || !maps.Equal(b.Trees(), pin.Trees) {
		err := fault.Mark(fault.ErrVerify, fmt.Errorf("its source is not what %s pins", lock.Name))
		return sdk.Hint(err, "genhost plugin upgrade "+pin.Name)
	}
	return nil
}

func (in Installer) download(ctx context.Context, source, file string) (sum string, err error) {
	if err := checkAddress(source); err != nil {
		return "", err
	}
	response, err := in.get(ctx, source)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	return keepAll(ctx, file, response.Body)
}

// mirrorOCI copies an image index, whatever its version means by now. What a
// mirror has of that version already stays: others may have pinned it.
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
	before, err := repo.Find(ctx, ref.Tag)
	if err == nil && before.Digest != p.Pin.Archive {
		err := fmt.Errorf("%s has %s %s already, and it is another, %s", ref.Place(), before.Name, before.Version, before.Digest)
		return sdk.Hint(fault.Mark(fault.ErrVerify, err), "mirror to a place of its own")
	}
	if err != nil && !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	return from.Mirror(ctx, p.Pin.Archive, repo, ref.Tag)
}

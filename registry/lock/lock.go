// Package lock reads and writes models.lock.toml, which pins the plugins of a
// models.toml beside it, for machines of all kinds at once.
//
//	schema = 1
//
//	[plugins.tabgan]
//	source     = "oci://ghcr.io/acme/tabgan"
//	constraint = "~> 2.1"
//	package    = "tabgan"             # as the plugin calls itself
//	version    = "2.1.0"
//	archive    = "sha256:9c..."       # digest of what was fetched: a file, or an image index
//	signer     = "acme"               # who signed it, and with which key
//	key        = "RWQ..."
//	unverified = true                 # it was another version: of this one nobody has looked
//
//	[plugins.tabgan.trees]            # of all targets that there are
//	"darwin/arm64" = "h1:..."
//	"linux/amd64"  = "h1:..."
//
//	[plugins.mine]
//	source = "./mine"                 # built from source, or hand-made: not pinned
//	pinned = false
//
// The program writes it, and people commit it.
package lock

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/manifest"
)

// Name is that of the file.
const Name = "models.lock.toml"

const schema = 1

// A File is what models.lock.toml says.
type File struct {
	Path    string // of the file, which may not be there
	Plugins []Plugin
}

// A Plugin is one that is pinned, or is known not to be.
type Plugin struct {
	Name       string // in models.toml
	Source     string
	Constraint string
	Pinned     bool

	Package, Version string
	Archive          string // "sha256:..."
	Signer, Key      string
	Unverified       bool              // they are of an earlier version: see Voucher
	Trees            map[string]string // hashes by target
}

// Read reads the file at path. One that is not there pins nothing. Errors are
// [fault.ErrConfig].
func Read(path string) (File, error) {
	f := File{Path: path}
	text, err := document.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	doc, err := document.Parse(path, text)
	if err != nil {
		return f, err
	}
	root := doc.Root()
	if v, _ := root.Value("schema"); v != int64(schema) {
		return f, root.Errorf("schema", "is not %d: the file is not of this genhost", schema)
	}
	all, err := root.Table("plugins")
	if err != nil {
		return f, err
	}
	for _, name := range all.Names() {
		t, err := all.Table(name)
		if err != nil {
			return f, err
		}
		p, err := read(name, t)
		if err != nil {
			return f, err
		}
		f.Plugins = append(f.Plugins, p)
	}
	return f, nil
}

func read(name string, t document.Table) (Plugin, error) {
	p := Plugin{Name: name, Pinned: true, Trees: map[string]string{}}
	texts := map[string]*string{
		"source": &p.Source, "constraint": &p.Constraint, "package": &p.Package, "version": &p.Version,
		"archive": &p.Archive, "signer": &p.Signer, "key": &p.Key,
	}
	if err := t.Only(append(slices.Sorted(maps.Keys(texts)), "pinned", "unverified", "trees")...); err != nil {
		return p, err
	}
	for key, dst := range texts {
		var err error
		if *dst, err = t.Text(key); err != nil {
			return p, err
		}
	}
	var err error
	if p.Unverified, err = t.Bool("unverified"); err != nil {
		return p, err
	}
	if _, there := t.Value("pinned"); there {
		if p.Pinned, err = t.Bool("pinned"); err != nil {
			return p, err
		}
	}
	trees, err := t.Table("trees")
	if err != nil {
		return p, err
	}
	for _, target := range trees.Names() {
		if p.Trees[target], err = trees.Text(target); err != nil {
			return p, err
		}
	}
	if p.Source == "" || p.Pinned && (p.Version == "" || len(p.Trees) == 0) {
		return p, t.Document().ErrorAt(t.Line(), "%s is not whole", t.Key())
	}
	return p, nil
}

// Plugin returns what is known of a plugin of models.toml.
func (f File) Plugin(name string) (Plugin, bool) {
	for _, p := range f.Plugins {
		if p.Name == name {
			return p, true
		}
	}
	return Plugin{}, false
}

// Voucher is the key that what is pinned was signed with, or "" where nobody
// has looked: Key is then only whom to expect next.
func (p Plugin) Voucher() string {
	if p.Unverified {
		return ""
	}
	return p.Key
}

// Tree returns the hash of the tree for a platform. The error is a
// [fault.ErrNotFound] and says which there are.
func (p Plugin) Tree(here manifest.Platform) (string, error) {
	trees := map[manifest.Platform]string{}
	for name, hash := range p.Trees {
		platform, err := manifest.ParsePlatform(name)
		if err != nil {
			return "", err
		}
		trees[platform] = hash
	}
	chosen, err := manifest.Choose(p.Package+" "+p.Version, slices.Collect(maps.Keys(trees)), here)
	return trees[chosen], err
}

// Names reports whether the file pins a tree.
func (f File) Names(tree string) bool {
	return slices.ContainsFunc(f.Plugins, func(p Plugin) bool {
		return slices.Contains(slices.Collect(maps.Values(p.Trees)), tree)
	})
}

// With returns the file with a plugin in place of the one of its name.
func (f File) With(p Plugin) File {
	f = f.Without(p.Name)
	f.Plugins = append(f.Plugins, p)
	return f
}

// Without returns the file without a plugin.
func (f File) Without(name string) File {
	f.Plugins = slices.DeleteFunc(slices.Clone(f.Plugins), func(p Plugin) bool { return p.Name == name })
	return f
}

const head = `# Which plugins there are, exactly: genhost plugin install and upgrade write this
# file. Keep it beside models.toml, under version control.
`

// Text is what the file holds: equal for equal plugins.
func (f File) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%sschema = %d\n", head, schema)
	plugins := slices.Clone(f.Plugins)
	slices.SortFunc(plugins, func(a, b Plugin) int { return cmp.Compare(a.Name, b.Name) })
	for _, p := range plugins {
		fmt.Fprintf(&b, "\n[%s]\n", document.Key("plugins", p.Name))
		for _, field := range [][2]string{
			{"source", p.Source}, {"constraint", p.Constraint}, {"package", p.Package}, {"version", p.Version},
			{"archive", p.Archive}, {"signer", p.Signer}, {"key", p.Key},
		} {
			if field[1] != "" {
				fmt.Fprintf(&b, "%s = %s\n", field[0], document.Quote(field[1]))
			}
		}
		if p.Unverified {
			b.WriteString("unverified = true\n")
		}
		if !p.Pinned {
			b.WriteString("pinned = false\n")
			continue
		}
		fmt.Fprintf(&b, "\n[%s]\n", document.Key("plugins", p.Name, "trees"))
		for _, target := range slices.Sorted(maps.Keys(p.Trees)) {
			fmt.Fprintf(&b, "%s = %s\n", document.Quote(target), document.Quote(p.Trees[target]))
		}
	}
	return b.String()
}

// Write writes the file so that it is there whole, or as it was.
func (f File) Write() error { return WriteFile(f.Path, f.Text()) }

// WriteFile writes a text so that it is there whole, or what was there before.
// Of a file that is there, the mode is kept.
func WriteFile(path, text string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // what a link leads to is written, not the link
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // fails once renamed
	_, err = temp.WriteString(text)
	if err = errors.Join(err, temp.Chmod(mode), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

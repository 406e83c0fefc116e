package manifest

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/sdk"
)

// A reader reads a manifest up to the first error.
type reader struct {
	strict bool
	err    error
}

func (r *reader) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) only(t document.Table, known ...string) {
	if r.strict {
		r.keep(t.Only(known...))
	}
}

// text returns a text that can be shown in a line.
func (r *reader) text(t document.Table, name string) string {
	s, err := t.Text(name)
	if err == nil && !clean(s) {
		err = t.Errorf(name, "is no line of at most 500 bytes")
	}
	r.keep(err)
	return s
}

func (r *reader) texts(t document.Table, name string) []string {
	all, err := t.Texts(name)
	for _, s := range all {
		if err == nil && !clean(s) {
			err = t.Errorf(name, "has an element that is no line of at most 500 bytes")
		}
	}
	r.keep(err)
	return all
}

func (r *reader) table(t document.Table, name string) document.Table {
	in, err := t.Table(name)
	r.keep(err)
	return in
}

// named calls read for each of the tables in one of t's.
func (r *reader) named(t document.Table, name string, read func(name string, in document.Table)) {
	all := r.table(t, name)
	for _, key := range all.Names() {
		if in := r.table(all, key); r.err == nil {
			read(key, in)
		}
	}
}

func (r *reader) manifest(root document.Table) Manifest {
	if v, _ := root.Value("schema"); v != int64(schema) {
		r.keep(sdk.Hint(root.Errorf("schema", "is not %d: the package is not for this genhost", schema),
			"get a newer genhost, or an older version of the plugin"))
	}
	r.only(root, "schema", "name", "version", "summary", "licence", "homepage", "protocol", "needs", "models", "modalities", "targets")
	m := Manifest{
		Name: r.text(root, "name"), Version: r.text(root, "version"), Summary: r.text(root, "summary"),
		Licence: r.text(root, "licence"), Homepage: r.text(root, "homepage"), Needs: r.needs(r.table(root, "needs")),
	}
	if m.Name != "" && !validName.MatchString(m.Name) {
		r.keep(root.Errorf("name", "is %q: want lower-case letters, digits and dashes, a letter first", m.Name))
	}
	if m.Version != "" && !validVersion.MatchString(m.Version) {
		r.keep(root.Errorf("version", "is %q: want a semantic version such as 0.1.0", m.Version))
	}
	var err error
	m.Protocol, err = root.Ints("protocol")
	r.keep(err)
	r.named(root, "models", func(name string, t document.Table) {
		r.only(t, "family", "summary", "modalities", "can")
		r.name(t, name)
		m.Models = append(m.Models, Model{name, r.text(t, "family"), r.text(t, "summary"), r.texts(t, "modalities"), r.texts(t, "can")})
	})
	r.named(root, "modalities", func(name string, t document.Table) {
		r.only(t, "summary", "datasets")
		r.name(t, name)
		m.Modalities = append(m.Modalities, Modality{name, r.text(t, "summary"), r.texts(t, "datasets")})
	})
	r.named(root, "targets", func(name string, t document.Table) {
		target := r.target(name, t)
		if slices.ContainsFunc(m.Targets, func(other Target) bool { return other.Platform == target.Platform }) {
			r.keep(t.Document().ErrorAt(t.Line(), "%s is there twice", t.Key()))
		}
		m.Targets = append(m.Targets, target)
	})
	m.sort()
	return m
}

func (r *reader) name(t document.Table, name string) {
	if !validName.MatchString(name) {
		r.keep(t.Document().ErrorAt(t.Line(), "%s is no good name: want lower-case letters, digits and dashes, a letter first", t.Key()))
	}
}

func (r *reader) needs(t document.Table) Needs {
	r.only(t, "network", "env", "memory")
	network, err := t.Bool("network")
	r.keep(err)
	memory, err := t.Size("memory")
	r.keep(err)
	return Needs{network, r.texts(t, "env"), memory}
}

func (r *reader) target(name string, t document.Table) Target {
	r.only(t, "command", "folder", "tree")
	p, err := ParsePlatform(name)
	if err != nil {
		r.keep(t.Document().ErrorAt(t.Line(), "%s: %w", t.Key(), err))
	}
	target := Target{Platform: p, Command: r.texts(t, "command"), Folder: r.text(t, "folder"), Tree: r.text(t, "tree")}
	if len(target.Command) > 0 {
		if err := inside(target.Command[0]); err != nil {
			r.keep(t.Errorf("command", "%w", err))
		}
	}
	if target.Folder != "" && (inside(target.Folder) != nil || strings.Contains(target.Folder, "/")) {
		r.keep(t.Errorf("folder", "is %q: want the name of a folder", target.Folder))
	}
	if target.Tree != "" && !validTree.MatchString(target.Tree) {
		r.keep(t.Errorf("tree", "is %q: want h1: and a hash", target.Tree))
	}
	return target
}

// inside reports a path that may lead out of the package.
func inside(name string) error {
	if strings.Contains(name, `\`) || path.IsAbs(name) || path.Clean(name) != name {
		return fmt.Errorf("begins with %q: want a file of the package, with forward slashes", name)
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return errors.New("leads out of the package")
	}
	return nil
}

// Package manifest reads and writes genhost-plugin.toml, which says what a
// plugin's package holds.
//
//	schema   = 1
//	name     = "vae"
//	version  = "0.1.0"
//	summary  = "variational autoencoders"
//	licence  = "Apache-2.0"             # optional, as is homepage
//	protocol = [1]                      # versions of the conversation with the host
//
//	[needs]                             # what it cannot work without; granted in models.toml
//	network = true
//	env     = ["CUDA_VISIBLE_DEVICES"]
//	memory  = "1GiB"
//
//	[models.vae]
//	family     = "vae"
//	summary    = "variational autoencoder (Kingma and Welling 2013)"
//	modalities = ["image"]              # none: any
//	can        = ["train", "generate"]
//
//	[modalities.image]
//	summary  = "PNG and JPEG files"
//	datasets = ["fashion"]
//
//	[targets."linux/amd64"]             # system, processor and, other than cpu, accelerator
//	command = ["vae"]
//
// A package is a folder with a manifest at its top, or an archive of one. A
// command's first word is a file of the package, or, when it has no slash and
// no such file is there, an interpreter on the PATH; further words that name
// files of the package mean these.
//
// A bundle is packages for several targets in one: at its top is a manifest
// whose targets each name the folder of their package, and its tree's hash.
//
//	[targets."linux/amd64"]
//	folder = "linux-amd64"
//	tree   = "h1:..."
//
// An author's own manifest, in the folder of a Go package, may leave out what
// the program says of itself.
//
// A manifest is read, and nothing in a package is run to learn what it is.
package manifest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// File is the name of a manifest.
const File = "genhost-plugin.toml"

// schema is the version of the format.
const schema = 1

// A Manifest says what a package holds.
type Manifest struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Summary    string     `json:"summary"`
	Licence    string     `json:"licence,omitempty"`  // may be ""
	Homepage   string     `json:"homepage,omitempty"` // may be ""
	Protocol   []int      `json:"protocol"`
	Needs      Needs      `json:"needs"`
	Models     []Model    `json:"models,omitempty"`     // by name
	Modalities []Modality `json:"modalities,omitempty"` // by name
	Targets    []Target   `json:"targets,omitempty"`    // by platform
}

// Needs are what a plugin cannot work without.
type Needs struct {
	Network bool     `json:"network"`
	Env     []string `json:"env"`    // names of variables
	Memory  int64    `json:"memory"` // in bytes, 0 for not known
}

// A Model is one that the plugin offers.
type Model struct {
	Name       string   `json:"name"`
	Family     string   `json:"family"`
	Summary    string   `json:"summary"`
	Modalities []string `json:"modalities,omitempty"` // none: any
	Can        []string `json:"can"`
}

// A Modality is one that the plugin offers.
type Modality struct {
	Name     string   `json:"name"`
	Summary  string   `json:"summary"`
	Datasets []string `json:"datasets,omitempty"`
}

// A Target is a kind of machine that there is a program for.
type Target struct {
	Platform
	Command []string // "" in a bundle
	Folder  string   // of the target's package in a bundle, or ""
	Tree    string   // that package's hash, or ""
}

// IsBundle reports whether the manifest is of packages in one.
func (m Manifest) IsBundle() bool { return len(m.Targets) > 0 && m.Targets[0].Folder != "" }

// Title is the plugin's name and version.
func (m Manifest) Title() string { return m.Name + " " + m.Version }

// Read reads the manifest in a package's folder. What it does not know it
// passes over, since a package may be newer than this genhost. Errors are
// [fault.ErrConfig]; that of a folder without a manifest is also
// [fs.ErrNotExist].
func Read(dir string) (Manifest, error) {
	m, _, err := ReadSum(dir)
	return m, err
}

// ReadSum is [Read], and returns the SHA-256 of what was read, in hex.
func ReadSum(dir string) (m Manifest, sum string, err error) {
	text, err := readFile(dir)
	if err != nil {
		return Manifest{}, "", err
	}
	if m, err = Parse(filepath.Join(dir, File), text, false); err != nil {
		return Manifest{}, "", err
	}
	if err := m.check(filepath.Join(filepath.Base(dir), File)); err != nil {
		return Manifest{}, "", err
	}
	return m, fmt.Sprintf("%x", sha256.Sum256([]byte(text))), nil
}

// IsPackage reports whether a folder is a package or a bundle, and not that of
// a Go package whose author has written a draft.
func IsPackage(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, File)); err != nil {
		return false
	}
	m := Manifest{}
	if text, err := readFile(dir); err == nil {
		m, _ = Parse(File, text, false) // who installs it is told what is wrong with it
	}
	source, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	return len(m.Targets) > 0 || len(source) == 0
}

// ReadDraft reads what an author has written, in which much may be missing,
// but nothing may be misspelt. It is empty where there is none.
func ReadDraft(dir string) (Manifest, error) {
	text, err := readFile(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, nil
	}
	if err != nil {
		return Manifest{}, err
	}
	return Parse(filepath.Join(dir, File), text, true)
}

func readFile(dir string) (string, error) {
	path := filepath.Join(dir, File)
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return "", document.FileError(path, errors.New("not a file"))
	}
	return document.ReadFile(path)
}

// Parse reads a manifest; file is its name in errors. If strict, a key that is
// not known is an error.
func Parse(file, text string, strict bool) (Manifest, error) {
	doc, err := document.Parse(file, text)
	if err != nil {
		return Manifest{}, err
	}
	r := reader{strict: strict}
	m := r.manifest(doc.Root())
	if r.err != nil {
		return Manifest{}, r.err
	}
	return m, nil
}

var (
	validName    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	validVersion = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	validTree    = regexp.MustCompile(`^h1:[A-Za-z0-9+/]{43}=$`)
)

// check reports what a package's manifest lacks.
func (m Manifest) check(file string) error {
	lacks := func(what string) error { return document.FileError(file, fmt.Errorf("no %s", what)) }
	switch {
	case m.Name == "":
		return lacks("name")
	case m.Version == "":
		return lacks("version")
	case m.Summary == "":
		return lacks("summary")
	case len(m.Protocol) == 0:
		return lacks("protocol")
	case len(m.Models)+len(m.Modalities) == 0:
		return lacks("models and no modalities")
	case len(m.Targets) == 0:
		return lacks("targets")
	}
	for _, t := range m.Targets {
		switch {
		case m.IsBundle() && (t.Folder == "" || t.Tree == ""):
			return lacks(fmt.Sprintf("folder and tree for target %s", t.Platform))
		case !m.IsBundle() && len(t.Command) == 0:
			return lacks(fmt.Sprintf("command for target %s", t.Platform))
		}
	}
	return nil
}

// Speaks reports whether the plugin can talk with this host. The error is an
// [sdk.ErrProtocol].
func (m Manifest) Speaks(protocol int) error {
	if slices.Contains(m.Protocol, protocol) {
		return nil
	}
	advice := "get a newer version of the plugin, or one that is built for this genhost"
	if slices.Min(m.Protocol) > protocol {
		advice = "get a newer genhost, or an older version of the plugin"
	}
	err := fmt.Errorf("%s speaks protocol %s, this genhost %d", m.Title(), join(m.Protocol), protocol)
	return sdk.Hint(fault.Mark(sdk.ErrProtocol, err), advice)
}

func join(numbers []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", ", "), "[]")
}

// clean reports whether a text can be shown in a line.
func clean(s string) bool {
	return len(s) <= 500 && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

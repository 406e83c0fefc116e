// Package install gets plugins from where they are, makes sure that they are
// what they should be, and writes down which they were:
//
//	fetch     a file, a folder, an archive at an address, an OCI image index
//	verify    the archive's SHA-256, its signature, the trees in it
//	store     the tree for this machine
//	ask       the program, which must say what its manifest does
//	write     models.lock.toml and models.toml
//
// What fails leaves models.toml and its lock file as they were. Who runs a
// plugin is not disturbed by what is installed meanwhile.
package install

import (
	"context"
	"net/http"
	"path/filepath"
	"time"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// An Installer installs plugins for the models.toml in a folder. It may be used
// by many processes at a time, also for the same folder.
type Installer struct {
	Dir      string // that holds models.toml
	Builder  registry.Builder
	Protocol int          // that plugins speak with this host
	Client   *http.Client // for archives at addresses; nil is the usual
	Frozen   bool         // models.lock.toml may not change

	// From is the place that [Installer.Mirror] has copied to: what is pinned is
	// got from there, and not from its source; "" for its source.
	From string

	// Describe starts a program, which may do what it is granted, and asks it what
	// it offers.
	Describe func(ctx context.Context, name string, grant registry.Grant, exe registry.Executable) (sdk.Plugin, error)

	// Data is the modality and the data that a new model is to have in
	// models.toml, each "" for none. It may be nil.
	Data func(ctx context.Context, model manifest.Model) (modality, data string)
}

// A Request says what to install.
type Request struct {
	Source       string // a path, https://, oci:// or oci-layout:
	As           string // its name in models.toml; "" is the one it has
	Version      string // a constraint
	SHA256       string // of the archive
	Accelerator  string
	AcceptSigner bool // another may have signed it than before
	Grant        bool // it gets what it says it needs
}

// An Installed plugin is one that is ready.
type Installed struct {
	Name       string         `json:"name"` // in models.toml
	Package    string         `json:"package"`
	Version    string         `json:"version"`
	Summary    string         `json:"summary"`
	Licence    string         `json:"licence,omitempty"`
	Source     string         `json:"source"`
	Target     string         `json:"target,omitempty"` // of the platforms that there are, the one installed
	Tree       string         `json:"tree,omitempty"`   // "" for what is not pinned
	Signer     string         `json:"signer,omitempty"`
	Signature  string         `json:"signature"` // in words
	Models     []string       `json:"models"`
	Modalities []string       `json:"modalities"`
	Added      []string       `json:"added,omitempty"` // models, to models.toml
	Needs      manifest.Needs `json:"needs"`
	Granted    bool           `json:"granted"` // models.toml lets it have what it needs
	Warnings   []string       `json:"warnings,omitempty"`
	Changed    bool           `json:"changed"` // it is not what was installed before
}

func (in Installer) now() time.Time { return time.Now() }

func (in Installer) say(what string) {
	if in.Builder.Notice != nil {
		in.Builder.Notice(what)
	}
}

func (in Installer) modelsFile() string { return filepath.Join(in.Dir, "models.toml") }

// A wanted plugin is what is to be got, and on what terms.
type wanted struct {
	name         string // in models.toml, or ""
	source       string // as in models.toml
	path         string // what that means, where it is a path
	version      string
	digest       string // of an image index, where the lock file pins it
	copy         string // where to get it, a path or a reference, instead of from the source; or ""
	sha256       string
	here         manifest.Platform
	grant        registry.Grant // what the program may do when it is asked
	verify       sign.Policy
	insists      bool // that is require, of the plugin itself
	keys         []sign.Key
	acceptSigner bool
	pin          *lock.Plugin // what the lock file says, or nil
	restoring    bool         // and that is what it must be
}

// Package registry reads models.toml, which says which plugins and models
// there are, and turns a plugin's source into an executable.
//
//	schema = 1
//
//	[plugins.vae]
//	source  = "./plugins/vae"   # a Go package's folder, an executable, or a package
//	sandbox = "auto"            # the default; or "require", or "off"
//	network = true              # let it use the network; default: false
//	env     = ["CUDA_VISIBLE_DEVICES"] # variables of the host's that it sees
//	memory  = "4GiB"            # how much it may use; default: all
//
//	[plugins.tabgan]            # one that is installed, see package registry/install
//	source      = "oci://ghcr.io/acme/tabgan"
//	version     = "~> 2.1"      # optional, see package registry/version
//	sha256      = "9c..."       # optional: of the archive
//	accelerator = "cuda12"      # optional: which of its targets
//	verify      = "require"     # default: that of all plugins
//
//	[plugins.image]
//	source = "./plugins/image"
//
//	[models.digits]
//	plugin   = "vae"            # one of those above
//	model    = "vae"            # its name in the plugin; default: "digits"
//	modality = "image"          # optional
//	data     = "fashion"        # optional: a dataset's name, or a path
//
//	[models.digits.settings]    # the model's
//	latent = 32
//
//	[models.digits.read]        # the modality's, for reading the data
//	size = 28
//
//	[profiles.anna]             # what Anna likes: genhost generate --profile anna
//	set       = { label = "sneaker" }
//	attribute = { boot = 0.5 }
//	like      = "./boot.png"
//	strength  = 0.4
//
// Plugins, models and profiles have names of lower-case letters, digits and
// dashes.
//
// # Paths
//
// A source and paths to data and files are relative to the folder of models.toml, not
// to the one genhost runs in; ~/ is the user's home. Data that could be a name
// by the rule above is the name of a dataset, and anything else a path: a
// folder called faces is "./faces".
//
// # Settings
//
// The registry knows no plugin, so it cannot tell a good setting from a bad
// one. It turns values into JSON and remembers where each stands: when a
// plugin refuses one, [Model.Locate] adds file and line.
//
// # Errors
//
// An error about something in models.toml begins with file and line, and wraps
// [ErrConfig] or [ErrNotFound]. What the user can do about it is in its
// [sdk.Hints].
//
// # Signatures
//
// At the top, verify says what becomes of packages that nobody vouches for, and
// tables [keys.NAME] whom the user trusts: see package registry/sign.
//
// # The lock file
//
// What is installed is pinned in models.lock.toml, beside models.toml: see
// package registry/lock. A plugin that it pins runs from the store, and only if
// all of its files are as they were.
//
// # Executables
//
// See [Builder]. A file is never run to learn what it is, and nothing is
// looked up on the PATH but the go command.
package registry

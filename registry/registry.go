package registry

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A Registry is what models.toml says, in its order.
type Registry struct {
	Path    string // of models.toml, as given to Load
	Dir     string // that holds it, absolute
	Plugins []Plugin
	Models  []Model

	Profiles []Profile

	Verify sign.Policy // what becomes of plugins that nobody vouches for
	Keys   []sign.Key  // whom the user trusts
	Lock   lock.File   // models.lock.toml, beside it
}

// A Plugin is a program that offers models, modalities, or both.
type Plugin struct {
	Name   string
	Source string // as in models.toml: "./plugins/vae"
	Line   int    // where it stands
	Path   string // what Source means, absolute; "" for what is no path
	Grant

	Version     string      // a constraint on it, or ""
	Accelerator string      // of the target to install, or ""
	SHA256      string      // of the archive, in hex, or ""
	Verify      sign.Policy // of the plugin, or else of the registry
	Insists     bool        // Verify is the plugin's own

	Pin  *lock.Plugin // what the lock file says, nil for nothing
	keys []sign.Key
	lock string // path of the lock file, absolute
	file string
}

// A Model is a model of a plugin, with its settings.
type Model struct {
	Name     string       // in models.toml
	Plugin   string       // one of the registry's
	Model    string       // its name in the plugin
	Modality string       // "" where models.toml names none
	Data     string       // an absolute path, a dataset's name, or ""
	Settings sdk.Settings // the model's; nil for none
	Read     sdk.Settings // the modality's, for reading the data; nil for none
	Line     int          // where it stands

	doc *document.Document
}

// Load reads models.toml. Every error wraps [ErrConfig].
func Load(path string) (*Registry, error) {
	text, err := document.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = sdk.Hint(err, "run in the folder that holds models.toml, or name that folder with -C")
	}
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse reads the text of the models.toml at path, and the lock file beside it.
func Parse(path, text string) (*Registry, error) {
	doc, err := document.Parse(path, text)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, document.FileError(path, err)
	}
	r := &Registry{Path: path, Dir: dir, Verify: sign.Warn}
	if r.Lock, err = lock.Read(filepath.Join(filepath.Dir(path), lock.Name)); err != nil {
		return nil, err
	}
	if err := r.fill(doc.Root()); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Registry) fill(root document.Table) error {
	if err := checkSchema(root); err != nil {
		return err
	}
	if err := root.Only("schema", "verify", "plugins", "models", "profiles", "keys"); err != nil {
		return err
	}
	policy, err := readPolicy(root)
	if err != nil {
		return err
	}
	r.Verify = cmp.Or(policy, sign.Warn)
	if err := eachNamed(root, "keys", r.addKey); err != nil {
		return err
	}
	if err := eachNamed(root, "plugins", r.addPlugin); err != nil {
		return err
	}
	if err := eachNamed(root, "models", r.addModel); err != nil {
		return err
	}
	return eachNamed(root, "profiles", r.addProfile)
}

// schema is the version of the format of models.toml.
const schema = 1

// checkSchema comes before all else: of a newer file, nothing is known.
func checkSchema(root document.Table) error {
	value, there := root.Value("schema")
	version, ok := value.(int64)
	switch {
	case !there:
		return sdk.Hint(root.Lacks("schema"), "begin the file with schema = 1")
	case !ok:
		return root.Errorf("schema", "is %s: want the number %d", document.Kind(value), schema)
	case version < schema:
		return root.Errorf("schema", "is %d: want %d", version, schema)
	case version > schema:
		return sdk.Hint(root.Errorf("schema", "is %d: the file is made for a newer genhost", version),
			fmt.Sprintf("this one knows schema %d: get a newer genhost", schema))
	}
	return nil
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// eachNamed calls add for each of the tables in one of root's, in order.
func eachNamed(root document.Table, name string, add func(name string, t document.Table) error) error {
	all, err := root.Table(name)
	if err != nil {
		return err
	}
	for _, name := range all.Names() {
		if !validName.MatchString(name) {
			err := all.Errorf(name, "is no good name: want lower-case letters, digits and dashes, a letter first")
			return sdk.Hint(err, callIt(name))
		}
		t, err := all.Table(name)
		if err != nil {
			return err
		}
		if err := add(name, t); err != nil {
			return err
		}
	}
	return nil
}

// CheckName reports a name that models.toml may not have for a plugin or a
// model. The error is an [ErrConfig].
func CheckName(name string) error {
	if validName.MatchString(name) {
		return nil
	}
	err := fmt.Errorf("%s is no good name: want lower-case letters, digits and dashes, a letter first", name)
	return sdk.Hint(fault.Mark(ErrConfig, err), callIt(name))
}

// callIt suggests a good name like a bad one.
func callIt(name string) string {
	good := strings.ToLower(strings.NewReplacer("_", "-", " ", "-", ".", "-").Replace(name))
	if !validName.MatchString(good) {
		return ""
	}
	return "call it " + good
}

func (r *Registry) addPlugin(name string, t document.Table) error {
	if err := t.Only(append(slices.Clone(pluginKeys), grantKeys...)...); err != nil {
		return err
	}
	source, err := t.Text("source")
	if err != nil {
		return err
	}
	line := t.Line()
	if source == "" {
		return sdk.Hint(t.Lacks("source"),
			`add source = "./PATH", the folder of a Go package or an executable, or install it with genhost plugin install`)
	}
	p := Plugin{Name: name, Source: source, Line: line, file: t.Document().File}
	if p.Grant, err = readGrant(t); err != nil {
		return err
	}
	if err := r.addInstalled(&p, t); err != nil {
		return err
	}
	if !IsRemote(source) {
		if p.Path, err = r.resolve(source); err != nil {
			return t.Errorf("source", "is %s: %w", source, err)
		}
	}
	r.Plugins = append(r.Plugins, p)
	return nil
}

func (r *Registry) addModel(name string, t document.Table) error {
	m := Model{Name: name, Line: t.Line(), doc: t.Document()}
	known := []string{"plugin", "model", "modality", "data", string(SettingsTable), string(ReadTable)}
	if err := t.Only(known...); err != nil {
		return sdk.Hint(err, fmt.Sprintf("what a model itself can be told stands in [%s.settings]", t.Key()))
	}
	for _, f := range []struct {
		name string
		dst  *string
	}{{"plugin", &m.Plugin}, {"model", &m.Model}, {"modality", &m.Modality}, {"data", &m.Data}} {
		var err error
		if *f.dst, err = t.Text(f.name); err != nil {
			return err
		}
	}
	if m.Model == "" {
		m.Model = name
	}
	var err error
	if m.Settings, err = t.Settings(string(SettingsTable)); err != nil {
		return err
	}
	if m.Read, err = t.Settings(string(ReadTable)); err != nil {
		return err
	}
	if err := r.check(&m, t); err != nil {
		return err
	}
	r.Models = append(r.Models, m)
	return nil
}

// check looks at what the model's texts mean, and makes its data's path
// absolute.
func (r *Registry) check(m *Model, t document.Table) error {
	if m.Plugin == "" {
		return sdk.Hint(t.Lacks("plugin"), `add plugin = "NAME", one of: `+strings.Join(r.pluginNames(), ", "))
	}
	if _, err := r.Plugin(m.Plugin); err != nil {
		return sdk.Hint(t.Errorf("plugin", "is %s, which is not registered", m.Plugin), suggestPlugin(m.Plugin, r.pluginNames()))
	}
	for _, name := range []string{"model", "modality"} {
		if s, _ := t.Text(name); s != "" && !validName.MatchString(s) {
			return sdk.Hint(t.Errorf(name, "is %q: want lower-case letters, digits and dashes", s), callIt(s))
		}
	}
	switch {
	case hasScheme(m.Data):
		return sdk.Hint(t.Errorf("data", "is %s: want a dataset's name or a path", m.Data), "download it, and give its path")
	case m.Data != "" && !validName.MatchString(m.Data):
		path, err := r.resolve(m.Data)
		if err != nil {
			return t.Errorf("data", "is %s: %w", m.Data, err)
		}
		m.Data = path
	}
	return nil
}

func suggestPlugin(name string, known []string) string {
	if len(known) == 0 {
		return fmt.Sprintf(`add [plugins.%s] with its source = "./PATH"`, name)
	}
	return sdk.Suggest(name, known)
}

// Model returns the model called name. The error wraps [ErrNotFound] and says
// which there are.
func (r *Registry) Model(name string) (Model, error) {
	var names []string
	for _, m := range r.Models {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return Model{}, r.missing("model", name, names)
}

// Plugin returns the plugin called name. The error wraps [ErrNotFound] and
// says which there are.
func (r *Registry) Plugin(name string) (Plugin, error) {
	for _, p := range r.Plugins {
		if p.Name == name {
			return p, nil
		}
	}
	return Plugin{}, r.missing("plugin", name, r.pluginNames())
}

func (r *Registry) missing(what, name string, known []string) error {
	err := fmt.Errorf("%s has no %s %q", r.Path, what, name)
	return sdk.Hint(fault.Mark(ErrNotFound, err), sdk.Suggest(name, known))
}

func (r *Registry) pluginNames() []string {
	var names []string
	for _, p := range r.Plugins {
		names = append(names, p.Name)
	}
	return names
}

var scheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

func hasScheme(s string) bool { return scheme.MatchString(s) }

// IsRemote reports whether a source is no path, but has to be fetched.
func IsRemote(source string) bool {
	return hasScheme(source) || strings.HasPrefix(source, "oci-layout:")
}

// resolve makes a path absolute.
func (r *Registry) resolve(path string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		return filepath.Join(home, filepath.FromSlash(rest)), err
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path), nil
	}
	return filepath.Join(r.Dir, filepath.FromSlash(path)), nil
}

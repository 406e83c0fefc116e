package registry

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// inFolder makes the test run in a folder that holds models.toml.
func inFolder(t *testing.T, text string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	write(t, "models.toml", text)
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, text string) *Registry {
	t.Helper()
	inFolder(t, text)
	r, err := Load("models.toml")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const good = `schema = 1

[plugins.vae]
source = "./plugins/vae"
[plugins]
image.source = "/opt/image"
image.sandbox = "require"
image.network = true
image.env = ["CUDA_HOME"]
image.memory = "1.5GiB"
far = { source = "oci://example.com/far:1" }

[models.digits]
plugin = "vae"
model = "conv-vae"
modality = "image"
data = "./data/digits"

[models.digits.settings]
latent = 32
hidden = [256,
  128]
rate = 1e-3
beta = 1.0
big = 9007199254740993
long = 0.1234567890123456
tied = true
note = 'a "<b>" \ ü'
none = []

[models.digits.read]
size = 28

[models.faces]
plugin = "image"
data = "fashion"
`

func TestLoad(t *testing.T) {
	dir := inFolder(t, good)
	home := t.TempDir()
	t.Setenv("HOME", home)
	r, err := Load("models.toml")
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Models {
		r.Models[i].doc = nil
	}
	want := &Registry{
		Path: "models.toml",
		Dir:  dir,
		Lock: lock.File{Path: lock.Name}, Verify: sign.Warn,
		Plugins: []Plugin{
			{Name: "vae", Source: "./plugins/vae", Line: 3, Path: filepath.Join(dir, "plugins", "vae"), Grant: Grant{Sandbox: SandboxAuto}, Verify: sign.Warn, file: "models.toml"},
			{Name: "image", Source: "/opt/image", Line: 6, Path: "/opt/image", Grant: Grant{Sandbox: SandboxRequire, Network: true, Env: []string{"CUDA_HOME"}, Memory: 3 << 29}, Verify: sign.Warn, file: "models.toml"},
			{Name: "far", Source: "oci://example.com/far:1", Line: 11, Grant: Grant{Sandbox: SandboxAuto}, Verify: sign.Warn, file: "models.toml"},
		},
		Models: []Model{{
			Name: "digits", Plugin: "vae", Model: "conv-vae", Modality: "image", Data: filepath.Join(dir, "data", "digits"), Line: 13,
			Settings: settings(`latent 32`, `hidden [256,128]`, `rate 0.001`, `beta 1`, `big 9007199254740993`,
				`long 0.1234567890123456`, `tied true`, `note "a \"<b>\" \\ ü"`, `none []`),
			Read: settings(`size 28`),
		}, {
			Name: "faces", Plugin: "image", Model: "faces", Data: "fashion", Line: 34,
		}},
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got\n%+v, want\n%+v", r, want)
	}
}

func settings(pairs ...string) sdk.Settings {
	s := sdk.Settings{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, " ")
		s[name] = []byte(value)
	}
	return s
}

func TestData(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	dir := inFolder(t, "")
	for data, want := range map[string]string{
		"fashion":     "fashion",
		"./fashion":   filepath.Join(dir, "fashion"),
		"../up":       filepath.Join(filepath.Dir(dir), "up"),
		"a/b":         filepath.Join(dir, "a", "b"),
		"digits.csv":  filepath.Join(dir, "digits.csv"),
		"My Pictures": filepath.Join(dir, "My Pictures"),
		".":           dir,
		"/data/x/":    "/data/x",
		"~/x/y":       filepath.Join(home, "x", "y"),
		"~":           filepath.Join(dir, "~"),
	} {
		write(t, "models.toml", "schema = 1\nplugins.p.source = 'p'\n[models.m]\nplugin = 'p'\ndata = '"+data+"'\n")
		r, err := Load("models.toml")
		if err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if got := r.Models[0].Data; got != want {
			t.Errorf("%s is %s, want %s", data, got, want)
		}
	}
}

// The folder of models.toml counts, not the one that the program runs in.
func TestLoadFromElsewhere(t *testing.T) {
	dir := inFolder(t, "")
	write(t, "sub/models.toml", good)
	r, err := Load("sub/models.toml")
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "sub", "plugins", "vae"); r.Plugins[0].Path != want {
		t.Errorf("got %s, want %s", r.Plugins[0].Path, want)
	}
	if _, err := r.Model("nobody"); !strings.HasPrefix(err.Error(), "sub/models.toml has no model") {
		t.Errorf("got %q", err)
	}
}

// Each error is exact: its words, its line, what to do.
func TestBadFiles(t *testing.T) {
	const head = "schema = 1\n[plugins.vae]\nsource = 'p'\n"
	const modelHint = "what a model itself can be told stands in [models.m.settings]"
	for name, test := range map[string]struct {
		text, want string
		hints      []string
	}{
		"empty": {"", "models.toml:1: no schema", hints("begin the file with schema = 1")},
		"no schema": {"[plugins.vae]\nsource = 'p'\n", "models.toml:1: no schema",
			hints("begin the file with schema = 1")},
		"a newer schema": {"\nschema = 2\n[new]\n", "models.toml:2: schema is 2: the file is made for a newer genhost",
			hints("this one knows schema 1: get a newer genhost")},
		"schema 0":        {"schema = 0", "models.toml:1: schema is 0: want 1", nil},
		"schema as text":  {"schema = '1'", "models.toml:1: schema is text: want the number 1", nil},
		"a date":          {"schema = 2024-01-01", "models.toml:1: schema is a date or a time: want the number 1", nil},
		"unknown table":   {head + "[model.m]\n", "models.toml:4: unknown key model", hints("did you mean models? there is schema, verify, plugins, models, profiles, keys")},
		"two unknown":     {"schema = 1\n[b]\n[a]", "models.toml:2: unknown key b", hints("there is schema, verify, plugins, models, profiles, keys")},
		"plugins a list":  {"schema = 1\n[[plugins]]\nsource = 'p'", "models.toml:2: plugins is a list: want a table", nil},
		"plugin a string": {"schema = 1\n\nplugins.vae = 'p'", "models.toml:3: plugins.vae is text: want a table", nil},
		"models a number": {"schema = 1\nmodels = 3", "models.toml:2: models is a number: want a table", nil},
		"plugin's key":    {head + "sorce = 'q'", "models.toml:4: unknown key plugins.vae.sorce", hints("did you mean source? there is source, version, accelerator, sha256, verify, sandbox, network, env, memory")},
		"quoted key":      {head + "'a b' = 1", `models.toml:4: unknown key plugins.vae."a b"`, hints("there is source, version, accelerator, sha256, verify, sandbox, network, env, memory")},
		"no source": {"schema = 1\n[plugins.vae]\n", "models.toml:2: plugins.vae has no source",
			hints(`add source = "./PATH", the folder of a Go package or an executable, or install it with genhost plugin install`)},
		"empty source":      {"schema = 1\n[plugins.vae]\nsource = ' '\n", "models.toml:3: plugins.vae.source is empty", nil},
		"source a list":     {"schema = 1\n[plugins.vae]\nsource = ['p']\n", "models.toml:3: plugins.vae.source is a list: want text in quotes", nil},
		"no such sandbox":   {head + "sandbox = 'of'", `models.toml:4: plugins.vae.sandbox is "of"`, hints("did you mean off? there is auto, require, off")},
		"network as text":   {head + "network = 'no'", "models.toml:4: plugins.vae.network is text: want true or false", nil},
		"env as text":       {head + "env = 'A'", "models.toml:4: plugins.vae.env is text: want a list of texts", nil},
		"env with a value":  {head + "env = ['A', 'B=1']", `models.toml:4: plugins.vae.env has "B=1": want names of variables`, hints(`such as env = ["CUDA_VISIBLE_DEVICES"]`)},
		"memory of bytes":   {head + "memory = '4GB'", `models.toml:4: plugins.vae.memory is "4GB": want a number and KiB, MiB, GiB or TiB`, hints(`such as memory = "4GiB"`)},
		"memory of nothing": {head + "memory = '0GiB'", `models.toml:4: plugins.vae.memory is "0GiB": want a number and KiB, MiB, GiB or TiB`, hints(`such as memory = "4GiB"`)},
		"plugin's bad name": {"schema = 1\n[plugins.My_VAE]\nsource = 'p'\n", "models.toml:2: plugins.My_VAE is no good name: want lower-case letters, digits and dashes, a letter first", hints("call it my-vae")},
		"hopeless name":     {"schema = 1\n[plugins.\"\"]\nsource = 'p'\n", `models.toml:2: plugins."" is no good name: want lower-case letters, digits and dashes, a letter first`, nil},
		"dotted name":       {head + "[models.vae.large]\nplugin = 'vae'", "models.toml:4: unknown key models.vae.large", hints("what a model itself can be told stands in [models.vae.settings]", "there is plugin, model, modality, data, settings, read")},
		"model's key": {head + "[models.m]\nplugin = 'vae'\nlatent = 3", "models.toml:6: unknown key models.m.latent",
			hints(modelHint, "there is plugin, model, modality, data, settings, read")},
		"model's misspelt key": {head + "[models.m]\nplugin = 'vae'\nmodalty = 'image'", "models.toml:6: unknown key models.m.modalty",
			hints(modelHint, "did you mean modality? there is plugin, model, modality, data, settings, read")},
		"model without plugin": {head + "[models.m]\ndata = 'd'", "models.toml:4: models.m has no plugin", hints(`add plugin = "NAME", one of: vae`)},
		"plugin not there":     {head + "[models.m]\n\nplugin = 'vea'", "models.toml:6: models.m.plugin is vea, which is not registered", hints("did you mean vae? there is vae")},
		"no plugins at all":    {"schema = 1\nmodels.m.plugin = 'vae'", "models.toml:2: models.m.plugin is vae, which is not registered", hints(`add [plugins.vae] with its source = "./PATH"`)},
		"plugin a number":      {head + "[models.m]\nplugin = 3", "models.toml:5: models.m.plugin is a number: want text in quotes", nil},
		"bad modality":         {head + "[models.m]\nplugin = 'vae'\nmodality = 'Image'", `models.toml:6: models.m.modality is "Image": want lower-case letters, digits and dashes`, hints("call it image")},
		"data far away":        {head + "[models.m]\nplugin = 'vae'\ndata = 'https://x/y'", "models.toml:6: models.m.data is https://x/y: want a dataset's name or a path", hints("download it, and give its path")},
		"settings a list":      {head + "[models.m]\nplugin = 'vae'\nsettings = [1]", "models.toml:6: models.m.settings is a list: want a table", nil},
		"a date in settings":   {head + "[models.m]\nplugin = 'vae'\n[models.m.settings]\nx = 1\nwhen = 2024-01-01", "models.toml:8: models.m.settings.when is a date or a time: want a number, true or false, text in quotes, or a list of these", nil},
		"a table in settings":  {head + "[models.m]\nplugin = 'vae'\n[models.m.settings.deep]\nx = 1", "models.toml:6: models.m.settings.deep is a table: want a number, true or false, text in quotes, or a list of these", nil},
		"a table in a list":    {head + "[models.m]\nplugin = 'vae'\nread.x = [1, [{a = 1}]]", "models.toml:6: models.m.read.x has an element that has an element that is a table: want a number, true or false, text in quotes, or a list of these", nil},
		"no number":            {head + "[models.m]\nplugin = 'vae'\nsettings.rate = nan", "models.toml:6: models.m.settings.rate is NaN: want a finite number", nil},
		"infinity":             {head + "[models.m]\nplugin = 'vae'\nsettings.rate = [1.0, -inf]", "models.toml:6: models.m.settings.rate has an element that is -Inf: want a finite number", nil},

		"twice the same table": {head + "\n[plugins.vae]\nsource = 'p'", "models.toml:5: key 'plugins.vae' has already been defined", hints("a key or table may stand only once: join the two or remove one")},
		"twice the same key":   {head + "source = 'q'", "models.toml:4: key 'plugins.vae.source' has already been defined", hints("a key or table may stand only once: join the two or remove one")},
		"no quotes":            {head + "[models.m]\ndata = fashion", `models.toml:5: expected value but found "fashion" instead`, hints(`text stands in quotes: data = "fashion"`)},
		"header cut short":     {head + "[models.m\ndata = 'x'", `models.toml:4: expected '.' or ']' to end table name, but got '\n' instead`, nil},
		"text cut short":       {head + "data = 'x", `models.toml:4: unexpected EOF; expected "'"`, nil},
		"list cut short":       {head + "data = [1,\n2,\n", "models.toml:5: unexpected EOF; expected value", nil},
		"backslashes":          {head + `data = "C:\data"`, `models.toml:4: invalid escape in string '\d'`, hints("write a backslash twice, or put the text in single quotes")},
		"a number too large":   {head + "x = 99999999999999999999", "models.toml:4: 99999999999999999999 is out of range for int64", nil},
		"not text":             {"schema = 1\n\xff\n", "models.toml:2: invalid UTF-8 byte: 0xff", nil},
		"UTF-16":               {"\xff\xfes\x00c\x00h\x00", "models.toml: not UTF-8 text", hints("save it as UTF-8, without a byte order mark")},
		"zero bytes":           {"\x00\x00\x00\x00", "models.toml:1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8", nil},
		"huge":                 {"schema = 1\n#" + strings.Repeat("x", 1<<20), "models.toml: 1048588 bytes: want at most 1048576", nil},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, test.text)
			r, err := Load("models.toml")
			if err == nil || r != nil {
				t.Fatalf("got %+v and no error", r)
			}
			if err.Error() != test.want {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
			if got := sdk.Hints(err); !reflect.DeepEqual(got, test.hints) {
				t.Errorf("hints: got %q, want %q", got, test.hints)
			}
			if !errors.Is(err, ErrConfig) || errors.Is(err, ErrNotFound) {
				t.Error("not an ErrConfig alone")
			}
		})
	}
}

func hints(s ...string) []string { return s }

func TestNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load("models.toml")
	if err == nil || err.Error() != "models.toml: no such file or directory" {
		t.Errorf("got %v", err)
	}
	if !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, ErrConfig) {
		t.Error("not both ErrNotExist and ErrConfig")
	}
	if h := sdk.Hints(err); len(h) != 1 || !strings.Contains(h[0], "-C") {
		t.Errorf("hints: %q", h)
	}
	if _, err = Load("."); err == nil || err.Error() != ".: not a file" {
		t.Errorf("a folder: got %v", err)
	}
}

func TestNoPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	inFolder(t, good)
	if err := os.Chmod("models.toml", 0); err != nil {
		t.Fatal(err)
	}
	_, err := Load("models.toml")
	if err == nil || err.Error() != "models.toml: permission denied" || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

func TestByteOrderMark(t *testing.T) {
	inFolder(t, "\ufeff# x = 1\nschema = 1\n[plugin]\n")
	if _, err := Load("models.toml"); err == nil || err.Error() != "models.toml:3: unknown key plugin" {
		t.Errorf("got %v", err)
	}
}

func TestUnknownNames(t *testing.T) {
	r := load(t, good)
	_, err := r.Model("digit")
	check(t, err, `models.toml has no model "digit"`, "did you mean digits? there is digits, faces")
	_, err = r.Plugin("vea")
	check(t, err, `models.toml has no plugin "vea"`, "did you mean vae? there is vae, image, far")
	_, err = load(t, "schema = 1").Model("vae")
	check(t, err, `models.toml has no model "vae"`, "there are none")

	if m, err := r.Model("faces"); err != nil || m.Name != "faces" {
		t.Errorf("got %v, %v", m, err)
	}
	if p, err := r.Plugin("image"); err != nil || p.Name != "image" {
		t.Errorf("got %v, %v", p, err)
	}
}

func check(t *testing.T, err error, want, hint string) {
	t.Helper()
	if !errors.Is(err, ErrNotFound) || errors.Is(err, ErrConfig) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if h := sdk.Hints(err); len(h) != 1 || h[0] != hint {
		t.Errorf("hints: got %q, want %q", h, hint)
	}
}

func TestLocate(t *testing.T) {
	digits, err := load(t, strings.Replace(good, "latent = 32", "latent = 0\nlatnet = 32", 1)).Model("digits")
	if err != nil {
		t.Fatal(err)
	}
	schema := sdk.SchemaOf(struct {
		Latent int `json:"latent" min:"1" help:"numbers in a latent"`
		Size   int `json:"size" min:"99" help:"pixels"`
	}{1, 99})
	_, unknown := schema.Resolve(sdk.Settings{"latnet": digits.Settings["latnet"]})
	_, bad := schema.Resolve(sdk.Settings{"latent": digits.Settings["latent"]})
	_, size := schema.Resolve(digits.Read)
	other := errors.New("out of cheese")
	elsewhere := &sdk.SettingError{Setting: "depth"}

	for _, test := range []struct {
		err  error
		in   Table
		want string
	}{
		{unknown, SettingsTable, `models.toml:21: digits has no setting "latnet"`},
		{bad, SettingsTable, "models.toml:20: setting latent is 0: want an integer of at least 1"},
		{size, ReadTable, "models.toml:33: setting size is 28: want an integer of at least 99"},
		{&sdk.SettingError{Setting: "size"}, ReadTable, `models.toml:33: image has no setting "size"`},
		{size, SettingsTable, size.Error()},
		{elsewhere, SettingsTable, elsewhere.Error()},
		{other, SettingsTable, "out of cheese"},
	} {
		got := digits.Locate(test.err, test.in)
		if got.Error() != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
		if !errors.Is(got, test.err) || !reflect.DeepEqual(sdk.Hints(got), sdk.Hints(test.err)) {
			t.Errorf("%q lost what it wraps", got)
		}
		if located := test.want != test.err.Error(); errors.Is(got, ErrConfig) != located {
			t.Errorf("%q: ErrConfig is %v", got, !located)
		}
	}
	if h := sdk.Hints(digits.Locate(unknown, SettingsTable)); len(h) != 1 || h[0] != "did you mean latent? there is latent, size" {
		t.Errorf("hints: %q", h)
	}
	if (Model{}).Locate(bad, SettingsTable) != bad || digits.Locate(nil, SettingsTable) != nil {
		t.Error("an error came out of nothing")
	}
}

// FuzzParse reads whatever comes: it returns, with a registry or an ErrConfig
// that names the file.
func FuzzParse(f *testing.F) {
	f.Add(good)
	f.Add("schema = 1\nplugins.p.source = 'x'\nmodels.m = {plugin = 'p', settings = {a = [1, 2.5]}}")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		doc, err := document.Parse("models.toml", text)
		if err == nil {
			r := &Registry{Path: "models.toml", Dir: "/"}
			err = r.fill(doc.Root())
		}
		if err != nil && !strings.HasPrefix(err.Error(), "models.toml:") {
			t.Errorf("%q: %v", text, err)
		}
	})
}

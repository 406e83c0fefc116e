package document

import "testing"

const edited = `# What there is. See
# the README.
schema = 1

[plugins.vae] # ours
source = "./vae" # a folder

# The pictures.
# All of them.
[plugins.image]
source = """
./image"""
version = '~> 1' # not 2

[plugins.far]
source = "oci://x"

# Digits.
[models.digits]
plugin = "vae"
[models.digits.settings] # many
hidden = [1, # one
  2]
`

func TestEdit(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*Edit) bool
		want string
	}{
		"remove": {func(e *Edit) bool {
			return e.Remove("plugins", "image") && e.Remove("models", "digits") && e.Remove("plugins", "far")
		}, `# What there is. See
# the README.
schema = 1

[plugins.vae] # ours
source = "./vae" # a folder
`},
		"replace and add": {func(e *Edit) bool {
			return e.Set([]string{"plugins", "image"}, "version", "~> 2") && e.Set([]string{"plugins", "image"}, "source", "x") &&
				e.Remove("plugins", "vae") && e.Remove("models") && e.Set([]string{"plugins", "far"}, "sha256", `a"b`)
		}, `# What there is. See
# the README.
schema = 1

# The pictures.
# All of them.
[plugins.image]
source = "x"
version = "~> 2" # not 2

[plugins.far]
sha256 = "a\"b"
source = "oci://x"
`},
		"nothing": {func(e *Edit) bool { return !e.Remove("plugins", "va") && !e.Set([]string{"plugins"}, "x", "y") }, edited},
	} {
		e := Edit{edited}
		if !test.edit(&e) {
			t.Errorf("%s: it says otherwise", name)
		}
		if e.Text != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, e.Text, test.want)
		}
		if _, err := Parse("f", e.Text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := Edit{"schema = 1"}
	e.Append("\n# new\n[plugins.x]\nsource = \"x\"\n\n")
	if want := "schema = 1\n\n# new\n[plugins.x]\nsource = \"x\"\n"; e.Text != want {
		t.Errorf("appended: %q", e.Text)
	}
}

// An edit of whatever the decoder takes comes back, and what it makes is taken
// too unless a key is there twice now.
func FuzzEdit(f *testing.F) {
	f.Add(edited)
	f.Add(tricky)
	f.Add("[plugins.vae]")
	f.Add("#x\n[plugins.vae]\n#")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		if _, err := Parse("f", text); err != nil {
			return
		}
		e := Edit{text}
		e.Remove("plugins", "vae")
		if _, err := Parse("f", e.Text); err != nil {
			t.Errorf("%q without a table is %q: %v", text, e.Text, err)
		}
		e = Edit{text}
		if e.Set([]string{"plugins", "vae"}, "source", "new") {
			doc, err := Parse("f", e.Text)
			if err != nil {
				t.Skip() // source was a table, or there otherwise
			}
			plugins, _ := doc.Root().Table("plugins")
			vae, _ := plugins.Table("vae")
			if s, err := vae.Text("source"); err != nil || s != "new" {
				t.Errorf("%q is now %q, and source %q, %v", text, e.Text, s, err)
			}
		}
	})
}

package registry

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestProfiles(t *testing.T) {
	r := load(t, `schema = 1
[profiles.anna]
set = { label = "sneaker", hue = 0.25, size = 3 }
attribute = { "ankle boot" = 1.5, coat = -1 }
like = "./coat.png"
strength = 0.4
[profiles.ben]
`)
	anna, err := r.Profile("anna")
	if err != nil {
		t.Fatal(err)
	}
	strength := 0.4
	want := Profile{
		Name: "anna", Set: []string{"hue=0.25", "label=sneaker", "size=3"}, Attributes: []string{"ankle boot=1.5", "coat=-1"},
		Like: filepath.Join(r.Dir, "coat.png"), Strength: &strength, Line: 2,
	}
	if !reflect.DeepEqual(anna, want) {
		t.Errorf("got %+v, want %+v", anna, want)
	}
	if ben, err := r.Profile("ben"); err != nil || ben.Line != 7 || ben.Set != nil || ben.Strength != nil {
		t.Errorf("got %+v, %v", ben, err)
	}
	if _, err := r.Profile("ana"); !errors.Is(err, ErrNotFound) || !strings.Contains(strings.Join(sdk.Hints(err), ""), "anna") {
		t.Errorf("ana: %v, hints %q", err, sdk.Hints(err))
	}
	if _, err := load(t, "schema = 1\n").Profile("anna"); !errors.Is(err, ErrNotFound) || !strings.Contains(strings.Join(sdk.Hints(err), ""), "[profiles.anna]") {
		t.Errorf("no profiles: %v, hints %q", err, sdk.Hints(err))
	}
}

func TestBadProfiles(t *testing.T) {
	for text, want := range map[string]string{
		"lable = 1":                   "unknown key profiles.anna.lable",
		"set = 1":                     "profiles.anna.set is a number: want a table",
		"set = { label = [1] }":       "profiles.anna.set.label is a list: want text in quotes or a number",
		"set = { hue = nan }":         "profiles.anna.set.hue is a number",
		"strength = 2":                "profiles.anna.strength is 2: want a number from 0 to 1",
		`strength = "much"`:           "profiles.anna.strength is much: want a number from 0 to 1",
		"like = 3":                    "profiles.anna.like is a number: want text in quotes",
		"attribute = { coat = true }": "profiles.anna.attribute.coat is true or false",
	} {
		inFolder(t, "schema = 1\n[profiles.anna]\n"+text+"\n")
		_, err := Load("models.toml")
		if !errors.Is(err, ErrConfig) || !strings.HasPrefix(err.Error(), "models.toml:3: "+want) {
			t.Errorf("%s: %v, want models.toml:3: %s", text, err, want)
		}
	}
}

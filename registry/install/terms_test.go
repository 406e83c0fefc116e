package install

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/fault"
)

// executable writes an executable that is a plugin.
func (s *shop) executable(path, name, version string) {
	s.Helper()
	text, err := json.Marshal(toy(name, version))
	if err != nil {
		s.Fatal(err)
	}
	s.write(path, string(text))
}

// What nobody signs is not run before it is refused.
func TestRefusedUnrun(t *testing.T) {
	s := newShop(t)
	s.executable("toy", "toy", "1.0.0")
	s.write("models.toml", "schema = 1\nverify = 'require'\n")
	s.refuse(Request{Source: "toy"}, fault.ErrVerify, "it is not signed")

	// Nor is what a plugin's own entry does not allow, which is not even built.
	s.write("source/main.go", "package main\n")
	s.write("models.toml", "schema = 1\n[plugins.toy]\nsource = './toy'\nverify = 'require'\n[plugins.mine]\nsource = './source'\nverify = 'require'\n")
	for _, name := range []string{"toy", "mine"} {
		_, err := s.in.Restore(t.Context(), name)
		s.mustBe(err, fault.ErrVerify, "")
	}
	if len(s.asked) > 0 {
		t.Errorf("%d programs were run", len(s.asked))
	}
}

// A program may do what models.toml grants it when it is asked, and no more.
func TestAskedWithGrant(t *testing.T) {
	s := newShop(t)
	s.executable("toy", "toy", "1.0.0")
	s.install(Request{Source: "toy"})
	s.write("models.toml", s.read("models.toml")+"[plugins.joy]\nsource = './joy.tar.gz'\nsandbox = 'require'\nenv = ['JOY']\n")
	s.archive("joy.tar.gz", toy("joy", "1.0.0"))
	if _, err := s.in.Restore(t.Context(), "joy"); err != nil {
		t.Fatal(err)
	}
	auto, own := registry.Grant{Sandbox: registry.SandboxAuto}, registry.Grant{Sandbox: registry.SandboxRequire, Env: []string{"JOY"}}
	if want := []registry.Grant{auto, auto, own}; !reflect.DeepEqual(s.asked, want) {
		t.Errorf("asked with %+v, want %+v", s.asked, want)
	}
}

// What models.toml has already is installed again on the terms of its entry.
func TestInstallAgain(t *testing.T) {
	s := newShop(t)
	acme := s.signer()
	s.archive("toy.tar.gz", toy("toy", "0.1.0"))
	s.sign(acme, "toy.tar.gz")
	s.write("models.toml", `schema = 1
[keys.acme]
key = "`+acme.public+`"
[plugins.toy]
source = "toy.tar.gz"
version = "~> 0.1.0"
verify = "require"
`)
	s.install(Request{Source: "toy.tar.gz"})
	run := len(s.asked)
	s.archive("toy.tar.gz", toy("toy", "0.1.1"))
	s.refuse(Request{Source: "./toy.tar.gz"}, fault.ErrVerify, "not for it")
	if err := os.Remove("toy.tar.gz.minisig"); err != nil {
		t.Fatal(err)
	}
	s.refuse(Request{Source: "./toy.tar.gz"}, fault.ErrVerify, "it is not signed")
	s.refuse(Request{Source: "toy.tar.gz", As: "toy"}, fault.ErrVerify, "it is not signed")
	s.archive("toy.tar.gz", toy("toy", "0.2.0"))
	s.sign(acme, "toy.tar.gz")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrNotFound, "toy has no version ~> 0.1.0")
	if len(s.asked) != run {
		t.Errorf("%d programs were run", len(s.asked)-run)
	}

	// What the request says is written, as upgrade does; all else stays.
	before := s.read("models.toml")
	i := s.install(Request{Source: "toy.tar.gz", Version: "~> 0.2.0"})
	if i.Version != "0.2.0" || i.Signer != "acme" || !i.Changed || s.read("models.toml") != strings.Replace(before, "~> 0.1.0", "~> 0.2.0", 1) {
		t.Errorf("got %+v and\n%s", i, s.read("models.toml"))
	}
	if _, err := s.program("toy"); err != nil {
		t.Error(err)
	}
}

// An executable's name is known from who was there before, and it is not run to
// learn whether it is allowed to.
func TestExecutableAgain(t *testing.T) {
	s := newShop(t)
	s.executable("p", "toy", "0.1.0")
	s.install(Request{Source: "p"})
	s.write("models.toml", s.read("models.toml")+"[plugins.new]\nsource = './q'\nverify = 'require'\n")
	s.write("models.toml", strings.Replace(s.read("models.toml"), "source = \"./p\"", "source = './p'\nverify = 'require'", 1))
	s.executable("p", "toy", "0.2.0")
	s.executable("q", "new", "0.1.0")
	run := len(s.asked)
	s.refuse(Request{Source: "p"}, fault.ErrVerify, "it is not signed")
	s.refuse(Request{Source: "q"}, fault.ErrVerify, "it is not signed")
	if len(s.asked) != run {
		t.Errorf("%d programs were run", len(s.asked)-run)
	}
}

// A package that turns out to have the name of another entry is held to the
// terms of that one, and one that has no entry to those of all.
func TestNameKnownLate(t *testing.T) {
	s := newShop(t)
	s.archive("toy.tar.gz", toy("toy", "1.0.0"))
	s.install(Request{Source: "toy.tar.gz", As: "joy"})
	s.archive("toy.tar.gz", toy("joy", "1.1.0"))
	models := s.read("models.toml")
	for terms, why := range map[string]string{
		"verify = 'require'":                         "it is not signed",
		"version = '~> 1.0.0'":                       "joy has no version ~> 1.0.0",
		"sha256 = '" + strings.Repeat("0", 64) + "'": "and not sha256:000",
	} {
		s.write("models.toml", strings.Replace(models, "[plugins.joy]", "[plugins.joy]\n"+terms, 1))
		s.refuse(Request{Source: "toy.tar.gz"}, nil, why)
	}
	s.write("models.toml", "schema = 1\nverify = 'require'\n[plugins.joy]\nsource = './new.tar.gz'\nverify = 'off'\n")
	s.archive("new.tar.gz", toy("new", "1.0.0"))
	s.refuse(Request{Source: "new.tar.gz"}, fault.ErrVerify, "")
}

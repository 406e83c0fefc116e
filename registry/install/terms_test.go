package install

import (
	"encoding/json"
	"reflect"
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

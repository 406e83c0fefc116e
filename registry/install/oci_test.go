package install

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/publish"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// publish puts a version of a toy into a layout.
func (s *shop) publish(path string, by *sign.Secret) {
	s.Helper()
	_, err := publish.Push(s.Context(), pack.Packer{Protocol: 1}, publish.Request{Path: path, To: "oci-layout:layout", Secret: by})
	if err != nil {
		s.Fatal(err)
	}
}

func TestOCI(t *testing.T) {
	s := newShop(t)
	acme := s.signer()
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.0.0")), &acme.secret)
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.1.0")), nil)
	s.publish(s.folder("new", toy("toy", "2.0.0"), here, func(m *manifest.Manifest) { m.Protocol = []int{2} }), nil)
	s.publish(s.folder("far", toy("toy", "2.1.0"), elsewhere, nil), nil)

	// What cannot be used is told with what could be.
	const layout = "oci-layout:./layout"
	s.refuse(Request{Source: layout}, fault.ErrNotFound, "there is plan9/mips")
	s.refuse(Request{Source: layout + ":2.0.0"}, sdk.ErrProtocol, "speaks protocol 2, this genhost 1")
	s.refuse(Request{Source: layout, Version: "~> 2.0.0"}, sdk.ErrProtocol, "--version 1.1.0")
	s.refuse(Request{Source: layout, Version: "~> 7.0"}, fault.ErrNotFound, "there is 2.1.0, 2.0.0, 1.1.0, 1.0.0")
	s.refuse(Request{Source: layout + ":1.2.0"}, fault.ErrNotFound, "1.1.0")
	s.refuse(Request{Source: layout, Version: "~> 1.0", Accelerator: "cuda12"}, fault.ErrNotFound, "there is ")

	// The newest that will do is pinned, for all machines; a signature is heeded.
	s.write("models.toml", "schema = 1\nverify = 'require'\n[keys.acme]\nkey = '"+acme.public+"'\n")
	s.refuse(Request{Source: layout, Version: "~> 1.0"}, fault.ErrVerify, "it is not signed")
	if i := s.install(Request{Source: layout, Version: "~> 1.0.0"}); i.Version != "1.0.0" || i.Signer != "acme" {
		t.Errorf("got %+v", i)
	}
	f, err := lock.Read(lock.Name)
	if err != nil {
		t.Fatal(err)
	}
	if pin, _ := f.Plugin("toy"); len(pin.Trees) != 2 || !strings.HasPrefix(pin.Archive, "sha256:") {
		t.Errorf("pinned: %+v", pin)
	}
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.0.1")), &acme.secret)
	s.otherMachine()
	if all, err := s.in.Restore(t.Context()); err != nil || all[0].Version != "1.0.0" {
		t.Errorf("restored %+v, %v", all, err)
	}
	if up, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil || up.Version != "1.0.1" {
		t.Errorf("upgraded to %+v, %v", up, err)
	}

	// What was altered where it is published is noticed.
	blobs, err := filepath.Glob("layout/blobs/sha256/*")
	if err != nil || len(blobs) == 0 {
		t.Fatal(err)
	}
	for _, blob := range blobs {
		b := []byte(s.read(blob))
		if strings.HasPrefix(string(b), "\x1f\x8b") {
			b[len(b)/2] ^= 1
			if err := os.Chmod(blob, 0o644); err != nil {
				t.Fatal(err)
			}
			s.write(blob, string(b))
		}
	}
	s.otherMachine()
	_, err = s.in.Restore(t.Context())
	s.mustBe(err, fault.ErrVerify, "")
	if trees, err := s.in.Builder.Store().List(); err != nil || len(trees) != 0 {
		t.Errorf("the store has %v, %v", trees, err)
	}
}

// An index that says of its package what that is not is refused before
// anything of it is pinned.
func TestFalseIndex(t *testing.T) {
	s := newShop(t)
	dir := s.folder("toy", toy("toy", "1.0.0"), here, nil)
	m, err := manifest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := (pack.Package{Dir: dir}).WriteTo(t.Context(), "toy.tar.gz"); err != nil {
		t.Fatal(err)
	}
	hash, err := tree.Hash(dir)
	if err != nil {
		t.Fatal(err)
	}
	other, err := tree.Hash(filepath.Join(dir, "bin"))
	if err != nil {
		t.Fatal(err)
	}
	for layout, says := range map[string][3]string{
		"hash":    {"toy", "1.0.0", other},
		"version": {"toy", "1.5.0", hash},
		"name":    {"joy", "1.0.0", hash},
	} {
		repo, err := oci.Create(t.Context(), oci.Reference{Layout: layout})
		if err != nil {
			t.Fatal(err)
		}
		_, err = repo.Push(t.Context(), oci.Release{
			Name: says[0], Version: says[1], Config: config,
			Packages: []oci.Package{{Platform: oci.Platform{OS: here.OS, Arch: here.Arch}, Tree: says[2], File: "toy.tar.gz"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		why := "the package is toy 1.0.0, and the index says " + says[0] + " " + says[1]
		if layout == "hash" {
			why = "the index says " + other
		}
		s.refuse(Request{Source: "oci-layout:./" + layout}, fault.ErrVerify, why)
	}
}

// A signature does not make a new version of an old one: not if it is asked
// for, nor if it is chosen, nor if it is upgraded to.
func TestRollback(t *testing.T) {
	s := newShop(t)
	acme := s.signer()
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.0.0")), &acme.secret)
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.4.0")), &acme.secret)
	s.write("models.toml", "schema = 1\nverify = 'require'\n[keys.acme]\nkey = '"+acme.public+"'\n")
	s.install(Request{Source: "oci-layout:./layout"})
	call := func(old, new string) {
		const index = "layout/index.json"
		text := s.read(index)
		if s.write(index, strings.ReplaceAll(text, `"`+old+`"`, `"`+new+`"`)); s.read(index) == text {
			t.Fatalf("there is no tag %s in %s", old, text)
		}
	}
	call("1.0.0", "1.5.0")
	const why = "tag 1.5.0 holds version 1.0.0"
	s.refuse(Request{Source: "oci-layout:./layout:1.5.0"}, fault.ErrVerify, why)
	s.refuse(Request{Source: "oci-layout:./layout", As: "other"}, fault.ErrVerify, why)
	_, err := s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrVerify, why)

	call("1.5.0", "stable") // which says no version
	if i := s.install(Request{Source: "oci-layout:./layout:stable", As: "old"}); i.Version != "1.0.0" {
		t.Errorf("got %+v", i)
	}
}

package install

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/oci"
)

// trust writes a models.toml that trusts keys, each a name and a signer.
func (s *shop) trust(policy string, keys ...any) {
	s.Helper()
	text := "schema = 1\nverify = '" + policy + "'\n"
	for i := 0; i < len(keys); i += 2 {
		text += fmt.Sprintf("[keys.%s]\nkey = '%s'\n", keys[i], keys[i+1].(signer).public)
	}
	if old, err := os.ReadFile("models.toml"); err == nil {
		if i := strings.Index(string(old), "# toy"); i >= 0 {
			text += string(old)[i:]
		}
	}
	s.write("models.toml", text)
}

// Who signs may not change in silence: not to another who is trusted, nor to
// another key of the same name.
func TestOtherSigner(t *testing.T) {
	s := newShop(t)
	acme, other := s.signer(), s.signer()
	s.sign(acme, s.archive("toy.tar.gz", toy("toy", "1.0.0")))
	s.trust("warn", "acme", acme, "other", other)
	s.install(Request{Source: "toy.tar.gz"})
	before := s.read("models.lock.toml")
	s.sign(other, s.archive("toy.tar.gz", toy("toy", "1.1.0")))

	_, err := s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrVerify, "it was signed by acme, and now by other")
	s.mustBe(err, fault.ErrVerify, "--accept-new-signer")
	s.trust("warn", "acme", other)
	_, err = s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrVerify, "it was signed by acme, and now with another key of that name")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, "another key of that name")
	s.trust("warn", "acme", acme)
	_, err = s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrVerify, "it was signed by acme, and now by nobody")
	if s.read("models.lock.toml") != before {
		t.Error("the lock file has changed")
	}

	s.trust("warn", "acme", acme, "other", other)
	if up, err := s.in.Upgrade(t.Context(), "toy", Request{AcceptSigner: true}); err != nil || up.Signer != "other" || !strings.Contains(s.read("models.lock.toml"), other.public) {
		t.Errorf("got %+v, %v", up, err)
	}
}

// What an unknown key has signed is told of under warn, and is not taken for
// signed.
func TestUnknownKey(t *testing.T) {
	s := newShop(t)
	s.sign(s.signer(), s.archive("toy.tar.gz", toy("toy", "1.0.0")))
	i := s.install(Request{Source: "toy.tar.gz"})
	if len(i.Warnings) != 1 || !strings.Contains(i.Warnings[0], "which models.toml does not know") || i.Signer != "" {
		t.Errorf("got %+v", i)
	}
	if locked := s.read("models.lock.toml"); strings.Contains(locked, "signer") || strings.Contains(locked, "key") {
		t.Errorf("pinned:\n%s", locked)
	}
}

// A signature in a repository that cannot be had is as none, and is told.
func TestLostSignature(t *testing.T) {
	s := newShop(t)
	acme := s.signer()
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.0.0")), &acme.secret)
	blobs, err := filepath.Glob("layout/blobs/sha256/*")
	if err != nil {
		t.Fatal(err)
	}
	lost := 0
	for _, blob := range blobs {
		if strings.HasPrefix(s.read(blob), "untrusted comment:") {
			if err := os.Remove(blob); err != nil {
				t.Fatal(err)
			}
			lost++
		}
	}
	if lost != 1 {
		t.Fatalf("there are %d signatures", lost)
	}
	s.trust("require", "acme", acme)
	s.refuse(Request{Source: "oci-layout:./layout"}, fault.ErrVerify, "its signature cannot be had")
	s.trust("warn", "acme", acme)
	if i := s.install(Request{Source: "oci-layout:./layout"}); i.Signer != "" || len(i.Warnings) != 1 || !strings.Contains(i.Warnings[0], "cannot be had") {
		t.Errorf("got %+v", i)
	}
}

// Of two who are trusted and have signed it, the one who did before counts,
// whichever the repository names first.
func TestSignedTwice(t *testing.T) {
	for i := range 4 { // the order is that of digests
		s := newShop(t)
		acme, other := s.signer(), s.signer()
		s.publish(s.archive("toy.tar.gz", toy("toy", "1.0.0")), &acme.secret)
		s.trust("require", "other", other, "acme", acme)
		s.install(Request{Source: "oci-layout:./layout"})
		s.publish(s.archive("toy.tar.gz", toy("toy", "1.1.0")), &acme.secret)
		repo, err := oci.Create(t.Context(), oci.Reference{Layout: "layout"})
		if err != nil {
			t.Fatal(err)
		}
		release, err := repo.Find(t.Context(), "1.1.0")
		if err != nil {
			t.Fatal(err)
		}
		signature, err := other.secret.Sign(strings.NewReader(release.Digest), "too")
		if err != nil {
			t.Fatal(err)
		}
		if err := repo.Sign(t.Context(), release.Digest, signature); err != nil {
			t.Fatal(err)
		}
		if up, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil || up.Signer != "acme" {
			t.Errorf("%d: got %+v, %v", i, up, err)
		}
	}
}

// Where signatures are not looked at for once, it stays known who is to sign;
// but what nobody has looked at does not pass for signed.
func TestOffForOnce(t *testing.T) {
	s := newShop(t)
	acme, other := s.signer(), s.signer()
	s.sign(acme, s.archive("toy.tar.gz", toy("toy", "1.0.0")))
	s.trust("warn", "acme", acme, "other", other)
	s.install(Request{Source: "toy.tar.gz"})
	before := s.read("models.lock.toml")
	s.trust("off", "acme", acme, "other", other)
	if _, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil || s.read("models.lock.toml") != before {
		t.Errorf("the same again: %v, and\n%s", err, s.read("models.lock.toml"))
	}
	s.archive("toy.tar.gz", toy("toy", "1.1.0"))
	if up, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil || up.Version != "1.1.0" {
		t.Fatalf("got %+v, %v", up, err)
	}
	if locked := s.read("models.lock.toml"); !strings.Contains(locked, acme.public) || !strings.Contains(locked, "unverified = true") {
		t.Errorf("pinned:\n%s", locked)
	}
	s.trust("require", "acme", acme, "other", other)
	_, err := s.program("toy")
	s.mustBe(err, fault.ErrVerify, "it is not signed")
	if all, err := s.in.List(); err != nil || all[0].Signer != "" {
		t.Errorf("listed %+v, %v", all, err)
	}
	s.sign(other, s.archive("toy.tar.gz", toy("toy", "1.2.0")))
	_, err = s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrVerify, "it was signed by acme, and now by other")
	s.sign(acme, "toy.tar.gz")
	if _, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil || strings.Contains(s.read("models.lock.toml"), "unverified") {
		t.Errorf("signed again: %v", err)
	}
	if _, err := s.program("toy"); err != nil {
		t.Error(err)
	}
}

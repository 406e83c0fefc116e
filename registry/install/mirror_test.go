package install

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/publish"
)

// mirror copies to a place, and returns the copies' names.
func (s *shop) mirror(place string) []string {
	s.Helper()
	copies, err := s.in.Mirror(s.Context(), place)
	if err != nil {
		s.Fatal(err)
	}
	var names []string
	for _, c := range copies {
		names = append(names, filepath.Base(c.Source))
	}
	return names
}

// Two plugins of the same name and version have a copy each, and a folder's is
// as good as the folder.
func TestMirrorNames(t *testing.T) {
	s := newShop(t)
	s.install(Request{Source: s.archive("toy.tar.gz", toy("toy", "1.0.0"))})
	s.install(Request{Source: s.folder("other", toy("toy", "1.0.0"), here, func(m *manifest.Manifest) { m.Homepage = "https://example.com" }), As: "other"})
	if names := s.mirror("mirror"); !slices.Equal(names, []string{"toy-1.0.0.tar.gz", "other-1.0.0.tar.gz"}) {
		t.Fatalf("got %q", names)
	}
	s.otherMachine()
	s.in.From, s.in.Frozen = "mirror", true
	if all, err := s.in.Restore(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("restored %+v, %v", all, err)
	}
}

// A copy is what is pinned, whole, with the signatures that are its own.
func TestMirrorIsExact(t *testing.T) {
	s := newShop(t)
	acme := s.signer()
	s.sign(acme, s.archive("toy.tar.gz", toy("toy", "1.0.0")))
	good, signature := s.read("toy.tar.gz"), s.read("toy.tar.gz.minisig")
	s.install(Request{Source: "toy.tar.gz"})
	s.mirror("mirror")
	if s.read("mirror/toy-1.0.0.tar.gz.minisig") != signature {
		t.Error("the signature is another")
	}
	if err := os.Remove("toy.tar.gz.minisig"); err != nil {
		t.Fatal(err)
	}
	s.mirror("mirror")
	if _, err := os.Stat("mirror/toy-1.0.0.tar.gz.minisig"); err == nil {
		t.Error("the signature of the copy before is still there")
	}

	// The same trees in another archive, of which no signature is.
	s.write("toy.tar.gz", good+good[:0]+"\x1f\x8b")
	_, err := s.in.Mirror(t.Context(), "mirror")
	s.mustBe(err, fault.ErrVerify, "")
	b, err := pack.Open(t.Context(), "mirror/toy-1.0.0.tar.gz", s.empty())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Write(t.Context(), "toy.tar.gz", s.empty()); err != nil {
		t.Fatal(err)
	}
	if s.read("toy.tar.gz") == good {
		raw := []byte(good)
		raw[9] ^= 1 // the system that packed it, which nothing reads
		s.write("toy.tar.gz", string(raw))
	}
	_, err = s.in.Mirror(t.Context(), "mirror")
	s.mustBe(err, fault.ErrVerify, "not what models.lock.toml pins")

	// One of the two platforms is missing.
	locked := s.read("models.lock.toml")
	s.write("toy.tar.gz", good)
	s.write("models.lock.toml", strings.Replace(locked, "[plugins.toy.trees]\n", "[plugins.toy.trees]\n\"plan9/arm\" = \"h1:AAAA\"\n", 1))
	_, err = s.in.Mirror(t.Context(), "mirror")
	s.mustBe(err, fault.ErrVerify, "not what models.lock.toml pins")
}

// What a mirror's version means to others stays.
func TestMirrorKeepsVersions(t *testing.T) {
	s := newShop(t)
	s.publish(s.archive("toy.tar.gz", toy("toy", "1.0.0")), nil)
	s.install(Request{Source: "oci-layout:./layout"})
	s.mirror("mirror")
	s.mirror("mirror")
	before := s.read("mirror/toy/index.json")
	dir := s.folder("new", toy("toy", "1.0.0"), here, nil)
	if _, err := publish.Push(t.Context(), pack.Packer{Protocol: 1}, publish.Request{Path: dir, To: "oci-layout:layout", Replace: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil {
		t.Fatal(err)
	}
	_, err := s.in.Mirror(t.Context(), "mirror")
	s.mustBe(err, fault.ErrVerify, "has toy 1.0.0 already, and it is another")
	if s.read("mirror/toy/index.json") != before {
		t.Error("the mirror has changed")
	}
}

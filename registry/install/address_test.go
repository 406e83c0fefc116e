package install

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/oci"
)

// site serves the files of the shop's folder, but for those that it is told to
// refuse.
func (s *shop) site(refuse map[string]int) string {
	files := http.FileServer(http.Dir(s.dir))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := refuse[r.URL.Path]; status != 0 {
			w.WriteHeader(status)
			return
		}
		files.ServeHTTP(w, r)
	}))
	s.Cleanup(server.Close)
	s.in.Client = server.Client()
	return server.URL
}

func TestAddress(t *testing.T) {
	s := newShop(t)
	refuse := map[string]int{}
	site := s.site(refuse)
	s.archive("toy.tar.gz", toy("toy", "1.0.0"))
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(s.read("toy.tar.gz"))))

	s.refuse(Request{Source: site + "/toy.tar.gz"}, fault.ErrVerify, "--sha256")
	s.refuse(Request{Source: site + "/none.tar.gz", SHA256: sum}, fault.ErrNotFound, "404")
	s.refuse(Request{Source: site + "/toy.tar.gz", SHA256: strings.Repeat("0", 64)}, fault.ErrVerify, sum)
	refuse["/toy.tar.gz"] = http.StatusForbidden
	s.refuse(Request{Source: site + "/toy.tar.gz", SHA256: sum}, nil, "403")
	delete(refuse, "/toy.tar.gz")
	s.refuse(Request{Source: "https://127.0.0.1:1/toy.tar.gz", SHA256: sum}, nil, "cannot be reached")

	// A signature that cannot be had is told, and is refused where one is required.
	refuse["/toy.tar.gz.minisig"] = http.StatusForbidden
	i := s.install(Request{Source: site + "/toy.tar.gz", SHA256: "sha256:" + sum})
	if len(i.Warnings) != 1 || !strings.Contains(i.Warnings[0], "403") || !strings.Contains(s.read("models.toml"), sum) {
		t.Errorf("got %+v", i)
	}
	if _, err := s.in.Remove(t.Context(), "toy", false); err != nil {
		t.Fatal(err)
	}
	acme := s.signer()
	s.write("models.toml", "schema = 1\nverify = 'require'\n[keys.acme]\nkey = '"+acme.public+"'\n")
	s.sign(acme, "toy.tar.gz")
	s.refuse(Request{Source: site + "/toy.tar.gz", SHA256: sum}, fault.ErrVerify, "403")
	delete(refuse, "/toy.tar.gz.minisig")

	// Who signed it says as well as its sum what it should be.
	if i := s.install(Request{Source: site + "/toy.tar.gz"}); i.Signer != "acme" {
		t.Errorf("got %+v", i)
	}

	// The lock file pins it, and another machine gets just that.
	s.otherMachine()
	if _, err := s.in.Restore(t.Context()); err != nil {
		t.Error(err)
	}
	s.otherMachine()
	s.archive("toy.tar.gz", toy("toy", "1.0.1"))
	s.sign(acme, "toy.tar.gz")
	_, err := s.in.Restore(t.Context())
	s.mustBe(err, fault.ErrVerify, "not what models.lock.toml pins")
	os.Remove("toy.tar.gz")
	_, err = s.in.Restore(t.Context())
	s.mustBe(err, fault.ErrNotFound, "404")
}

// A server may lead elsewhere, but not to where nothing is encrypted.
func TestRedirect(t *testing.T) {
	s := newShop(t)
	s.archive("toy.tar.gz", toy("toy", "1.0.0"))
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(s.read("toy.tar.gz"))))
	site := s.site(nil)
	files := s.in.Client
	open := httptest.NewServer(http.FileServer(http.Dir(s.dir)))
	defer open.Close()
	var to string
	leads := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, http.StatusFound)
	}))
	defer leads.Close()
	trusted := files.Transport.(*http.Transport).TLSClientConfig.RootCAs
	trusted.AddCert(leads.Certificate())

	to = open.URL + "/toy.tar.gz"
	s.refuse(Request{Source: leads.URL, SHA256: sum}, nil, "which is not encrypted")
	to = "ftp://127.0.0.1/toy.tar.gz"
	s.refuse(Request{Source: leads.URL, SHA256: sum}, nil, "which is not encrypted")
	to = leads.URL
	s.refuse(Request{Source: leads.URL, SHA256: sum}, nil, "without an end")
	to = site + "/toy.tar.gz"
	s.install(Request{Source: leads.URL, SHA256: sum})
}

// The usual client is one that does not wait for ever.
func TestUsualClient(t *testing.T) {
	if got, want := fmt.Sprintf("%T", Installer{}.client().Transport), fmt.Sprintf("%T", oci.Transport()); got != want {
		t.Errorf("it is %s, want %s", got, want)
	}
}

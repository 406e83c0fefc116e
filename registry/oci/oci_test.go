package oci_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/oci/ocitest"
	"github.com/genhost/genhost/sdk"
)

// places are the kinds of repositories that there are.
func places(t *testing.T, test func(t *testing.T, ref oci.Reference)) {
	t.Run("registry", func(t *testing.T) {
		test(t, oci.Reference{Host: ocitest.New(t).Host, Repository: "acme/tabgan"})
	})
	t.Run("registry without referrers", func(t *testing.T) {
		r := ocitest.New(t)
		r.NoReferrers = true
		test(t, oci.Reference{Host: r.Host, Repository: "acme/tabgan"})
	})
	t.Run("layout", func(t *testing.T) {
		test(t, oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")})
	})
}

// release is one with a package for each platform, whose archives hold text.
func release(t *testing.T, version, text string, platforms ...oci.Platform) oci.Release {
	r := oci.Release{Name: "tabgan", Version: version, Doc: "tables", Licence: "MIT", Config: []byte(`{"name":"tabgan"}`)}
	for i, p := range platforms {
		file := filepath.Join(t.TempDir(), "archive")
		if err := os.WriteFile(file, fmt.Appendf(nil, "%s for %s", text, p), 0o666); err != nil {
			t.Fatal(err)
		}
		r.Packages = append(r.Packages, oci.Package{Platform: p, Tree: fmt.Sprintf("h1:tree%d", i), File: file})
	}
	return r
}

var (
	linux = oci.Platform{OS: "linux", Arch: "amd64"}
	cuda  = oci.Platform{OS: "linux", Arch: "amd64", Accel: "cuda12"}
	mac   = oci.Platform{OS: "darwin", Arch: "arm64"}
)

func create(t *testing.T, ref oci.Reference) *oci.Repository {
	t.Helper()
	r, err := oci.Create(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func open(t *testing.T, ref oci.Reference) *oci.Repository {
	t.Helper()
	r, err := oci.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func push(t *testing.T, r *oci.Repository, release oci.Release) string {
	t.Helper()
	digest, err := r.Push(t.Context(), release)
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func fetch(t *testing.T, r *oci.Repository, p oci.Package) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Fetch(t.Context(), p, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatIsPushedIsFound(t *testing.T) {
	places(t, func(t *testing.T, ref oci.Reference) {
		digest := push(t, create(t, ref), release(t, "2.1.0+fix", "first", mac, cuda, linux))
		r := open(t, ref)
		found, err := r.Find(t.Context(), oci.TagOf("2.1.0+fix"))
		if err != nil {
			t.Fatal(err)
		}
		if found.Digest != digest || found.Name != "tabgan" || found.Version != "2.1.0+fix" || found.Doc != "tables" || found.Licence != "MIT" {
			t.Errorf("found %+v, pushed %s", found, digest)
		}
		for i, p := range []oci.Platform{mac, cuda, linux} {
			have, err := found.Package(p)
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("h1:tree%d", i); have.Tree != want {
				t.Errorf("%s: tree %s, want %s", p, have.Tree, want)
			}
			if got := fetch(t, r, have); got != "first for "+p.String() {
				t.Errorf("%s: archive %q", p, got)
			}
			if config, err := r.Config(t.Context(), have); err != nil || string(config) != `{"name":"tabgan"}` {
				t.Errorf("%s: config %q, %v", p, config, err)
			}
		}
		byDigest, err := r.Find(t.Context(), digest)
		if err != nil || byDigest.Version != "2.1.0+fix" {
			t.Errorf("by digest: %+v, %v", byDigest, err)
		}
		_, err = found.Package(oci.Platform{OS: "windows", Arch: "amd64"})
		wants(t, err, fault.ErrNotFound, "has no package for windows/amd64", "there is one for darwin/arm64, linux/amd64, linux/amd64/cuda12")
	})
}

// What an index says of itself moves no cursor.
func TestWhatIsSaidCanBeShown(t *testing.T) {
	ref := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
	r := release(t, "1.0.0", "a", linux)
	r.Doc = "tables\x1b[2J\nof \u202enumbers"
	push(t, create(t, ref), r)
	found, err := open(t, ref).Find(t.Context(), "1.0.0")
	if err != nil || found.Doc != "tables[2Jof numbers" {
		t.Errorf("it says %q, %v", found.Doc, err)
	}
}

func TestEqualReleasesHaveEqualDigests(t *testing.T) {
	places(t, func(t *testing.T, ref oci.Reference) {
		r := create(t, ref)
		first := push(t, r, release(t, "1.0.0", "same", linux))
		if again := push(t, r, release(t, "1.0.0", "same", linux)); again != first {
			t.Errorf("%s, then %s", first, again)
		}
		if other := push(t, r, release(t, "1.0.0", "other", linux)); other == first {
			t.Error("another archive makes no other index")
		}
		// The version means the last one now, the digest still the first.
		found, err := open(t, ref).Find(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		if got := fetch(t, open(t, ref), found.Packages[0]); got != "same for linux/amd64" {
			t.Errorf("the first holds %q", got)
		}
	})
}

func TestSignatures(t *testing.T) {
	places(t, func(t *testing.T, ref oci.Reference) {
		r := create(t, ref)
		digest, other := push(t, r, release(t, "1.0.0", "a", linux)), push(t, r, release(t, "1.1.0", "b", linux))
		for _, text := range []string{"signature of acme", "signature of bob"} {
			if err := r.Sign(t.Context(), digest, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		r = open(t, ref)
		all, err := r.Signatures(t.Context(), digest)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(all, bytes.Compare)
		if len(all) != 2 || string(all[0]) != "signature of acme" || string(all[1]) != "signature of bob" {
			t.Errorf("signatures %q", all)
		}
		if none, err := r.Signatures(t.Context(), other); err != nil || len(none) != 0 {
			t.Errorf("signatures of another release: %q, %v", none, err)
		}
		tags, err := r.Tags(t.Context())
		if err != nil || !slices.Equal(tags, []string{"1.0.0", "1.1.0"}) {
			t.Errorf("tags %q, %v", tags, err)
		}
	})
}

func TestMirror(t *testing.T) {
	places(t, func(t *testing.T, from oci.Reference) {
		source := create(t, from)
		digest := push(t, source, release(t, "1.0.0", "a", linux, mac))
		push(t, source, release(t, "2.0.0", "b", linux))
		if err := source.Sign(t.Context(), digest, []byte("signature")); err != nil {
			t.Fatal(err)
		}
		places(t, func(t *testing.T, to oci.Reference) {
			if err := open(t, from).Mirror(t.Context(), digest, create(t, to), "1.0.0"); err != nil {
				t.Fatal(err)
			}
			r := open(t, to)
			tags, err := r.Tags(t.Context())
			if err != nil || !slices.Equal(tags, []string{"1.0.0"}) {
				t.Errorf("tags %q, %v", tags, err)
			}
			found, err := r.Find(t.Context(), "") // the only one
			if err != nil || found.Digest != digest {
				t.Fatalf("found %s, %v, want %s", found.Digest, err, digest)
			}
			if got := fetch(t, r, found.Packages[1]); got != "a for linux/amd64" {
				t.Errorf("archive %q", got)
			}
			signatures, err := r.Signatures(t.Context(), digest)
			if err != nil || len(signatures) != 1 || string(signatures[0]) != "signature" {
				t.Errorf("signatures %q, %v", signatures, err)
			}
		})
	})
}

// Many may write to one layout, and read it meanwhile.
func TestManyWriters(t *testing.T) {
	ref := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
	const n = 20
	failed := make(chan error, 2*n)
	for i := range n {
		r := release(t, fmt.Sprintf("1.%d.0", i), "a", linux)
		go func() {
			to, err := oci.Create(t.Context(), ref)
			if err == nil {
				_, err = to.Push(t.Context(), r)
			}
			failed <- err
		}()
		go func() {
			from, err := oci.Open(t.Context(), ref)
			if err == nil {
				_, err = from.Tags(t.Context())
			}
			if errors.Is(err, fault.ErrNotFound) {
				err = nil // it is not made yet
			}
			failed <- err
		}()
	}
	for range 2 * n {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	if tags, err := open(t, ref).Tags(t.Context()); err != nil || len(tags) != n {
		t.Errorf("%d versions are there, %v", len(tags), err)
	}
}

// What fails leaves nothing in the list of a layout.
func TestFailedPush(t *testing.T) {
	ref := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
	r := release(t, "1.0.0", "a", linux, mac)
	if err := os.Remove(r.Packages[0].File); err != nil { // the second to be pushed
		t.Fatal(err)
	}
	if _, err := create(t, ref).Push(t.Context(), r); err == nil {
		t.Error("no error")
	}
	list, err := os.ReadFile(filepath.Join(ref.Layout, "index.json"))
	if err != nil || !strings.Contains(string(list), `"manifests":[]`) {
		t.Errorf("%s, %v", list, err)
	}
}

// From one repository to another of the same registry.
func TestMirrorWithin(t *testing.T) {
	from := oci.Reference{Host: ocitest.New(t).Host, Repository: "acme/tabgan"}
	to := oci.Reference{Host: from.Host, Repository: "copies/tabgan"}
	push(t, create(t, from), release(t, "1.0.0", strings.Repeat("a", 16<<20), linux))
	if err := open(t, from).Mirror(t.Context(), "1.0.0", create(t, to), "1.0.0"); err != nil {
		t.Fatal(err)
	}
}

// What is published stays what it is, unless somebody says otherwise.
func TestBundleIsNotReplaced(t *testing.T) {
	places(t, func(t *testing.T, ref oci.Reference) {
		push := func(config string, replace bool) error {
			_, err := create(t, ref).PushBundle(t.Context(), oci.Bundle{Config: []byte(config)}, "v1", replace)
			return err
		}
		for range 2 { // the same again is no change
			if err := push(`{}`, false); err != nil {
				t.Fatal(err)
			}
		}
		wants(t, push(`{"other":1}`, false), fault.ErrVerify, "has v1 already", "--replace")
		b, err := open(t, ref).FindBundle(t.Context(), "v1")
		if err != nil || string(b.Config) != `{}` {
			t.Errorf("after a refusal there is %s, %v", b.Config, err)
		}
		if err := push(`{"other":1}`, true); err != nil {
			t.Fatal(err)
		}
		if b, err = open(t, ref).FindBundle(t.Context(), "v1"); err != nil || string(b.Config) == `{}` {
			t.Errorf("it was not replaced: %v", err)
		}
	})
}

func TestBundle(t *testing.T) {
	places(t, func(t *testing.T, ref oci.Reference) {
		path := filepath.Join(t.TempDir(), "w")
		if err := os.WriteFile(path, []byte("weights"), 0o666); err != nil {
			t.Fatal(err)
		}
		digest, err := create(t, ref).PushBundle(t.Context(), oci.Bundle{
			Name: "vae-1", Config: []byte(`{}`), Licence: "MIT",
			Files: []oci.File{{Name: "README.md", Text: []byte("# Card")}, {Name: "a/b.safetensors", Path: path}, {Name: "empty"}},
		}, "v1", false)
		if err != nil {
			t.Fatal(err)
		}
		r := open(t, ref)
		b, err := r.FindBundle(t.Context(), "v1")
		if err != nil || b.Digest != digest || b.Name != "vae-1" || string(b.Config) != "{}" || len(b.Files) != 3 {
			t.Fatalf("found %+v, %v", b, err)
		}
		for i, want := range []string{"# Card", "weights", ""} {
			var got bytes.Buffer
			if err := r.FetchFile(t.Context(), b.Files[i], &got); err != nil || got.String() != want {
				t.Errorf("%s: %q, %v", b.Files[i].Name, &got, err)
			}
		}
		_, err = r.Find(t.Context(), "v1")
		wants(t, err, sdk.ErrBadInput, "v1 is no plugin", "genhost pull")
		push(t, create(t, ref), release(t, "1.0.0", "a", linux))
		_, err = open(t, ref).FindBundle(t.Context(), "1.0.0")
		wants(t, err, sdk.ErrBadInput, "1.0.0 is no trained model", "genhost plugin install")
	})
}

func TestBundleWithNamesThatLeadOut(t *testing.T) {
	for _, name := range []string{"../x", "/etc/passwd", "a/../../x", `..\x`, "C:x", "", "a//b", "..", strings.Repeat("x", 201)} {
		ref := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
		_, err := create(t, ref).PushBundle(t.Context(), oci.Bundle{Config: []byte(`{}`), Files: []oci.File{{Name: name, Text: []byte("x")}}}, "v1", false)
		if err != nil {
			t.Fatal(err)
		}
		_, err = open(t, ref).FindBundle(t.Context(), "v1")
		wants(t, err, sdk.ErrCorrupt, "it has a file called")
	}
}

// wants checks an error's kind, its words, and its advice.
func wants(t *testing.T, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("error %v, want one that is %v", err, kind)
		return
	}
	all := err.Error() + "\n" + strings.Join(sdk.Hints(err), "\n")
	for _, w := range words {
		if !strings.Contains(all, w) {
			t.Errorf("%s\ndoes not say %q", all, w)
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	places(t, func(t *testing.T, ref oci.Reference) {
		r := create(t, ref)
		push(t, r, release(t, "1.0.0", "a", linux))
		push(t, r, release(t, "1.1.0", "b", linux))
		_, err := open(t, ref).Find(t.Context(), "1.2.0")
		wants(t, err, fault.ErrNotFound, "there is no 1.2.0", "there is 1.0.0, 1.1.0")
		_, err = open(t, ref).Find(t.Context(), "")
		wants(t, err, fault.ErrNotFound, "no version is named", "there is 1.0.0, 1.1.0")
		_, err = open(t, ref).Find(t.Context(), "sha256:"+strings.Repeat("0", 64))
		wants(t, err, fault.ErrNotFound, "there is no sha256:000")
	})
	reg := ocitest.New(t)
	_, err := open(t, oci.Reference{Host: reg.Host, Repository: "nobody/nothing"}).Find(t.Context(), "1.0.0")
	wants(t, err, fault.ErrNotFound, "there is no repository oci://"+reg.Host+"/nobody/nothing", "check its name")

	dir := t.TempDir()
	_, err = oci.Open(t.Context(), oci.Reference{Layout: dir})
	wants(t, err, fault.ErrNotFound, dir+" is no OCI layout")
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("to open what is no layout has made %s in it", left[0].Name())
	}
}

func TestALayoutIsNotMadeAmongOtherFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := oci.Create(t.Context(), oci.Reference{Layout: dir})
	wants(t, err, sdk.ErrBadInput, "holds other files", "name a new folder")
}

func TestAlteredContent(t *testing.T) {
	reg := ocitest.New(t)
	ref := oci.Reference{Host: reg.Host, Repository: "acme/tabgan"}
	push(t, create(t, ref), release(t, "1.0.0", "first", linux))
	r := open(t, ref)
	found, err := r.Find(t.Context(), "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	if n := reg.Alter("first for", "worst for"); n != 1 {
		t.Fatalf("altered %d archives", n)
	}
	wants(t, r.Fetch(t.Context(), found.Packages[0], io.Discard), fault.ErrVerify, "not what its digest says")

	reg.Alter("worst for", "less")
	wants(t, r.Fetch(t.Context(), found.Packages[0], io.Discard), fault.ErrVerify, "not what its digest says")

	reg.Alter("h1:tree0", "h1:evil0") // in the index
	_, err = r.Find(t.Context(), found.Digest)
	wants(t, err, sdk.ErrCorrupt)
}

func TestAlteredLayout(t *testing.T) {
	ref := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
	push(t, create(t, ref), release(t, "1.0.0", "first", linux))
	found, err := open(t, ref).Find(t.Context(), "1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	blobs, _ := filepath.Glob(filepath.Join(ref.Layout, "blobs/sha256/*"))
	for _, path := range blobs {
		if b, _ := os.ReadFile(path); strings.HasPrefix(string(b), "first for") {
			os.Chmod(path, 0o666)
			if err := os.WriteFile(path, []byte("first for l"), 0o666); err != nil { // cut short
				t.Fatal(err)
			}
		}
	}
	wants(t, open(t, ref).Fetch(t.Context(), found.Packages[0], io.Discard), sdk.ErrCorrupt)
}

// A signature that cannot be fetched is an error, not one signature less.
func TestLostSignature(t *testing.T) {
	reg := ocitest.New(t)
	ref := oci.Reference{Host: reg.Host, Repository: "acme/tabgan"}
	r := create(t, ref)
	digest := push(t, r, release(t, "1.0.0", "first", linux))
	if err := r.Sign(t.Context(), digest, []byte("signature")); err != nil {
		t.Fatal(err)
	}
	reg.Alter("signature.minisig", "signature.minisug")
	_, err := open(t, ref).Signatures(t.Context(), digest)
	wants(t, err, sdk.ErrCorrupt)
}

func TestCredentials(t *testing.T) {
	reg := ocitest.New(t)
	reg.User, reg.Password = "ann", "secret"
	ref := oci.Reference{Host: reg.Host, Repository: "acme/tabgan"}
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	_, err := create(t, ref).Push(t.Context(), release(t, "1.0.0", "first", linux))
	wants(t, err, oci.ErrDenied, "it wants a name and a password", "docker login "+reg.Host)

	config := fmt.Sprintf(`{"auths":{%q:{"auth":"YW5uOnNlY3JldA=="}}}`, reg.Host) // ann:secret
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	push(t, create(t, ref), release(t, "1.0.0", "first", linux))

	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"credsStore":"none-such"}`)
	_, err = open(t, ref).Find(t.Context(), "1.0.0")
	wants(t, err, oci.ErrDenied, "docker-credential-none-such", "docker's configuration names a program")
	write("{")
	_, err = oci.Open(t.Context(), ref)
	wants(t, err, fault.ErrConfig, "read docker's credentials", "config.json")
	write(config)

	reg.Password = "other"
	_, err = open(t, ref).Find(t.Context(), "1.0.0")
	wants(t, err, oci.ErrDenied, "docker login "+reg.Host)
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	l.Close()
	_, err = open(t, oci.Reference{Host: host, Repository: "a/b"}).Find(t.Context(), "1.0.0")
	wants(t, err, oci.ErrUnreachable, host, "connection refused", "check the host's name and the network")

	_, err = open(t, oci.Reference{Host: "registry.invalid", Repository: "a/b"}).Find(t.Context(), "1.0.0")
	wants(t, err, oci.ErrUnreachable, "registry.invalid")

	reg := ocitest.New(t)
	reg.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "out of disk", http.StatusInsufficientStorage)
		return true
	}
	_, err = open(t, oci.Reference{Host: reg.Host, Repository: "a/b"}).Find(t.Context(), "1.0.0")
	wants(t, err, oci.ErrUnreachable, "fails with 507", "try again later")
}

func TestCancelled(t *testing.T) {
	reg := ocitest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := open(t, oci.Reference{Host: reg.Host, Repository: "a/b"})
	reg.Answer = func(http.ResponseWriter, *http.Request) bool { cancel(); return false }
	if _, err := r.Find(ctx, "1.0.0"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestParse(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	for text, want := range map[string]oci.Reference{
		"oci://ghcr.io/acme/tabgan":                     {Host: "ghcr.io", Repository: "acme/tabgan"},
		"oci://localhost:5000/vae":                      {Host: "localhost:5000", Repository: "vae"},
		"oci://localhost:5000/vae:1.2.0":                {Host: "localhost:5000", Repository: "vae", Tag: "1.2.0"},
		"oci://localhost:5000/vae:1.2.0@" + digest:      {Host: "localhost:5000", Repository: "vae", Tag: "1.2.0", Digest: digest},
		"oci-layout:./mirror":                           {Layout: "./mirror"},
		"oci-layout:/a/b:c/mirror:v1":                   {Layout: "/a/b:c/mirror", Tag: "v1"},
		"oci-layout:./mirror@" + digest:                 {Layout: "./mirror", Digest: digest},
		"oci-layout:./with @ in it/mirror:v1@" + digest: {Layout: "./with @ in it/mirror", Tag: "v1", Digest: digest},
	} {
		got, err := oci.Parse(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if got.String() != text {
			t.Errorf("%s: is written as %s", text, got)
		}
	}
	for _, text := range []string{"", "vae", "oci://", "oci://ghcr.io", "oci://ghcr.io/Acme", "oci://ghcr.io/a:b c", "oci://h/a@sha256:1", "oci-layout:", "oci-layout::v1", "oci://h/../x", "https://h/a"} {
		if got, err := oci.Parse(text); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

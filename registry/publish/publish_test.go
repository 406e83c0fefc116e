package publish_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"aead.dev/minisign"

	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/oci/ocitest"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/publish"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// packer opens packages; there is no program in them to ask.
var packer = pack.Packer{Protocol: 1, Describe: func(context.Context, string) (sdk.Plugin, error) {
	return sdk.Plugin{}, errors.New("not to be asked")
}}

// bundle makes a folder with packages of a version for two platforms, whose
// program is a text.
func bundle(t *testing.T, version, program string) string {
	t.Helper()
	dir := t.TempDir()
	m := manifest.Manifest{
		Name: "toy", Version: version, Summary: "a toy", Licence: "MIT", Protocol: []int{1},
		Models: []manifest.Model{{Name: "toy", Family: "toy", Summary: "a toy", Can: []string{"generate"}}},
	}
	whole := m
	for _, name := range []string{"linux/amd64", "darwin/arm64"} {
		p, err := manifest.ParsePlatform(name)
		if err != nil {
			t.Fatal(err)
		}
		folder := strings.ReplaceAll(name, "/", "-")
		m.Targets = []manifest.Target{{Platform: p, Command: []string{"toy"}}}
		write(t, filepath.Join(dir, folder, manifest.File), m.Text())
		write(t, filepath.Join(dir, folder, "toy"), program+" for "+name)
		if err := os.Chmod(filepath.Join(dir, folder, "toy"), 0o755); err != nil {
			t.Fatal(err)
		}
		hash, err := tree.Hash(filepath.Join(dir, folder))
		if err != nil {
			t.Fatal(err)
		}
		whole.Targets = append(whole.Targets, manifest.Target{Platform: p, Folder: folder, Tree: hash})
	}
	write(t, filepath.Join(dir, manifest.File), whole.Text())
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

func push(t *testing.T, req publish.Request) string {
	t.Helper()
	reference, err := publish.Push(t.Context(), packer, req)
	if err != nil {
		t.Fatal(err)
	}
	return reference
}

// What is pushed is there for each platform, with the hash of its tree.
func TestPush(t *testing.T) {
	place := oci.RegistryPrefix + ocitest.New(t).Host + "/acme/toy"
	reference := push(t, publish.Request{Path: bundle(t, "1.0.0", "one"), To: place})
	if again := push(t, publish.Request{Path: bundle(t, "1.0.0", "one"), To: place + ":1.0.0"}); again != reference {
		t.Errorf("%s, then %s", reference, again)
	}
	ref, err := oci.Parse(reference)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := oci.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	release, err := repo.Find(t.Context(), ref.Which())
	if err != nil || len(release.Packages) != 2 || release.Name != "toy" || release.Licence != "MIT" {
		t.Fatalf("release %+v, %v", release, err)
	}
	for _, p := range release.Packages {
		file, dir := filepath.Join(t.TempDir(), "a"), t.TempDir()
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(repo.Fetch(t.Context(), p, f), f.Close()); err != nil {
			t.Fatal(err)
		}
		if err := archive.Unpack(t.Context(), file, dir, archive.Limits{}); err != nil {
			t.Fatal(err)
		}
		if hash, err := tree.Hash(dir); err != nil || hash != p.Tree {
			t.Errorf("%s: tree %s, %v, the index says %s", p.Platform, hash, err, p.Tree)
		}
		program, err := os.ReadFile(filepath.Join(dir, "toy"))
		if err != nil || string(program) != "one for "+p.Platform.String() {
			t.Errorf("%s: program %q, %v", p.Platform, program, err)
		}
		if config, err := repo.Config(t.Context(), p); err != nil || !strings.Contains(string(config), `"name":"toy","version":"1.0.0"`) {
			t.Errorf("config %s, %v", config, err)
		}
	}
}

func TestPushOfAVersionThatIsThere(t *testing.T) {
	place := oci.LayoutPrefix + filepath.Join(t.TempDir(), "layout")
	first := push(t, publish.Request{Path: bundle(t, "1.0.0", "one"), To: place})
	other := publish.Request{Path: bundle(t, "1.0.0", "two"), To: place}
	_, err := publish.Push(t.Context(), packer, other)
	if !errors.Is(err, fault.ErrVerify) || !strings.Contains(err.Error(), "has toy 1.0.0 already") {
		t.Errorf("error %v", err)
	}
	other.Replace = true
	if second := push(t, other); second == first {
		t.Error("it was not replaced")
	}
	_, err = publish.Push(t.Context(), packer, publish.Request{Path: bundle(t, "1.0.0", "one"), To: place + ":2.0.0"})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "the plugin's version is 1.0.0") {
		t.Errorf("error %v", err)
	}
}

// Debian's minisign verifies the signature of a digest.
func TestSignature(t *testing.T) {
	program, err := exec.LookPath("minisign")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("apt-get install minisign")
	}
	secret, public := newSecret(t)
	reference := push(t, publish.Request{Path: bundle(t, "1.0.0", "one"), To: oci.LayoutPrefix + filepath.Join(t.TempDir(), "layout"), Secret: &secret})
	ref, err := oci.Parse(reference)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := oci.Open(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	signatures, err := repo.Signatures(t.Context(), ref.Digest)
	if err != nil || len(signatures) != 1 {
		t.Fatalf("%q, %v", signatures, err)
	}
	file := filepath.Join(t.TempDir(), "digest")
	write(t, file, ref.Digest)
	write(t, file+".minisig", string(signatures[0]))
	if out, err := exec.Command(program, "-Vm", file, "-P", public).CombinedOutput(); err != nil || !strings.Contains(string(out), "genhost plugin toy 1.0.0") {
		t.Errorf("%s, %v", out, err)
	}
	write(t, file, ref.Digest+"\n")
	if out, err := exec.Command(program, "-Vm", file, "-P", public).CombinedOutput(); err == nil {
		t.Errorf("another text is signed too: %s", out)
	}
}

// newSecret makes a key to sign with, and returns the text of the public one.
func newSecret(t *testing.T) (sign.Secret, string) {
	t.Helper()
	_, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := private.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	write(t, file, string(text))
	s, err := sign.ReadSecret(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.Public()
}

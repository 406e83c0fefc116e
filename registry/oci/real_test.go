package oci_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/sdk"
)

// program finds a Debian package's program. In CI it must be there.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("apt-get install " + name)
	}
	return path
}

// realRegistry starts Debian's docker-registry, and returns its host.
func realRegistry(t *testing.T) string {
	path := program(t, "docker-registry")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	l.Close()
	config := filepath.Join(t.TempDir(), "config.yml")
	text := fmt.Sprintf("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %q}}\nhttp: {addr: %q}\n", t.TempDir(), host)
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "serve", config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 500 {
		if resp, err := http.Get("http://" + host + "/v2/"); err == nil {
			resp.Body.Close()
			return host
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("docker-registry does not answer")
	return ""
}

func skopeo(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(program(t, "skopeo"), append([]string{"--insecure-policy"}, args...)...)
	out, err := cmd.Output()
	if failed, ok := err.(*exec.ExitError); ok {
		t.Fatalf("%s: %v: %s", cmd, err, failed.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// Debian's docker-registry takes what we push, skopeo copies it to a layout,
// and we find the same there; and the other way round.
func TestRealRegistry(t *testing.T) {
	program(t, "skopeo")
	ref := oci.Reference{Host: realRegistry(t), Repository: "acme/tabgan"}
	r := create(t, ref)
	digest := push(t, r, release(t, "1.0.0", "first", linux, mac, cuda))
	if err := r.Sign(t.Context(), digest, []byte("signature")); err != nil {
		t.Fatal(err)
	}
	place := "docker://" + ref.Host + "/" + ref.Repository + ":1.0.0"
	var index struct {
		Manifests []struct{ Annotations map[string]string }
	}
	if err := json.Unmarshal([]byte(skopeo(t, "inspect", "--raw", "--tls-verify=false", place)), &index); err != nil || len(index.Manifests) != 3 ||
		index.Manifests[0].Annotations["dev.genhost.tree"] != "h1:tree1" {
		t.Errorf("skopeo inspects %+v, %v", index, err)
	}

	layout := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
	skopeo(t, "copy", "--all", "--src-tls-verify=false", place, "oci:"+layout.Layout+":1.0.0")
	found, err := open(t, layout).Find(t.Context(), "1.0.0")
	if err != nil || found.Digest != digest {
		t.Fatalf("what skopeo copied is %s, %v, want %s", found.Digest, err, digest)
	}
	if got := fetch(t, open(t, layout), found.Packages[2]); got != "first for linux/amd64/cuda12" {
		t.Errorf("archive %q", got)
	}

	copied, back := oci.Reference{Layout: filepath.Join(t.TempDir(), "mirror")}, oci.Reference{Host: ref.Host, Repository: "copy/tabgan"}
	if err := open(t, ref).Mirror(t.Context(), "1.0.0", create(t, copied), "1.0.0"); err != nil {
		t.Fatal(err)
	}
	skopeo(t, "copy", "--all", "--dest-tls-verify=false", "oci:"+copied.Layout+":1.0.0", "docker://"+ref.Host+"/copy/tabgan:1.0.0")
	for _, ref := range []oci.Reference{copied, back} {
		found, err := open(t, ref).Find(t.Context(), "1.0.0")
		if err != nil || found.Digest != digest {
			t.Errorf("%s: %s, %v, want %s", ref, found.Digest, err, digest)
		}
	}
	for _, ref := range []oci.Reference{ref, copied} {
		signatures, err := open(t, ref).Signatures(t.Context(), digest)
		if err != nil || len(signatures) != 1 || string(signatures[0]) != "signature" {
			t.Errorf("%s: signatures %q, %v", ref, signatures, err)
		}
		if tags, err := open(t, ref).Tags(t.Context()); err != nil || !slices.Equal(tags, []string{"1.0.0"}) {
			t.Errorf("%s: tags %q, %v", ref, tags, err)
		}
	}
}

// What a real registry says where something is not there.
func TestRealRegistryHasNot(t *testing.T) {
	ref := oci.Reference{Host: realRegistry(t), Repository: "acme/tabgan"}
	_, err := open(t, ref).Find(t.Context(), "1.0.0")
	wants(t, err, fault.ErrNotFound, "there is no repository")
	push(t, create(t, ref), release(t, "1.0.0", "first", linux))
	_, err = open(t, ref).Find(t.Context(), "1.1.0")
	wants(t, err, fault.ErrNotFound, "there is no 1.1.0", "there is 1.0.0")

	digest, err := create(t, ref).PushBundle(t.Context(), oci.Bundle{Name: "vae-1", Config: []byte(`{}`), Files: []oci.File{{Name: "README.md", Text: []byte("# Card")}}}, "vae-1", false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := open(t, ref).FindBundle(t.Context(), "vae-1")
	if err != nil || b.Digest != digest {
		t.Fatalf("bundle %s, %v, want %s", b.Digest, err, digest)
	}
	_, err = open(t, ref).Find(t.Context(), "vae-1")
	wants(t, err, sdk.ErrBadInput, "vae-1 is no plugin")
}

package oci_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/sdk"
)

// A layout is made by hand, as nobody who means well would.
type layout struct {
	t   *testing.T
	ref oci.Reference
}

type object = map[string]any

func newLayout(t *testing.T) layout {
	l := layout{t, oci.Reference{Layout: t.TempDir(), Tag: "1.0.0"}}
	l.write("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`))
	return l
}

func (l layout) write(name string, b []byte) {
	l.t.Helper()
	path := filepath.Join(l.ref.Layout, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o666); err != nil {
		l.t.Fatal(err)
	}
}

// put keeps something and returns what names it.
func (l layout) put(mediaType string, value any) object {
	b, ok := value.([]byte)
	if !ok {
		b, _ = json.Marshal(value)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(b))
	l.write("blobs/sha256/"+sum, b)
	return object{"mediaType": mediaType, "digest": "sha256:" + sum, "size": len(b)}
}

const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
)

// release makes one, of a package that alter may change on its way: its layer and
// manifest first, and then what the index says of it.
func (l layout) release(alter func(layer, manifest, desc object), more ...object) {
	layer := l.put("application/vnd.genhost.plugin.layer.v1.tar+gzip", []byte("archive"))
	m := object{
		"schemaVersion": 2, "mediaType": manifestType, "artifactType": oci.PluginType,
		"config": l.put("application/vnd.genhost.plugin.config.v1+json", object{}), "layers": []object{layer},
	}
	alter(layer, m, object{})
	desc := l.put(manifestType, m)
	desc["platform"], desc["annotations"] = object{"os": "linux", "architecture": "amd64"}, object{"dev.genhost.tree": "h1:x"}
	alter(object{}, object{}, desc)
	index := l.put(indexType, object{"schemaVersion": 2, "mediaType": indexType, "manifests": append([]object{desc}, more...)})
	index["annotations"] = object{"org.opencontainers.image.ref.name": "1.0.0"}
	b, err := json.Marshal(object{"schemaVersion": 2, "manifests": []object{index}})
	if err != nil {
		l.t.Fatal(err)
	}
	l.write("index.json", b)
}

// fetch gets the first package of the release.
func (l layout) fetch() error {
	r, err := oci.Open(l.t.Context(), l.ref)
	if err != nil {
		return err
	}
	found, err := r.Find(l.t.Context(), "1.0.0")
	if err != nil {
		return err
	}
	return r.Fetch(l.t.Context(), found.Packages[0], io.Discard)
}

func TestStrangeReleases(t *testing.T) {
	good := newLayout(t)
	good.release(func(_, _, _ object) {})
	if err := good.fetch(); err != nil {
		t.Fatalf("as it should be: %v", err)
	}
	for what, c := range map[string]struct {
		alter func(layer, manifest, desc object)
		kind  error
		says  string
	}{
		"no hash of a tree":    {func(_, _, d object) { d["annotations"] = object{} }, sdk.ErrBadInput, "is no plugin"},
		"a bad hash of a tree": {func(_, _, d object) { d["annotations"] = object{"dev.genhost.tree": "x"} }, fault.ErrVerify, "is no hash of a tree"},
		"no system":            {func(_, _, d object) { d["platform"] = object{"architecture": "amd64"} }, fault.ErrVerify, "names no platform"},
		"two layers":           {func(l, m, _ object) { m["layers"] = []object{l, l} }, fault.ErrVerify, "is not one archive"},
		"no layer":             {func(_, m, _ object) { m["layers"] = []object{} }, fault.ErrVerify, "is not one archive"},
		"another layer":        {func(l, _, _ object) { l["mediaType"] = "text/plain" }, fault.ErrVerify, "is not one archive"},
		"an endless layer":     {func(l, _, _ object) { l["size"] = int64(1) << 40 }, fault.ErrVerify, "of which at most"},
		"a negative layer":     {func(l, _, _ object) { l["size"] = -1 }, fault.ErrVerify, "bytes, of which"},
		"a longer layer":       {func(l, _, _ object) { l["size"] = 8 }, fault.ErrVerify, "not what its digest says"},
		"a shorter layer":      {func(l, _, _ object) { l["size"] = 3 }, fault.ErrVerify, "not what its digest says"},
		"a path for a digest":  {func(l, _, _ object) { l["digest"] = "sha256:../../../../etc/passwd" }, fault.ErrVerify, ""},
		"another's digest":     {func(l, _, _ object) { l["digest"] = "sha256:" + strings.Repeat("0", 64) }, fault.ErrNotFound, "has no such content"},
		"a manifest of text":   {func(_, m, _ object) { m["layers"] = "none" }, fault.ErrVerify, ""},
	} {
		l := newLayout(t)
		l.release(c.alter)
		t.Run(what, func(t *testing.T) { wants(t, l.fetch(), c.kind, c.says) })
	}
	twice := newLayout(t)
	same := twice.put(manifestType, object{"schemaVersion": 2, "config": object{}, "layers": []object{}})
	same["platform"], same["annotations"] = object{"os": "linux", "architecture": "amd64"}, object{"dev.genhost.tree": "h1:y"}
	twice.release(func(_, _, _ object) {}, same)
	wants(t, twice.fetch(), fault.ErrVerify, "two packages for linux/amd64")
}

// An index may hold what others have added.
func TestForeignManifests(t *testing.T) {
	l := newLayout(t)
	other := l.put(manifestType, object{"schemaVersion": 2, "config": object{}, "layers": []object{}})
	other["platform"] = object{"os": "unknown", "architecture": "unknown"} // as docker's build attestations
	l.release(func(_, _, _ object) {}, other)
	if err := l.fetch(); err != nil {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"oci://ghcr.io/acme/tabgan:1.0.0", "oci-layout:./a/b:1@sha256:" + strings.Repeat("0", 64), "oci://[::1]:5000/a", "oci-layout:C:\\x:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := oci.Parse(s)
		if err != nil {
			return
		}
		if again, err := oci.Parse(r.String()); err != nil || again != r {
			t.Errorf("%q is %+v, which is written %q and read as %+v, %v", s, r, r, again, err)
		}
	})
}

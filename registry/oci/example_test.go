package oci_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry/oci"
)

// A layout is a repository that needs no registry.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	archive := filepath.Join(dir, "toy.tar.gz")
	if err := os.WriteFile(archive, []byte("a tar.gz"), 0o666); err != nil {
		log.Fatal(err)
	}
	ref, err := oci.Parse("oci-layout:" + filepath.Join(dir, "layout"))
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	to, err := oci.Create(ctx, ref)
	if err != nil {
		log.Fatal(err)
	}
	digest, err := to.Push(ctx, oci.Release{
		Name: "toy", Version: "1.0.0", Config: []byte("{}"),
		Packages: []oci.Package{{Platform: oci.Platform{OS: "linux", Arch: "amd64"}, Tree: "h1:...", File: archive}},
	})
	if err != nil {
		log.Fatal(err)
	}

	from, err := oci.Open(ctx, ref)
	if err != nil {
		log.Fatal(err)
	}
	release, err := from.Find(ctx, digest)
	if err != nil {
		log.Fatal(err)
	}
	p, err := release.Package(oci.Platform{OS: "linux", Arch: "amd64"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(release.Name, release.Version, p.Tree)
	if err := from.Fetch(ctx, p, os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// toy 1.0.0 h1:...
	// a tar.gz
}

package tree

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/dirhash"
)

// The hash is what the package's doc says, computed here without dirhash.
func TestHash(t *testing.T) {
	dir := t.TempDir()
	var sums string
	for _, name := range []string{"a b", "bin/x", "z"} { // sorted
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("of "+name), 0o666); err != nil {
			t.Fatal(err)
		}
		sums += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte("of "+name)), name)
	}
	sum := sha256.Sum256([]byte(sums))
	want := "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	got, err := Hash(dir)
	if err != nil || got != want {
		t.Fatalf("got %s, %v, want %s", got, err, want)
	}
	if theirs, err := dirhash.HashDir(dir, "", dirhash.Hash1); err != nil || theirs != got {
		t.Errorf("dirhash says %s, %v", theirs, err)
	}
	name, err := Hex(got)
	if err != nil || name != fmt.Sprintf("%x", sum) {
		t.Errorf("in hex it is %s, %v", name, err)
	}
	if back, err := FromHex(name); err != nil || back != got {
		t.Errorf("and back %s, %v", back, err)
	}
	if err := os.Symlink("z", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if got, err := Hash(dir); err == nil {
		t.Errorf("with a link it is %s", got)
	}
}

func TestBadHex(t *testing.T) {
	for _, s := range []string{"", "h1:", "h1:../../x", "h2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="} {
		if got, err := Hex(s); err == nil {
			t.Errorf("%q is %q in hex", s, got)
		}
	}
}

package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/registry/tree"
)

// BenchmarkOpen is what it takes to look at a package before it is started: one
// with a program of 15 MB.
func BenchmarkOpen(b *testing.B) {
	s := Store{Dir: filepath.Join(b.TempDir(), "plugins")}
	b.Cleanup(func() { discard(s.Dir) })
	temp, done, err := s.Temp()
	if err != nil {
		b.Fatal(err)
	}
	defer done()
	dir := filepath.Join(temp, "tree")
	if err := os.Mkdir(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tool"), make([]byte, 15e6), 0o755); err != nil {
		b.Fatal(err)
	}
	hash, err := tree.Hash(dir)
	if err != nil {
		b.Fatal(err)
	}
	release, err := s.Add(b.Context(), hash, dir)
	if err != nil {
		b.Fatal(err)
	}
	defer release()
	b.SetBytes(15e6)
	for b.Loop() {
		p, err := s.Open(hash, "tool")
		if err != nil {
			b.Fatal(err)
		}
		p.File.Close()
	}
}

package archive

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzUnpack unpacks whatever comes: it returns, and nothing is outside the
// folder.
func FuzzUnpack(f *testing.F) {
	for _, name := range []string{"a way up", "a link out", "through a link", "setuid", "a device"} {
		for _, path := range []string{tarball(f, hostile[name].entries...), zipped(f, hostile[name].entries...)} {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	good, err := os.ReadFile(tarball(f, entry{name: "d/x", content: "x"}, entry{name: "l", kind: tar.TypeSymlink, to: "d/x"}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		above := t.TempDir()
		dir := filepath.Join(above, "here")
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		_ = Unpack(t.Context(), file(t, "a", b), dir, Limits{Entries: 100, Bytes: 1 << 20, Ratio: 1000})
		for name := range holds(t, above) {
			if !strings.HasPrefix(name, "here/") {
				t.Errorf("%s is outside", name)
			}
		}
	})
}

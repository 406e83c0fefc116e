//go:build unix

package folder

import (
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// A pipe that is called as a file is passed over: reading it would never end.
func TestPipe(t *testing.T) {
	dir := tree(t, "a.txt")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.txt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := found(t, dir); !slices.Equal(got, []string{"all::a.txt"}) {
		t.Errorf("got %v", got)
	}
}

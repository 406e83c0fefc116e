package folder

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestCheckNames(t *testing.T) {
	if err := CheckNames([]string{"a", "b c", "é"}, 3); err != nil {
		t.Error(err)
	}
	for _, bad := range [][]string{{"a"}, {"a", "a"}, {"a", ""}, {"a", ".."}, {"a", "b/c"}, {"a", `b\c`}, {"a", "/b"}, {"a", "."}} {
		if err := CheckNames(bad, 2); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	read := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if err := WriteAll(path, []byte("one")); err != nil || read() != "one" {
		t.Errorf("got %q, %v", read(), err)
	}
	full := errors.New("disk full")
	err := Write(path, func(w io.Writer) error {
		if _, err := w.Write([]byte("tw")); err != nil {
			return err
		}
		if read() != "one" {
			t.Error("half a file is seen")
		}
		return full
	})
	left, _ := os.ReadDir(filepath.Dir(path))
	if !errors.Is(err, full) || read() != "one" || len(left) != 1 {
		t.Errorf("got %v, %q, %v", err, read(), left)
	}
	if err := Write(filepath.Join(path, "under-a-file"), func(io.Writer) error { return nil }); err == nil {
		t.Error("no error below a file")
	}
}

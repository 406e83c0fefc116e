package process

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/genhost/genhost/host/scratch"
	"github.com/genhost/genhost/sdk"
)

// maxBase is how long the path of the folder that holds the folders may be. A
// socket's path is at most 104 bytes long, and go-plugin adds 38.
const maxBase = 40

// newFolder makes a folder that is private to one plugin process and its host.
// The socket is in it.
func newFolder() (*scratch.Folder, error) {
	base, err := baseFolder()
	if err != nil {
		return nil, fmt.Errorf("folder for the socket: %w", err)
	}
	f, err := scratch.New(base)
	if err != nil {
		return nil, fmt.Errorf("folder for the socket: %w", err)
	}
	return f, nil
}

// baseFolder returns the folder of this user's folders, which nobody else may
// enter.
func baseFolder() (string, error) {
	tried := fmt.Errorf("the temporary folder %s has too long a name", os.TempDir())
	for _, dir := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir(), "/tmp"} {
		base := filepath.Join(dir, fmt.Sprintf("genhost-%d", os.Getuid()))
		if !filepath.IsAbs(base) || (len(base) > maxBase && runtime.GOOS != "windows") {
			continue
		}
		err := os.Mkdir(base, 0o700)
		if err == nil || os.IsExist(err) && isOurs(base) {
			return base, nil
		}
		tried = err
	}
	return "", sdk.Hint(tried, "set TMPDIR to a folder of your own with a short name")
}

package process

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/genhost/genhost/sdk"
)

const (
	lockFile = "lock"
	// maxBase is how long the path of the folder that holds the folders may
	// be. A socket's path is at most 104 bytes long, and go-plugin adds 38.
	maxBase = 40
	// newTime is how long a folder may be without a lock: it is just being made.
	newTime = time.Minute
)

// A folder is private to one plugin process and its host; the socket is in it.
// It is locked for as long as the host lives, so that the next host knows
// which ones are left over. (A process number would not tell: it is used
// again, and means another process in another container.)
type folder struct {
	path string
	lock *os.File
}

func newFolder() (*folder, error) {
	base, err := baseFolder()
	if err != nil {
		return nil, fmt.Errorf("folder for the socket: %w", err)
	}
	sweep(base, time.Now().Add(-newTime))
	path, err := os.MkdirTemp(base, "p")
	if err != nil {
		return nil, fmt.Errorf("folder for the socket: %w", err)
	}
	lock, err := os.Create(filepath.Join(path, lockFile))
	if err == nil {
		_, err = tryLock(lock)
	}
	if err != nil {
		os.RemoveAll(path)
		return nil, fmt.Errorf("folder for the socket: %w", err)
	}
	return &folder{path, lock}, nil
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

// sweep removes the folders in base that no host holds and that were made
// before a time.
func sweep(base string, before time.Time) {
	entries, _ := os.ReadDir(base) // what cannot be read is not ours to clean
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.IsDir() || info.ModTime().After(before) {
			continue
		}
		path := filepath.Join(base, e.Name())
		lock, err := os.Open(filepath.Join(path, lockFile))
		if os.IsNotExist(err) {
			os.RemoveAll(path)
		}
		if err != nil {
			continue
		}
		if free, err := tryLock(lock); free && err == nil {
			os.RemoveAll(path)
		}
		lock.Close()
	}
}

func (f *folder) remove() {
	f.lock.Close()
	os.RemoveAll(f.path)
}

package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// hide changes what this process sees of the file system, in a namespace of
// its own: where programs listen on sockets there is nothing, and memory that
// is shared by files is its own. Landlock keeps nobody from connecting to a
// socket before its version 9. It reports whether that memory is.
func (o orders) hide() (ownMemory bool, err error) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return false, fmt.Errorf("hide sockets: %w", err)
	}
	if err := unix.Mount("genhost", sharedMemory, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("hide shared memory: %w", err)
	}
	c := cover{needed: o.needed()}
	c.all("/run")
	if real, err := filepath.EvalSymlinks("/var/run"); err == nil && real != "/run" {
		c.all(real)
	}
	c.listening("/tmp")
	for _, name := range []string{".docker", ".gnupg", ".ssh", ".1password"} {
		c.path(filepath.Join(o.Home, name))
	}
	return true, c.err
}

// needed are the paths that may not be hidden.
func (o orders) needed() (paths []string) {
	for _, all := range [][]string{installed, settings} {
		for _, path := range all {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				paths = append(paths, real)
			}
		}
	}
	for _, all := range [][]string{o.Read, o.Run, o.Write, {o.Path}} {
		for _, path := range all {
			if real, err := filepath.EvalSymlinks(path); err == nil && path != "" {
				paths = append(paths, real)
			}
		}
	}
	return paths
}

// A cover hides what is not needed.
type cover struct {
	needed []string
	err    error
}

// all hides what is in a folder.
func (c *cover) all(dir string) {
	entries, _ := os.ReadDir(dir) // what cannot be read cannot be reached
	for _, e := range entries {
		c.path(filepath.Join(dir, e.Name()))
	}
}

// listening hides the sockets in a folder, and those folders that have some.
func (c *cover) listening(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.Type()&fs.ModeSocket != 0 || e.IsDir() && hasSocket(path) {
			c.path(path)
		}
	}
}

func hasSocket(dir string) bool {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type()&fs.ModeSocket != 0 {
			return true
		}
	}
	return false
}

// path hides a folder, or a socket. Of a folder on the way to what is needed it
// hides the rest; and what belongs to GPUs stays.
func (c *cover) path(path string) {
	if strings.HasPrefix(filepath.Base(path), "nvidia") {
		return
	}
	for _, n := range c.needed {
		if within(n, path) {
			return
		}
		if within(path, n) {
			c.all(path)
			return
		}
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil: // it is gone, or out of reach
		return
	case info.IsDir():
		err = unix.Mount("genhost", path, "tmpfs", unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=4k,mode=755")
	case info.Mode()&fs.ModeSocket != 0:
		err = unix.Mount("/dev/null", path, "", unix.MS_BIND, "")
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
		c.err = errors.Join(c.err, fmt.Errorf("hide %s: %w", path, err))
	}
}

// within reports whether path is dir or something in it.
func within(dir, path string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

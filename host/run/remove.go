package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry/flock"
	"github.com/genhost/genhost/sdk"
)

const stopFirst = "stop it first, or add --force to remove it anyway"

// Remove deletes a run that is in root, given as to [Open], and returns its
// name. It follows no links. A run that is training is [ErrBusy] unless force
// is set.
func Remove(root, name string, force bool) (string, error) {
	dir, err := locate(root, name)
	if err != nil {
		return "", err
	}
	base, err := inside(root, dir)
	if err != nil {
		return "", err
	}
	r := &Run{Name: base, Dir: dir}
	_, err = open(dir)
	if err == nil {
		_, err = r.Status()
	}
	if err != nil && !force {
		return "", sdk.Hint(fmt.Errorf("remove run %s: %w", base, err), "it is damaged: add --force to remove it anyway")
	}
	s, _ := r.Status()
	if s.State == Training && !force {
		return "", sdk.Hint(r.busy(s), stopFirst)
	}
	held, err := take(dir) // so that nobody begins to train it now
	if errors.Is(err, flock.ErrHeld) {
		err = sdk.Hint(r.busy(s), stopFirst)
	}
	if err != nil && !force {
		return "", fmt.Errorf("remove run %s: %w", base, err)
	}
	defer held.release()
	if err := discard(filepath.Join(root, base)); err != nil {
		return "", fmt.Errorf("remove run %s: %w", base, err)
	}
	return base, nil
}

// inside returns the name of a folder that is in root, and is itself no link.
func inside(root, dir string) (string, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("remove run: %w", err)
	}
	parent, err := os.Stat(filepath.Dir(absolute))
	if err != nil {
		return "", fmt.Errorf("remove run: %w", err)
	}
	home, err := os.Stat(root)
	if err != nil {
		return "", fmt.Errorf("remove run: %w", err)
	}
	if !os.SameFile(parent, home) {
		return "", fmt.Errorf("%w: remove run: %s is not in %s", sdk.ErrBadInput, dir, root)
	}
	if info, err := os.Lstat(absolute); err != nil || !info.IsDir() {
		return "", sdk.Hint(fmt.Errorf("%w: remove run: %s is a link", sdk.ErrBadInput, dir), "remove what it points to, and the link, by hand")
	}
	return filepath.Base(absolute), nil
}

package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// contentOf returns a digest of the names and contents of files, and of all
// that is in those that are folders, links followed. Where names, sizes and
// times are what they were, nothing is read again.
func (h *Host) contentOf(ctx context.Context, files []string) (string, error) {
	l := &listing{sum: sha256.New(), seen: map[string]bool{}}
	for _, root := range slices.Sorted(slices.Values(files)) {
		if err := l.add(ctx, root); err != nil {
			return "", fmt.Errorf("look at the data: %w", err)
		}
	}
	memo := filepath.Join(h.cache, "contents", hex.EncodeToString(l.sum.Sum(nil)))
	if b, err := os.ReadFile(memo); err == nil && len(b) == 2*sha256.Size {
		return string(b), nil
	}
	sum, err := hashFiles(ctx, l.files)
	if err != nil {
		return "", fmt.Errorf("look at the data: %w", err)
	}
	if time.Since(l.newest) < 2*time.Second { // a file may change again within the clock's grain
		return sum, nil
	}
	return sum, writeFile(memo, []byte(sum))
}

// A listing is the regular files below some paths.
type listing struct {
	files  []string
	newest time.Time       // of their times
	sum    hash.Hash       // of their names, sizes and times
	seen   map[string]bool // folders, by their real paths: links may go round
}

func (l *listing) add(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if info.IsDir() {
		return l.addFolder(ctx, path)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	if info.ModTime().After(l.newest) {
		l.newest = info.ModTime()
	}
	fmt.Fprintf(l.sum, "%q %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	l.files = append(l.files, path)
	return nil
}

func (l *listing) addFolder(ctx context.Context, path string) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil || l.seen[real] {
		return err
	}
	l.seen[real] = true
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		err := l.add(ctx, filepath.Join(path, e.Name()))
		if errors.Is(err, os.ErrNotExist) {
			continue // a link to nothing
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// hashFiles returns a digest of files, names and contents.
func hashFiles(ctx context.Context, paths []string) (string, error) {
	sum := sha256.New()
	for _, path := range paths {
		fmt.Fprintf(sum, "%q\n", path)
		if err := hashFile(ctx, sum, path); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashFile(ctx context.Context, sum hash.Hash, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(sum, interruptible{ctx, f})
	return errors.Join(err, f.Close())
}

// An interruptible reader ends with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

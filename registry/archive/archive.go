// Package archive packs folders into tar.gz files, and unpacks those and zip
// files from anyone: nothing lands outside the folder given, no bits are set
// that matter to the system, and there is an end to it.
//
// What is unpacked are folders and files. A link in an archive becomes a copy
// of the file that it leads to; one that leads out of the archive, or to a
// folder, is refused, and so are devices, and names that are absolute or have
// "..", that are there twice, or that differ only in case.
package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// Unpack unpacks the archive at file into dir, which must be empty. Its format
// is told by its first bytes. Zero limits are plenty for a plugin. When it
// fails, dir holds part of it. Errors about what the archive holds are
// [fault.ErrVerify], those about a file that is no archive [fault.ErrConfig].
func Unpack(ctx context.Context, file, dir string, limits Limits) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	u := newUnpacker(ctx, root, limits, info.Size())
	switch formatOf(f) {
	case tarGz:
		err = u.tar(f)
	case zipFile:
		err = u.zip(f, info.Size())
	default:
		return sdk.Hint(fault.Mark(fault.ErrConfig, fmt.Errorf("%s is no archive", filepath.Base(file))), "want a tar.gz or a zip file")
	}
	if err == nil {
		err = u.copyLinks()
	}
	if err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(file), err)
	}
	return nil
}

// The formats of archives.
const (
	none = iota
	tarGz
	zipFile
)

// formatOf tells a file's format by its first bytes.
func formatOf(f *os.File) int {
	var magic [4]byte
	n, _ := f.ReadAt(magic[:], 0)
	switch {
	case strings.HasPrefix(string(magic[:n]), "\x1f\x8b"):
		return tarGz
	case strings.HasPrefix(string(magic[:n]), "PK\x03\x04"):
		return zipFile
	}
	return none
}

// Is reports whether a file looks like an archive, by its first bytes.
func Is(file string) bool {
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	return formatOf(f) != none
}

// An unpacker writes the entries of an archive.
type unpacker struct {
	ctx     context.Context
	root    *os.Root
	limits  Limits
	packed  int64 // size of the archive
	entries int
	bytes   int64             // of files written
	stream  int64             // of the tar read, headers and all
	seen    map[string]string // by folded name, the name: "" for a folder that is only implied
	links   map[string]string // by name, what file it leads to
}

func newUnpacker(ctx context.Context, root *os.Root, l Limits, packed int64) *unpacker {
	if l == (Limits{}) {
		l = defaults
	}
	return &unpacker{ctx: ctx, root: root, limits: l, packed: packed, seen: map[string]string{}, links: map[string]string{}}
}

// refuse is an error about what an archive holds.
func refuse(format string, args ...any) error {
	return sdk.Hint(fault.Mark(fault.ErrVerify, fmt.Errorf(format, args...)), "do not use it: ask its publisher for a sound one")
}

// damaged is an error about an archive that cannot be read. One that is about
// what it holds, or tells that the work was to end, stays as it is.
func damaged(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, fault.ErrVerify) {
		return err
	}
	return sdk.Hint(fault.Mark(fault.ErrVerify, fmt.Errorf("it is damaged: %w", err)), "get it again")
}

// admit checks the name of an entry, and returns it clean; "." is the top.
func (u *unpacker) admit(name string) (string, error) {
	if err := u.ctx.Err(); err != nil {
		return "", err
	}
	if err := u.count(); err != nil {
		return "", err
	}
	clean := path.Clean(strings.TrimSuffix(name, "/"))
	switch {
	case strings.ContainsFunc(name, unicode.IsControl), strings.ContainsAny(name, `\:`), len(name) > 1000:
		return "", refuse("it has an entry with a bad name, %.100q", name)
	case path.IsAbs(name):
		return "", refuse("it has the absolute path %q", name)
	case !filepath.IsLocal(filepath.FromSlash(clean)):
		return "", refuse("it has %q, which leads out of it", name)
	case strings.Count(clean, "/") > maxDepth:
		return "", refuse("it has %.100q, which is more than %d folders deep", name, maxDepth)
	}
	return clean, nil
}

// claim takes a name for an entry. Folders may be there more than once.
func (u *unpacker) claim(name string, isDir bool) error {
	for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
		if _, there := u.seen[strings.ToLower(parent)]; !there {
			if err := u.count(); err != nil {
				return err
			}
		}
		if err := u.claimOne(parent, true); err != nil {
			return err
		}
	}
	return u.claimOne(name, isDir)
}

func (u *unpacker) claimOne(name string, isDir bool) error {
	as := name
	if isDir {
		as += "/"
	}
	folded := strings.ToLower(name)
	before, there := u.seen[folded]
	if there && (before != as || !isDir) {
		return refuse("it has both %q and %q", before, as)
	}
	u.seen[folded] = as
	return nil
}

func (u *unpacker) folder(name string) error {
	if name == "." {
		return nil
	}
	if err := u.claim(name, true); err != nil {
		return err
	}
	return u.root.MkdirAll(filepath.FromSlash(name), 0o755)
}

// file writes a file. Of its mode only that it can be executed is kept.
func (u *unpacker) file(name string, mode os.FileMode, content io.Reader) error {
	if err := u.claim(name, false); err != nil {
		return err
	}
	if name == "." {
		return refuse("it has a file without a name")
	}
	if mode&(os.ModeSetuid|os.ModeSetgid|os.ModeSticky) != 0 {
		return refuse("%q would run with another's rights", name)
	}
	return u.write(name, mode, content)
}

func (u *unpacker) write(name string, mode os.FileMode, content io.Reader) error {
	place := filepath.FromSlash(name)
	if err := u.root.MkdirAll(filepath.Dir(place), 0o755); err != nil {
		return err
	}
	perm := os.FileMode(0o644)
	if mode&0o111 != 0 {
		perm = 0o755
	}
	f, err := u.root.OpenFile(place, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, &bounded{u, content, &u.bytes})
	return errors.Join(err, f.Close())
}

// link remembers a link, which is made when all files are there.
func (u *unpacker) link(name, to string) error {
	if err := u.claim(name, false); err != nil {
		return err
	}
	if path.IsAbs(to) || !filepath.IsLocal(filepath.FromSlash(path.Clean(to))) || strings.Contains(to, `\`) {
		return refuse("%q is a link that leads out of it", name)
	}
	u.links[name] = path.Clean(to)
	return nil
}

// copyLinks puts copies of files where links lead to them.
func (u *unpacker) copyLinks() error {
	for name, to := range u.links {
		for range 10 {
			next, isLink := u.links[to]
			if !isLink {
				break
			}
			to = next
		}
		if u.seen[strings.ToLower(to)] != to {
			return refuse("%q is a link to %q, which is no file in it", name, to)
		}
		if _, isLink := u.links[to]; isLink {
			return refuse("%q is a link that leads to no file", name)
		}
		if err := u.copy(name, to); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) copy(name, from string) error {
	f, err := u.root.Open(filepath.FromSlash(from))
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return u.write(name, info.Mode(), f)
}

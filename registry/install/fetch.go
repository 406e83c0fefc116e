package install

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A fetched plugin is a bundle on this disk, and what is known of it.
type fetched struct {
	bundle  pack.Bundle
	archive string                                    // "sha256:..." of what was fetched, or ""
	trees   map[string]string                         // of all targets
	verdict func(plugin string) (sign.Verdict, error) // on who signed it
}

// fetch gets what is wanted into dir.
func (in Installer) fetch(ctx context.Context, w wanted, dir string) (fetched, error) {
	switch {
	case isOCI(cmp.Or(w.copy, w.source)):
		return in.fetchOCI(ctx, w, dir)
	case w.copy != "":
		w.path = w.copy
	case registry.IsRemote(w.source):
		return in.fetchAddress(ctx, w, dir)
	}
	info, err := os.Stat(w.path)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = fault.Mark(fault.ErrNotFound, err)
		}
		return fetched{}, sdk.Hint(err, "it means "+w.path)
	}
	if !info.IsDir() && archive.Is(w.path) {
		return in.open(ctx, w, w.path, besideFile(w.path), dir)
	}
	if !info.IsDir() && calledArchive(w.path) {
		err := fmt.Errorf("%w: it is no archive, though it is called one: it begins as neither gzip nor zip does", sdk.ErrCorrupt)
		return fetched{}, sdk.Hint(err, "get a good copy of it")
	}
	return in.fetchLoose(ctx, w, dir)
}

// calledArchive reports whether a file's name says that it is an archive.
func calledArchive(path string) bool {
	name := strings.ToLower(path)
	return slices.ContainsFunc([]string{".tar.gz", ".tgz", ".zip"}, func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// fetchLoose gets what nobody signs: an executable, or a folder that is a
// package. Of an executable nothing is known before it runs, so it is judged
// first.
func (in Installer) fetchLoose(ctx context.Context, w wanted, dir string) (fetched, error) {
	if _, err := judge(w, sign.Unsigned()); err != nil {
		return fetched{}, err
	}
	p := pack.Packer{Protocol: in.Protocol, Say: in.Builder.Notice, Describe: func(ctx context.Context, program string) (sdk.Plugin, error) {
		exe, err := registry.Program(program)
		if err != nil {
			return sdk.Plugin{}, err
		}
		return in.Describe(ctx, filepath.Base(program), w.grant, exe)
	}}
	b, err := p.Make(ctx, w.path, dir, nil)
	if err != nil {
		return fetched{}, err
	}
	return fetched{bundle: b, trees: b.Trees(), verdict: func(string) (sign.Verdict, error) { return sign.Unsigned(), nil }}, nil
}

// A signatures function gets those of an archive.
type signatures func() ([][]byte, error)

// maxSignature bounds the files of signatures.
const maxSignature = 16 << 10

// besideFile is where the signature of a file is.
func besideFile(file string) signatures {
	return func() ([][]byte, error) {
		f, err := os.Open(file + sign.Suffix)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return oneSignature(f)
	}
}

func oneSignature(r io.Reader) ([][]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSignature))
	return [][]byte{text}, err
}

// open opens an archive that is on this disk.
func (in Installer) open(ctx context.Context, w wanted, file string, signed signatures, dir string) (fetched, error) {
	own := filepath.Join(dir, "archive") // what is summed is what is unpacked, whatever becomes of the file
	sum, err := keep(ctx, own, file)
	if err != nil {
		return fetched{}, err
	}
	if w.sha256 != "" && w.sha256 != sum {
		err := fmt.Errorf("its SHA-256 is %s, and not %s", sum, w.sha256)
		return fetched{}, sdk.Hint(fault.Mark(fault.ErrVerify, err), "it is another file than it should be: ask its publisher")
	}
	into := filepath.Join(dir, "package")
	if err := os.Mkdir(into, 0o755); err != nil {
		return fetched{}, err
	}
	b, err := pack.Open(ctx, own, into)
	if err != nil {
		return fetched{}, unnamed(err)
	}
	return fetched{bundle: b, archive: "sha256:" + sum, trees: b.Trees(), verdict: func(plugin string) (sign.Verdict, error) {
		return in.verdictOn(w, plugin, own, signed)
	}}, nil
}

// unnamed takes the name of the copy out of an error: the user knows another.
func unnamed(err error) error {
	text := strings.TrimPrefix(err.Error(), "unpack archive: ")
	if text == err.Error() {
		return err
	}
	return &renamed{text, err}
}

type renamed struct {
	text string
	err  error
}

func (r *renamed) Error() string { return r.text }
func (r *renamed) Unwrap() error { return r.err }

// notLooked is the verdict where signatures are of no interest.
var notLooked = sign.Verdict{Problem: "signatures are not looked at"}

// trusted are the keys that may vouch for what is wanted, that of who signed it
// before first: who signs besides is no change.
func (w wanted) trusted() []sign.Key {
	var keys []sign.Key
	for _, k := range w.keys {
		if w.pin != nil && k.Text == w.pin.Key {
			keys = append([]sign.Key{k}, keys...)
		} else {
			keys = append(keys, k)
		}
	}
	return keys
}

// verdictOn looks for a signature of a file.
func (in Installer) verdictOn(w wanted, plugin, file string, signed signatures) (sign.Verdict, error) {
	if w.verify == sign.Off {
		return notLooked, nil
	}
	texts, err := signed()
	if err != nil {
		return sign.Unreadable(err), nil
	}
	f, err := os.Open(file)
	if err != nil {
		return sign.Verdict{}, err
	}
	defer f.Close()
	return sign.Verify(w.trusted(), plugin, f, texts, in.now())
}

// keep copies a file, and returns its SHA-256.
func keep(ctx context.Context, to, from string) (string, error) {
	f, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return keepAll(ctx, to, f)
}

// maxArchive is how large an archive may be.
const maxArchive = 4 << 30

func keepAll(ctx context.Context, to string, r io.Reader) (string, error) {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), io.LimitReader(&reading{ctx, r}, maxArchive+1))
	if err == nil && n > maxArchive {
		err = fault.Mark(fault.ErrVerify, fmt.Errorf("it is larger than %d bytes", int64(maxArchive)))
	}
	return hex.EncodeToString(sum.Sum(nil)), errors.Join(err, out.Close())
}

// reading is a reader that ends with its context.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r *reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// verdictOnDigest looks for a signature of a digest, as text.
func (in Installer) verdictOnDigest(w wanted, digest string, signed signatures) func(string) (sign.Verdict, error) {
	return func(plugin string) (sign.Verdict, error) {
		if w.verify == sign.Off {
			return notLooked, nil
		}
		texts, err := signed()
		if err != nil {
			return sign.Unreadable(err), nil
		}
		return sign.Verify(w.trusted(), plugin, strings.NewReader(digest), texts, in.now())
	}
}

package sdktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// mostMemory is what reading one small file may allocate, whatever it claims.
const mostMemory = 1 << 30

// headBytes is how far into a file each byte is altered: where formats keep
// sizes and counts.
const headBytes = 64

// checkAlteredFiles reads a file of one row with parts of it altered, a few at
// a time. What is not refused must be rows of their space.
func checkAlteredFiles(ctx context.Context, b Bench, m *medium) error {
	good, ext, err := m.oneFile(ctx, filepath.Join(b.Dir, "good"))
	if err != nil {
		return err
	}
	path := filepath.Join(b.Dir, "altered"+ext)
	read, all := 0, 0
	for what, content := range alterations(good) {
		if err := os.WriteFile(path, content, 0o666); err != nil {
			return err
		}
		before := allocated()
		_, err := m.read(ctx, sdk.Source{Path: path})
		if took := allocated() - before; took > mostMemory {
			return fmt.Errorf("read a file with %s: took %d MiB of memory for %d bytes", what, took>>20, len(content))
		}
		all++
		switch {
		case err == nil:
			read++
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, sdk.ErrCrashed):
			return fmt.Errorf("read a file with %s: %w", what, err)
		case !strings.Contains(err.Error(), filepath.Base(path)):
			return fmt.Errorf("read a file with %s: the error does not name the file: %w", what, err)
		}
	}
	b.Log("of %d altered files %d were read as rows", all, read)
	return nil
}

// allocated is how many bytes this process ever allocated.
func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

// alterations are a file with something wrong, and what that is.
func alterations(good []byte) iter.Seq2[string, []byte] {
	head := min(headBytes, len(good))
	return func(yield func(string, []byte) bool) {
		for at := range head {
			for _, v := range []byte{0, 0x7f, 0xff, good[at] ^ 1} {
				if !yield(fmt.Sprintf("byte %d as %#x", at, v), overwritten(good, at, v)) {
					return
				}
			}
			for _, most := range [][]byte{{0xff, 0xff, 0xff, 0xff}, {0x7f, 0xff, 0xff, 0xff}, {0xff, 0xff, 0xff, 0x7f}} {
				if !yield(fmt.Sprintf("bytes %d to %d as % x", at, at+4, most), overwritten(good, at, most...)) {
					return
				}
			}
			if !yield(fmt.Sprintf("its first %d bytes alone", at), good[:at:at]) {
				return
			}
		}
		for part := range 16 {
			at := len(good) * part / 16
			if !yield(fmt.Sprintf("its first %d bytes alone", at), good[:at:at]) {
				return
			}
			for _, strange := range []string{"\x00", "\xff\xfe", "NaN", "1e999", "-", "\n\n", `"`, "99999999999999999999"} {
				if !yield(fmt.Sprintf("%q put in at byte %d", strange, at), slices.Concat(good[:at], []byte(strange), good[at:])) {
					return
				}
			}
		}
		yield("itself behind it", bytes.Repeat(good, 2))
	}
}

// overwritten is a file with other bytes from at on.
func overwritten(good []byte, at int, with ...byte) []byte {
	bad := bytes.Clone(good)
	copy(bad[at:], with)
	return bad
}

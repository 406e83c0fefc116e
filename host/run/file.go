package run

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
)

// WriteFile writes a file whole or not at all: to a temporary name in the same
// folder, which is made if it is missing, and then renamed over what was there.
func WriteFile(path string, fill func(io.Writer) error) error {
	return replaceFile(path, false, fill)
}

// replaceFile is WriteFile, and lasting when a power cut may not leave the new
// name with nothing in it. That takes long, so it is not for each epoch.
func replaceFile(path string, lasting bool, fill func(io.Writer) error) error {
	dir, base := filepath.Dir(path), filepath.Base(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf(".%s.%d.tmp", base, os.Getpid())), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, unwrapPath(err))
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = fill(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil && lasting {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, unwrapPath(err))
	}
	return nil
}

func writeBytes(path string, lasting bool, data []byte) error {
	return replaceFile(path, lasting, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func writeJSON(path string, lasting bool, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return writeBytes(path, lasting, append(data, '\n'))
}

// The most that is read of a file.
const (
	maxFile    = 64 << 20
	maxMetrics = 1 << 30
)

// decodeFile reads a file with decode. A larger one, and what decode refuses,
// is [sdk.ErrCorrupt].
func decodeFile[T any](path string, limit int64, decode func([]byte) (T, error)) (T, error) {
	var none T
	f, err := os.Open(path)
	if err != nil {
		return none, fmt.Errorf("read %s: %w", path, unwrapPath(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return none, fmt.Errorf("read %s: %w", path, unwrapPath(err))
	}
	if int64(len(data)) > limit {
		return none, fmt.Errorf("%w: %s: larger than %d MiB", sdk.ErrCorrupt, path, limit>>20)
	}
	v, err := decode(data)
	if err != nil {
		return none, fmt.Errorf("%w: %s: %w", sdk.ErrCorrupt, path, err)
	}
	return v, nil
}

func decodeJSON[T any](data []byte) (v T, err error) {
	err = json.Unmarshal(data, &v)
	return v, err
}

// unwrapPath takes the path out of an error that is about to get one.
func unwrapPath(err error) error {
	switch e := err.(type) {
	case *os.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}

// openLines opens a file to append lines to, and cuts off a last line that is
// not whole. A file that is new, or was cut to nothing, gets the first line.
func openLines(path, first string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, unwrapPath(err))
	}
	end, size, err := wholeLines(f)
	if err == nil && end < size {
		err = f.Truncate(end)
	}
	if err == nil && end == 0 {
		_, err = f.WriteString(first)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open %s: %w", path, unwrapPath(err))
	}
	return f, nil
}

// wholeLines returns where the last whole line of f ends, and where f does.
func wholeLines(f *os.File) (end, size int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	var chunk [4096]byte
	for end = info.Size(); end > 0; {
		n := min(end, int64(len(chunk)))
		if _, err := f.ReadAt(chunk[:n], end-n); err != nil {
			return 0, 0, err
		}
		if i := bytes.LastIndexByte(chunk[:n], '\n'); i >= 0 {
			return end - n + int64(i) + 1, info.Size(), nil
		}
		end -= n
	}
	return 0, info.Size(), nil
}

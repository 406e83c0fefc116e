package safetensors

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
)

// A Writer writes a file whose header is known only when its data has been
// written. The data goes through Write, in the order of the tensors.
//
//	w, err := safetensors.Create(path, room)
//	defer w.Abort()
//	...
//	return w.Finish(header)
type Writer struct {
	path string
	file *os.File // under a temporary name; nil when finished or aborted
	buf  *bufio.Writer
	sum  hash.Hash
	room int   // bytes for the header
	size int64 // of the data
}

// Create begins a file that will appear at path. Room is a header at least as
// long, written out, as the one that [Writer.Finish] will get.
func Create(path string, room Header) (*Writer, error) {
	header, err := withSum(room, strings.Repeat("0", 2*sha256.Size)).encode()
	if err != nil {
		return nil, fmt.Errorf("%s: header: %w", path, err)
	}
	if len(header)-8 > maxHeader {
		return nil, fmt.Errorf("%s: a header of %d bytes is too long, the most is %d", path, len(header), maxHeader)
	}
	temporary := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	f, err := os.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	w := &Writer{path: path, file: f, buf: bufio.NewWriterSize(f, 1<<18), sum: sha256.New(), room: len(header)}
	// Zeros until the end: what a killed process leaves is refused.
	if _, err := w.buf.Write(make([]byte, len(header))); err != nil {
		w.Abort()
		return nil, err
	}
	return w, nil
}

// Write adds to the data.
func (w *Writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, fmt.Errorf("write %s: %w", w.path, os.ErrClosed)
	}
	w.sum.Write(p)
	w.size += int64(len(p))
	return w.buf.Write(p)
}

// Finish writes the header, waits until everything is on the disk, and gives
// the file its name. If it returns an error there is no file.
func (w *Writer) Finish(h Header) error {
	if w.file == nil {
		return fmt.Errorf("finish %s: %w", w.path, os.ErrClosed)
	}
	defer w.Abort()
	header, err := w.header(h)
	if err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	if _, err := w.file.WriteAt(header, 0); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	temporary := w.file.Name()
	err = w.file.Close()
	w.file = nil
	if err == nil {
		err = os.Rename(temporary, w.path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

// header returns the final header in the room there is for it, having checked
// it as a reader would.
func (w *Writer) header(h Header) ([]byte, error) {
	header, err := withSum(h, hex.EncodeToString(w.sum.Sum(nil))).encode()
	if err != nil {
		return nil, fmt.Errorf("%s: header: %w", w.path, err)
	}
	if len(header) > w.room {
		return nil, fmt.Errorf("%s: header of %d bytes, there is room for %d", w.path, len(header), w.room)
	}
	again, err := parse(header[8:])
	if err == nil {
		err = again.check(w.size)
	}
	if err != nil {
		// Nothing is corrupt yet, the caller's tensors are wrong.
		problem := strings.TrimPrefix(err.Error(), ErrCorrupt.Error()+": ")
		return nil, fmt.Errorf("%s: cannot be written: %s", w.path, problem)
	}
	return pad(header, w.room), nil
}

// Abort removes what has been written. After Finish it does nothing.
func (w *Writer) Abort() {
	if w.file == nil {
		return
	}
	w.file.Close()
	os.Remove(w.file.Name())
	w.file = nil
}

func withSum(h Header, sum string) Header {
	metadata := maps.Clone(h.Metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[sumKey] = sum
	h.Metadata = metadata
	return h
}

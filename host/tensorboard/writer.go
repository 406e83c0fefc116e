// Package tensorboard writes event files, which TensorBoard draws as curves and
// pictures:
//
//	w, err := tensorboard.Create("runs/vae-1/tb")
//	defer w.Close()
//	err = w.Scalars(time.Now(), 100, map[string]float64{"loss": 97.5})
//	err = w.Image(time.Now(), 100, "samples", picture)
//	err = w.Flush() // so that who looks now sees them
//
//	$ tensorboard --logdir runs
//
// A file is a sequence of records that is only ever added to. One that a crash
// has torn ends with a record that is not whole; readers stop before it.
//
// The format is that of TensorFlow's tsl/lib/io/record_writer and of its
// event.proto and summary.proto. Values are written as simple_value and as
// image, which TensorBoard 1 and 2 show.
package tensorboard

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Writer adds events to a file. It is for one goroutine.
type Writer struct {
	f *os.File
	w *bufio.Writer
}

// Create begins a file in a folder, which it makes where there is none. Files
// that are there already stay, and TensorBoard shows them all as one.
func Create(dir string) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	now := time.Now()
	f, err := create(dir, now)
	if err != nil {
		return nil, fmt.Errorf("tensorboard: %w", err)
	}
	w := &Writer{f, bufio.NewWriter(f)}
	err = w.add(event{at: now, version: fileVersion})
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// create opens a new file, named so that readers take files in the order of
// their beginning. The last number tells those of one second apart.
func create(dir string, now time.Time) (*os.File, error) {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	host = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' {
			return '-'
		}
		return r
	}, host)
	for i := 0; ; i++ {
		name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%d", now.Unix(), host, os.Getpid(), i)
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Path returns where the file is.
func (w *Writer) Path() string { return w.f.Name() }

// Scalars adds figures of one step, each a point of the curve of its name. The
// format keeps them as float32.
func (w *Writer) Scalars(at time.Time, step int, figures map[string]float64) error {
	e := event{at: at, step: step}
	for _, name := range slices.Sorted(maps.Keys(figures)) {
		e.values = append(e.values, scalar(name, figures[name]))
	}
	if len(e.values) == 0 {
		return nil
	}
	return w.add(e)
}

// Image adds a PNG, as the picture of a step under a name.
func (w *Writer) Image(at time.Time, step int, name string, data []byte) error {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("tensorboard: picture %s of step %d: %w", name, step, err)
	}
	return w.add(event{at: at, step: step, values: [][]byte{picture(name, c, data)}})
}

func (w *Writer) add(e event) error { return w.named(writeRecord(w.w, e.encode())) }

// Flush hands what was added to the system, so that others can read it. It
// does not wait for the disk.
func (w *Writer) Flush() error { return w.named(w.w.Flush()) }

// Close flushes and closes the file.
func (w *Writer) Close() error {
	return w.named(errors.Join(w.w.Flush(), w.f.Close()))
}

func (w *Writer) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("tensorboard: %s: %w", w.f.Name(), err)
}

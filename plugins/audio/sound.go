package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/genhost/genhost/sdk"
)

// A sound is one channel of samples, of which full scale is 1.
type sound struct {
	rate    int // samples in a second
	samples []float32
}

const (
	maxChannels = 64
	minRate     = 1_000
	maxRate     = 384_000
)

// A format is what a file's head says of its samples.
type format struct {
	rate     int
	channels int
	bits     int // of a sample
}

func (f format) check() error {
	switch {
	case f.rate < minRate || f.rate > maxRate:
		return fmt.Errorf("%w: its header claims %d samples in a second, want %d to %d", sdk.ErrCorrupt, f.rate, minRate, maxRate)
	case f.channels < 1 || f.channels > maxChannels:
		return fmt.Errorf("%w: its header claims %d channels, want 1 to %d", sdk.ErrCorrupt, f.channels, maxChannels)
	}
	return nil
}

// A decoder reads one file. Next returns some samples, all channels mixed down
// to one, valid until the next call, and io.EOF after the last.
type decoder interface {
	format() format
	next() ([]float32, error)
}

// decode reads the first seconds of a file, or all of it if it is shorter; its
// first bytes say what it is, for names lie. What it takes in memory does not
// depend on what the file claims.
func decode(f fs.File, name string, seconds float64) (sound, error) {
	info, err := f.Stat()
	if err != nil {
		return sound{}, err
	}
	if !info.Mode().IsRegular() {
		return sound{}, fmt.Errorf("%w: %s: not a regular file", sdk.ErrBadInput, name)
	}
	s, err := decodeStream(bufio.NewReaderSize(f, 1<<16), info.Size(), seconds)
	if err != nil {
		return sound{}, fmt.Errorf("%s: %w", name, decodeError(err))
	}
	return s, nil
}

func decodeStream(r *bufio.Reader, size int64, seconds float64) (sound, error) {
	d, err := newDecoder(r, size)
	if err != nil {
		return sound{}, err
	}
	if err := d.format().check(); err != nil {
		return sound{}, err
	}
	s := sound{rate: d.format().rate}
	most := int(seconds * float64(s.rate))
	for len(s.samples) < most {
		more, err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return sound{}, err
		}
		s.samples = append(s.samples, more[:min(len(more), most-len(s.samples))]...)
	}
	if most > 0 && len(s.samples) == 0 {
		return sound{}, fmt.Errorf("%w: no samples", sdk.ErrCorrupt)
	}
	return s, nil
}

func newDecoder(r *bufio.Reader, size int64) (decoder, error) {
	magic, err := r.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch string(magic) {
	case "RIFF":
		return newWAV(r, size)
	case "fLaC":
		return newFLAC(r)
	case "RIFX", "RF64":
		return nil, sdk.Hint(fmt.Errorf("%w: a WAV file of the %s kind", errors.ErrUnsupported, magic), convert)
	}
	return nil, fmt.Errorf("%w: no WAV or FLAC file", sdk.ErrCorrupt)
}

// convert is advice for files of kinds that are not read.
const convert = "convert it to 16-bit WAV with another program first"

// decodeError says what kind of error a decoder's is.
func decodeError(err error) error {
	var system *fs.PathError
	switch {
	case errors.Is(err, sdk.ErrCorrupt), errors.Is(err, errors.ErrUnsupported), errors.As(err, &system):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: truncated", sdk.ErrCorrupt)
	}
	return fmt.Errorf("%w: %w", sdk.ErrCorrupt, err)
}

// Package document reads TOML files so that every error about one says where in
// it the trouble is.
package document

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// A Document is a TOML file whose keys have lines.
type Document struct {
	File  string // as the user named it
	root  map[string]any
	lines map[string]int // by Key
}

// Key writes a key as TOML does.
func Key(parts ...string) string { return toml.Key(parts).String() }

// Line is where a key stands, 0 for one that is not there.
func (d *Document) Line(parts ...string) int { return d.lines[Key(parts...)] }

// maxSize bounds the files read: nobody writes a MiB of TOML by hand.
const maxSize = 1 << 20

// ReadFile reads a file of a decent size.
func ReadFile(file string) (string, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", FileError(file, err)
	case err != nil:
		return "", FileError(file, err)
	case !info.Mode().IsRegular():
		return "", FileError(file, errors.New("not a file"))
	case info.Size() > maxSize:
		return "", FileError(file, fmt.Errorf("%d bytes: want at most %d", info.Size(), maxSize))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", FileError(file, err)
	}
	return string(data), nil
}

// FileError is an error about the file as a whole. Of a [fs.PathError], only
// the cause is said: the path is the user's, not the absolute one.
func FileError(file string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fault.Mark(fault.ErrConfig, fmt.Errorf("%s: %w", file, err))
}

// Parse reads TOML.
func Parse(file, text string) (*Document, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return nil, sdk.Hint(FileError(file, errors.New("not UTF-8 text")), "save it as UTF-8, without a byte order mark")
	}
	d := &Document{File: file, lines: map[string]int{}}
	meta, err := decode(text, &d.root)
	if err != nil {
		return nil, d.syntaxError(text, err)
	}
	d.place(meta.Keys(), keySpans(text))
	return d, nil
}

// decode is toml.Decode, which panics where it finds a bug in itself.
func decode(text string, v any) (meta toml.MetaData, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot be read: %v", r)
		}
	}()
	return toml.Decode(text, v)
}

// place records the line of each key, and for what is only implied, such as
// models in [models.vae], that of the first key in it.
func (d *Document) place(keys []toml.Key, spans []span) {
	if len(keys) != len(spans) {
		return // errors then have no lines: better than wrong ones
	}
	for i, key := range keys {
		d.placeOnce(key, spans[i].line)
	}
	for i, key := range keys {
		for n := 1; n < len(key); n++ {
			d.placeOnce(key[:n], spans[i].line)
		}
	}
}

func (d *Document) placeOnce(key toml.Key, line int) {
	if name := key.String(); d.lines[name] == 0 {
		d.lines[name] = line
	}
}

// syntaxError puts the decoder's error into our words.
func (d *Document) syntaxError(text string, err error) error {
	var bad toml.ParseError
	if !errors.As(err, &bad) {
		return FileError(d.File, err)
	}
	// Position.Line counts a line break that is itself the error.
	line := 1 + strings.Count(text[:min(max(0, bad.Position.Start), len(text))], "\n")
	return sdk.Hint(d.ErrorAt(line, "%s", sentence(bad.Message)), advice(bad.Message))
}

// sentence begins small and ends without a full stop.
func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if strings.HasPrefix(s, "TOML") {
		return s
	}
	return string(unicode.ToLower(r)) + strings.TrimSuffix(s[n:], ".")
}

// advice is what to do about a syntax error, where that can be guessed.
func advice(message string) string {
	switch {
	case strings.Contains(message, "already been defined"):
		return "a key or table may stand only once: join the two or remove one"
	case strings.HasPrefix(message, "expected value but found"):
		return `text stands in quotes: data = "fashion"`
	case strings.Contains(message, "escape"):
		return `write a backslash twice, or put the text in single quotes`
	}
	return ""
}

// ErrorAt is an error about a line of the file; 0 is the file as a whole.
func (d *Document) ErrorAt(line int, format string, args ...any) error {
	where := d.File
	if line > 0 {
		where = fmt.Sprintf("%s:%d", d.File, line)
	}
	return fault.Mark(fault.ErrConfig, fmt.Errorf("%s: %w", where, fmt.Errorf(format, args...)))
}

package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/genhost/genhost/sdk"
)

// A document is a TOML file whose keys have lines.
type document struct {
	file  string // as the user named it
	root  map[string]any
	lines map[string]int // by keyOf
}

// keyOf writes a key as TOML does.
func keyOf(parts ...string) string { return toml.Key(parts).String() }

// maxSize bounds the files read: nobody writes a MiB of TOML by hand.
const maxSize = 1 << 20

func readFile(file string) (string, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", sdk.Hint(fileError(file, err), "run in the folder that holds models.toml, or name that folder with -C")
	case err != nil:
		return "", fileError(file, err)
	case !info.Mode().IsRegular():
		return "", fileError(file, errors.New("not a file"))
	case info.Size() > maxSize:
		return "", fileError(file, fmt.Errorf("%d bytes: want at most %d", info.Size(), maxSize))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fileError(file, err)
	}
	return string(data), nil
}

// fileError is an error about the file as a whole. Of a [fs.PathError], only
// the cause is said: the path is the user's, not the absolute one.
func fileError(file string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return mark(ErrConfig, fmt.Errorf("%s: %w", file, err))
}

// parse reads TOML.
func parse(file, text string) (*document, error) {
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return nil, sdk.Hint(fileError(file, errors.New("not UTF-8 text")), "save it as UTF-8, without a byte order mark")
	}
	d := &document{file: file, lines: map[string]int{}}
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
func (d *document) place(keys []toml.Key, spans []span) {
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

func (d *document) placeOnce(key toml.Key, line int) {
	if name := key.String(); d.lines[name] == 0 {
		d.lines[name] = line
	}
}

// syntaxError puts the decoder's error into our words.
func (d *document) syntaxError(text string, err error) error {
	var bad toml.ParseError
	if !errors.As(err, &bad) {
		return fileError(d.file, err)
	}
	// Position.Line counts a line break that is itself the error.
	line := 1 + strings.Count(text[:min(max(0, bad.Position.Start), len(text))], "\n")
	return sdk.Hint(d.errorAt(line, "%s", sentence(bad.Message)), advice(bad.Message))
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

// errorAt is an error about a line of the file; 0 is the file as a whole.
func (d *document) errorAt(line int, format string, args ...any) error {
	where := d.file
	if line > 0 {
		where = fmt.Sprintf("%s:%d", d.file, line)
	}
	return mark(ErrConfig, fmt.Errorf("%s: %w", where, fmt.Errorf(format, args...)))
}

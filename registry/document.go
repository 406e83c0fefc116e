package registry

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
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

// A table is one of a document's tables.
type table struct {
	*document
	key    toml.Key
	values map[string]any
}

// at is the key of a value in t.
func (t table) at(name string) string { return append(slices.Clone(t.key), name).String() }

// errorf is an error about a value in t, whose key begins the words.
func (t table) errorf(name, format string, args ...any) error {
	return t.errorAt(t.lines[t.at(name)], "%s %w", t.at(name), fmt.Errorf(format, args...))
}

// names returns the keys in t in the order of the file.
func (t table) names() []string {
	var names []string
	for name := range t.values {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.lines[t.at(a)], t.lines[t.at(b)]), cmp.Compare(a, b))
	})
	return names
}

// only reports the first key in t that is not known.
func (t table) only(known ...string) error {
	for _, name := range t.names() {
		if !slices.Contains(known, name) {
			err := t.errorAt(t.lines[t.at(name)], "unknown key %s", t.at(name))
			return sdk.Hint(err, sdk.Suggest(name, known))
		}
	}
	return nil
}

// table returns a table in t, empty if there is none.
func (t table) table(name string) (table, error) {
	values, ok := t.values[name].(map[string]any)
	if _, there := t.values[name]; there && !ok {
		return table{}, t.errorf(name, "is %s: want a table", kind(t.values[name]))
	}
	return table{t.document, append(slices.Clone(t.key), name), values}, nil
}

// text returns a string in t, "" if there is none.
func (t table) text(name string) (string, error) {
	value, there := t.values[name]
	if !there {
		return "", nil
	}
	s, ok := value.(string)
	switch {
	case !ok:
		return "", t.errorf(name, "is %s: want text in quotes", kind(value))
	case strings.TrimSpace(s) == "":
		return "", t.errorf(name, "is empty")
	}
	return s, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/sdktest"
)

func TestPlugin(t *testing.T) {
	dir := files(t, map[string]string{"train/x/1.txt": "one\ntwo\n", "train/y/2.md": "three", "test/x/1.txt": "one"})
	sdktest.Suite{Plugin: plugin, Sources: map[string][]sdk.Source{"text": {{Path: dir}}}}.Run(t)
}

// TestPluginWindows holds windows of byte pairs to the same promises.
func TestPluginWindows(t *testing.T) {
	sdktest.Suite{Plugin: plugin, Settings: map[string]sdk.Settings{
		"text": {"mode": []byte(`"windows"`), "alphabet": []byte(`"bpe"`), "vocabulary": []byte(`300`)},
	}}.Each(t)
}

func TestNames(t *testing.T) {
	train, info := read(t, defaults, sdk.Source{Dataset: "names"})
	test, _ := read(t, defaults, sdk.Source{Dataset: "names", Split: "test"})
	if train.n != 7959 || test.n != 890 || info.Space.Shape[0] != 12 || info.Space.Segments[0].Of != 54 || train.as != sdk.Bytes {
		t.Errorf("%d and %d rows of %v, %v as %s", train.n, test.n, info.Space.Shape, info.Space.Segments, train.as)
	}
	if info.Licence != namesLicence || info.Files != nil || info.Space.Meta["cut"] != "3" || info.Space.Meta["mode"] != "lines" {
		t.Errorf("got %+v", info)
	}
	known := map[string]bool{}
	for _, name := range train.texts {
		known[name] = true
	}
	for _, name := range test.texts {
		if known[name] {
			t.Errorf("%s is in both splits", name)
		}
	}
	if train.texts[0] != "Aaren" || train.labels[0] != "female" || train.labels[train.n-1] != "male" {
		t.Errorf("first %s, %s; last %s", train.texts[0], train.labels[0], train.labels[train.n-1])
	}
}

// TestLines has what editors and systems do to the ends and beginnings of
// lines, a letter of two characters, and nothing after the last.
func TestLines(t *testing.T) {
	got, info := read(t, defaults, file(t, "\ufeffAnna\r\nBo \n\n \t\nCe\u0301line\rD\ufeff"))
	equal(t, "lines", got.texts, []string{"Anna", "Bo ", "Ce\u0301line", "D\ufeff"})
	if a := info.Space.Meta["alphabet"]; a != "[\"\",\" \",\"A\",\"B\",\"C\",\"D\",\"a\",\"e\",\"i\",\"l\",\"n\",\"o\",\"\u0301\",\"\ufeff\"]" {
		t.Errorf("the alphabet is %s", a)
	}
	if !slices.Equal(got.batch.Row(0), []float32{2, 10, 10, 6, 0, 0, 0, 0}) {
		t.Errorf("the first row is %v", got.batch.Row(0))
	}
}

func TestWindows(t *testing.T) {
	for _, c := range []struct {
		text           string
		length, stride int
		want           []string
	}{
		{"abcdefgh", 4, 2, []string{"abcd", "cdef", "efgh"}},
		{"abcdefgh", 4, 0, []string{"abcd", "cdef", "efgh"}},
		{"abcdefghi", 4, 2, []string{"abcd", "cdef", "efgh", "fghi"}},
		{"abcdefghij", 4, 7, []string{"abcd", "ghij"}},
		{"abcdefghijk", 4, 7, []string{"abcd", "hijk"}},
		{"abcdefghijkl", 4, 7, []string{"abcd", "hijk", "ijkl"}},
		{"abc", 4, 1, []string{"abc"}},
		{"abc", 4, 3, []string{"abc"}},
		{"abcd", 4, 1, []string{"abcd"}},
		{"abcde", 4, 1, []string{"abcd", "bcde"}},
		{"a\nb\n\n", 3, 1, []string{"a\nb", "\nb\n", "b\n\n"}},
	} {
		s := set(func(s *settings) { s.Mode, s.Length, s.Stride = "windows", c.length, c.stride })
		got, _ := read(t, s, file(t, c.text))
		equal(t, fmt.Sprintf("%q %d %d", c.text, c.length, c.stride), got.texts, c.want)
	}
}

// distinct are n characters, all different.
func distinct(first, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune(first + i))
	}
	return b.String()
}

// TestWindowsDoNotLeak holds out the end of each label's text, whatever the
// files. What the training text does not have is replaced.
func TestWindowsDoNotLeak(t *testing.T) {
	dir := files(t, map[string]string{
		"a/1.txt": distinct(0x4e00, 300), "a/2.txt": distinct(0x4e00+300, 700), "b/1.txt": distinct(0x6000, 500),
	})
	s := set(func(s *settings) { s.Mode, s.Length = "windows", 8 })
	train, info := read(t, s, sdk.Source{Path: dir})
	seen := map[rune]bool{}
	for _, text := range train.texts {
		for _, r := range text {
			seen[r] = true
		}
	}
	for r := range seen {
		if r >= 0x4e00+900 && r < 0x6000 || r >= 0x6000+450 {
			t.Errorf("%q is to be held out", r)
		}
	}
	if len(seen) != 900+450 || info.Space.Meta["replaced"] != "150" {
		t.Errorf("%d characters are learned, and %s replaced", len(seen), info.Space.Meta["replaced"])
	}
	test, _ := read(t, s, sdk.Source{Path: dir, Split: "test"})
	if rest := strings.Trim(strings.Join(test.texts, ""), "\ufffd"); rest != "" || !slices.Equal(slices.Compact(test.labels), []string{"a", "b"}) {
		t.Errorf("the test split has %q, labelled %v", rest, test.labels)
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestEveryTenthLine(t *testing.T) {
	src := file(t, numbered(205)+strings.Repeat("line 9\nline 8\n", 50))
	train, _ := read(t, defaults, src)
	src.Split = "test"
	test, _ := read(t, defaults, src)
	if train.n != 185+50 || test.n != 20+50 {
		t.Errorf("%d and %d lines", train.n, test.n)
	}
	for i, text := range test.texts {
		if want := fmt.Sprintf("line %d", 10*min(i, 20)+9); i < 20 && text != want || i >= 20 && text != "line 9" {
			t.Errorf("line %d of the test split is %q", i, text)
		}
	}
	for what, c := range map[string]struct {
		text string
		s    settings
		want []string
	}{
		"99 lines":       {numbered(99), defaults, []string{"all"}},
		"100 lines":      {numbered(100), defaults, []string{"train", "test"}},
		"none held out":  {numbered(200), set(func(s *settings) { s.Test = 0 }), []string{"all"}},
		"half":           {numbered(20), set(func(s *settings) { s.Test = 2 }), []string{"train", "test"}},
		"few windows":    {distinct(0x4e00, 639), set(func(s *settings) { s.Mode, s.Length = "windows", 8 }), []string{"all"}},
		"enough windows": {distinct(0x4e00, 800), set(func(s *settings) { s.Mode, s.Length = "windows", 8 }), []string{"train", "test"}},
	} {
		_, info := read(t, c.s, file(t, c.text))
		equal(t, what, info.Splits, c.want)
	}
}

func TestLabels(t *testing.T) {
	dir := files(t, map[string]string{
		"sub/y/deep/1.txt": "yes\n", "sub/x/1.txt": "no\nnot\n", "sub/x/.2.txt": "hidden", "sub/x/3.exe": "\x00",
		"flat/m.txt": "Bo\n", "flat/f.txt": "Anna\n", "tab.txt": "a\tb\tv\nc\t w \n", "tab.tsv": "x\t1\ny\t2\n",
		"both/a.tsv": "p\tx\n", "both/x/b.txt": "q\n", "both/y/c.txt": "\n",
	})
	for _, c := range []struct {
		path, label   string
		texts, labels []string
	}{
		{"sub", "auto", []string{"no", "not", "yes"}, []string{"x", "x", "y"}},
		{"sub", "folder", []string{"no", "not", "yes"}, []string{"x", "x", "y"}},
		{"sub", "none", []string{"no", "not", "yes"}, nil},
		{"flat", "auto", []string{"Anna", "Bo"}, nil},
		{"flat", "file", []string{"Anna", "Bo"}, []string{"f", "m"}},
		{"tab.txt", "tab", []string{"a\tb", "c"}, []string{"v", "w"}},
		{"tab.txt", "auto", []string{"a\tb\tv", "c\t w "}, nil},
		{"tab.tsv", "auto", []string{"x", "y"}, []string{"1", "2"}},
		{"both", "auto", []string{"p", "q"}, []string{"x", "x"}},
	} {
		got, _ := read(t, set(func(s *settings) { s.Label = c.label }), sdk.Source{Path: filepath.Join(dir, c.path)})
		equal(t, c.path+" "+c.label, got.texts, c.texts)
		equal(t, c.path+" "+c.label+" labels", got.labels, c.labels)
	}
}

func TestSplitsByName(t *testing.T) {
	dir := files(t, map[string]string{
		"folders/test/1.txt": "x", "folders/train/1.txt": "abc", "folders/valid/1.txt": "a",
		"files/train.txt": "abc", "files/test.md": "ax", "some/train.txt": "abc", "some/more.txt": "d",
	})
	for name, want := range map[string][]string{
		"folders": {"train", "val", "test"}, "files": {"train", "test"}, "some": {"all"},
	} {
		_, info := read(t, defaults, sdk.Source{Path: filepath.Join(dir, name)})
		equal(t, name, info.Splits, want)
	}
	got, info := read(t, defaults, sdk.Source{Path: filepath.Join(dir, "files"), Split: "test"})
	equal(t, "what is not learned", got.texts, []string{"a\ufffd"})
	if info.Space.Meta["replaced"] != "1" {
		t.Errorf("replaced: %v", info.Space.Meta)
	}
}

func TestLinksAreFollowed(t *testing.T) {
	away := files(t, map[string]string{"cats/1.txt": "meow"})
	dir := files(t, map[string]string{"dog/1.txt": "woof"})
	if err := os.Symlink(filepath.Join(away, "cats"), filepath.Join(dir, "cat")); err != nil {
		t.Skip(err)
	}
	got, info := read(t, defaults, sdk.Source{Path: dir})
	equal(t, "texts", got.texts, []string{"meow", "woof"})
	equal(t, "files", info.Files, []string{dir, filepath.Join(away, "cats")})
}

func TestLongLines(t *testing.T) {
	src := file(t, "ab\nabcdef\nabc\nabcd\n")
	for _, c := range []struct {
		long, key string
		want      []string
	}{
		{"cut", "cut", []string{"ab", "abc", "abc", "abc"}},
		{"drop", "dropped", []string{"ab", "abc"}},
	} {
		got, info := read(t, set(func(s *settings) { s.Long, s.Length = c.long, 3 }), src)
		equal(t, c.long, got.texts, c.want)
		if info.Space.Meta[c.key] != "2" {
			t.Errorf("%s: got %v", c.long, info.Space.Meta)
		}
	}
}

// TestLengths has lines of 1 to 9 characters in great number, and one of 100.
func TestLengths(t *testing.T) {
	short := strings.Repeat("a\n123456789\n", 1000)
	for _, c := range []struct {
		text string
		mode string
		want int
	}{
		{short, "auto", 12},
		{short + strings.Repeat("x", 100), "auto", 12},
		{short + strings.Repeat(strings.Repeat("x", 100)+"\n", 3), "auto", 100},
		{short + strings.Repeat(strings.Repeat("x", 400)+"\n", 3), "auto", mostLength},
		{short + strings.Repeat(strings.Repeat("x", 65)+"\n", 50), "auto", usualLength}, // windows
		{short, "windows", usualLength},
	} {
		s := set(func(s *settings) { s.Mode, s.Test = c.mode, 0 })
		if _, info := read(t, s, file(t, c.text)); info.Space.Shape[0] != c.want {
			t.Errorf("%d characters, %s: length %d, want %d", len(c.text), c.mode, info.Space.Shape[0], c.want)
		}
	}
}

func TestLeast(t *testing.T) {
	got, info := read(t, set(func(s *settings) { s.Least = 2 }), file(t, "aab\nabc\nd\n😀😀"))
	equal(t, "rare characters", got.texts, []string{"aab", "ab\ufffd", "\ufffd", "😀😀"})
	if info.Space.Meta["replaced"] != "2" || info.Space.Meta["alphabet"] != `["","a","b","`+"\ufffd"+`","😀"]` {
		t.Errorf("got %v", info.Space.Meta)
	}
}

func TestBadSources(t *testing.T) {
	for _, c := range []struct {
		name   string
		files  map[string]string
		source string
		s      settings
		is     error
		want   string
		hint   string
	}{
		{"nothing there", nil, "none", defaults, fs.ErrNotExist, "none", ""},
		{"empty folder", map[string]string{"a.exe": "x"}, "", defaults, sdk.ErrBadInput, "has no text files", "pass a text file"},
		{"empty file", map[string]string{"a.txt": ""}, "a.txt", defaults, sdk.ErrBadInput, "a.txt: no text", ""},
		{"blank file", map[string]string{"a.txt": "\ufeff \r\n\t\n"}, "a.txt", defaults, sdk.ErrBadInput, "a.txt: no text", ""},
		{"no UTF-8", map[string]string{"a.txt": "one\r\ncaf\xe9\n"}, "a.txt", defaults, sdk.ErrBadInput, "a.txt:2: a byte that is no UTF-8, at offset 8", "iconv"},
		{"cut UTF-8", map[string]string{"a.txt": "\ufeffcaf\xc3"}, "a.txt", defaults, sdk.ErrBadInput, "a.txt:1: a byte that is no UTF-8, at offset 6", ""},
		{"UTF-16", map[string]string{"a.txt": "\xff\xfea\x00"}, "a.txt", defaults, sdk.ErrBadInput, "a.txt:1: ", "UTF-8"},
		{"NUL", map[string]string{"a.txt": "a\nb\x00"}, "a.txt", defaults, sdk.ErrBadInput, "a.txt:2: a NUL character, at offset 3", "no text"},
		{"binary among texts", map[string]string{"a.txt": "x", "b.txt": "\x7fELF\x02\x00"}, "", defaults, sdk.ErrBadInput, "b.txt:1: a NUL", ""},
		{"bad in the test split", map[string]string{"train/a.txt": "x", "test/b.txt": "\xff"}, "", defaults, sdk.ErrBadInput, "b.txt:1: ", ""},
		{"too many characters", map[string]string{"a.txt": distinct(0x10000, 5000) + "\n" + distinct(0x10000, 100)}, "a.txt", set(func(s *settings) { s.Mode = "windows" }), sdk.ErrBadInput, "different characters: want at most 4096", "read.least=2"},
		{"a million characters", map[string]string{"a.txt": distinct(0x10000, 1_000_000)}, "a.txt", defaults, sdk.ErrBadInput, "different characters: want at most 4096", "is it text?"},
		{"only rare characters", map[string]string{"a.txt": "abc"}, "a.txt", set(func(s *settings) { s.Least = 2 }), sdk.ErrBadInput, "a.txt: no character is there 2 times", "lower read.least"},
		{"small vocabulary", map[string]string{"a.txt": "abcde"}, "a.txt", set(func(s *settings) { s.Alphabet, s.Vocabulary = "bpe", 5 }), sdk.ErrBadInput, "5 characters", "raise read.vocabulary"},
		{"all too long", map[string]string{"a.txt": "abc\nabcd\n"}, "a.txt", set(func(s *settings) { s.Length, s.Long = 2, "drop" }), sdk.ErrBadInput, "a.txt: no line", "read.long=cut"},
		{"label and none", map[string]string{"x/a.txt": "a", "b.txt": "b"}, "", defaults, sdk.ErrBadInput, "b.txt has none", "read.label"},
		{"no sub-folders", map[string]string{"a.txt": "a"}, "a.txt", set(func(s *settings) { s.Label = "folder" }), sdk.ErrBadInput, "has no sub-folders", ""},
		{"no tab", map[string]string{"a.txt": "a\tx\n\nb\n"}, "a.txt", set(func(s *settings) { s.Label = "tab" }), sdk.ErrBadInput, "a.txt:3: no text, a tab, and a label", "end each line"},
		{"nothing before the tab", map[string]string{"a.tsv": "\tx\n"}, "a.tsv", defaults, sdk.ErrBadInput, "a.tsv:1: ", ""},
		{"too many labels", map[string]string{"a.tsv": labelled(maxLabels + 1)}, "a.tsv", defaults, sdk.ErrBadInput, "a.tsv: more than 4096 labels", "may be no labels"},
	} {
		dir := files(t, c.files)
		m, r := modality(t, c.s), &rows{}
		src := sdk.Source{Path: filepath.Join(dir, c.source)}
		_, err := m.Inspect(t.Context(), src)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) || !strings.Contains(strings.Join(sdk.Hints(err), " "), c.hint) {
			t.Errorf("%s: got %v with %v, want %q with %q", c.name, err, sdk.Hints(err), c.want, c.hint)
		}
		if again := m.Read(t.Context(), src, r); again == nil || again.Error() != err.Error() || r.n > 0 {
			t.Errorf("%s: read gave %d rows, and %v", c.name, r.n, again)
		}
	}
}

func labelled(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "x\t%d\n", i)
	}
	return b.String()
}

func TestNoPermission(t *testing.T) {
	src := file(t, "text")
	if err := os.Chmod(src.Path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(src.Path); err == nil { // as root
		f.Close()
		t.Skip("every file may be read")
	}
	if _, err := modality(t, defaults).Inspect(t.Context(), src); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), src.Path) {
		t.Errorf("got %v", err)
	}
}

func TestBadSettings(t *testing.T) {
	for what, s := range map[string]settings{
		"all held out": set(func(s *settings) { s.Test = 1 }),
		"tab":          set(func(s *settings) { s.Label, s.Mode = "tab", "windows" }),
	} {
		if _, err := newTexts(s); !errors.Is(err, sdk.ErrBadSetting) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

// endless is a line without an end, cut off after size bytes.
func endless(size int64) func() io.ReadCloser {
	return func() io.ReadCloser { return io.NopCloser(io.LimitReader(repeat("abc "), size)) }
}

type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for n+len(r) <= len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}

// TestHugeLine reads a line of 8 MiB in little memory.
func TestHugeLine(t *testing.T) {
	for mode, want := range map[string]int{"lines": 1, "auto": 8<<20/32 - 1} {
		s := set(func(s *settings) { s.Mode, s.Test = mode, 0 })
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := corpusOf(t, s, endless(8<<20))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		err = c.write(t.Context(), c.wanted, func([]int32, float32) error { n++; return nil })
		runtime.ReadMemStats(&after)
		if err != nil || n != want || c.wanted.rows != want {
			t.Errorf("%s: %d rows of %d, %v", mode, n, c.wanted.rows, err)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 64 {
			t.Errorf("%s: took %d MiB in all", mode, used)
		}
	}
}

// TestChangedFile has another content each time that it is read.
func TestChangedFile(t *testing.T) {
	for k := 2; k < 5; k++ { // when it is read the k-th time
		n := 0
		c, err := corpusOf(t, defaults, func() io.ReadCloser {
			if n++; n >= k {
				return io.NopCloser(strings.NewReader("zz\nabcdefghijk\n" + numbered(500)))
			}
			return io.NopCloser(strings.NewReader("abc\n" + numbered(120)))
		})
		if err == nil {
			err = c.write(t.Context(), c.wanted, func([]int32, float32) error { return nil })
		}
		if k > 2 && (!errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "bad input: memory: 'z' is not in the alphabet")) {
			t.Errorf("changed before reading %d: got %v", k, err)
		}
	}
}

// cancelling is a RowWriter that ends the context with its first batch.
type cancelling struct {
	rows
	cancel func()
}

func (c *cancelling) Write(b sdk.Batch) error {
	c.cancel()
	return c.rows.Write(b)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &cancelling{cancel: cancel}
	if err := modality(t, defaults).Read(ctx, sdk.Source{Dataset: "names"}, w); !errors.Is(err, context.Canceled) || w.n > 1024 {
		t.Errorf("got %v after %d rows", err, w.n)
	}
}

// FuzzLines compares what is read from any bytes with what a few lines of Go
// make of them.
func FuzzLines(f *testing.F) {
	for _, text := range []string{"", "a\nb", "\ufeffa\r\n\rb\r", "\xff", "a\x00", "e\u0301\u2028x\n \n", "a b  c\n\n\nd"} {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, pairs bool) {
		s := set(func(s *settings) { s.Mode, s.Length, s.Test, s.Vocabulary = "lines", 1<<10, 0, 1<<14 })
		if pairs {
			s.Alphabet = alphabetBPE
		}
		c, err := corpusOf(t, s, func() io.ReadCloser { return io.NopCloser(strings.NewReader(text)) })
		var want []string
		plain := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff"))
		for line := range strings.SplitSeq(plain, "\n") {
			if strings.TrimSpace(line) != "" {
				want = append(want, line)
			}
		}
		if bad := strings.ToValidUTF8(text, "\x00") != text || strings.Contains(text, "\x00") || want == nil; bad || err != nil {
			if !bad || !errors.Is(err, sdk.ErrBadInput) {
				t.Fatalf("%q: got %v", text, err)
			}
			return
		}
		var got []string
		err = c.write(t.Context(), c.wanted, func(tokens []int32, _ float32) error {
			var b strings.Builder
			for _, token := range tokens {
				b.WriteString(c.alphabet.tokens[token])
			}
			got = append(got, b.String())
			return nil
		})
		if err != nil || c.long == 0 && !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	})
}

package document

import (
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

const tricky = `# a comment = 1
schema = 1 # [not.a.table]
"a = [b]" . 'c#d' . e = 'x = 1'

[ plugins . "v]ae" ]   # ]
list = [ 1, "]", # ]
  [2, '''
fake = 1
'''], { in = 1, "o}ut" = { deep = "}" }, last = [ {}, ] },
]
many = """
fake = 2 \" """" # """ , """""
after = 1979-05-27 07:32:00
raw = 'C:\'
neg = -1e3
[[rows]]
"" = ""
[[rows]]
esc = "\\"
"\u00e9 \"=" = 0x1F
crlf = [
  1,` + "\r\n" + `  2]
`

func TestKeySpans(t *testing.T) {
	want := []struct {
		text string
		line int
	}{
		{"schema ", 2}, {`"a = [b]" . 'c#d' . e `, 3}, {` plugins . "v]ae" `, 5},
		{"list ", 6}, {"in ", 9}, {`"o}ut" `, 9}, {"deep ", 9}, {"last ", 9},
		{"many ", 11}, {"after ", 13}, {"raw ", 14}, {"neg ", 15},
		{"rows", 16}, {`"" `, 17}, {"rows", 18}, {"esc ", 19}, {`"\u00e9 \"=" `, 20}, {"crlf ", 21},
	}
	spans := keySpans(tricky)
	for i, s := range spans {
		if got := tricky[s.start:s.end]; i >= len(want) || got != want[i].text || s.line != want[i].line {
			t.Fatalf("key %d is %q on line %d", i, got, s.line)
		}
	}
	if len(spans) != len(want) {
		t.Errorf("%d keys, want %d", len(spans), len(want))
	}
	agree(t, tricky)
}

// agree holds the scanner against the decoder: as many keys, in the same
// order, each with a text that means the end of it, on the line that it says.
func agree(t *testing.T, text string) {
	t.Helper()
	var root map[string]any
	meta, err := decode(text, &root)
	spans := keySpans(text)
	if err != nil {
		return // it came back
	}
	keys := meta.Keys()
	if len(keys) != len(spans) {
		t.Fatalf("%q: keys %v, %d spans", text, keys, len(spans))
	}
	for i, s := range spans {
		if line := 1 + strings.Count(text[:s.start], "\n"); s.line != line {
			t.Fatalf("%q: key %v is on line %d, not %d", text, keys[i], line, s.line)
		}
		parts := partsOf(t, text[s.start:s.end])
		n := len(parts)
		if n > len(keys[i]) {
			t.Fatalf("%q: %v is too long for %v", text, parts, keys[i])
		}
		if !slices.Equal(parts, keys[i][len(keys[i])-n:]) {
			t.Fatalf("%q: %v is not the end of %v", text, parts, keys[i])
		}
	}
}

// partsOf has the decoder read a key by itself.
func partsOf(t *testing.T, key string) []string {
	t.Helper()
	var root map[string]any
	meta, err := toml.Decode(key+"= 0", &root)
	if err != nil || len(meta.Keys()) != 1 {
		t.Fatalf("%q is no key: %v", key, err)
	}
	return meta.Keys()[0]
}

func FuzzKeySpans(f *testing.F) {
	for _, text := range []string{
		tricky, "schema = 1\n[plugins.vae]\nsource = 'p'\n[plugins]\nimage.source = 'q'\nfar = { source = 'r' }\n", "", "a", "=", "[", "[[", "[a", "a=", "a={", "a=[", `a="`, `a="""`, `a="\`, "a='''x", "\"", "#", "a=[#",
		"a = {b.c = 1, b.d = {}}\n", "a = {\n b = 1, # x\n c = 2,\n}\n", "[a.b]\n[a]\n", "a.b.c = 1\na.b.d = 2",
		"x = [[[{a=1}],[{a=2}]]]", "a = 1 # b = 2\r\nc = 3", "[a]#\n[[b.c]]\n", "d = 07:32:00\n", "a=''''x''''", "a=\"\"\"\\\n b=1\"\"\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 || strings.HasPrefix(text, "\ufeff") || strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
			return // parse takes them off
		}
		agree(t, text)
	})
}

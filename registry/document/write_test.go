package document

import "testing"

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "plain", `a "b" \c`, "line\nbreak\ttab", "\x00\x1f\x7f", "ü€😀", "'''\"\"\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc, err := Parse("f", "x = "+QuoteAll([]string{s, "and"})+"\n")
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		list, _ := doc.Root().Value("x")
		got := list.([]any)[0].(string)
		if again := Quote(got); len(list.([]any)) != 2 || again != Quote(s) {
			t.Errorf("%q comes back as %q", s, got)
		}
	})
}

func TestSizes(t *testing.T) {
	for bytes, want := range map[int64]string{1 << 10: "1KiB", 3 << 29: "1536MiB", 4 << 30: "4GiB", 1 << 40: "1TiB", 1000: "0.9765625KiB"} {
		text := WriteSize(bytes)
		doc, err := Parse("f", "x = "+Quote(text)+"\n")
		if err != nil {
			t.Fatal(err)
		}
		got, err := doc.Root().Size("x")
		if text != want || got != bytes || err != nil {
			t.Errorf("%d bytes: %s, read as %d, %v", bytes, text, got, err)
		}
	}
}

package document

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Quote writes a text as TOML does, on one line.
func Quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, string(utf8.RuneError)) {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// QuoteAll writes a list of texts.
func QuoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, s := range texts {
		quoted[i] = Quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// WriteSize writes a number of bytes as [Table.Size] reads it.
func WriteSize(bytes int64) string {
	for _, unit := range []string{"TiB", "GiB", "MiB", "KiB"} {
		if n := int64(sizes[unit]); bytes >= n && bytes%n == 0 {
			return fmt.Sprintf("%d%s", bytes/n, unit)
		}
	}
	return fmt.Sprintf("%gKiB", float64(bytes)/sizes["KiB"])
}

package main

import (
	"strings"
	"unicode"
)

const (
	sketchWidth = 79 // columns of a terminal
	sketchLines = 20
	between     = "  "
)

// sketch shows the first few texts: short lines side by side, windows below one
// another with a rule between them.
func sketch(texts []string, mode string) string {
	var all strings.Builder
	if mode == modeWindows {
		for i, lines := 0, 0; i < len(texts) && lines < sketchLines; i++ {
			if i > 0 {
				all.WriteString(strings.Repeat("-", sketchWidth/2) + "\n")
			}
			shown := broken(texts[i], sketchWidth)
			for _, line := range shown[:min(len(shown), sketchLines)] {
				all.WriteString(line + "\n")
				lines++
			}
		}
		return all.String()
	}
	width := 1
	for i, t := range texts {
		texts[i] = strings.Join(broken(t, sketchWidth)[:1], "")
		width = max(width, columnsOf(texts[i]))
	}
	across := max(1, (sketchWidth+len(between))/(width+len(between)))
	for i, t := range texts[:min(len(texts), across*sketchLines)] {
		switch {
		case i%across == across-1 || i == len(texts)-1:
			all.WriteString(t + "\n")
		default:
			all.WriteString(t + strings.Repeat(" ", width-columnsOf(t)) + between)
		}
	}
	return all.String()
}

// broken divides a text into lines of so many columns, and characters, at most,
// without any that would move a terminal's cursor.
func broken(text string, most int) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		var b strings.Builder
		wide, n := 0, 0
		for _, r := range line {
			r = visible(r)
			if wide+columnsOfRune(r) > most || n == most {
				lines = append(lines, b.String())
				b.Reset()
				wide, n = 0, 0
			}
			b.WriteRune(r)
			wide += columnsOfRune(r)
			n++
		}
		lines = append(lines, b.String())
	}
	return lines
}

// visible stands for r where a person looks.
func visible(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r == replacement:
		return '?'
	case r == ' ', unicode.IsGraphic(r) && !unicode.Is(unicode.Zs, r):
		return r
	case unicode.IsSpace(r):
		return ' '
	}
	return '·'
}

func columnsOf(text string) int {
	n := 0
	for _, r := range text {
		n += columnsOfRune(r)
	}
	return n
}

// columnsOfRune is how wide a terminal shows a character: none for marks on
// others, two for those of East Asia and for pictures.
func columnsOfRune(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}

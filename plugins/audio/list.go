package main

import (
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A list is a line of text for each clip, for a terminal: its label, its peak,
// how long it sounds, and how loud it is over time.
type list struct {
	strings.Builder
	lines int
}

const (
	maxLines   = 20
	labelWidth = 12
	curveWidth = 40
	faded      = -40.0        // dB below its peak, where a clip has ended
	ramp       = " .:-=+*#%@" // from silence to the clip's peak
)

func (t *list) add(label string, clip []float32, rate int) {
	if t.lines++; t.lines > maxLines {
		return
	}
	p := peak(clip)
	if p == 0 {
		fmt.Fprintf(t, "%s  silence\n", column(label))
		return
	}
	last := 0
	for i, v := range clip {
		if decibels(max(v, -v)/p) > faded {
			last = i + 1
		}
	}
	line := fmt.Sprintf("%s %6.1f dB %5.2f s  %s", column(label), decibels(p), float64(last)/float64(rate), curve(clip, p))
	t.WriteString(strings.TrimRight(line, " ") + "\n")
}

func decibels(v float32) float64 { return 20 * math.Log10(float64(v)) }

// column is a label as wide as all others.
func column(label string) string {
	label = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, label)
	runes := []rune(label)
	if len(runes) > labelWidth {
		runes = append(runes[:labelWidth-1], '…')
	}
	return string(runes) + strings.Repeat(" ", labelWidth-len(runes))
}

// curve is the clip's loudest sample over time, in letters.
func curve(clip []float32, p float32) string {
	line := make([]byte, curveWidth)
	for i := range line {
		from := i * len(clip) / curveWidth
		to := max(from+1, (i+1)*len(clip)/curveWidth)
		level := math.Inf(-1)
		if v := peak(clip[from:to]); v > 0 {
			level = decibels(v / p)
		}
		step := (level - faded) / -faded * float64(len(ramp)-1)
		line[i] = ramp[int(math.Ceil(min(max(step, 0), float64(len(ramp)-1))))]
	}
	return string(line)
}

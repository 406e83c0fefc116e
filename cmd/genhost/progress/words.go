package progress

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// gap is between things on a line.
const gap = "  "

func epochText(m *meter) string {
	if m.at.Epochs == 0 {
		return ""
	}
	return fmt.Sprintf("epoch %d/%d", m.epoch(), m.at.Epochs)
}

func stepText(m *meter) string {
	if m.at.Steps == 0 {
		return fmt.Sprintf("step %d", m.at.Step)
	}
	return fmt.Sprintf("step %d/%d", m.at.Step, m.at.Steps)
}

// speedText is in rows where it can be.
func speedText(m *meter) string {
	speed := m.speed()
	if speed == 0 {
		return ""
	}
	if rows := m.rowsPerStep(); rows > 0 {
		return perSecond(speed*rows) + " rows/s"
	}
	return perSecond(speed) + " steps/s"
}

func leftText(m *meter) string {
	left, known := m.left()
	if !known {
		return ""
	}
	return duration(left) + " left"
}

func readingText(rows, total int) string {
	if total <= 0 {
		return thousands(rows) + " rows"
	}
	return thousands(rows) + "/" + thousands(total) + " rows"
}

// metricTexts are the metrics, first what is called loss, then the others by
// name.
func metricTexts(m sdk.Metrics) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = Clean(name) + " " + number(m[name])
	}
	return names
}

// rank puts the metrics first that say most, where there is no room for all.
func rank(name string) int {
	switch name {
	case "loss":
		return 0
	case sdk.Validated + "loss":
		return 1
	}
	return 2
}

// number writes v with about four digits.
func number(v float64) string {
	if size := math.Abs(v); size >= 1e4 && size < 1e7 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func perSecond(v float64) string {
	if v < 10 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return thousands(int(math.Round(v)))
}

// thousands writes n as 12,345.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// duration writes d as 12s, 3m05s or 2h04m.
func duration(d time.Duration) string {
	s := int(math.Round(d.Seconds()))
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	}
	return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
}

// join puts together what is not empty. Where that is wider than width, it
// leaves out the last of the middle, and an ellipsis says so.
func join(width int, head, middle, tail []string) string {
	for n := len(middle); ; n-- {
		parts := slices.Concat(head, middle[:n])
		if n < len(middle) {
			parts = append(parts, "…")
		}
		parts = slices.DeleteFunc(append(parts, tail...), func(s string) bool { return s == "" })
		line := strings.Join(parts, gap)
		if n == 0 || utf8.RuneCountInString(line) <= width {
			return line
		}
	}
}

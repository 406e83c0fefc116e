package main

import (
	"math"
	"strconv"
	"strings"
)

// largest bounds numbers, lest their spread be none.
const largest = 1e300

// parseNumber reads a number as people and programs write it: with a point,
// with an exponent or without. Numbers with leading zeros are codes.
func parseNumber(cell string) (float64, bool) {
	digits := strings.TrimLeft(cell, "+-")
	if len(cell)-len(digits) > 1 || digits == "" || strings.Trim(cell, "+-.0123456789eE") != "" {
		return 0, false
	}
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return 0, false
	}
	v, err := strconv.ParseFloat(cell, 64)
	return v, err == nil && math.Abs(v) <= largest
}

// places returns how many digits a number has after the point. Of one with an
// exponent there is no telling.
func places(cell string) (n int, exponent bool) {
	if strings.ContainsAny(cell, "eE") {
		return 0, true
	}
	_, fraction, _ := strings.Cut(cell, ".")
	return len(fraction), false
}

// hasDecimalComma reports cells such as 1,5 and 1.234,56.
func hasDecimalComma(cell string) bool {
	whole, fraction, found := strings.Cut(strings.TrimLeft(cell, "+-"), ",")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789.") == "" }
	return found && digits(whole) && digits(fraction)
}

// resolution is the part of a column's range that is certain to come back.
const resolution = 1e-6

// A format is how numbers of a column are written.
type format struct {
	Places int `json:"places,omitempty"` // digits after the point
	Digits int `json:"digits,omitempty"` // digits in all, with an exponent where it is shorter; 0 for numbers written with Places
}

// formatOf is that of numbers with so many places, some with exponents, in a
// range. It has no more digits than a row can tell apart.
func formatOf(places int, exponent bool, least, most float64) format {
	span := most/2 - least/2
	if !(span > 0) {
		span = math.Max(math.Abs(most)/2, 0.5)
	}
	span *= 2 * resolution
	if exponent || math.IsInf(span, 0) {
		digits := math.Ceil(math.Log10(math.Max(math.Abs(least), math.Abs(most))/span)) + 1
		return format{Digits: int(min(max(digits, 7), 17))}
	}
	return format{Places: min(places, max(0, int(math.Ceil(-math.Log10(span)))))}
}

func (f format) write(x float64) string {
	if f.Digits > 0 {
		return strconv.FormatFloat(x, 'g', f.Digits, 64)
	}
	text := strconv.FormatFloat(x, 'f', f.Places, 64)
	if strings.Trim(text, "-0.") == "" {
		return strings.TrimPrefix(text, "-")
	}
	return text
}

package main

import (
	"math"
	"strings"
	"time"
)

// layouts are the dates that are recognised.
func layouts() []string {
	return []string{
		"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339,
		"2006/01/02", "2006/01/02 15:04", "2006/01/02 15:04:05",
		"02.01.2006", "02.01.2006 15:04", "02.01.2006 15:04:05", "2.1.2006",
		"02/01/2006", "02/01/2006 15:04", "02/01/2006 15:04:05", "2/1/2006",
		"01/02/2006", "01/02/2006 15:04", "01/02/2006 15:04:05", "1/2/2006",
		"02-01-2006", "01-02-2006", "02-Jan-2006", "02 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006",
	}
}

// isLayout reports whether a date comes back from the text that it makes.
func isLayout(layout string) bool {
	when := time.Date(2013, 11, 27, 0, 0, 0, 0, time.UTC)
	back, err := time.Parse(layout, when.Format(layout))
	return err == nil && back.Equal(when)
}

const day = 24 * 60 * 60

// unit is how many seconds the numbers count that stand for such dates: those
// of a day where there is no time of day.
func unit(layout string) int64 {
	if strings.Contains(layout, "15") || strings.Contains(layout, "03") || strings.Contains(layout, "3:") {
		return 1
	}
	return day
}

// parseDate returns a date as a number of units since 1970.
func parseDate(layout, cell string) (float64, bool) {
	when, err := time.Parse(layout, cell)
	if err != nil {
		return 0, false
	}
	return float64(when.Unix() / unit(layout)), true
}

// writeDate writes a number of units since 1970 as a date, in UTC.
func writeDate(layout string, x float64) string {
	return time.Unix(int64(math.Round(x))*unit(layout), 0).UTC().Format(layout)
}

// looksDated reports cells that are worth a try as dates.
func looksDated(cell string) bool {
	return len(cell) >= 8 && len(cell) <= 32 && strings.ContainsAny(cell, "0123456789")
}

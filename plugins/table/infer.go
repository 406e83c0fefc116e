package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// What a column is, where read.types does not say.
const (
	fewWhole   = 10  // so many whole numbers, each as often as that, are categories
	small      = 100 // rows of a table in which all cells may differ
	mostlyPart = 0.9 // of the cells that are numbers, if the rest are mistakes
)

// A fault is why a column cannot be read, and what to do about it.
type fault struct{ problem, advice string }

// infer decides what a column is, of which everything has been seen.
func (s *sight) infer(title string, rows int) (t setType, bad *fault) {
	as := func(k kind) string { return fmt.Sprintf("--set 'read.types=%s=%s'", title, k) }
	switch {
	case s.cells == s.numbers && s.cells > 0:
		return setType{kind: s.numberOrCategory()}, nil
	case s.cells > 0 && len(s.layouts) > 0 && (s.crowded || len(s.values) > 1):
		layout, bad := s.layout(title)
		return setType{date, layout}, bad
	case s.comma.where != "":
		return t, &fault{fmt.Sprintf("%q at %s: a number with a decimal comma, or with commas between thousands, is not read", s.comma.cell, s.comma.where),
			"write numbers with a decimal point and no commas, or leave the column out: " + as(drop)}
	case float64(s.numbers) >= mostlyPart*float64(s.cells) && (s.crowded || len(s.values) > fewWhole):
		return t, &fault{fmt.Sprintf("%q at %s is no number, and %d of the %d cells are", s.odd.cell, s.odd.where, s.numbers, s.cells),
			"correct it, name it in read.missing if it stands for no value, or say that they are all categories: " + as(category)}
	case s.long.where != "":
		return t, &fault{fmt.Sprintf("the cell at %s has more than %d bytes: it is text, and no category", s.long.where, maxValue),
			"leave the column out: " + as(drop)}
	case s.distinct && (s.crowded || len(s.values) > 1 && rows >= small):
		which := fmt.Sprintf("all %d", s.cells)
		if s.crowded {
			which = fmt.Sprintf("the first %d", s.limit+1)
		}
		return t, &fault{fmt.Sprintf("%s cells differ, %q at %s being one: they are identifiers, which cannot be learned", which, s.odd.cell, s.odd.where),
			"leave the column out: " + as(drop)}
	case s.crowded:
		return t, &fault{fmt.Sprintf("more than %d different values", s.limit),
			"leave the column out: " + as(drop) + ", or allow more: --set read.categories"}
	}
	return setType{kind: category}, nil
}

func (s *sight) numberOrCategory() kind {
	n := len(s.values)
	if s.crowded || n > 2 && !(s.whole && n <= fewWhole && s.cells >= n*fewWhole) {
		return number
	}
	return category
}

// layout is that of the column's dates.
func (s *sight) layout(title string) (string, *fault) {
	if len(s.layouts) == 0 {
		return "", &fault{fmt.Sprintf("%q at %s and the other cells have no layout that is known", s.odd.cell, s.odd.where),
			fmt.Sprintf("give it, as 2 January 2006 would be written: --set 'read.types=%s=date:02.01.2006'", title)}
	}
	if first := s.layouts[0]; len(s.layouts) == 1 || !differ(s.layouts) {
		return first, nil
	}
	return "", &fault{fmt.Sprintf("dates such as %q at %s may begin with the day or with the month", s.odd.cell, s.odd.where),
		fmt.Sprintf("say which: --set 'read.types=%s=date:%s'", title, strings.Join(s.layouts, " or date:"))}
}

// differ reports layouts that read a date differently, rather than write the
// same date with and without zeros.
func differ(layouts []string) bool {
	dayFirst := func(l string) bool { return strings.Index(l, "2") < strings.Index(l, "1") }
	return slices.ContainsFunc(layouts, func(l string) bool { return dayFirst(l) != dayFirst(layouts[0]) })
}

// errFaults names the columns that cannot be read, and says why of the first.
func errFaults(titles []string, faults []*fault) error {
	var names []string
	var first *fault
	for i, f := range faults {
		if f == nil {
			continue
		}
		if first == nil {
			first = f
		}
		names = append(names, titles[i])
	}
	if first == nil {
		return nil
	}
	problem := first.problem
	if len(names) > 1 {
		problem += "; nor can these columns be read as they are: " + list(names[1:])
	}
	return sdk.Hint(fmt.Errorf("%w: column %s: %s", sdk.ErrBadInput, names[0], problem), first.advice)
}

// tooMany is why a column cannot be of categories, as read.types asks.
func (s *sight) tooMany(title string) *fault {
	if s.long.where != "" {
		return &fault{fmt.Sprintf("the cell at %s has more than %d bytes, which no category has", s.long.where, maxValue), "leave the column out"}
	}
	return &fault{fmt.Sprintf("more than %d different values", s.limit), fmt.Sprintf("allow more: --set read.categories, up to %d for all columns together", maxValues)}
}

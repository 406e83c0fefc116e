package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// column of cells as a table beside another column, so that none is empty.
func oneColumn(cells ...string) string {
	text := "id,c\n"
	for i, cell := range cells {
		text += fmt.Sprintf("%d,%s\n", i, cell)
	}
	return text
}

// many are n cells made of their numbers.
func many(n int, cell func(int) string) string {
	cells := make([]string, n)
	for i := range cells {
		cells[i] = cell(i)
	}
	return oneColumn(cells...)
}

func TestTypes(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want string // of the column c
	}{
		"decimals":        {oneColumn("1.5", "2", "3.25"), "number places 2"},
		"whole":           {oneColumn("1", "-2", "+3"), "number places 0"},
		"exponents":       {oneColumn("1e5", "2.5E-3", "3"), "number digits 8"},
		"missing":         {oneColumn("1", "NA", "3", "", "4"), "number places 0 missing NA"},
		"codes":           {oneColumn("007", "013", "1"), "category 1|007|013"},
		"booleans":        {oneColumn("true", "false", "true"), "category false|true"},
		"zeros and ones":  {oneColumn("0", "1", "1"), "category 0|1"},
		"a constant":      {oneColumn("7", "7", "7"), "category 7"},
		"nothing":         {oneColumn("", "", ""), "category  missing "},
		"words":           {oneColumn("b", "a", "", "b"), "category a|b missing "},
		"grades":          {many(60, func(i int) string { return fmt.Sprint(i%3 + 9) }), "category 9|10|11"},
		"few ages":        {many(60, func(i int) string { return fmt.Sprint(i % 11) }), "number places 0"},
		"halves":          {many(60, func(i int) string { return fmt.Sprint(i%3) + ".5" }), "number places 1"},
		"days":            {oneColumn("2024-01-31", "2023-02-01"), "date 2006-01-02"},
		"seconds":         {oneColumn("2024-01-31 10:11:12", "2023-02-01 00:00:00"), "date 2006-01-02 15:04:05"},
		"days first":      {oneColumn("31/01/2024", "01/02/2023"), "date 02/01/2006"},
		"months first":    {oneColumn("01/31/2024", "01/02/2023"), "date 01/02/2006"},
		"without zeros":   {oneColumn("31/1/2024", "1/2/2023"), "date 2/1/2006"},
		"with points":     {oneColumn("31.01.2024", "01.02.2023", "NA"), "date 02.01.2006 missing NA"},
		"names of months": {oneColumn("5 January 2024", "12 May 2023"), "date 2 January 2006"},
		"one day":         {oneColumn("2024-01-31", "2024-01-31"), "category 2024-01-31"},
		"dates and words": {oneColumn("2024-01-31", "soon"), "category 2024-01-31|soon"},
		"dates, a number": {oneColumn("2024-01-31", "7", "2023-02-01"), "category 7|2023-02-01|2024-01-31"},
		"odd values":      {oneColumn("10", "9", "-", "1e3"), "category 9|10|1e3|-"},
		"tiny range":      {oneColumn("1.000000000001", "1.000000000002", "1.5"), "number places 7"},
	} {
		got, _ := read(t, modality(t, nil), table(t, c.text))
		all := columnsOf(t, got.space)
		if text := all[len(all)-1].describe(); text != c.want {
			t.Errorf("%s: got %q, want %q", name, text, c.want)
		}
	}
}

// describe says what a column is, but for its range and modes.
func (c *column) describe() string {
	text := string(c.Type)
	switch {
	case c.Type == category:
		text += " " + strings.Join(c.Values, "|")
	case c.Type == date:
		text += " " + c.Layout
	case c.Digits > 0:
		text += fmt.Sprintf(" digits %d", c.Digits)
	default:
		text += fmt.Sprintf(" places %d", c.Places)
	}
	if c.Missing != nil {
		text += " missing " + *c.Missing
	}
	return text
}

func TestSetTypes(t *testing.T) {
	text := "a=b,c\n02/03/2024,1\n04/05/2024,2\n04/06/2024,3\n"
	for set, want := range map[string]string{
		"c=category": "category 1|2|3", "c=number": "number places 0", "c=drop": "date 02/01/2006",
	} {
		m := modality(t, func(s *settings) { s.Types = []string{"a=b=date:02/01/2006", set} })
		got, _ := read(t, m, table(t, text))
		all := columnsOf(t, got.space)
		if text := all[len(all)-1].describe(); text != want {
			t.Errorf("%s: got %q, want %q", set, text, want)
		}
		if head := strings.Split(written(t, m, got.space, got.all), "\n"); head[1][:10] != "02/03/2024" {
			t.Errorf("%s: wrote %q", set, head)
		}
	}
}

func TestBadTables(t *testing.T) {
	letters := func(i int) string { return strings.Repeat("x", i+1) }
	for name, c := range map[string]struct{ text, problem, hint string }{
		"empty":              {"", "is empty", ""},
		"a header alone":     {"a,b\n", "no rows", "row a line"},
		"no header":          {"1,2\n3,4\n", `table.csv:1:1: "1" where the name`, "read.header=no"},
		"a name twice":       {"a,b,a\n1,2,3\n", `columns 1 and 3 are both called "a"`, "name of its own"},
		"a name made up":     {"column 2,\n1,2\n", `both called "column 2"`, "name of its own"},
		"a long name":        {strings.Repeat("n", 300) + "\nx\n", "has 300 bytes", ""},
		"a ragged row":       {"a,b\n1,2\n1,2,3\n", "table.csv:3:1: 3 cells, where the first line has 2", "in quotes"},
		"an open quote":      {"a,b\n1,\"2\n", `table.csv:2:6: extraneous or missing "`, "twice"},
		"a bare quote":       {"a,b\n1,5\" pipe\n", "table.csv:2:4: bare", "twice"},
		"other letters":      {"a,b\n1,caf\xe9\n", "table.csv:2:3: \"caf\\xe9\" is no UTF-8", "iconv"},
		"UTF-16":             {"\xff\xfea\x00,\x00b\x00\n\x00", "is no UTF-8", "iconv"},
		"infinity":           {oneColumn("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "inf"), `"inf" at`, "read.missing"},
		"a mistake":          {many(40, func(i int) string { return fmt.Sprintf("%d%s", i, strings.Repeat("o", i/39)) }), `:41:4 is no number, and 39 of the 40`, "read.types=c=category"},
		"decimal commas":     {"c;d\n1,5;a\n2,5;b\n", `"1,5" at`, "decimal point"},
		"thousands":          {oneColumn(`"1,234"`, `"5,678.9"`), "decimal comma", "no commas"},
		"identifiers":        {many(100, letters), "all 100 cells differ", "read.types=c=drop"},
		"more identifiers":   {many(600, func(i int) string { return fmt.Sprint("v", i%300) }), "the first 257 cells differ", "read.types=c=drop"},
		"more values":        {many(600, func(i int) string { return fmt.Sprint("v", i/2) }), "more than 256", "read.categories"},
		"text":               {oneColumn(letters(300), "b"), "more than 256 bytes", "read.types=c=drop"},
		"ambiguous dates":    {oneColumn("01/02/2024", "03/04/2024"), "the day or with the month", "date:02/01/2006"},
		"two of a kind":      {"id,c,d\n" + many(100, func(i int) string { return letters(i) + "," + letters(i) })[len("id,c\n"):], "be read as they are: d", "drop"},
		"too many columns":   {strings.Repeat("x,", 10_000) + "x\n", "10001 columns", ""},
		"too large a number": {many(40, func(i int) string { return fmt.Sprintf("%de%d", i, 8*i) }), `"38e304" at`, ""},
	} {
		r := &rows{}
		err := modality(t, nil).Read(t.Context(), table(t, c.text), r)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.problem) || !strings.Contains(err.Error(), "table.csv") || !strings.Contains(fmt.Sprint(sdk.Hints(err)), c.hint) {
			t.Errorf("%s: got %v %v, want %q, %q", name, err, sdk.Hints(err), c.problem, c.hint)
		}
		if r.all.Len() > 0 {
			t.Errorf("%s: wrote %d rows", name, r.all.Len())
		}
	}
}

func TestBadSetTypes(t *testing.T) {
	for set, problem := range map[string]string{
		"c=number": `table.csv:3:3: column c: "x" is no number`, "c=date": "no layout that is known", "c=date:2006-01-02": `"1" is no date such as 2006-01-02`,
		"d=number": "every cell is missing",
	} {
		m := modality(t, func(s *settings) { s.Types = []string{set} })
		err := m.Read(t.Context(), table(t, "id,c,d\n0,1,\n1,x,\n"), &rows{})
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), problem) || len(sdk.Hints(err)) == 0 {
			t.Errorf("%s: got %v, want %q", set, err, problem)
		}
	}
	m := modality(t, func(s *settings) { s.Types = []string{"id=drop"} })
	if err := m.Read(t.Context(), table(t, "id\n0\n"), &rows{}); err == nil || !strings.Contains(err.Error(), "no columns") {
		t.Errorf("nothing left: got %v", err)
	}
}

func TestLongRecord(t *testing.T) {
	err := modality(t, nil).Read(t.Context(), table(t, "a,b\n\""+strings.Repeat("x", maxLine+1<<17)), &rows{})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "more than 16 MiB") {
		t.Errorf("got %v", err)
	}
}

// TestWideTable takes more to describe than crosses to the host.
func TestWideTable(t *testing.T) {
	var head, row strings.Builder
	for i := range 9000 {
		fmt.Fprintf(&head, "column-%d,", i)
		fmt.Fprintf(&row, "x,")
	}
	src := table(t, head.String()+"z\n"+row.String()+"z\n")
	if err := modality(t, nil).Read(t.Context(), src, &rows{}); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "9001 columns take") {
		t.Errorf("got %v", err)
	}
}

func TestHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		header, text string
		wants        string // what is written
	}{
		"none":    {"no", "1,a\n2,b\n3,a\n", "1,a\n2,b\n3,a\n"},
		"years":   {"yes", "2019,2020\nx,y\nz,y\n", "2019,2020\nx,y\nz,y\n"},
		"unnamed": {"auto", ",b\nx,y\nz,y\n", ",b\nx,y\nz,y\n"},
		"marked":  {"auto", "\ufeffa,b\nx,y\nz,y\n", "a,b\nx,y\nz,y\n"},
		"spaces":  {"auto", "a, b\r\nx , y\r\n\r\nz,y\r\n", "a,b\nx,y\nz,y\n"},
	} {
		m := modality(t, func(s *settings) { s.Header = c.header })
		got, _ := read(t, m, table(t, c.text))
		if text := written(t, m, got.space, got.all); text != c.wants {
			t.Errorf("%s: wrote %q, want %q", name, text, c.wants)
		}
	}
}

func TestSniff(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want rune
	}{
		"commas": {"a,b\n1,2\n", ','}, "semicolons": {"a;b\n1,5;2,5\n1;2,5\n", ';'}, "tabs": {"a\tb c\n1,5\t2;3\n", '\t'}, "pipes": {"a|b\n1|2\n", '|'},
		"commas in a name": {"x,y,z;b\n1;2\n3;4\n", ';'}, "one column": {"a\n1\n", ','}, "quotes": {"a,b\n\"x;y;z\",2\n", ','}, "ragged": {"a;b;c\n1;2\n", ';'}, "a cut line": {"a;x,y;b\n1;2,3;4\n5;6,7", ';'},
	} {
		if got := sniff([]byte(c.text), name == "a cut line"); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	m := modality(t, func(s *settings) { s.Separator = "pipe" })
	if got, _ := read(t, m, table(t, "a,a|b\nx,y|z\n")); len(columnsOf(t, got.space)) != 2 || got.space.Meta["separator"] != "|" {
		t.Errorf("got %v", got.space.Meta)
	}
}

func TestParseNumber(t *testing.T) {
	for cell, want := range map[string]float64{"1": 1, "-2.50": -2.5, "+.5": 0.5, "1e-3": 1e-3, "0": 0, "0.1": 0.1, "5.": 5} {
		if got, ok := parseNumber(cell); !ok || got != want {
			t.Errorf("%q: got %v, %v", cell, got, ok)
		}
	}
	for _, cell := range []string{"", "-", "+-1", "inf", "NaN", "0x10", "1_000", "01", "-007", "1e", "1e999", "1e301", "e", "1 2", "1,5", "١"} {
		if got, ok := parseNumber(cell); ok {
			t.Errorf("%q: got %v", cell, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for want, c := range map[string]struct {
		format
		x float64
	}{
		"1.50": {format{Places: 2}, 1.5}, "0": {format{}, -0.2}, "0.0": {format{Places: 1}, -0.04}, "-3": {format{}, -3.4}, "1.235e+10": {format{Digits: 4}, 12345678901}, "0.5": {format{Digits: 4}, 0.5},
	} {
		if got := c.write(c.x); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if f := formatOf(2, false, 5, 5); f != (format{Places: 2}) {
		t.Errorf("a constant is written by %+v", f)
	}
	if f := formatOf(12, false, -1e300, 1e300); f != (format{}) {
		t.Errorf("a wide range is written by %+v", f)
	}
}

func TestDates(t *testing.T) {
	for layout, c := range map[string]struct {
		cell string
		want float64
	}{
		"2006-01-02": {"1970-01-11", 10}, "02.01.2006": {"30.12.1969", -2}, "2006-01-02 15:04": {"1970-01-01 01:00", 3600}, "2006-01-02T15:04:05Z07:00": {"1970-01-01T00:00:07Z", 7},
	} {
		got, ok := parseDate(layout, c.cell)
		if !ok || got != c.want || writeDate(layout, got) != c.cell {
			t.Errorf("%s is %v, and written %s", c.cell, got, writeDate(layout, got))
		}
	}
	for _, l := range layouts() {
		if !isLayout(l) {
			t.Errorf("%s is no layout", l)
		}
	}
}

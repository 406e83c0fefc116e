package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/sdk"
)

func printModels(w io.Writer, models []host.ModelInfo) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tFAMILY\tPLUGIN\tDATA\tWORKS WITH\tCAN\tWHAT")
	for _, m := range models {
		if m.Problem != "" {
			fmt.Fprintf(t, "%s\t-\t%s\t%s\t-\t-\tcannot be used\n", m.Name, m.Plugin, cmp.Or(m.Data, "-"))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\t%s\t%s\n", m.Name, m.Family, m.Plugin, m.Version, cmp.Or(m.Data, "-"), working(m.Works), list(m.Can), m.Doc)
	}
	return t.Flush()
}

// working names the modalities that a model works with.
func working(all []host.Pairing) string {
	var names []string
	for _, p := range all {
		if p.Works {
			names = append(names, progress.Clean(p.Modality))
		}
	}
	return cmp.Or(strings.Join(names, ","), "-")
}

func list(can []sdk.Ability) string {
	words := make([]string, len(can))
	for i, c := range can {
		words[i] = string(c)
	}
	return strings.Join(words, ",")
}

func printJSON[T any](w io.Writer, v T) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printText prints what has a text for people, or as JSON.
func printText[T interface{ Text() string }](w io.Writer, v T, asJSON bool) error {
	if asJSON {
		return printJSON(w, v)
	}
	_, err := io.WriteString(w, v.Text())
	return err
}

func printDescription(w io.Writer, d host.Description) error {
	fmt.Fprintf(w, "%s: %s\n%s of plugin %s %s\n", d.Name, d.Doc, d.Kind, d.Plugin, d.Version)
	if len(d.Can) > 0 {
		fmt.Fprintf(w, "family %s; can %s\n", d.Family, list(d.Can))
	}
	if len(d.Modalities) > 0 {
		fmt.Fprintf(w, "for %s\n", strings.Join(d.Modalities, ", "))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nSETTING\tVALUE\tDEFAULT\tTAKES\tWHAT")
	for _, s := range d.Settings {
		mark := ""
		if !bytes.Equal(s.Value, s.Default) {
			mark = " *"
		}
		fmt.Fprintf(t, "%s\t%s%s\t%s\t%s\t%s\n", s.Name, s.Value, mark, s.Default, s.Wants(), s.Help)
	}
	if len(d.Works) > 0 {
		fmt.Fprintln(t, "\nMODALITY\tWORKS\tWHY NOT")
		for _, p := range d.Works {
			works := map[bool]string{true: "yes", false: "no"}[p.Works]
			fmt.Fprintln(t, progress.Clean(p.Modality)+"\t"+works+"\t"+progress.Clean(p.Why))
		}
	}
	if len(d.Conditions) > 0 {
		fmt.Fprintln(t, "\nCONDITION\tVALUES\tWHAT")
		for _, c := range d.Conditions {
			fmt.Fprintln(t, progress.Clean(c.Name)+"\t"+valuesOf(c)+"\t"+progress.Clean(c.Doc))
		}
	}
	if len(d.Controls) > 0 {
		fmt.Fprintln(t, "\nCONTROL\tDEFAULT\tVALUES\tWHAT")
		for _, c := range d.Controls {
			usual := fmt.Sprintf("%g", c.Default)
			if len(c.Values) > 0 {
				usual = progress.Clean(c.Values[int(c.Default)])
			}
			fmt.Fprintln(t, progress.Clean(c.Name)+"\t"+usual+"\t"+valuesOf(c.Condition)+"\t"+progress.Clean(c.Doc))
		}
	}
	if len(d.Datasets) > 0 {
		fmt.Fprintln(t, "\nDATASET\tLICENCE\tWHAT")
		for _, s := range d.Datasets {
			fmt.Fprintf(t, "%s\t%s\t%s\n", s.Name, s.Licence, s.Doc)
		}
	}
	return t.Flush()
}

// valuesOf says which values a condition may have.
func valuesOf(c sdk.Condition) string {
	if len(c.Values) == 0 {
		return fmt.Sprintf("%g to %g", c.Min, c.Max)
	}
	return progress.Clean(strings.Join(c.Values, ", "))
}

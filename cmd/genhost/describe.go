package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/host"
)

func describeCmd(open opener) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "describe NAME",
		Short:   "say what a model or a modality can do, and its settings",
		Example: "  genhost describe vae\n  genhost describe image --json",
		Args:    takes("NAME"),
		RunE: open.ask(func(ctx context.Context, cmd *cobra.Command, h *host.Host, args []string) error {
			d, err := h.Describe(ctx, args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), d)
			}
			return printDescription(cmd.OutOrStdout(), d)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
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
	if len(d.Conditions) > 0 {
		fmt.Fprintln(t, "\nCONDITION\tVALUES\tWHAT")
		for _, c := range d.Conditions {
			values := strings.Join(c.Values, ", ")
			if values == "" {
				values = fmt.Sprintf("%g to %g", c.Min, c.Max)
			}
			fmt.Fprintln(t, progress.Clean(c.Name)+"\t"+progress.Clean(values)+"\t"+progress.Clean(c.Doc))
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

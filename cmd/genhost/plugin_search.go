package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginSearchCmd(p *pluginVerbs) *cobra.Command {
	var in string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "search [WORD]...",
		Short: "list plugins that can be installed",
		Long: `Search lists the packages in a folder, or the versions in an OCI repository or
layout, that have all of the words in their name, what they are or what they
offer. Without --in it lists what this machine has in its store, from earlier
installations. Nothing is started, and there is no central list.`,
		Example: `  genhost plugin search --in ./packages image
  genhost plugin search --in oci://ghcr.io/acme/tabgan`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(ctx context.Context, i install.Installer) error {
				all, err := i.Search(ctx, in, args...)
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), append([]install.Found{}, all...))
				}
				return printFound(cmd.OutOrStdout(), all)
			})
		},
	}
	cmd.Flags().StringVar(&in, "in", "", "a folder, oci://HOST/REPOSITORY or oci-layout:FOLDER")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printFound(w io.Writer, all []install.Found) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tVERSION\tOFFERS\tTARGETS\tSOURCE\tWHAT")
	for _, f := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Version, cmp.Or(strings.Join(f.Offers, ","), "-"),
			strings.Join(f.Targets, ","), f.Source, indented(cmp.Or(f.Problem, f.Summary)))
	}
	return t.Flush()
}

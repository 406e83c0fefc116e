package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginListCmd(p *pluginVerbs) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the plugins of models.toml",
		Long: `List says which version of each plugin is pinned, who signed it, and whether it
is there: ready, not installed, differs (models.toml wants another than
models.lock.toml pins), or not pinned, for a program that is used as it is. To
look into what is installed, use genhost plugin verify.`,
		Example: "  genhost plugin list\n  genhost plugin list --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd, func(_ context.Context, in install.Installer) error {
				all, err := in.List()
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), all)
				}
				return printPlugins(cmd.OutOrStdout(), all)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printPlugins(w io.Writer, all []install.Listed) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tVERSION\tSIGNER\tSTATE\tSOURCE")
	for _, p := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", p.Name, cmp.Or(p.Version, "-"), cmp.Or(p.Signer, "-"), p.State, p.Source)
	}
	return t.Flush()
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginVerifyCmd(p *pluginVerbs) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [NAME]...",
		Short: "look at every file of what is installed",
		Long: `Verify holds each installed plugin to what models.lock.toml pins, reads all of
its files, and judges who signed it by the keys and the policy of models.toml.
What is not as it should be ends with exit code 5; genhost plugin install mends
files that have changed.`,
		Example: "  genhost plugin verify\n  genhost plugin verify vae --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error {
				all, err := in.Verify(ctx, args...)
				if asJSON {
					return errors.Join(printJSON(cmd.OutOrStdout(), append([]install.Checked{}, all...)), err)
				}
				return errors.Join(printChecked(cmd.OutOrStdout(), all), err)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printChecked(w io.Writer, all []install.Checked) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.Name, cmp.Or(c.Version, "-"), c.State)
	}
	return t.Flush()
}

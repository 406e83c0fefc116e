package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

// printInstalled prints what was installed, and warns of what is not right.
func printInstalled(cmd *cobra.Command, all []install.Installed, asJSON bool) error {
	for _, i := range all {
		for _, w := range i.Warnings {
			fmt.Fprintf(cmd.ErrOrStderr(), "genhost: warning: %s: %s\n", i.Name, indented(w))
		}
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), append([]install.Installed{}, all...))
	}
	for _, i := range all {
		if _, err := io.WriteString(cmd.OutOrStdout(), indented(i.Text())+"\n"); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/registry/install"
)

func pluginWhyCmd(p *pluginVerbs) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why NAME",
		Short: "say how a plugin is found, and what is passed over",
		Long: `Why walks the way from a plugin's name to the program that runs, and says of
each step what was found there or why it was not taken. At the end it starts the
program, and says what it offers and what keeps it in bounds.

Nothing else is looked at: no PATH, no folder of programs.`,
		Example: "  genhost plugin why vae",
		Args:    takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return interruptible(cmd, func(ctx context.Context) error {
				steps, err := p.said(cmd).Why(ctx, args[0])
				if asJSON {
					return errors.Join(printJSON(cmd.OutOrStdout(), steps), err)
				}
				return errors.Join(printSteps(cmd.OutOrStdout(), steps), err)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printSteps(w io.Writer, steps []install.Step) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range steps {
		mark := "yes"
		if !s.OK {
			mark = "no"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", s.Where, mark, progress.Clean(s.What))
	}
	return t.Flush()
}

package main

import (
	"github.com/spf13/cobra"
)

func compareCmd(open opener) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "compare RUN RUN...",
		Short: "put the figures of evaluated runs side by side",
		Long: `Compare prints the figures that "genhost evaluate" found for each run, side by
side. A star marks the best, and what chance alone may set apart from it.
Warnings say why figures may not compare.`,
		Example: "  genhost compare vae-fashion-1 gan-fashion-1\n  genhost compare vae-fashion-1 vae-fashion-2 --json",
		Args:    takesSeveral("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := open(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			found, err := h.Compare(args)
			if err != nil {
				return err
			}
			return printText(cmd.OutOrStdout(), found, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

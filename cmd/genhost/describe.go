package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func describeCmd(open opener) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "describe NAME",
		Short:   "say what a model or a modality can do, and its settings",
		Example: "  genhost describe vae\n  genhost describe image --json",
		Args:    takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				d, err := h.Describe(ctx, args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), d)
				}
				return printDescription(cmd.OutOrStdout(), d)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

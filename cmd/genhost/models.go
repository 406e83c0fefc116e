package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func modelsCmd(open opener) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "models",
		Short:   "list the models of models.toml",
		Example: "  genhost models\n  genhost models --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				models, err := h.Models(ctx)
				show := printModels
				if asJSON {
					show = printJSON
				}
				return errors.Join(show(cmd.OutOrStdout(), models), err)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

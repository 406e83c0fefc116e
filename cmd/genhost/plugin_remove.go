package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginRemoveCmd(p *pluginVerbs) *cobra.Command {
	var models bool
	cmd := &cobra.Command{
		Use:   "remove NAME...",
		Short: "take plugins out of models.toml",
		Long: `Remove takes a plugin, and the models that use it, out of models.toml and
models.lock.toml, and prints the names of what it took out. Runs stay, and so do
the files in the store, until genhost plugin prune.`,
		Example: "  genhost plugin remove vae",
		Args:    some("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error {
				for _, name := range args {
					removed, err := in.Remove(ctx, name, models)
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "plugin %s\n", name)
					for _, m := range removed {
						fmt.Fprintf(cmd.OutOrStdout(), "model %s\n", m)
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&models, "models", false, "also models that have settings")
	return cmd
}

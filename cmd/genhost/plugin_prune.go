package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginPruneCmd(p *pluginVerbs) *cobra.Command {
	return &cobra.Command{
		Use:   "prune",
		Short: "remove installed packages that nobody needs any more",
		Long: `Prune removes packages from the store that no models.lock.toml names, of those
for which they were installed, in this folder or another. One that runs stays. It
prints the hashes of what it removed.`,
		Example: "  genhost plugin prune",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error {
				removed, err := in.Prune(ctx)
				for _, hash := range removed {
					_, failed := fmt.Fprintln(cmd.OutOrStdout(), hash)
					err = errors.Join(err, failed)
				}
				return err
			})
		},
	}
}

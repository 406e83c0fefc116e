package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginMirrorCmd(p *pluginVerbs) *cobra.Command {
	return &cobra.Command{
		Use:   "mirror PLACE",
		Short: "copy what models.toml needs to a folder, to install it without a network",
		Long: `Mirror copies the packages of the plugins that are installed to a folder, as
models.lock.toml pins them, for all machines and with their signatures. It
prints the source of each copy. PLACE may also be oci://HOST/PREFIX, a registry
of your own, for plugins that come from OCI repositories.

A machine with the same models.toml and models.lock.toml installs all of them
from there with genhost plugin install --mirror PLACE: it gets just what is
pinned, or nothing.`,
		Example: `  genhost plugin mirror /media/stick/plugins
  genhost plugin mirror oci://registry.example.com/mirror`,
		Args: takes("PLACE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error {
				all, err := in.Mirror(ctx, args[0])
				for _, c := range all {
					_, failed := fmt.Fprintln(cmd.OutOrStdout(), c.Source)
					err = errors.Join(err, failed)
				}
				return err
			})
		},
	}
}

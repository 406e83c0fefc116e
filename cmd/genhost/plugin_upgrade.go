package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginUpgradeCmd(p *pluginVerbs) *cobra.Command {
	var req install.Request
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "upgrade NAME",
		Short: "install what a plugin's source holds now",
		Long: `Upgrade installs the newest version that models.toml wants of a plugin, and pins
that. With --version it writes to models.toml which versions are wanted; to go
back, name an old one. What runs is not disturbed: it ends with the version it
began with.`,
		Example: "  genhost plugin upgrade vae\n  genhost plugin upgrade tabgan --version '~> 3.0'",
		Args:    takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error {
				i, err := in.Upgrade(ctx, args[0], req)
				if err != nil {
					return err
				}
				return printInstalled(cmd, []install.Installed{i}, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Version, "version", "", "which versions will do from now on")
	f.StringVar(&req.SHA256, "sha256", "", "of the package's file, as its publisher tells")
	f.BoolVar(&req.AcceptSigner, "accept-new-signer", false, "another may have signed it than before")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

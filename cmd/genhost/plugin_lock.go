package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginLockCmd(p *pluginVerbs) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "lock",
		Short: "make models.lock.toml name the plugins of models.toml, or check that it does",
		Long: `Lock takes plugins that models.toml does not have any more out of
models.lock.toml, and writes down which are not pinned: those built from source.
It fetches nothing: what is to be pinned is installed, with genhost plugin
install or upgrade. The file pins a plugin for all machines that there are
programs for, so it need not be made on each.

With --check it changes nothing, and fails where the two files do not fit.`,
		Example: "  genhost plugin lock\n  genhost plugin lock --check",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error { return in.Lock(ctx, check) })
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing")
	return cmd
}

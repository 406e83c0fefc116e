package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func pullCmd(open opener) *cobra.Command {
	var req host.PullRequest
	cmd := &cobra.Command{
		Use:   "pull REFERENCE",
		Short: "make a run of a trained model that somebody has given away",
		Long: `Pull makes a run of what "genhost push" has published, and prints its directory:
generate, encode and evaluate use it as any other. Its model card is README.md.

REFERENCE is oci://HOST/REPOSITORY:TAG or oci-layout:FOLDER:TAG; the tag may be
left out where there is but one, and @sha256:... in its place means exactly that
model. The plugins that it needs must be in models.toml: pull says where they
differ from those that trained it, and refuses other series of versions.

Signatures are looked at by the policy and the keys of models.toml: a key that is
for some plugins is for their models too.

All that comes is held to its digest, and the plugin has loaded the weights,
before there is a run. Weights are safetensors, which hold no code.`,
		Example: `  genhost pull oci://ghcr.io/acme/vae-fashion:1.0.0
  genhost pull oci-layout:./shared --run theirs && genhost generate theirs -n 16`,
		Args: takes("REFERENCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				req.From = args[0]
				r, err := h.Pull(ctx, req)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), r.Dir)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Run, "run", "", "the run's name here (default as it was there)")
	f.BoolVar(&req.AnyPlugin, "any-plugin", false, "also with plugins of versions that may not understand it")
	return cmd
}

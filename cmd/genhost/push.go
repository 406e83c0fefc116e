package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func pushCmd(open opener) *cobra.Command {
	var req host.PushRequest
	var key string
	cmd := &cobra.Command{
		Use:   "push RUN REFERENCE",
		Short: "give a trained model away, through an OCI registry or a folder",
		Long: `Push publishes the model of a run: its weights, its configuration, what it
learned from, how good it is, and a model card, README.md, made of these. It
prints the reference with the digest, which others pull.

REFERENCE is oci://HOST/REPOSITORY:TAG, with the credentials of docker login, or
oci-layout:FOLDER:TAG, a folder that needs no registry. Without a tag, the run's
name is it.

No row of the data travels, nor any path of this machine, nor the words of
plugins. What the modality must know of the data does: the names of labels,
columns and categories. Run "genhost evaluate" before, so that the card has
figures.`,
		Example: `  genhost push vae-fashion-1 oci://ghcr.io/acme/vae-fashion:1.0.0 --licence MIT
  genhost push latest oci-layout:./shared --notes intended-use.md`,
		Args: takes("RUN", "REFERENCE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if req.Secret, err = secret(cmd, key); err != nil {
				return err
			}
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				req.Run, req.To = args[0], args[1]
				reference, err := h.Push(ctx, req)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), reference)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Checkpoint, "checkpoint", "", "which of the run: last, best on the rows held out, or a step (default best, or else last)")
	f.StringVar(&req.Licence, "licence", "", "of the weights, as an SPDX identifier such as MIT")
	f.StringVar(&req.Notes, "notes", "", "a Markdown file with words of yours for the model card")
	f.BoolVar(&req.Replace, "replace", false, "replace what is there under the tag")
	f.StringVar(&key, "sign", "", "sign it with this secret key of minisign")
	return cmd
}

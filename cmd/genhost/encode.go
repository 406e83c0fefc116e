package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/host"
)

func encodeCmd(open opener) *cobra.Command {
	var req host.EncodeRequest
	mode := progress.Auto
	cmd := &cobra.Command{
		Use:   "encode RUN --out FILE.npy",
		Short: "write the latents of data as a NumPy array",
		Long: `Encode writes one latent for each row of data to a .npy file of float32, and
prints its path. The data is what the run held out of training, unless --data
names other.`,
		Example: `  genhost encode latest --out latents.npy
  genhost encode vae-fashion-1 --data ~/pictures --out mine.npy`,
		Args: takes("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p := progress.New(cmd.ErrOrStderr(), mode)
			defer p.Close()
			return open.ask(cmd, p, func(ctx context.Context, h *host.Host) error {
				req.Run, req.Watcher = args[0], p
				err := h.Encode(ctx, req)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), req.Out)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Checkpoint, "checkpoint", "", checkpointHelp)
	f.StringVar(&req.Data, "data", "", "a dataset's name or a path (default what the run held out)")
	f.StringVarP(&req.Out, "out", "o", "latents.npy", "the file to write")
	f.Var(&mode, "progress", "how to show progress: auto, tty, plain, json or quiet")
	return cmd
}

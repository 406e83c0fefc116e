package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func reconstructCmd(open opener) *cobra.Command {
	var req host.ReconstructRequest
	cmd := &cobra.Command{
		Use:   "reconstruct RUN",
		Short: "show rows above what a model makes of them",
		Long: `Reconstruct encodes rows, decodes their latents, and draws the rows above the
result in one picture, whose path it prints. The rows are the first that the
run held out of training, unless --data names others.`,
		Example: `  genhost reconstruct latest
  genhost reconstruct vae-fashion-1 --data ~/pictures -n 8 --out mine.png`,
		Args: takes("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				req.Run = args[0]
				return h.Reconstruct(ctx, req, func(path string) { fmt.Fprintln(cmd.OutOrStdout(), path) })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Checkpoint, "checkpoint", "", checkpointHelp)
	f.StringVar(&req.Data, "data", "", "a dataset's name or a path (default what the run held out)")
	f.IntVarP(&req.N, "number", "n", 32, "how many rows")
	f.StringVarP(&req.Out, "out", "o", "", "the picture to write (default RUN/samples/reconstruction.png)")
	f.StringVar(&req.Files, "files", "", "folder to write what the model makes of each row to as a file, too")
	return cmd
}

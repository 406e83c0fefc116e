package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func interpolateCmd(open opener) *cobra.Command {
	var req host.InterpolateRequest
	cmd := &cobra.Command{
		Use:   "interpolate RUN",
		Short: "show the way from one row to another",
		Long: `Interpolate decodes the latents on the way from one row to another and draws
each way as a line of one picture, whose path it prints. The ends are generated
from --seed, or are rows of --data, two by two.`,
		Example: `  genhost interpolate latest
  genhost interpolate vae-fashion-1 --data ~/pictures -n 2 --steps 12`,
		Args: takes("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				req.Run = args[0]
				path, err := h.Interpolate(ctx, req)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), path)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Checkpoint, "checkpoint", "", checkpointHelp)
	f.IntVar(&req.Steps, "steps", 10, "rows on a way, with both ends")
	f.IntVarP(&req.N, "number", "n", 6, "how many ways")
	f.Uint64Var(&req.Seed, "seed", 0, "of the ends")
	f.StringVar(&req.Data, "data", "", "a dataset's name or a path whose rows are the ends")
	f.StringVarP(&req.Out, "out", "o", "", "the picture to write (default RUN/samples/interpolation.png)")
	return cmd
}

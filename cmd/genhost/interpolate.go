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
		Use:   "interpolate RUN [FROM TO]",
		Short: "show the way from one row to another",
		Long: `Interpolate decodes the latents on the way from one row to another and draws
each way as a line of one picture, whose path it prints. The ends are generated
from --seed, are rows of --data, two by two, or the files FROM and TO.`,
		Example: `  genhost interpolate latest
  genhost interpolate vae-fashion-1 --data ~/pictures -n 2 --steps 12
  genhost interpolate latest coat.png boot.png --files way`,
		Args: takesRunOrWay,
		RunE: func(cmd *cobra.Command, args []string) error {
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				if req.Run = args[0]; len(args) == 3 {
					req.From, req.To = args[1], args[2]
				}
				return h.Interpolate(ctx, req, func(path string) { fmt.Fprintln(cmd.OutOrStdout(), path) })
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
	f.StringVar(&req.Files, "files", "", "folder to write each row to as a file, too")
	return cmd
}

// takesRunOrWay checks that a command gets a run, or a run and two files.
func takesRunOrWay(cmd *cobra.Command, args []string) error {
	if len(args) == 3 {
		for _, flag := range []string{"data", "number", "seed"} {
			if cmd.Flags().Changed(flag) {
				return &usageError{cmd, fmt.Errorf("--%s beside FROM and TO: want one or the other", flag)}
			}
		}
	}
	if len(args) == 1 || len(args) == 3 {
		return nil
	}
	return &usageError{cmd, fmt.Errorf("%s takes RUN, or RUN FROM TO, got %d arguments", cmd.Name(), len(args))}
}

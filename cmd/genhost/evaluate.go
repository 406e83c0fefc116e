package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/host"
)

func evaluateCmd(open opener) *cobra.Command {
	var req host.EvaluateRequest
	var asJSON bool
	mode := progress.Auto
	cmd := &cobra.Command{
		Use:   "evaluate RUN",
		Short: "measure how good a trained model is",
		Long: `Evaluate has a model generate rows, holds them against real rows that it did not
learn from, and prints a table of figures, each with its standard error and with
what real rows get in place of the generated ones. The table is kept in
RUN/eval.json, and plots in RUN/plots/eval. "genhost help metrics" says what the
figures are.`,
		Example: `  genhost evaluate latest
  genhost evaluate vae-fashion-1 --metric likelihood --samples 5000
  genhost evaluate latest --data ~/others --metric prdc,memorisation --json`,
		Args: takes("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if req.N < 2 || req.Samples < 1 || req.Threads < 0 {
				return &usageError{cmd, fmt.Errorf("-n %d --samples %d --threads %d: want at least 2 rows and 1 sample", req.N, req.Samples, req.Threads)}
			}
			p := progress.New(cmd.ErrOrStderr(), mode)
			defer p.Close()
			return open.ask(cmd, p, func(ctx context.Context, h *host.Host) error {
				req.Run, req.Watcher = args[0], p
				found, err := h.Evaluate(ctx, req)
				p.Close() // before the table, which may go to the same terminal
				if err != nil {
					return err
				}
				return printText(cmd.OutOrStdout(), found, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Checkpoint, "checkpoint", "", checkpointHelp)
	f.StringVar(&req.Data, "data", "", "real rows, a dataset's name or a path (default what the run held out)")
	f.StringSliceVar(&req.Metrics, "metric", nil, "a metric or a figure; may be repeated (default all that apply)")
	f.IntVarP(&req.N, "n", "n", 5000, "how many rows to generate, and real ones to use at most")
	f.IntVar(&req.Samples, "samples", 200, "importance samples for the likelihood of a row")
	f.Uint64Var(&req.Seed, "seed", 1, "of everything random: equal seeds give equal figures")
	f.IntVar(&req.Threads, "threads", 0, "how many threads to compute with (default one for each core)")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	f.Var(&mode, "progress", "how to show progress: auto, tty, plain, json or quiet")
	return cmd
}

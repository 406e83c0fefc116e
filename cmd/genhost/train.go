package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/sdk"
)

func trainCmd(open opener) *cobra.Command {
	var req host.TrainRequest
	var holdout int
	mode := progress.Auto
	cmd := &cobra.Command{
		Use:   "train --model NAME",
		Short: "train a model in a new run",
		Long: `Train trains a model of models.toml in a new run directory, and prints that
directory. Settings are those that "genhost describe NAME" lists; those of the
modality that reads the data begin with "read.".

A model that can be validated does not learn from some rows: on them its loss is
measured at the end of epochs, and the best checkpoint is kept beside the last.

Ctrl-C once stops with a checkpoint, twice stops at once.`,
		Example: `  genhost train --model vae
  genhost train --model gan --data ~/pictures --set read.size=32 --epochs 50
  genhost train --model gan --modality table --data penguins
  genhost train --model vae --set latent=2 --set hidden=512,256 --seed 7
  genhost train --model vae --epochs 500 --holdout 2000 --patience 10`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && req.Model == "" {
				return &usageError{cmd, fmt.Errorf("train takes its model as --model %s", args[0])}
			}
			return takes()(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if req.Model == "" {
				return &usageError{cmd, sdk.Hint(fmt.Errorf("train needs --model NAME"), "genhost models lists them")}
			}
			for _, flag := range []string{"epochs", "max-steps", "threads"} {
				if v, err := cmd.Flags().GetInt(flag); cmd.Flags().Changed(flag) && (err != nil || v < 1) {
					return &usageError{cmd, fmt.Errorf("--%s %d: want at least 1", flag, v)}
				}
			}
			for _, flag := range []string{"holdout", "patience"} {
				if v, err := cmd.Flags().GetInt(flag); err != nil || v < 0 {
					return &usageError{cmd, fmt.Errorf("--%s %d: want at least 0", flag, v)}
				}
			}
			if cmd.Flags().Changed("holdout") {
				req.HoldOut = &holdout
			}
			p := progress.New(cmd.ErrOrStderr(), mode)
			defer p.Close()
			h, err := open(p)
			if err != nil {
				return err
			}
			ctx, stop, release := interrupts(cmd.Context(), p)
			defer release()
			req.Stop, req.Watcher = stop, p
			r, err := h.Train(ctx, req)
			p.Close() // before the path, which may go to the same terminal
			if r != nil {
				fmt.Fprintln(cmd.OutOrStdout(), r.Dir)
			}
			return err
		},
	}
	f := cmd.Flags()
	f.StringVarP(&req.Model, "model", "m", "", "the model, as models.toml names it")
	f.StringVar(&req.Modality, "modality", "", "what reads the data, such as image or table (default as in models.toml)")
	f.StringVar(&req.Data, "data", "", "what to learn from: a dataset's name or a path (default as in models.toml)")
	f.StringArrayVar(&req.Set, "set", nil, "a setting, NAME=VALUE; may be repeated")
	f.IntVar(&req.Epochs, "epochs", 0, "short for --set epochs=N")
	f.IntVar(&req.MaxSteps, "max-steps", 0, "end after so many steps (default as the settings say)")
	f.Uint64Var(&req.Seed, "seed", 1, "of everything random: equal seeds give equal weights")
	f.StringVar(&req.Run, "run", "", "the run's name (default MODEL-DATA-N)")
	f.IntVar(&req.Threads, "threads", 0, "how many threads to compute with (default one for each core)")
	f.IntVar(&holdout, "holdout", 0, "rows to validate on, 0 for none (default a twentieth, at most 5000, if the model can)")
	f.IntVar(&req.Patience, "patience", 0, "end after so many validations without a better one, 0 to go on")
	f.Var(&mode, "progress", "how to show progress: auto, tty, plain, json or quiet")
	return cmd
}

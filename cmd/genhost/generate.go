package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

// checkpointHelp is of a flag that several verbs have.
const checkpointHelp = "which of the run: last, best on the rows held out, or a step (default last)"

func generateCmd(open opener) *cobra.Command {
	var req host.GenerateRequest
	var strength float64
	cmd := &cobra.Command{
		Use:   "generate RUN",
		Short: "make new rows with a trained model",
		Long: `Generate asks the model trained in RUN for new rows, writes each to a file and
prints the paths, one a line; more than one row also get a contact sheet.

Equal seeds give equal files: row i of a seed is the same however many rows are
asked for. RUN is a name, a path, or "latest".

A condition may have several values, --set label=bag,shirt or --set label=0..9:
then there are -n rows of each, or of each combination of several conditions'
values, in turn. --set prompt=WORDS gives rows that begin with words, or contain
them, where the model and the modality can. A model that draws categories, such
as the characters of a text, has a temperature: --set temperature=0.5 gives
likelier rows, more alike; 0 the likeliest, 1 the model's own. What a model
heeds is told by genhost describe.

With --like FILE rows are like a file's: it is encoded, and its latent moved by
--strength towards random ones. --attribute LABEL=STEPS moves latents in the
direction in which, in the training rows, those with a label lie from the others;
a step is as far as their means are apart. --profile NAME asks for what
[profiles.NAME] of models.toml says: set, attribute, like and strength.`,
		Example: `  genhost generate latest -n 16
  genhost generate vae-fashion-1 --seed 7 --out pictures | xargs open
  genhost generate gan-fashion-2 --set label=0..9 -n 4
  genhost generate latest --like coat.png --strength 0.4 --attribute sneaker=+0.5 -n 8`,
		Args: takes("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if req.N < 1 || req.First < 0 {
				return &usageError{cmd, fmt.Errorf("-n %d --first %d: want at least 1 row, from 0 on", req.N, req.First)}
			}
			if cmd.Flags().Changed("strength") {
				if req.Like == "" && req.Profile == "" {
					return &usageError{cmd, errors.New("--strength says how far from the file of --like: give one")}
				}
				req.Strength = &strength
			}
			return open.ask(cmd, cmd.ErrOrStderr(), func(ctx context.Context, h *host.Host) error {
				req.Run = args[0]
				return h.Generate(ctx, req, func(path string) { fmt.Fprintln(cmd.OutOrStdout(), path) })
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.Checkpoint, "checkpoint", "", checkpointHelp)
	f.IntVarP(&req.N, "number", "n", 1, "how many rows, of each combination of conditions")
	f.Uint64Var(&req.Seed, "seed", 0, "which rows")
	f.IntVar(&req.First, "first", 0, "index of the first row of the seed's sequence")
	f.StringArrayVar(&req.Set, "set", nil, "a condition or a control, NAME=VALUE[,VALUE] or NAME=FIRST..LAST; may be repeated")
	f.StringVar(&req.Like, "like", "", "a file that the rows are to be like")
	f.Float64Var(&strength, "strength", host.DefaultStrength, "how far from that file: 0 is what the model makes of it, 1 is anything")
	f.StringVar(&req.Profile, "profile", "", "what a person likes, by name in models.toml")
	f.StringArrayVar(&req.Attributes, "attribute", nil, "LABEL=STEPS towards a label; may be repeated")
	f.StringVarP(&req.Out, "out", "o", "", "folder for the files (default one in RUN/samples, by seed and conditions)")
	return cmd
}

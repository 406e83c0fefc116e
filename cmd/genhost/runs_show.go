package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
)

func runsShowCmd(o *host.Options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "show RUN",
		Short:   "show how a run went, and its configuration",
		Example: "  genhost runs show latest",
		Args:    takes("RUN"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := run.Open(o.Runs(), args[0])
			if err != nil {
				return err
			}
			s := r.Summary()
			if s.Damage != "" {
				return fmt.Errorf("run %s is damaged: %s", r.Name, s.Damage)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), s)
			}
			return showRun(cmd.OutOrStdout(), r, s)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func showRun(w io.Writer, r *run.Run, s run.Summary) error {
	config, err := r.ConfigText()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s after %s", s.Dir, s.State, took(s.Seconds))
	if s.Reason != "" {
		fmt.Fprintf(w, ", %s", s.Reason)
	}
	fmt.Fprintf(w, "\nlearned from %s, step %d of %d", s.Data, s.Step, s.Steps)
	if name, value, ok := run.MainLoss(s.Metrics); ok {
		fmt.Fprintf(w, ", %s %.4g", name, value)
	}
	if s.Best != nil {
		fmt.Fprintf(w, "\nbest at step %d: val_loss %.4g", s.Best.Step, s.Best.Loss)
	}
	if o, pulled, err := r.Origin(); err != nil {
		fmt.Fprintf(w, "\n%s", progress.Clean(err.Error()))
	} else if pulled {
		fmt.Fprintf(w, "\npulled from %s, where it was %s: %s, signed by %s", o.Reference, o.Run, o.Digest, cmp.Or(o.Signer, "nobody that was trusted"))
	}
	_, err = fmt.Fprintf(w, "\n%s\n%s", evaluated(r), config)
	return err
}

// evaluated is a line with what the last evaluation found, nothing where there
// was none.
func evaluated(r *run.Run) string {
	found, err := host.ReadReport(r)
	switch {
	case errors.Is(err, host.ErrNotEvaluated):
		return ""
	case err != nil:
		return progress.Clean(err.Error()) + "\n"
	}
	var figures []string
	for _, f := range found.Figures {
		if f.Better != report.Neither && f.Problem == "" {
			figures = append(figures, fmt.Sprintf("%s %.4g", f.Name, f.Value))
		}
	}
	return fmt.Sprintf("evaluated at step %d: %s\n", found.Step, strings.Join(figures, ", "))
}

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
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
	fmt.Fprintf(w, "%s: %s after %s", s.Dir, s.State, took(s.Seconds))
	if s.Reason != "" {
		fmt.Fprintf(w, ", %s", s.Reason)
	}
	fmt.Fprintf(w, "\nlearned from %s, step %d of %d, %s\n", s.Data, s.Step, s.Steps, run.Loss(s.Metrics))
	config, err := os.ReadFile(filepath.Join(r.Dir, "run.toml"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\n%s", config)
	return err
}

func runsRemoveCmd(o *host.Options) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:     "remove RUN...",
		Short:   "delete runs with all that is in them",
		Example: "  genhost runs remove vae-fashion-1",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{cmd, fmt.Errorf("remove takes RUN..., got none")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range args {
				removed, err := run.Remove(o.Runs(), name, force)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), removed)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "also one that is training, or damaged")
	return cmd
}

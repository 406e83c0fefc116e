package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/host/run"
)

func runsListCmd(o *host.Options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "list the runs, oldest first",
		Example: "  genhost runs list\n  genhost runs list --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := run.List(o.Runs())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), append([]run.Summary{}, all...))
			}
			return printRuns(cmd.OutOrStdout(), all)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printRuns(w io.Writer, all []run.Summary) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RUN\tMODEL\tDATA\tSTATE\tSTEP\tLOSS\tSTARTED\tTOOK\tSIZE")
	for _, s := range all {
		if s.Damage != "" {
			fmt.Fprintf(t, "%s\tdamaged: %s\n", s.Name, s.Damage)
			continue
		}
		loss := "-"
		if _, value, ok := run.MainLoss(s.Metrics); ok {
			loss = fmt.Sprintf("%.4g", value)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d/%d\t%s\t%s\t%s\t%.1f MB\n", s.Name, s.Model, s.Data, s.State, s.Step, s.Steps,
			loss, s.Started.Local().Format("2006-01-02 15:04"), took(s.Seconds), float64(s.Bytes)/1e6)
	}
	return t.Flush()
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/host/run"
)

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

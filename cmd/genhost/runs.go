package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
)

func runsCmd(o *host.Options) *cobra.Command {
	cmd := runsListCmd(o)
	cmd.Use, cmd.Short = "runs", "list, show and remove runs"
	cmd.AddCommand(runsListCmd(o), runsShowCmd(o), runsRemoveCmd(o))
	return cmd
}

func took(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second).String()
}

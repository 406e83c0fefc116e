package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/sdk"
)

func modelsCmd(open opener) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "models",
		Short:   "list the models of models.toml",
		Example: "  genhost models\n  genhost models --json",
		Args:    takes(),
		RunE: open.ask(func(ctx context.Context, cmd *cobra.Command, h *host.Host, _ []string) error {
			models, err := h.Models(ctx)
			show := printModels
			if asJSON {
				show = printJSON
			}
			return errors.Join(show(cmd.OutOrStdout(), models), err)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printModels(w io.Writer, models []host.ModelInfo) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tFAMILY\tPLUGIN\tDATA\tCAN\tWHAT")
	for _, m := range models {
		if m.Problem != "" {
			fmt.Fprintf(t, "%s\t-\t%s\t%s\t-\tcannot be used\n", m.Name, m.Plugin, cmp.Or(m.Data, "-"))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\t%s\n", m.Name, m.Family, m.Plugin, m.Version, cmp.Or(m.Data, "-"), list(m.Can), m.Doc)
	}
	return t.Flush()
}

func list(can []sdk.Ability) string {
	words := make([]string, len(can))
	for i, c := range can {
		words[i] = string(c)
	}
	return strings.Join(words, ",")
}

func printJSON[T any](w io.Writer, v T) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

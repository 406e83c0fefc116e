package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host/measure"
)

func metricsHelp() *cobra.Command {
	var b strings.Builder
	b.WriteString(`Metrics of "genhost evaluate", the figures of each, and what it is:

`)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, m := range measure.Metrics() {
		fmt.Fprintf(t, "  %s\t%s\n", m.Name, m.Doc)
		if len(m.Figures) > 1 {
			fmt.Fprintf(t, "  \t%s\n", strings.Join(m.Figures, ", "))
		}
	}
	t.Flush() // to memory
	b.WriteString(`
Each metric that can is also computed for real rows in place of the generated
ones: the ceiling, which is the most to ask for, and not 1 or 0 where rows are
few. The floor is what rows get whose numbers are drawn each by itself from the
real ones. Standard errors are those of the rows drawn, not of other trainings
or seeds.

Rows are compared in the 64 features of a small classifier that learns the
labels of the training split; its accuracy and digest are printed. Where there
are no labels, or no more numbers in a row, they are compared as they are, as
they always are by parzen, memorisation and ndb. The likelihood and its parts
are those of the model, and only of models that have one; more --samples bring
nll nearer to the truth, from above. Parzen windows can be beaten by smooth
rows, and by copies: look at memorisation, which is near 0 for copies, and at
plots/eval/neighbours.png.
`)
	return &cobra.Command{Use: "metrics", Short: "the metrics of evaluate", Long: b.String()}
}

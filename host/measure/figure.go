package measure

import (
	"math"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
)

// figure is an estimate with its name.
func figure(name string, e eval.Estimate, better report.Direction, note string) report.Figure {
	return report.Figure{Name: name, Value: e.Value, SE: e.SE, N: e.N, Better: better, Note: note}
}

// level is a figure's floor or ceiling.
func level(v float64) *float64 { return &v }

// proportionError is the standard error of a share p of n.
func proportionError(p float64, n int) float64 { return math.Sqrt(p * (1 - p) / float64(n)) }

// Broken is a plugin whose models fail in the ways that its names say.
package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"os"
	"strings"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

type settings struct {
	Rate float64 `json:"rate" min:"0" help:"does nothing"`
	What string  `json:"what" help:"what a nosy model is after: a file, an address, or a variable"`
}

// A model fails in its third step.
type model struct {
	sdk.NoEncoder
	space sdk.Space
	fail  func() error
}

func (m model) Train(_ context.Context, job *sdk.Job) error {
	step := 0
	for range job.Batches(1, 1000) {
		if step++; step == 3 {
			if err := m.fail(); err != nil {
				return err
			}
		}
		if err := job.Step(sdk.Metrics{"loss": 1 / float64(step)}); err != nil {
			return err
		}
	}
	return nil
}

func (m model) Generate(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.MakeBatch(req.N, m.space.Shape...), nil
}

func spec(name string, fail func() error) sdk.ModelSpec {
	return sdk.ModelSpec{
		Name: name, Family: "broken", Doc: "fails",
		ModelMaker: sdk.MakeModel(settings{Rate: 1}, func(s settings, space sdk.Space) (model, error) {
			if name == "nosy" {
				fail = func() error { return pry(s.What) }
			}
			return model{space: space, fail: fail}, nil
		}),
	}
}

// pry looks for what is none of a model's business, and tells it.
func pry(what string) error {
	if name, ok := strings.CutPrefix(what, "$"); ok {
		return fmt.Errorf("%s is %q", name, os.Getenv(name))
	}
	if address, ok := strings.CutPrefix(what, "tcp:"); ok {
		_, err := net.Dial("tcp", address)
		return err
	}
	secret, err := os.ReadFile(what)
	if err != nil {
		return err
	}
	return fmt.Errorf("it says %s", secret)
}

func main() {
	serve.Main(sdk.Plugin{
		Name: "broken", Version: "0.1.0", Doc: "fails",
		Models: []sdk.ModelSpec{
			spec("panics", func() error { panic("out of cheese") }),
			spec("panics-aside", func() error { go panic("out of crackers"); time.Sleep(time.Minute); return nil }),
			spec("exits", func() error { fmt.Fprintln(os.Stderr, "no more disk"); os.Exit(3); return nil }),
			spec("wild", func() error { return hint(math.Inf(1)) }),
			spec("nosy", nil),
			spec("refuses", func() error { return fmt.Errorf("%w: these rows are too plain", sdk.ErrBadInput) }),
		},
	})
}

func hint(loss float64) error {
	return sdk.Hint(fmt.Errorf("%w: the loss is %g", sdk.ErrDiverged, loss), "lower rate, now 1")
}

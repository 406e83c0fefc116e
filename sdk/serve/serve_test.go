package serve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A still is a model that knows one row.
type still struct {
	sdk.NoEncoder
	space sdk.Space
}

func (s *still) Train(ctx context.Context, job *sdk.Job) error { return nil }

func (s *still) Generate(_ context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.MakeBatch(r.N, s.space.Shape...), nil
}

var plugin = sdk.Plugin{
	Name: "still", Version: "0.1.0", Doc: "zeros",
	Models: []sdk.ModelSpec{{
		Name: "zero", Family: "constant", Doc: "zeros, whatever it learns from",
		ModelMaker: sdk.MakeModel(struct{}{}, func(_ struct{}, space sdk.Space) (*still, error) {
			return &still{space: space}, nil
		}),
	}},
}

// The test binary is a plugin when asked to be one.
const asPlugin = "GENHOST_SERVE_TEST"

func TestMain(m *testing.M) {
	switch os.Getenv(asPlugin) {
	case "valid":
		Main(plugin)
	case "invalid":
		Main(sdk.Plugin{Name: "Still"})
	default:
		os.Exit(m.Run())
	}
}

func TestStartedByHand(t *testing.T) {
	for as, want := range map[string][]string{
		"valid": {
			"still 0.1.0 is a genhost plugin with the model zero, which genhost starts by itself.\n",
			"\n[plugins.still]\nsource = \"" + os.Args[0] + "\"\n",
		},
		"invalid": {`plugin name "Still": want lower-case letters`},
	} {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), asPlugin+"="+as)
		var stderr strings.Builder
		c.Stderr = &stderr
		out, err := c.Output()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || len(out) > 0 {
			t.Errorf("%s: %v, stdout %q", as, err, out)
		}
		for _, w := range want {
			if !strings.Contains(stderr.String(), w) {
				t.Errorf("%s: stderr is %q, want %q", as, stderr.String(), w)
			}
		}
	}
}

func ExampleMain() {
	Main(sdk.Plugin{
		Name: "still", Version: "0.1.0", Doc: "zeros",
		Models: []sdk.ModelSpec{{
			Name: "zero", Family: "constant", Doc: "zeros, whatever it learns from",
			ModelMaker: sdk.MakeModel(struct{}{}, func(_ struct{}, space sdk.Space) (*still, error) {
				return &still{space: space}, nil
			}),
		}},
	})
	fmt.Println("the host has enough")
}

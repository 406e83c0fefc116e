// Slow is a plugin whose model takes a hundredth of a second for a step, and
// counts them.
package main

import (
	"context"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
	"github.com/genhost/genhost/sdk/serve"
)

type settings struct {
	Epochs int `json:"epochs" min:"1" help:"passes over the data"`
}

type slow struct {
	sdk.NoEncoder
	settings
	space sdk.Space
	steps float32
}

func (m *slow) Train(_ context.Context, job *sdk.Job) error {
	for range job.Batches(1, m.Epochs) {
		time.Sleep(10 * time.Millisecond)
		m.steps++
		if err := job.Step(sdk.Metrics{"loss": 1 / float64(m.steps)}); err != nil {
			return err
		}
	}
	return nil
}

func (m *slow) Generate(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.MakeBatch(req.N, m.space.Shape...), nil
}

func (m *slow) Save(_ context.Context, path string) error {
	return safetensors.WriteFile(path, []safetensors.Tensor{{Name: "steps", Shape: []int{1}, Data: []float32{m.steps}}}, nil)
}

func (m *slow) Load(_ context.Context, path string) error {
	_, _, err := safetensors.ReadFile(path)
	return err
}

func main() {
	serve.Main(sdk.Plugin{
		Name: "slow", Version: "0.1.0", Doc: "takes its time",
		Models: []sdk.ModelSpec{{
			Name: "slow", Family: "test", Doc: "counts steps",
			ModelMaker: sdk.MakeModel(settings{Epochs: 1000}, func(s settings, space sdk.Space) (*slow, error) {
				return &slow{settings: s, space: space}, nil
			}),
		}},
	})
}

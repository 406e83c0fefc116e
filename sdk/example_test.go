package sdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
)

// settings of the model below: what "genhost describe" shows, and --set takes.
type settings struct {
	Spread float64 `json:"spread" min:"0" help:"standard deviation of the noise"`
	Batch  int     `json:"batch" min:"1" help:"rows in a step"`
}

// A blur learns the mean of its rows, and generates it with noise.
type blur struct {
	settings
	sdk.NoEncoder
	space sdk.Space
	mean  []float32
	rows  float32
}

func newBlur(s settings, space sdk.Space) (*blur, error) {
	return &blur{settings: s, space: space, mean: make([]float32, space.Size())}, nil
}

func (m *blur) Train(_ context.Context, job *sdk.Job) error {
	for b := range job.Batches(m.Batch, 1) {
		for i := range b.Len() {
			m.rows++
			for j, v := range b.Row(i) {
				m.mean[j] += (v - m.mean[j]) / m.rows
			}
		}
		if err := job.Step(sdk.Metrics{"mean": float64(m.mean[0])}); err != nil {
			return err
		}
	}
	return nil
}

func (m *blur) Generate(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if m.rows == 0 {
		return sdk.Batch{}, sdk.ErrNotTrained
	}
	b := sdk.MakeBatch(req.N, m.space.Shape...)
	for i := range b.Len() {
		noise := rand.New(rand.NewPCG(req.Seed, uint64(req.First+i)))
		for j := range b.Row(i) {
			b.Row(i)[j] = m.mean[j] + float32(m.Spread*noise.NormFloat64())
		}
	}
	return b, nil
}

// A whole plugin with one model. Its main is serve.Main(plugin).
func Example() {
	plugin := sdk.Plugin{
		Name: "blur", Version: "0.1.0", Doc: "the simplest model there is",
		Models: []sdk.ModelSpec{{
			Name: "blur", Family: "mean", Doc: "the mean of the rows, with noise",
			ModelMaker: sdk.MakeModel(settings{Spread: 0, Batch: 2}, newBlur),
		}},
	}
	if err := plugin.Validate(); err != nil {
		fmt.Println(err)
		return
	}
	// What the host does with it:
	ctx := context.Background()
	space := sdk.Space{Modality: "toy", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: 2}}}
	model, err := plugin.Models[0].New(ctx, nil, space)
	if err != nil {
		fmt.Println(err)
		return
	}
	job := &sdk.Job{
		Data: sdk.InMemory(space, sdk.Batch{Shape: []int{2}, Data: []float32{1, 5, 3, 7, 1, 5, 3, 7}}),
		Watch: func(e sdk.Event) {
			if e.Window {
				fmt.Printf("step %d of %d\n", e.Step, e.Steps)
			}
		},
	}
	if err := job.Run(ctx, model); err != nil {
		fmt.Println(err)
		return
	}
	rows, err := model.Generate(ctx, sdk.GenerateRequest{N: 1, Seed: 7})
	fmt.Println(rows.Data, err)
	// Output:
	// step 1 of 2
	// step 2 of 2
	// [2 6] <nil>
}

// The schema of a struct says which settings there are.
func ExampleSchemaOf() {
	for _, s := range sdk.SchemaOf(settings{Spread: 0.1, Batch: 32}) {
		fmt.Printf("%s (default %s): %s, %s\n", s.Name, s.Default, s.Help, s.Wants())
	}
	// Output:
	// spread (default 0.1): standard deviation of the noise, a number of at least 0
	// batch (default 32): rows in a step, an integer of at least 1
}

// A value that does not fit is refused by the setting's name.
func ExampleSchema_Resolve() {
	schema := sdk.SchemaOf(settings{Spread: 0.1, Batch: 32})
	_, err := schema.Resolve(sdk.Settings{"batch": json.RawMessage("0")})
	fmt.Println(err)
	_, err = schema.Resolve(sdk.Settings{"bach": json.RawMessage("8")})
	fmt.Println(err)
	fmt.Println(sdk.Hints(err))
	// Output:
	// setting batch is 0: want an integer of at least 1
	// there is no setting bach
	// [did you mean batch? there is spread, batch]
}

// Advice travels beside the error, not in it.
func ExampleHint() {
	err := sdk.Hint(fmt.Errorf("read cats: %w", fs.ErrNotExist), "pass a folder that holds pictures")
	err = fmt.Errorf("train: %w", err)
	fmt.Println(err)
	fmt.Println(errors.Is(err, fs.ErrNotExist), sdk.Hints(err))
	// Output:
	// train: read cats: file does not exist
	// true [pass a folder that holds pictures]
}

// As finds what a model may also be able to do.
func ExampleAs() {
	_, err := sdk.As[sdk.Saver](&blur{})
	fmt.Println(err)
	// Output:
	// the model cannot save: unsupported operation
}

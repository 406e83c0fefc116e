package sdktest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

type hazeSettings struct {
	Batch  int     `json:"batch" min:"1" max:"4096" help:"rows in a step"`
	Epochs int     `json:"epochs" min:"1" help:"times through the data"`
	Rate   float64 `json:"rate" min:"0" max:"1" help:"how fast the means move"`
	Noise  float64 `json:"noise" min:"0.01" help:"standard deviation around the mean"`
	Start  string  `json:"start" choices:"zero,random" help:"the first means"`
	Widths []int   `json:"widths" min:"1" help:"unused, to have a list"`
}

var hazeDefaults = hazeSettings{Batch: 32, Epochs: 20, Rate: 0.1, Noise: 0.1, Start: "random"}

// A haze is an honest model: the mean of the rows, one for each value of the
// first condition that has values, and noise around it. A latent is the
// condition's value and the noise, of which there may be more or less.
type haze struct {
	hazeSettings
	space   sdk.Space
	heeded  []sdk.Condition
	mean    sdk.Batch // a row for each value
	trained bool
}

func newHaze(s hazeSettings, space sdk.Space) (*haze, error) {
	m := &haze{hazeSettings: s, space: space, mean: sdk.MakeBatch(1, space.Shape...)}
	for _, c := range space.Conditions {
		if len(c.Values) > 0 && m.heeded == nil {
			m.heeded = []sdk.Condition{c}
			m.mean = sdk.MakeBatch(len(c.Values), space.Shape...)
		}
	}
	return m, nil
}

func (m *haze) Conditions() []sdk.Condition { return m.heeded }

// density is a control: what the noise is multiplied by.
const density = "density"

func (m *haze) Controls() []sdk.Control {
	return []sdk.Control{{Condition: sdk.Condition{Name: density, Doc: "times as much noise", Max: 20}, Default: 1}}
}

// asked are the conditions that a request may have.
func (m *haze) asked() []sdk.Condition {
	return append(slices.Clone(m.heeded), sdk.ConditionsOf(m.Controls())...)
}

// dense is the density of row i of n.
func dense(conditions map[string][]float32, i int) float64 {
	switch values := conditions[density]; len(values) {
	case 0:
		return 1
	case 1:
		return float64(values[0])
	default:
		return float64(values[i])
	}
}

// label is the value of the condition that row i of b has, 0 by default.
func (m *haze) label(conditions map[string][]float32, i int) int {
	for _, c := range m.heeded {
		if values := conditions[c.Name]; len(values) == 1 {
			return int(values[0])
		} else if len(values) > 1 {
			return int(values[i])
		}
	}
	return 0
}

func (m *haze) Train(_ context.Context, job *sdk.Job) error {
	if rng := job.Rand(0); m.Start == "random" {
		for i := range m.mean.Data {
			m.mean.Data[i] = float32(rng.NormFloat64())
		}
	}
	m.trained = true
	for b := range job.Batches(m.Batch, m.Epochs) {
		if err := job.Step(sdk.Metrics{"loss": m.learn(b)}); err != nil {
			return err
		}
	}
	return nil
}

// learn moves the means towards rows, and returns the mean squared distance.
func (m *haze) learn(b sdk.Batch) (loss float64) {
	for i := range b.Len() {
		mean := m.mean.Row(m.label(b.Conditions, i))
		for j, v := range b.Row(i) {
			loss += float64((v-mean[j])*(v-mean[j])) / float64(len(b.Data))
			mean[j] += float32(m.Rate) * (v - mean[j])
		}
	}
	return loss
}

func (m *haze) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.Draw(ctx, req)
	if err != nil {
		return sdk.Batch{}, err
	}
	return m.Decode(ctx, z)
}

func (m *haze) Draw(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if !m.trained {
		return sdk.Batch{}, sdk.ErrNotTrained
	}
	if err := req.Check(m.asked()...); err != nil {
		return sdk.Batch{}, err
	}
	z := sdk.MakeBatch(req.N, 1+m.space.Size())
	var heavy []float32
	for i := range req.N {
		row, rng := z.Row(i), rand.New(rand.NewPCG(req.Seed, uint64(req.First+i)))
		row[0] = float32(m.label(req.Conditions, i))
		for j := range row[1:] {
			row[1+j] = float32(rng.NormFloat64())
		}
		if _, asked := req.Conditions[density]; asked {
			heavy = append(heavy, float32(dense(req.Conditions, i)))
		}
	}
	if heavy != nil {
		z.Conditions = map[string][]float32{density: heavy}
	}
	return z, nil
}

func (m *haze) Decode(_ context.Context, z sdk.Batch) (sdk.Batch, error) {
	if !m.trained {
		return sdk.Batch{}, sdk.ErrNotTrained
	}
	if len(z.Shape) != 1 || z.RowSize() != 1+m.space.Size() || len(z.Data)%z.RowSize() != 0 {
		return sdk.Batch{}, fmt.Errorf("%w: latents of shape %v", sdk.ErrBadInput, z.Shape)
	}
	rows := sdk.MakeBatch(z.Len(), m.space.Shape...)
	for i := range rows.Len() {
		label := min(max(int(z.Row(i)[0]), 0), m.mean.Len()-1)
		at := 0
		for _, g := range m.space.Segments {
			for j := at; j < at+g.Len; j++ {
				rows.Row(i)[j] = fit(g, float64(m.mean.Row(label)[j])+m.Noise*dense(z.Conditions, i)*float64(z.Row(i)[1+j]))
			}
			at += g.Len
		}
	}
	return rows, nil
}

// fit returns the value of g's kind that is nearest to v.
func fit(g sdk.Segment, v float64) float32 {
	switch g.Kind {
	case sdk.Unit:
		v = min(max(v, 0), 1)
	case sdk.Signed:
		v = min(max(v, -1), 1)
	case sdk.Binary:
		v = math.Round(min(max(v, 0), 1))
	case sdk.Category:
		v = math.Round(min(max(v, 0), float64(g.Of-1)))
	}
	return float32(v)
}

func (m *haze) Encode(_ context.Context, x sdk.Batch) (sdk.Batch, error) {
	if !m.trained {
		return sdk.Batch{}, sdk.ErrNotTrained
	}
	if err := m.space.Check(x); err != nil {
		return sdk.Batch{}, err
	}
	z := sdk.MakeBatch(x.Len(), 1+m.space.Size())
	for i := range x.Len() {
		label := m.label(x.Conditions, i)
		z.Row(i)[0] = float32(label)
		for j, v := range x.Row(i) {
			z.Row(i)[1+j] = (v - m.mean.Row(label)[j]) / float32(m.Noise)
		}
	}
	return z, nil
}

func (m *haze) Save(_ context.Context, path string) error {
	if !m.trained {
		return sdk.ErrNotTrained
	}
	space, err := json.Marshal(m.space)
	if err != nil {
		return err
	}
	mean := safetensors.Tensor{Name: "mean", Shape: []int{m.mean.Len(), m.space.Size()}, Data: m.mean.Data}
	return safetensors.WriteFile(path, []safetensors.Tensor{mean}, map[string]string{"space": string(space)})
}

func (m *haze) Load(_ context.Context, path string) error {
	tensors, metadata, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	space, err := json.Marshal(m.space)
	if err != nil {
		return err
	}
	if metadata["space"] != string(space) || len(tensors) != 1 || len(tensors[0].Data) != len(m.mean.Data) {
		return fmt.Errorf("%w: %s holds the weights of another model", sdk.ErrBadInput, path)
	}
	m.mean.Data, m.trained = tensors[0].Data, true
	return nil
}

// hazePlugin has one model, made by maker.
func hazePlugin(maker sdk.ModelMaker) sdk.Plugin {
	return sdk.Plugin{
		Name: "haze", Version: "0.1.0", Doc: "means with noise",
		Models: []sdk.ModelSpec{{Name: "haze", Family: "mean", Doc: "the mean of the rows, with noise", ModelMaker: maker}},
	}
}

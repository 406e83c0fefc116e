package nn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk/safetensors"
	"github.com/genhost/genhost/sdk/tensor"
)

// ErrMismatch marks weights that are those of another network.
var ErrMismatch = errors.New("weights do not fit")

// Save writes parameters to a new safetensors file. Numbers that are not finite
// are an error, and nothing is written: Load would refuse them.
func Save(path string, params ...*tensor.Params) error {
	var file []safetensors.Tensor
	for _, q := range all(params) {
		t := q.Tensor
		if err := finite(q.Name, t.Data); err != nil {
			return fmt.Errorf("save weights: %s: %w", path, err)
		}
		file = append(file, safetensors.Tensor{Name: q.Name, Shape: []int{t.Rows, t.Cols}, Data: t.Data})
	}
	if err := safetensors.WriteFile(path, file, nil); err != nil {
		return fmt.Errorf("save weights: %w", err)
	}
	return nil
}

// Load reads parameters from a safetensors file, which must hold just these
// names and shapes, all that was saved together, and finite numbers: if not, the error is an [ErrMismatch],
// and if it is no whole safetensors file, a [safetensors.ErrCorrupt]. An error
// leaves the parameters as they were.
func Load(path string, params ...*tensor.Params) error {
	file, _, err := safetensors.ReadFile(path)
	if err != nil {
		return fmt.Errorf("load weights: %w", err)
	}
	found := make(map[string]safetensors.Tensor, len(file))
	for _, t := range file {
		found[t.Name] = t
	}
	for _, q := range all(params) {
		if err := fits(found, q); err != nil {
			return fmt.Errorf("load weights: %s: %w: %w", path, ErrMismatch, err)
		}
	}
	for _, t := range file {
		if !slices.ContainsFunc(all(params), func(q *tensor.Param) bool { return q.Name == t.Name }) {
			return fmt.Errorf("load weights: %s: %w: the file also has %s, and all Params that were saved together are loaded together", path, ErrMismatch, t.Name)
		}
	}
	for _, q := range all(params) {
		copy(q.Tensor.Data, found[q.Name].Data)
	}
	return nil
}

func all(params []*tensor.Params) []*tensor.Param {
	var list []*tensor.Param
	for _, p := range params {
		list = append(list, p.All()...)
	}
	return list
}

// fits reports why the file does not have the numbers of q.
func fits(found map[string]safetensors.Tensor, q *tensor.Param) error {
	t, ok := found[q.Name]
	want := []int{q.Tensor.Rows, q.Tensor.Cols}
	switch {
	case !ok:
		return fmt.Errorf("no %s", q.Name)
	case !slices.Equal(t.Shape, want):
		return fmt.Errorf("%s has shape %v, want %v", q.Name, t.Shape, want)
	}
	return finite(q.Name, t.Data)
}

// finite reports where x has a number that is not.
func finite(name string, x []float32) error {
	for i, v := range x {
		if v-v != 0 {
			return fmt.Errorf("%s has %g at %d", name, v, i)
		}
	}
	return nil
}

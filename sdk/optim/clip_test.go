package optim

import (
	"slices"
	"testing"
)

func TestClip(t *testing.T) {
	for _, c := range []struct {
		clip Clip
		want [2]float32 // what counts as the gradient, which is 3 and -4
		grad [2]float32 // what it is afterwards
	}{
		{Clip{}, [2]float32{3, -4}, [2]float32{3, -4}},
		{Clip{Norm: 100}, [2]float32{3, -4}, [2]float32{3, -4}},
		{Clip{Norm: 5}, [2]float32{3, -4}, [2]float32{3, -4}},
		{Clip{Norm: 2.5}, [2]float32{1.5, -2}, [2]float32{3, -4}},
		{Clip{Value: 3.5}, [2]float32{3, -3.5}, [2]float32{3, -3.5}},
		{Clip{Value: 9}, [2]float32{3, -4}, [2]float32{3, -4}},
		{Clip{Value: 0.5, Norm: 1}, [2]float32{0.5, -0.5}, [2]float32{0.5, -0.5}},
		{Clip{Value: 3, Norm: 3}, [2]float32{2.1213203, -2.1213203}, [2]float32{3, -3}},
	} {
		for name, step := range map[string]func(v []float32){
			"adam": func(v []float32) {
				p := params(2)
				copy(p.Grad, []float32{3, -4})
				a := Adam{Beta1: 0, Beta2: 0.5, Eps: 1, Clip: c.clip}
				a.Step(p)
				copy(v, a.memory.first)
				copy(v[2:], p.Grad)
			},
			"sgd": func(v []float32) {
				p := params(2)
				copy(p.Grad, []float32{3, -4})
				s := SGD{Clip: c.clip}
				s.Step(p)
				copy(v, s.memory.first)
				copy(v[2:], p.Grad)
			},
			"rmsprop": func(v []float32) {
				p := params(2)
				clear(p.Data)
				copy(p.Grad, []float32{3, -4})
				r := RMSProp{Rate: 1, Beta: 1, Eps: 1, Clip: c.clip}
				r.Step(p)
				v[0], v[1] = -p.Data[0], -p.Data[1]
				copy(v[2:], p.Grad)
			},
		} {
			got, want := make([]float32, 4), append(c.want[:], c.grad[:]...)
			step(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s, %+v: the gradient counts as, and is, %v, want %v", name, c.clip, got, want)
			}
		}
	}
}

func TestClipWeights(t *testing.T) {
	p := params(5)
	copy(p.Data, []float32{-3, -0.01, 0, 0.005, 7})
	ClipWeights(p, 0.01)
	if want := []float32{-0.01, -0.01, 0, 0.005, 0.01}; !slices.Equal(p.Data, want) {
		t.Errorf("weights are %v, want %v", p.Data, want)
	}
}

package sdktest

import (
	"math"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
)

// A toy is a data set that is small and has something to learn.
type toy struct {
	name  string
	space sdk.Space
	rows  sdk.Batch // 64
}

const toyRows = 64

// toys are data sets of every kind. Those with conditions come first.
func toys() []toy {
	return []toy{stripes(), tones(), colours(), bits(), points(), words(), mix()}
}

// draw makes a toy whose row i is what fill writes.
func draw(name string, space sdk.Space, fill func(i int, row []float32, rng *rand.Rand)) toy {
	t := toy{name, space, sdk.MakeBatch(toyRows, space.Shape...)}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range toyRows {
		fill(i, t.rows.Row(i), rng)
	}
	return t
}

func one(kind sdk.Kind, n, of int) []sdk.Segment {
	return []sdk.Segment{{Kind: kind, Len: n, Of: of}}
}

// stripes are grey pictures of one bright line each, labelled by where it is.
func stripes() toy {
	t := draw("stripes", sdk.Space{
		Modality: "image", Shape: []int{8, 8, 1}, Axes: []string{"height", "width", "channel"}, Segments: one(sdk.Unit, 64, 0),
		Conditions: []sdk.Condition{{Name: "label", Doc: "the bright line", Values: []string{"top", "high", "low", "bottom"}}},
	}, func(i int, row []float32, rng *rand.Rand) {
		for x := range 8 {
			row[i%4*16+x] = 0.75 + 0.25*rng.Float32()
		}
	})
	labels := make([]float32, toyRows)
	for i := range labels {
		labels[i] = float32(i % 4)
	}
	t.rows.Conditions = map[string][]float32{"label": labels}
	return t
}

// tones are sine waves, with their frequency.
func tones() toy {
	frequencies := make([]float32, toyRows)
	t := draw("tones", sdk.Space{
		Modality: "audio", Shape: []int{32, 1}, Axes: []string{"time", "channel"}, Segments: one(sdk.Signed, 32, 0),
		Conditions: []sdk.Condition{{Name: "frequency", Doc: "waves in a row", Min: 1, Max: 4}},
	}, func(i int, row []float32, rng *rand.Rand) {
		frequencies[i] = 1 + 3*rng.Float32()
		for t := range row {
			row[t] = float32(0.9 * math.Sin(2*math.Pi*float64(frequencies[i])*float64(t)/32))
		}
	})
	t.rows.Conditions = map[string][]float32{"frequency": frequencies}
	return t
}

// colours are pictures of one colour each.
func colours() toy {
	return draw("colours", sdk.Space{
		Modality: "image", Shape: []int{4, 4, 3}, Axes: []string{"height", "width", "channel"}, Segments: one(sdk.Unit, 48, 0),
	}, func(i int, row []float32, rng *rand.Rand) {
		for p := range row {
			row[p] = 0.1 * rng.Float32()
			if p%3 == i%3 {
				row[p] += 0.8
			}
		}
	})
}

// bits are black and white pictures of one half.
func bits() toy {
	return draw("bits", sdk.Space{
		Modality: "image", Shape: []int{6, 6, 1}, Axes: []string{"height", "width", "channel"}, Segments: one(sdk.Binary, 36, 0),
	}, func(i int, row []float32, _ *rand.Rand) {
		for p := range 18 {
			row[i%2*18+p] = 1
		}
	})
}

// points lie around four corners.
func points() toy {
	return draw("points", sdk.Space{
		Modality: "table", Shape: []int{2}, Axes: []string{"column"}, Segments: one(sdk.Real, 2, 0),
	}, func(i int, row []float32, rng *rand.Rand) {
		row[0] = float32(2*(i%2)-1) + 0.1*float32(rng.NormFloat64())
		row[1] = float32(2*(i/2%2)-1) + 0.1*float32(rng.NormFloat64())
	})
}

// words are made of two letters in turn.
func words() toy {
	return draw("words", sdk.Space{
		Modality: "text", Shape: []int{8}, Axes: []string{"position"}, Segments: one(sdk.Category, 8, 5),
		Meta: map[string]string{"alphabet": "abcde"},
	}, func(i int, row []float32, _ *rand.Rand) {
		for p := range row {
			row[p] = float32((i + p%2*2) % 5)
		}
	})
}

// mix is a table with a column of each kind.
func mix() toy {
	return draw("mix", sdk.Space{
		Modality: "table", Shape: []int{5}, Axes: []string{"column"},
		Segments: []sdk.Segment{
			{Name: "share", Kind: sdk.Unit, Len: 1}, {Name: "balance", Kind: sdk.Signed, Len: 1}, {Name: "size", Kind: sdk.Real, Len: 1},
			{Name: "member", Kind: sdk.Binary, Len: 1}, {Name: "class", Kind: sdk.Category, Len: 1, Of: 3},
		},
	}, func(i int, row []float32, rng *rand.Rand) {
		v := rng.Float32()
		row[0], row[1], row[2], row[3], row[4] = v, 1-2*v, float32(rng.NormFloat64()), float32(i%2), float32(i%3)
	})
}

// times returns the toy's rows over and over, n in all.
func (t toy) times(n int) sdk.Rows {
	all := sdk.MakeBatch(n, t.space.Shape...)
	for i := 0; i < len(all.Data); i += len(t.rows.Data) {
		copy(all.Data[i:], t.rows.Data)
	}
	for name, values := range t.rows.Conditions {
		if all.Conditions == nil {
			all.Conditions = map[string][]float32{}
		}
		for i := range n {
			all.Conditions[name] = append(all.Conditions[name], values[i%len(values)])
		}
	}
	return sdk.InMemory(t.space, all)
}

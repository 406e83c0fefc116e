package main

import (
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// BenchmarkPreview is the sheet that a training draws after each epoch.
func BenchmarkPreview(b *testing.B) {
	for name, shape := range map[string][]int{"grey": {28, 28, 1}, "colour": {28, 28, 3}} {
		b.Run(name, func(b *testing.B) {
			m := &images{}
			rows := sdk.MakeBatch(64, shape...)
			rng := rand.New(rand.NewPCG(1, 2))
			for i := range rows.Data {
				rows.Data[i] = rng.Float32()
			}
			space := sdk.Space{Modality: "image", Shape: shape, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: rows.RowSize()}}}
			for b.Loop() {
				if _, err := m.Preview(b.Context(), space, rows, 8); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

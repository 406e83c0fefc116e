package main

import (
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// Rows in a pack meet place by place, and each is in one pack.
func TestPack(t *testing.T) {
	var tape tensor.Tape
	x := tape.Input([]float32{
		11, 12, 13, 14, // two places of two channels
		21, 22, 23, 24,
		31, 32, 33, 34,
		41, 42, 43, 44,
	}, 4, 4)
	for _, c := range []struct {
		m, places int
		want      []float32
	}{
		{1, 2, x.Data},
		{2, 1, []float32{11, 12, 13, 14, 31, 32, 33, 34, 21, 22, 23, 24, 41, 42, 43, 44}},
		{2, 2, []float32{11, 12, 31, 32, 13, 14, 33, 34, 21, 22, 41, 42, 23, 24, 43, 44}},
		{4, 2, []float32{11, 12, 21, 22, 31, 32, 41, 42, 13, 14, 23, 24, 33, 34, 43, 44}},
	} {
		got := pack(x, c.m, c.places)
		if got.Rows != 4/c.m || !slices.Equal(got.Data, c.want) {
			t.Errorf("packs of %d, %d places: %v %v, want %v", c.m, c.places, got, got.Data, c.want)
		}
	}
}

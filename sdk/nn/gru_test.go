package nn_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A language model of letters learns two words, and then writes one, letter by
// letter, given the first.
func ExampleGRU() {
	const letters, steps, size = 27, 6, 16 // class 0 begins a word
	var params tensor.Params
	embedding := nn.NewEmbedding(&params, "embedding", letters, 8)
	gru := nn.NewGRU(&params, "gru", 8, size)
	last := nn.NewDense(&params, "last", size, letters, tensor.Linear)
	params.Init(rand.New(rand.NewPCG(1, 2)))

	words := []string{"banana", "kitten"}
	var from, to []float32 // each letter is to follow from those before it
	for _, w := range words {
		before := float32(0)
		for _, c := range w {
			letter := float32(c - 'a' + 1)
			from, to = append(from, before), append(to, letter)
			before = letter
		}
	}

	var tape tensor.Tape
	adam := optim.NewAdam(0.02)
	for range 200 {
		tape.Reset()
		x := embedding.Forward(tape.Input(from, len(words), steps)).TimeMajor(steps)
		h := gru.Forward(x, tape.Full(len(words), size, 0), nil)
		logits := last.Forward(h).BatchMajor(steps)
		loss := nn.Categorical(tape.Input(to, len(words), steps), logits).Mean().Scale(-1)
		loss.Backward(&params)
		adam.Step(&params)
	}

	tape.Reset()
	h := gru.Step(embedding.Forward(tape.Full(1, 1, 0)), tape.Full(1, size, 0))
	for letter, n := 'k', 0; n < steps; n++ {
		fmt.Printf("%c", letter)
		h = gru.Step(embedding.Forward(tape.Full(1, 1, float32(letter-'a'+1))), h)
		likeliest := slices.Index(last.Forward(h).OneHot().Data, 1)
		letter = rune(likeliest + 'a' - 1)
	}
	// Output: kitten
}

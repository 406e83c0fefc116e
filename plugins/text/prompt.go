package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// Prompt makes words the beginning of a text: the first tokens of the row are
// theirs, and the others are left open. No character is replaced.
func (m *texts) Prompt(_ context.Context, space sdk.Space, words string) (sdk.Batch, error) {
	s, err := scriptOf(space, sdk.Batch{Shape: space.Shape})
	if err != nil {
		return sdk.Batch{}, err
	}
	a, err := s.alphabet()
	if err != nil {
		return sdk.Batch{}, err
	}
	if !utf8.ValidString(words) {
		return sdk.Batch{}, fmt.Errorf("%w: the prompt is not UTF-8", sdk.ErrBadInput)
	}
	var given collected
	e := newEncoder(a, &given)
	for _, r := range words {
		if _, known := a.index[r]; !known {
			return sdk.Batch{}, sdk.Hint(fmt.Errorf("%w: the prompt: %q %w", sdk.ErrBadInput, r, errUnknown), "the model knows those of the text that it learned from alone: "+a.known())
		}
		if err := e.char(r); err != nil {
			return sdk.Batch{}, err
		}
	}
	if err := e.endWord(); err != nil {
		return sdk.Batch{}, err
	}
	row := sdk.MakeBatch(1, space.Shape...)
	if len(given.tokens) > len(row.Data) {
		return sdk.Batch{}, sdk.Hint(fmt.Errorf("%w: the prompt is of %d tokens, a text of %d", sdk.ErrBadInput, len(given.tokens), len(row.Data)), "shorten the prompt")
	}
	for i := copyTokens(row.Data, given.tokens); i < len(row.Data); i++ {
		row.Data[i] = float32(math.NaN())
	}
	return row, nil
}

// mostKnown is how many runs of characters are told.
const mostKnown = 40

// known tells the characters, those that follow one another as a run: a-z.
func (a *alphabet) known() string {
	chars := slices.Sorted(maps.Keys(a.index))
	var runs []string
	for i := 0; i < len(chars); {
		last := i
		for last+1 < len(chars) && chars[last+1] == chars[last]+1 {
			last++
		}
		run := string(chars[i])
		if last > i {
			run += "-" + string(chars[last])
		}
		quoted := strconv.Quote(run)
		runs = append(runs, quoted[1:len(quoted)-1])
		i = last + 1
	}
	if len(runs) > mostKnown {
		runs = append(runs[:mostKnown], "...")
	}
	return strings.Join(runs, " ")
}

// collected is a sink that keeps tokens.
type collected struct{ tokens []int32 }

func (c *collected) begin(string)        {}
func (c *collected) token(t int32) error { c.tokens = append(c.tokens, t); return nil }
func (c *collected) end() error          { return nil }

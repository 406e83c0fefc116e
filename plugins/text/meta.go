package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// The keys of a Space's Meta.
const (
	metaAlphabet = "alphabet" // the tokens, by category, JSON: ["","a","b","ab"]; the first is the end of a text
	metaMerges   = "merges"   // of byte-pair encoding, in order, JSON: [[1,2]]; each makes a token, the last of the alphabet
	metaMode     = "mode"     // "lines" or "windows": what a row is
	metaStride   = "stride"   // of windows that overlap: tokens from where one begins to where the next does
	metaReplaced = "replaced" // how many characters of all splits U+FFFD stands for; absent for none
	metaCut      = "cut"      // how many lines of all splits lack their end; absent for none
	metaDropped  = "dropped"  // how many lines of all splits were left out; absent for none
)

// maxMeta bounds the alphabet and the merges: a Space is one message.
const maxMeta = 1 << 19

// small reports an alphabet that is too large for a Space.
func (a *alphabet) small() error {
	if n := len(asJSON(a.tokens)) + len(asJSON(a.merges)); n > maxMeta {
		return sdk.Hint(fmt.Errorf("%w: an alphabet of %d bytes: want at most %d", sdk.ErrBadInput, n, maxMeta), "lower read.vocabulary")
	}
	return nil
}

// space is that of rows of the corpus.
func (c *corpus) space() sdk.Space {
	if c.known != nil {
		s := *c.known
		if s.Conditions = nil; c.labels != nil {
			s.Conditions = c.known.Conditions
		}
		return s
	}
	s := sdk.Space{
		Modality: "text",
		Shape:    []int{c.length},
		Axes:     []string{"position"},
		Segments: []sdk.Segment{{Kind: sdk.Category, Len: c.length, Of: len(c.alphabet.tokens)}},
		Meta:     map[string]string{metaAlphabet: asJSON(c.alphabet.tokens), metaMode: c.mode},
	}
	if c.mode == modeWindows && 0 < c.stride && c.stride < c.length {
		s.Meta[metaStride] = strconv.Itoa(c.stride)
	}
	if len(c.alphabet.merges) > 0 {
		s.Meta[metaMerges] = asJSON(c.alphabet.merges)
	}
	long := metaCut
	if c.Long != longCut {
		long = metaDropped
	}
	for key, n := range map[string]int{metaReplaced: c.replaced, long: c.long} {
		if n > 0 {
			s.Meta[key] = strconv.Itoa(n)
		}
	}
	if c.labels != nil {
		s.Conditions = []sdk.Condition{{Name: labelName, Doc: "what the text is", Values: c.labels}}
	}
	return s
}

// asJSON encodes strings and whole numbers, which cannot fail.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// A script is what must be known to read rows as text.
type script struct {
	tokens []string
	mode   string
	merges string // JSON; "" for none
	stride int    // from row to row, of as many tokens or more
}

// scriptOf reads the Meta of a space, and reports rows that are no text of it.
func scriptOf(space sdk.Space, rows sdk.Batch) (*script, error) {
	if err := space.Validate(); err != nil {
		return nil, err
	}
	if len(space.Shape) != 1 || len(space.Segments) != 1 || space.Segments[0].Kind != sdk.Category {
		return nil, fmt.Errorf("%w: rows of shape %v are no texts: want one axis, of categories alone", sdk.ErrBadInput, space.Shape)
	}
	s := &script{mode: space.Meta[metaMode], merges: space.Meta[metaMerges]}
	text, ok := space.Meta[metaAlphabet]
	if !ok {
		return nil, fmt.Errorf("%w: the space has no %s", sdk.ErrBadInput, metaAlphabet)
	}
	if err := json.Unmarshal([]byte(text), &s.tokens); err != nil {
		return nil, fmt.Errorf("%w: the space's %s is %.80q: %w", sdk.ErrBadInput, metaAlphabet, text, err)
	}
	if of := space.Segments[0].Of; len(s.tokens) != of {
		return nil, fmt.Errorf("%w: the space's %s has %d tokens for %d categories", sdk.ErrBadInput, metaAlphabet, len(s.tokens), of)
	}
	if s.mode != modeLines && s.mode != modeWindows {
		return nil, fmt.Errorf("%w: the space's %s is %.80q: want %s or %s", sdk.ErrBadInput, metaMode, s.mode, modeLines, modeWindows)
	}
	if s.stride = space.Shape[0]; space.Meta[metaStride] != "" {
		n, err := strconv.Atoi(space.Meta[metaStride])
		if err != nil || n < 1 || n > s.stride {
			return nil, fmt.Errorf("%w: the space's %s is %.80q: want a number from 1 to %d", sdk.ErrBadInput, metaStride, space.Meta[metaStride], s.stride)
		}
		s.stride = n
	}
	return s, space.Check(rows)
}

// text is what a row says, up to the end.
func (s *script) text(row []float32) string {
	var b strings.Builder
	for _, v := range row {
		if v == 0 {
			break
		}
		b.WriteString(s.tokens[int(v)])
	}
	return b.String()
}

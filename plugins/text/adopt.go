package main

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// adopt has the corpus be one of a space that is known.
func (c *corpus) adopt(space sdk.Space) error {
	s, err := scriptOf(space, sdk.Batch{Shape: space.Shape})
	if err != nil {
		return err
	}
	if c.alphabet, err = s.alphabet(); err != nil {
		return err
	}
	if c.Label == labelTab && s.mode == modeWindows {
		return fmt.Errorf("%w: windows of text have no label after a tab", sdk.ErrBadInput)
	}
	c.known, c.Mode, c.Length = &space, s.mode, space.Shape[0]
	return nil
}

// alphabet is that of the space, with which texts can be encoded.
func (s *script) alphabet() (*alphabet, error) {
	var merges []pair
	if s.merges != "" {
		if err := json.Unmarshal([]byte(s.merges), &merges); err != nil {
			return nil, fmt.Errorf("%w: the space's %s is %.80q: %w", sdk.ErrBadInput, metaMerges, s.merges, err)
		}
	}
	var chars []rune
	for _, token := range s.tokens[min(1, len(s.tokens)):max(1, len(s.tokens)-len(merges))] {
		r, size := utf8.DecodeRuneInString(token)
		if size == 0 || size != len(token) {
			return nil, fmt.Errorf("%w: the space's %s has %.80q where a character belongs", sdk.ErrBadInput, metaAlphabet, token)
		}
		chars = append(chars, r)
	}
	a := newAlphabet(chars)
	for _, p := range merges {
		n := int32(len(a.tokens))
		if min(p[0], p[1]) < 1 || max(p[0], p[1]) >= n || a.tokens[p[0]]+a.tokens[p[1]] != s.tokens[n] {
			return nil, fmt.Errorf("%w: the space's %s have the pair %v, which does not make token %d", sdk.ErrBadInput, metaMerges, p, n)
		}
		a.merge(p)
	}
	return a, nil
}

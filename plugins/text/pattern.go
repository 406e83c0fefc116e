package main

// A pattern is a text whose Levenshtein distance to others is found for 64 of its
// characters at a time: Myers, "A fast bit-vector algorithm for approximate string
// matching based on dynamic programming", JACM 46, 1999, with the columns of
// Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
// distances", 2003. Of a column of the table of distances it keeps the
// differences from one number to the next.
type pattern struct {
	size        int
	at          map[rune][]uint64 // where a character is
	plus, minus []uint64          // where the next number is one more, or less
}

const word = 64 // bits

func newPattern(t []rune) *pattern {
	words := (len(t) + word - 1) / word
	p := &pattern{size: len(t), at: map[rune][]uint64{}, plus: make([]uint64, words), minus: make([]uint64, words)}
	for i, r := range t {
		if p.at[r] == nil {
			p.at[r] = make([]uint64, words)
		}
		p.at[r][i/word] |= 1 << (i % word)
	}
	return p
}

// apart is how many characters must be put in, taken out or changed to make the
// pattern of a text. It gives up beyond most.
func (p *pattern) apart(text []rune, most int) int {
	if p.size == 0 {
		return len(text)
	}
	for w := range p.plus {
		p.plus[w], p.minus[w] = ^uint64(0), 0
	}
	distance := p.size
	for i, r := range text {
		distance += p.next(p.at[r])
		if distance-(len(text)-1-i) > most {
			return most + 1
		}
	}
	return distance
}

// next goes one column further, for a character that is in these places, none
// for nil, and returns by how much the last number changes.
func (p *pattern) next(places []uint64) (change int) {
	change = 1 // of the number above the first: a character more to put in
	for w := range p.plus {
		var at uint64
		if places != nil {
			at = places[w]
		}
		last := (p.size - 1) % word
		if w < len(p.plus)-1 {
			last = word - 1
		}
		change = p.block(w, at, uint(last), change)
	}
	return change
}

// block is next for one word, of which the bit last is the last, given by how
// much the number above it changes.
func (p *pattern) block(w int, at uint64, last uint, above int) (below int) {
	plus, minus := p.plus[w], p.minus[w]
	vertical := at | minus
	if above < 0 {
		at |= 1
	}
	horizontal := ((at & plus) + plus) ^ plus | at
	more, less := minus|^(horizontal|plus), plus&horizontal
	below = int(more>>last&1) - int(less>>last&1)
	more, less = more<<1, less<<1
	switch {
	case above < 0:
		less |= 1
	case above > 0:
		more |= 1
	}
	p.plus[w], p.minus[w] = less|^(vertical|more), more&vertical
	return below
}

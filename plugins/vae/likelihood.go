package main

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The likelihoods p(x|z) of a part of a row.
const (
	bernoulli   = "bernoulli"
	gaussian    = "gaussian"
	categorical = "categorical"
)

// A part is numbers of a row that have one likelihood. Numbers that are classes
// are seen by the encoder as so many zeros and ones each, and the decoder gives
// a logit for each class.
type part struct {
	likelihood string
	at, n      int // its first number, and how many
	of         int // classes of each; 0 unless it is categorical
	seen       int // its first column of what the encoder sees and the decoder gives
	spread     int // which of the variances is its own, if it is gaussian
}

// width is how many columns the part has.
func (p part) width() int { return p.n * max(1, p.of) }

// parts are those of a row, in order.
type parts []part

// width is how many columns the encoder sees and the decoder gives.
func (ps parts) width() int {
	last := ps[len(ps)-1]
	return last.seen + last.width()
}

// spreads is how many variances the decoder has.
func (ps parts) spreads() int {
	n := 0
	for _, p := range ps {
		if p.likelihood == gaussian {
			n++
		}
	}
	return n
}

func (ps parts) has(likelihood string) bool {
	return slices.ContainsFunc(ps, func(p part) bool { return p.likelihood == likelihood })
}

// parts chooses p(x|z) for the rows of space. Rows of numbers alone are one
// part; of rows with classes, each segment is one, with a variance of its own if
// it is gaussian.
func (s settings) parts(space sdk.Space) (parts, error) {
	numbers := true
	for _, g := range space.Segments {
		numbers = numbers && g.Kind != sdk.Category
	}
	if numbers {
		likelihood, err := s.likelihood(space, space.Segments)
		return parts{{likelihood: likelihood, n: space.Size()}}, err
	}
	if s.Architecture == "conv" {
		return nil, sdk.Hint(unfit(space, "architecture", "is conv: they have categories"), "set architecture to mlp")
	}
	var all parts
	at, seen, spreads := 0, 0, 0
	for _, g := range space.Segments {
		p := part{likelihood: categorical, at: at, n: g.Len, of: g.Of, seen: seen, spread: spreads}
		if g.Kind != sdk.Category {
			var err error
			if p.likelihood, err = s.likelihood(space, []sdk.Segment{g}); err != nil {
				return nil, err
			}
		}
		if p.likelihood == gaussian {
			spreads++
		}
		if p.width() > mostParameters || seen > mostParameters { // before the sum overflows
			return nil, s.checkSize(space, mostParameters+1)
		}
		all = append(all, p)
		at, seen = at+g.Len, seen+p.width()
	}
	return all, nil
}

// likelihood chooses that of numbers that are no classes.
func (s settings) likelihood(space sdk.Space, segments []sdk.Segment) (string, error) {
	binary := true // or between 0 and 1, which counts as so much of a 1
	for _, g := range segments {
		binary = binary && (g.Kind == sdk.Unit || g.Kind == sdk.Binary)
	}
	switch {
	case s.Likelihood == "auto" && binary:
		return bernoulli, nil
	case s.Likelihood == "auto":
		return gaussian, nil
	case s.Likelihood == bernoulli && !binary:
		return "", sdk.Hint(unfit(space, "likelihood", "is bernoulli: they have numbers outside 0 to 1"),
			"set likelihood to gaussian or auto")
	}
	return s.Likelihood, nil
}

// see gives rows as the encoder sees them.
func (v *vae) see(x *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	if _, sequence := v.encoder.(*gruEncoder); sequence || !v.parts.has(categorical) {
		return x
	}
	seen := tape.Full(x.Rows, v.parts.width(), 0)
	for i := range x.Rows {
		from, to := rowOf(x, i), rowOf(seen, i)
		for _, p := range v.parts {
			if p.of == 0 {
				copy(to[p.seen:], from[p.at:p.at+p.n])
				continue
			}
			for j, class := range from[p.at : p.at+p.n] {
				to[p.seen+j*p.of+int(class)] = 1
			}
		}
	}
	return seen
}

// logLikelihood is log p(x|z) of each row, for what decode gave.
func (v *vae) logLikelihood(x, d *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	if len(v.parts) == 1 {
		return v.logPart(v.parts[0], x, d, tape)
	}
	var sum *tensor.Tensor
	for _, p := range v.parts {
		log := v.logPart(p, x.Columns(p.at, p.at+p.n), d.Columns(p.seen, p.seen+p.width()), tape)
		if sum == nil {
			sum = log
		} else {
			sum = sum.Add(log)
		}
	}
	return sum
}

func (v *vae) logPart(p part, x, d *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	switch p.likelihood {
	case bernoulli:
		return nn.Bernoulli(x, d)
	case categorical:
		return nn.Categorical(x, d)
	}
	return nn.Gaussian(x, d, v.logVar(p, tape))
}

// logVar is the logarithm of the variance of a Gaussian part, one number that
// is learned: Rybkin et al., arXiv:2006.13202. It begins at 0, and stays above
// -12 by their soft bound, or rows that can be told exactly would have an
// infinite density. A step of Adam changes a parameter by the rate at most, and
// this one has further to go than weights: a tenth of it is what is learned.
func (v *vae) logVar(p part, tape *tensor.Tape) *tensor.Tensor {
	const least = -12
	all := v.spread.On(tape).Scale(spreadScale).Plus(-least).Softplus().Plus(least)
	if all.Cols == 1 {
		return all
	}
	return all.Columns(p.spread, p.spread+1)
}

const spreadScale = 10

// checkBinarise reports rows that cannot be binarised, though they are to be.
func (s settings) checkBinarise(space sdk.Space, ps parts) error {
	for _, p := range ps {
		if s.Binarise != "none" && p.likelihood != bernoulli {
			return sdk.Hint(unfit(space, "binarise", fmt.Sprintf("is %s: the likelihood is %s", s.Binarise, p.likelihood)),
				"set binarise to none, or give rows from 0 to 1 and a likelihood of bernoulli")
		}
	}
	return nil
}

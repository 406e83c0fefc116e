package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Size   []int  `json:"size" min:"1" max:"2048" help:"resize to height,width, or to a square of one number; empty keeps the size"`
	Colour string `json:"colour" choices:"auto,grey,rgb" help:"auto is grey where every picture is, else rgb"`
	Fit    string `json:"fit" choices:"crop,stretch" help:"how a picture of another aspect gets its size: lose its edges, or be distorted"`

	Variants   int     `json:"variants" min:"1" max:"64" help:"rows made of each picture to learn from: the first as it is, the others changed by the settings that follow"`
	Flip       bool    `json:"flip" help:"mirror every second variant, left to right"`
	Crop       float64 `json:"crop" min:"0" max:"0.9" help:"part of their sides that variants lose at most, somewhere; what is left is enlarged"`
	Brightness float64 `json:"brightness" min:"0" max:"1" help:"how much brighter or darker variants are at most, 1 being from black to white"`
	Contrast   float64 `json:"contrast" min:"0" max:"1" help:"by what part variants have more or less contrast, at most"`
	Saturation float64 `json:"saturation" min:"0" max:"1" help:"by what part the colours of variants are stronger or paler, at most"`
	Seed       int     `json:"seed" min:"0" help:"of what is drawn for variants"`
}

var defaults = settings{Colour: "auto", Fit: "crop", Variants: 1, Flip: true, Crop: 0.1}

// images is the modality of pictures: a row has height × width × channel unit
// values, one channel for grey and three for red, green and blue.
type images struct{ settings }

func newImages(s settings) (*images, error) {
	switch len(s.Size) {
	case 1:
		s.Size = []int{s.Size[0], s.Size[0]}
	case 0:
		s.Size = nil // not merely empty
	case 2:
	default:
		return nil, &sdk.SettingError{Setting: "size", Problem: fmt.Sprintf("is %v: want height,width, one number, or none", s.Size)}
	}
	return &images{s}, nil
}

// Inspect looks at the head of every picture, which tells its size, and at no
// pixels.
func (m *images) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	c, s, err := open(src)
	if err != nil {
		return sdk.Info{}, err
	}
	p, err := m.plan(ctx, src, c, s)
	if err != nil {
		return sdk.Info{}, err
	}
	return sdk.Info{Space: p.space, Rows: s.count * p.each, Splits: c.splitNames(), Licence: c.licence, Files: c.files}, nil
}

// A plan says what a split's pictures become.
type plan struct {
	frame  *frame
	space  sdk.Space
	each   int       // rows of each picture
	number []float32 // of each of the collection's labels; nil for rows without
}

// plan has rows of the Space that a model knows, if one is given, or else of one
// that suits all pictures.
func (m *images) plan(ctx context.Context, src sdk.Source, c *collection, s split) (p plan, err error) {
	p.each = m.variants(src, s)
	labels := c.labels
	if src.Space != nil {
		labels, err = c.labelsOf(*src.Space)
		if err == nil {
			p.frame, err = m.frameOf(*src.Space)
		}
		if err != nil {
			err = fmt.Errorf("%s%s: %w", src.Path, src.Dataset, err)
		}
	} else {
		p.frame, err = m.frame(ctx, c)
	}
	if err != nil {
		return plan{}, err
	}
	p.space = p.frame.space(labels, metaOf(p.each))
	if labels != nil {
		for _, l := range c.labels {
			p.number = append(p.number, float32(slices.Index(labels, l)))
		}
	}
	return p, nil
}

// batchNumbers is about how many numbers are handed to a RowWriter at a time.
const batchNumbers = 1 << 20

// Read writes a row for each picture, and for each of its variants. It has one
// batch in memory, and one picture.
func (m *images) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	c, s, err := open(src)
	if err != nil {
		return err
	}
	p, err := m.plan(ctx, src, c, s)
	if err != nil {
		return err
	}
	if err := w.Begin(p.space, sdk.Bytes); err != nil {
		return err
	}
	b := sdk.Reuse(sdk.Batch{}, p.space, max(1, min(256, batchNumbers/p.space.Size())))
	n, pictures := 0, 0
	err = s.read(ctx, func(one picture) error {
		for k := range p.each {
			p.frame.fill(b.Row(n), one, m.change(pictures, k))
			if p.number != nil {
				b.Conditions[label][n] = p.number[one.label]
			}
			if n++; n < b.Len() {
				continue
			}
			if err := w.Write(b); err != nil {
				return err
			}
			n = 0
		}
		pictures++
		return nil
	})
	if err != nil || n == 0 {
		return err
	}
	return w.Write(b.Slice(0, n))
}

// label is the name of the condition that says what a picture shows.
const label = "label"

// space is that of pictures in the frame, with the labels that there are.
func (f *frame) space(labels []string, meta map[string]string) sdk.Space {
	s := sdk.Space{
		Modality: "image",
		Shape:    []int{f.height, f.width, f.channels},
		Axes:     []string{"height", "width", "channel"},
		Segments: []sdk.Segment{{Kind: sdk.Unit, Len: f.height * f.width * f.channels}},
		Meta:     meta,
	}
	if labels != nil {
		s.Conditions = []sdk.Condition{{Name: label, Doc: "what the picture shows", Values: labels}}
	}
	return s
}

// frame decides on the size and the channels that all pictures of all splits
// get. Where the settings do not, the pictures must agree on the size.
func (m *images) frame(ctx context.Context, c *collection) (*frame, error) {
	f := &frame{channels: 1, stretch: m.Fit == "stretch"}
	if m.Colour == "rgb" {
		f.channels = 3
	}
	if m.Size != nil {
		f.height, f.width = m.Size[0], m.Size[1]
		if m.Colour != "auto" {
			return f, nil
		}
	}
	var first head
	for _, s := range c.splits {
		err := s.look(ctx, func(h head) error {
			if m.Colour == "auto" && !h.grey {
				f.channels = 3
			}
			if first.path == "" {
				first = h
			}
			if m.Size == nil && (h.height != first.height || h.width != first.width) {
				return differ(first, h)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if m.Size == nil {
		f.height, f.width = first.height, first.width
	}
	if err := sdk.ValidShape([]int{f.height, f.width, f.channels}); err != nil {
		return nil, sdk.Hint(fmt.Errorf("%s: %w", first.path, err), "resize the pictures: --set read.size=64")
	}
	return f, nil
}

func differ(a, b head) error {
	size := fmt.Sprint(a.height)
	if a.width != a.height {
		size = fmt.Sprintf("%d,%d", a.height, a.width)
	}
	return sdk.Hint(fmt.Errorf("%w: pictures differ in size: %s is %d pixels high and %d wide, %s is %d high and %d wide", sdk.ErrBadInput,
		a.path, a.height, a.width, filepath.Base(b.path), b.height, b.width),
		"resize them all: --set read.size="+size)
}

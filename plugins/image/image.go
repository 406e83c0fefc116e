package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Size   []int  `json:"size" min:"1" max:"2048" help:"resize to height,width, or to a square of one number; empty keeps the size"`
	Colour string `json:"colour" choices:"auto,grey,rgb" help:"auto is grey where every picture is, else rgb"`
	Fit    string `json:"fit" choices:"crop,stretch" help:"how a picture of another aspect gets its size: lose its edges, or be distorted"`
}

var defaults = settings{Colour: "auto", Fit: "crop"}

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
	f, err := m.frame(ctx, c)
	if err != nil {
		return sdk.Info{}, err
	}
	return sdk.Info{Space: f.space(c.labels), Rows: s.count, Splits: c.splitNames(), Licence: c.licence, Files: c.files}, nil
}

// batchNumbers is about how many numbers are handed to a RowWriter at a time.
const batchNumbers = 1 << 20

// Read writes one row a picture. It has one batch in memory, and one picture.
func (m *images) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	c, s, err := open(src)
	if err != nil {
		return err
	}
	f, err := m.frame(ctx, c)
	if err != nil {
		return err
	}
	space := f.space(c.labels)
	if err := w.Begin(space, sdk.Bytes); err != nil {
		return err
	}
	b := sdk.Reuse(sdk.Batch{}, space, max(1, min(256, batchNumbers/space.Size())))
	n := 0
	err = s.read(ctx, func(p picture) error {
		f.fill(b.Row(n), p.pixels)
		if c.labels != nil {
			b.Conditions[label][n] = float32(p.label)
		}
		if n++; n < b.Len() {
			return nil
		}
		n = 0
		return w.Write(b)
	})
	if err != nil || n == 0 {
		return err
	}
	return w.Write(b.Slice(0, n))
}

// label is the name of the condition that says what a picture shows.
const label = "label"

// space is that of pictures in the frame, with the labels that there are.
func (f *frame) space(labels []string) sdk.Space {
	s := sdk.Space{
		Modality: "image",
		Shape:    []int{f.height, f.width, f.channels},
		Axes:     []string{"height", "width", "channel"},
		Segments: []sdk.Segment{{Kind: sdk.Unit, Len: f.height * f.width * f.channels}},
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

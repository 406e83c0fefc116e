package tensorboard

import (
	"image"
	"image/color"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// fileVersion is in the first event of each file.
const fileVersion = "brain.Event:2"

// The fields of tensorflow.Event, Summary, Summary.Value and Summary.Image.
const (
	eventWallTime, eventStep, eventFileVersion, eventSummary    = 1, 2, 3, 5
	summaryValue                                                = 1
	valueTag, valueSimple, valueImage                           = 1, 2, 4
	imageHeight, imageWidth, imageColourSpace, imageEncodedData = 1, 2, 3, 4
)

// An event is what a record holds: the version, or values of a step, each an
// encoded Summary.Value.
type event struct {
	at      time.Time
	step    int
	version string
	values  [][]byte
}

func (e event) encode() []byte {
	seconds := float64(e.at.UnixMicro()) / 1e6
	b := protowire.AppendTag(nil, eventWallTime, protowire.Fixed64Type)
	b = protowire.AppendFixed64(b, math.Float64bits(seconds))
	if e.step != 0 {
		b = appendInt(b, eventStep, e.step)
	}
	if e.version != "" {
		b = appendBytes(b, eventFileVersion, []byte(e.version))
	}
	var summary []byte
	for _, v := range e.values {
		summary = appendBytes(summary, summaryValue, v)
	}
	if summary != nil {
		b = appendBytes(b, eventSummary, summary)
	}
	return b
}

// scalar is a point of a curve.
func scalar(tag string, v float64) []byte {
	b := appendBytes(nil, valueTag, []byte(tag))
	b = protowire.AppendTag(b, valueSimple, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(float32(v)))
}

// picture is a PNG with what its head says.
func picture(tag string, c image.Config, data []byte) []byte {
	m := appendInt(nil, imageHeight, c.Height)
	m = appendInt(m, imageWidth, c.Width)
	m = appendInt(m, imageColourSpace, colourSpace(c.ColorModel))
	m = appendBytes(m, imageEncodedData, data)
	return appendBytes(appendBytes(nil, valueTag, []byte(tag)), valueImage, m)
}

// colourSpace is 1 for grey, 3 for RGB and 4 for RGBA (summary.proto).
func colourSpace(m color.Model) int {
	switch m {
	case color.GrayModel, color.Gray16Model:
		return 1
	case color.NRGBAModel, color.NRGBA64Model:
		return 4
	}
	return 3
}

func appendInt(b []byte, field protowire.Number, v int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

package main

import (
	"bufio"
	"fmt"
	"io"

	"github.com/mewkiz/flac"

	"github.com/genhost/genhost/sdk"
)

// A flacFile reads the samples of a FLAC file (RFC 9639). The decoder holds one
// frame in memory, of at most 65,535 samples of 8 channels, whatever the header
// claims; the blocks before the first frame, but for the stream's information,
// are skipped.
type flacFile struct {
	stream *flac.Stream
	read   uint64 // samples of each channel so far
	mono   []float32
}

// flacHead is how a FLAC file begins: its name, and the head of a block of
// stream information of 34 bytes, which may be the last.
const flacHead = "fLaC\x00\x00\x00\x22"

func newFLAC(r *bufio.Reader) (*flacFile, error) {
	head, err := r.Peek(len(flacHead))
	if err != nil {
		return nil, err
	}
	if string(head[:4])+string(head[4]&0x7f)+string(head[5:]) != flacHead {
		return nil, fmt.Errorf("%w: a FLAC file that begins without stream information", sdk.ErrCorrupt)
	}
	s, err := flac.New(r)
	if err != nil {
		return nil, err
	}
	return &flacFile{stream: s}, nil
}

func (f *flacFile) format() format {
	i := f.stream.Info
	return format{rate: int(i.SampleRate), channels: int(i.NChannels), bits: int(i.BitsPerSample)}
}

func (f *flacFile) next() ([]float32, error) {
	info := f.stream.Info
	frame, err := f.stream.Next()
	if err == io.EOF && info.NSamples != 0 && f.read < info.NSamples {
		return nil, fmt.Errorf("%w: truncated: its header claims %d samples, %d are there", sdk.ErrCorrupt, info.NSamples, f.read)
	}
	if err != nil {
		return nil, err
	}
	if frame.BitsPerSample == 0 { // which stands for the stream's
		frame.BitsPerSample = info.BitsPerSample
	}
	if frame.BitsPerSample != info.BitsPerSample || frame.Channels.Count() != int(info.NChannels) {
		return nil, fmt.Errorf("%w: a frame of %d channels of %d bits in a stream of %d of %d", sdk.ErrCorrupt,
			frame.Channels.Count(), frame.BitsPerSample, info.NChannels, info.BitsPerSample)
	}
	if err := frame.Parse(); err != nil {
		return nil, err
	}
	f.read += uint64(frame.BlockSize)
	f.mono = append(f.mono[:0], make([]float32, frame.BlockSize)...)
	scale := 1 / (float32(int64(1)<<(info.BitsPerSample-1)) * float32(info.NChannels))
	for _, channel := range frame.Subframes {
		if len(channel.Samples) != len(f.mono) {
			return nil, fmt.Errorf("%w: a channel of %d samples in a frame of %d", sdk.ErrCorrupt, len(channel.Samples), len(f.mono))
		}
		for i, v := range channel.Samples {
			f.mono[i] += float32(v) * scale
		}
	}
	return f.mono, nil
}

//go:build ignore

// Makedrums writes the carried data set, drums/drums.zip, and a list of where
// each clip comes from, from the unpacked npm package
// supersonic-scsynth-samples 0.84.2, which has the samples of Sonic Pi. Equal
// input gives equal bytes.
//
//	go run makedrums.go sound.go wav.go flac.go resample.go FOLDER    (in plugins/audio)
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

// The classes, by what they are played on, and their clips by name.
var classes = map[string]string{
	"kick": `bd_808 bd_ada bd_boom bd_chip bd_fat bd_gas bd_haus bd_jazz bd_klub bd_mehackit bd_pure bd_sone bd_tek bd_zome bd_zum
		drum_bass_hard drum_bass_soft drum_heavy_kick elec_hollow_kick elec_soft_kick`,
	"snare": `drum_snare_hard drum_snare_soft elec_filt_snare elec_hi_snare elec_lo_snare elec_mid_snare elec_snare
		sn_dolf sn_dub sn_generic sn_zome`,
	"tom": `drum_tom_hi_hard drum_tom_hi_soft drum_tom_lo_hard drum_tom_lo_soft drum_tom_mid_hard drum_tom_mid_soft elec_fuzz_tom`,
	"cymbal": `drum_cymbal_closed drum_cymbal_hard drum_cymbal_open drum_cymbal_pedal drum_cymbal_soft drum_splash_hard drum_splash_soft
		elec_cymbal hat_bdu hat_cab hat_cats hat_gem hat_gnu hat_gump hat_hier hat_len hat_mess hat_metal hat_noiz hat_psych hat_raw
		hat_sci hat_snap hat_star hat_tap hat_yosh hat_zan hat_zap hat_zild ride_tri ride_via tbd_perc_hat`,
	"tabla": `tabla_dhec tabla_ghe1 tabla_ghe2 tabla_ghe3 tabla_ghe4 tabla_ghe5 tabla_ghe6 tabla_ghe7 tabla_ghe8 tabla_ke1 tabla_ke2
		tabla_ke3 tabla_na tabla_na_o tabla_na_s tabla_re tabla_tas1 tabla_tas2 tabla_tas3 tabla_te1 tabla_te2 tabla_te_m tabla_te_ne
		tabla_tun1 tabla_tun2 tabla_tun3`,
	"blip": `drum_cowbell elec_beep elec_bell elec_blip elec_blip2 elec_blup elec_bong elec_chime elec_flip elec_ping elec_plip
		elec_pop elec_tick elec_triangle elec_twang elec_twip elec_wood tbd_perc_blip tbd_perc_tap_1 tbd_perc_tap_2`,
}

const (
	rate    = 16_000 // of the clips, in Hz
	seconds = 1.0    // at most
	fade    = 0.02   // seconds, of what goes on after that
	quiet   = 1e-3   // of the peak, which is silence at the end
	testNth = 5      // each of which, within its class, is for testing
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run makedrums.go sound.go wav.go flac.go resample.go FOLDER")
	}
	if err := build(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func build(folder string) error {
	links, err := readLinks(filepath.Join(folder, "PROVENANCE.md"))
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	list := "# Where the clips come from\n\n" + heading + "\n| clip | what | of |\n|---|---|---|\n"
	for _, split := range []string{"test", "train"} {
		for _, class := range []string{"blip", "cymbal", "kick", "snare", "tabla", "tom"} {
			names := strings.Fields(classes[class])
			slices.Sort(names)
			for i, name := range names {
				if (i%testNth == testNth-1) != (split == "test") {
					continue
				}
				clip, err := encodeClip(filepath.Join(folder, "samples", name+".flac"))
				if err != nil {
					return err
				}
				path := split + "/" + class + "/" + name + ".flac"
				f, err := w.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Store})
				if err != nil {
					return err
				}
				if _, err := f.Write(clip); err != nil {
					return err
				}
				list += fmt.Sprintf("| %s | %s, %s | %s |\n", name, class, split, links[strings.ReplaceAll(name, "_", "")])
			}
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.WriteFile("drums/PROVENANCE.md", []byte(list), 0o666); err != nil {
		return err
	}
	return os.WriteFile("drums/drums.zip", archive.Bytes(), 0o666)
}

const heading = `The clips are those of Sonic Pi, as in the npm package
supersonic-scsynth-samples 0.84.2, whose licence is CC0 1.0. Its list of sources
says that all were given to the public domain under CC0, and where. For this
archive they were mixed to one channel, resampled to 16 kHz and cut to a second
at most, by makedrums.go.
`

// readLinks reads which clip is from where. In the list some names have one
// underscore more than their file.
func readLinks(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	links := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\* `:?(\\w+)` *- *(\\S.*?)(?: \\*\\*.*)?$").FindAllStringSubmatch(string(text), -1) {
		links[strings.ReplaceAll(m[1], "_", "")] = m[2]
	}
	return links, err
}

func encodeClip(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, err := decode(f, path, seconds+0.1)
	if err != nil {
		return nil, err
	}
	n := min(int(rate*seconds), len(s.samples)*rate/s.rate)
	x := resample(s.samples, 0, float64(s.rate)/rate, n)
	var peak float32
	for _, v := range x {
		peak = max(peak, v, -v)
	}
	for len(x) > 0 && max(x[len(x)-1], -x[len(x)-1]) < quiet*peak {
		x = x[:len(x)-1]
	}
	ramp := int(fade * rate)
	if n == rate*seconds {
		for i := range min(ramp, len(x)) {
			x[len(x)-1-i] *= float32(i) / float32(ramp)
		}
	}
	return encodeFLAC(x)
}

// encodeFLAC returns a FLAC file of one channel of 16-bit samples.
func encodeFLAC(x []float32) ([]byte, error) {
	const block = 1024
	var out seeker
	e, err := flac.NewEncoder(&out, &meta.StreamInfo{BlockSizeMin: block, BlockSizeMax: block, SampleRate: rate, NChannels: 1, BitsPerSample: 16})
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(x, block) {
		samples := make([]int32, len(part))
		for i, v := range part {
			samples[i] = int32(min(max(math.RoundToEven(float64(v)*(1<<15)), math.MinInt16), math.MaxInt16))
		}
		err := e.WriteFrame(&frame.Frame{
			Header: frame.Header{HasFixedBlockSize: true, BlockSize: uint16(len(part)), SampleRate: rate, Channels: frame.ChannelsMono, BitsPerSample: 16},
			Subframes: []*frame.Subframe{{
				SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, Samples: samples, NSamples: len(samples),
			}},
		})
		if err != nil {
			return nil, err
		}
	}
	err = e.Close()
	return out.b, err
}

// A seeker is a file in memory, whose head the encoder writes last.
type seeker struct {
	b  []byte
	at int
}

func (s *seeker) Write(p []byte) (int, error) {
	if more := s.at + len(p) - len(s.b); more > 0 {
		s.b = append(s.b, make([]byte, more)...)
	}
	s.at += copy(s.b[s.at:], p)
	return len(p), nil
}

func (s *seeker) Seek(offset int64, _ int) (int64, error) { // always from the start
	s.at = int(offset)
	return offset, nil
}

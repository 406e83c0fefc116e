//go:build ignore

// Makeemoji writes the carried data set of coloured pictures, emoji/emoji.zip,
// from the unpacked npm package emoji-datasource-google 16.0.0, which has
// Google's Noto emoji as PNG files of 64 × 64 pixels. Equal input gives equal
// bytes with equal versions of Go.
//
//	go run makeemoji.go FOLDER    (in plugins/image)
package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// labels are those of Unicode's subcategories that are alike enough to be
// learned from so few pictures.
var labels = map[string][]string{
	"face": {"face-smiling", "face-affection", "face-tongue", "face-hand", "face-neutral-skeptical", "face-sleepy",
		"face-unwell", "face-hat", "face-glasses", "face-concerned", "face-negative", "face-costume"},
	"flag":   {"country-flag"},
	"hand":   {"hand-fingers-open", "hand-fingers-partial", "hand-single-finger", "hand-fingers-closed", "hands", "hand-prop"},
	"person": {"person", "person-gesture", "person-role"},
}

const (
	side    = 64
	colours = 64 // of a picture: 42 dB from the original, in a third of its bytes
	rounds  = 8  // of k-means
	testNth = 8  // emoji of a label, which with all its skin tones is for testing
)

// An emoji is an entry of the package's list, or one of its skin tones.
type emoji struct {
	Image       string           `json:"image"`
	Subcategory string           `json:"subcategory"`
	Order       int              `json:"sort_order"`
	Has         bool             `json:"has_img_google"`
	Tones       map[string]emoji `json:"skin_variations"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go run makeemoji.go FOLDER")
	}
	if err := build(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func build(folder string) error {
	all, err := readList(filepath.Join(folder, "emoji.json"))
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	seen := map[string]bool{}
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		n := 0
		for _, e := range all {
			if !e.Has || !slices.Contains(labels[label], e.Subcategory) {
				continue
			}
			split := "train"
			if n%testNth == testNth-1 {
				split = "test"
			}
			n++
			for _, tone := range append([]emoji{e}, tones(e)...) {
				m, err := flatten(filepath.Join(folder, "img", "google", "64", tone.Image))
				if err != nil {
					return err
				}
				if seen[string(m.Pix)] {
					continue // such as the flags of Norway and Svalbard
				}
				seen[string(m.Pix)] = true
				if err := add(w, split+"/"+label+"/"+tone.Image, m); err != nil {
					return err
				}
			}
		}
		fmt.Println(label, n)
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile("emoji/emoji.zip", archive.Bytes(), 0o666)
}

func readList(path string) ([]emoji, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []emoji
	err = json.Unmarshal(text, &all)
	slices.SortStableFunc(all, func(a, b emoji) int { return a.Order - b.Order })
	return all, err
}

// tones are the emoji's pictures in other colours of skin.
func tones(e emoji) []emoji {
	var all []emoji
	for _, key := range slices.Sorted(maps.Keys(e.Tones)) {
		if t := e.Tones[key]; t.Has {
			all = append(all, t)
		}
	}
	return all
}

// flatten reads a picture and puts it on white.
func flatten(path string) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	from, err := png.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	if from.Bounds().Size() != m.Rect.Size() {
		return nil, fmt.Errorf("%s: %v pixels", path, from.Bounds().Size())
	}
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(m, m.Rect, from, from.Bounds().Min, draw.Over)
	return m, nil
}

func add(w *zip.Writer, name string, m *image.RGBA) error {
	few := image.NewPaletted(m.Rect, palette(m))
	draw.Draw(few, m.Rect, m, image.Point{}, draw.Src)
	f, err := w.CreateHeader(&zip.FileHeader{Name: strings.ToLower(name), Method: zip.Store})
	if err != nil {
		return err
	}
	small := png.Encoder{CompressionLevel: png.BestCompression}
	return small.Encode(f, few)
}

// A hue is a colour, and how many pixels have it.
type hue struct {
	rgb [3]float64
	n   float64
}

// palette chooses the colours of a picture by k-means. Each begins at the colour
// farthest from those before, where common ones count as farther; white stays.
func palette(m *image.RGBA) color.Palette {
	all := hues(m)
	means := []hue{{rgb: [3]float64{255, 255, 255}}}
	for len(means) < min(colours, len(all)) {
		var most float64
		var next hue
		for _, h := range all {
			_, d := nearest(means, h)
			if d *= math.Sqrt(h.n); d > most {
				most, next = d, h
			}
		}
		if most == 0 {
			break
		}
		means = append(means, next)
	}
	for range rounds {
		sums := make([]hue, len(means))
		for _, h := range all {
			i, _ := nearest(means, h)
			for j, v := range h.rgb {
				sums[i].rgb[j] += v * h.n
			}
			sums[i].n += h.n
		}
		for i, s := range sums {
			if i == 0 || s.n == 0 {
				continue
			}
			for j := range s.rgb {
				means[i].rgb[j] = s.rgb[j] / s.n
			}
		}
	}
	var p color.Palette
	for _, h := range means {
		p = append(p, color.RGBA{uint8(h.rgb[0] + 0.5), uint8(h.rgb[1] + 0.5), uint8(h.rgb[2] + 0.5), 255})
	}
	return p
}

// hues counts the colours of a picture, in the order in which they come.
func hues(m *image.RGBA) []hue {
	var all []hue
	number := map[[3]uint8]int{}
	for i := 0; i < len(m.Pix); i += 4 {
		c := [3]uint8(m.Pix[i:])
		at, ok := number[c]
		if !ok {
			at = len(all)
			number[c] = at
			all = append(all, hue{rgb: [3]float64{float64(c[0]), float64(c[1]), float64(c[2])}})
		}
		all[at].n++
	}
	return all
}

// nearest finds the mean nearest to a colour, and the square of how far it is.
func nearest(means []hue, h hue) (int, float64) {
	at, least := 0, math.Inf(1)
	for i, m := range means {
		var d float64
		for j, v := range m.rgb {
			d += (v - h.rgb[j]) * (v - h.rgb[j])
		}
		if d < least {
			at, least = i, d
		}
	}
	return at, least
}

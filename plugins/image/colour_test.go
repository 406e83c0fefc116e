package main

import (
	"image"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// TestDepths reads colours of 16 bits, of palettes, and partly transparent ones.
func TestDepths(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 1, 1))
	deep.SetNRGBA64(0, 0, color.NRGBA64{0xffff, 0x8080, 0x0101, 0xffff})
	glass := image.NewNRGBA64(image.Rect(0, 0, 1, 1))
	glass.SetNRGBA64(0, 0, color.NRGBA64{0xffff, 0, 0, 0x8080})
	few := image.NewPaletted(image.Rect(0, 0, 1, 1), color.Palette{color.NRGBA{1, 2, 3, 255}, color.White})
	grey := image.NewGray16(image.Rect(0, 0, 1, 1))
	grey.SetGray16(0, 0, color.Gray16{0x4040})
	for name, c := range map[string]struct {
		picture image.Image
		want    []int
	}{
		"16 bits":             {deep, []int{255, 128, 1}},
		"16 bits, half there": {glass, []int{255, 127, 127}},
		"palette":             {few, []int{1, 2, 3}},
		"grey of 16 bits":     {grey, []int{64}},
	} {
		path := filepath.Join(files(t, map[string]string{"a.png": asPNG(c.picture)}), "a.png")
		if got, _ := read(t, defaults, sdk.Source{Path: path}); !slices.Equal(got.bytes(), c.want) {
			t.Errorf("%s: got %v, want %v", name, got.bytes(), c.want)
		}
	}
}

// TestEmoji reads the carried pictures: none to test with is one to learn from.
func TestEmoji(t *testing.T) {
	src := sdk.Source{Dataset: coloured}
	train, info := read(t, defaults, src)
	src.Split = folder.Test
	test, _ := read(t, defaults, src)
	if train.n != 1310 || test.n != 176 || !slices.Equal(info.Space.Shape, []int{64, 64, 3}) ||
		!slices.Equal(info.Space.Conditions[0].Values, []string{"face", "flag", "hand", "person"}) || info.Licence != "Apache-2.0" {
		t.Errorf("%d and %d rows of %+v", train.n, test.n, info)
	}
	seen := map[string]bool{}
	size := 64 * 64 * 3
	for _, all := range [][]float32{train.data, test.data} {
		for row := range slices.Chunk(all, size) {
			key := make([]byte, size)
			for i, v := range row {
				key[i] = byte(v*255 + 0.5)
			}
			if seen[string(key)] {
				t.Fatal("a picture is there twice")
			}
			seen[string(key)] = true
		}
	}
}

// TestKindsOfJPEG reads one picture as CMYK, progressive and with coarser colours,
// as Go's own tests have it, and compares it with the PNG.
func TestKindsOfJPEG(t *testing.T) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	dir := filepath.Join(strings.TrimSpace(string(root)), "src", "image", "testdata")
	if _, e := os.Stat(dir); err != nil || e != nil {
		t.Skip("there are no pictures of Go's")
	}
	for name, like := range map[string]string{
		"video-001.cmyk.jpeg": "video-001.cmyk.png", "video-001.progressive.jpeg": "video-001.png", "video-001.q50.410.jpeg": "video-001.png", "video-001.rgb.jpeg": "video-001.rgb.png",
	} {
		got, _ := read(t, defaults, sdk.Source{Path: filepath.Join(dir, name)})
		want, _ := read(t, defaults, sdk.Source{Path: filepath.Join(dir, like)})
		var sum float64
		for i, v := range got.data {
			sum += math.Abs(float64(v - want.data[i]))
		}
		if mean := 255 * sum / float64(len(got.data)); mean > 10 {
			t.Errorf("%s: %.1f of 255 from %s, on average", name, mean, like)
		}
	}
}

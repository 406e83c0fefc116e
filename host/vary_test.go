package host

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// Rows that are like a file lie between it and the draws that they would be.
func TestGenerateLike(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	file := filepath.Join(t.TempDir(), "file.txt") // of which the toy reads its own rows, [0 0] first
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for strength, want := range map[float64][]float32{0: {0, 0, 0, 0}, 0.6: {3, 0.6, 3, 1.2}, 1: {5, 1, 5, 2}} {
		y.decoded = nil
		err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 2, Seed: 5, First: 1, Like: file, Strength: &strength}, func(string) {})
		if err != nil || len(y.decoded) != 1 || !near(y.decoded[0].Data, want) {
			t.Errorf("strength %g: decoded %+v, %v, want %v", strength, y.decoded, err, want)
		}
	}
	for _, bad := range []GenerateRequest{
		{Like: file, Strength: number(1.5)}, {Like: file, Strength: number(math.NaN())}, {Like: file, Strength: number(-1)}, {Like: file, Set: []string{"prompt=x"}},
	} {
		bad.Run, bad.N = r.Name, 1
		if err := h.Generate(t.Context(), bad, func(string) {}); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Like: "gone.txt"}, func(string) {}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func number(v float64) *float64 { return &v }

func near(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) < 1e-5 })
}

// A row of the label wished for is decoded, not one of the file's.
func TestLikeWithAnotherLabel(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	if err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Like: "ten", Set: []string{"label=b"}}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if y.drawn == nil || y.drawn.Conditions["label"][0] != 1 || y.encoded[0].Conditions["label"][0] != 1 {
		t.Errorf("drawn for %+v, encoded %+v", y.drawn, y.encoded)
	}
	if err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Like: "ten"}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	if y.drawn.Conditions["label"][0] != 0 {
		t.Errorf("drawn for %+v, the file's label is a", y.drawn)
	}
}

// Of the toy's rows, those labelled b lie one further along the first number than
// those labelled a.
func TestAttribute(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	for text, want := range map[string]float32{"b=+2": 7, "B=-0.5": 4.5, "a=1": 4} {
		y.decoded = nil
		err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Seed: 5, Attributes: []string{text}}, func(string) {})
		if err != nil || !near(y.decoded[0].Data, []float32{want, 0}) {
			t.Errorf("%s: decoded %+v, %v, want %g", text, y.decoded, err, want)
		}
	}
	y.decoded = nil
	err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Like: "ten", Strength: number(0), Attributes: []string{"a=1", "b=3"}}, func(string) {})
	if err != nil || !near(y.decoded[0].Data, []float32{2, 0}) {
		t.Errorf("like a file, with two attributes: %+v, %v", y.decoded, err)
	}
	for _, bad := range []string{"b", "b=", "b=far", "b=NaN", "b=Inf", "hat=1", "=1"} {
		err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Attributes: []string{bad}}, func(string) {})
		if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
			t.Errorf("--attribute %s: %v, hints %q", bad, err, sdk.Hints(err))
		}
	}
}

// The direction of a number is how latents change over its standard deviation.
func TestSlope(t *testing.T) {
	z, values := sdk.MakeBatch(100, 2), make([]float32, 100)
	for i := range values {
		values[i] = float32(i%10) / 3
		z.Row(i)[0], z.Row(i)[1] = 4*values[i]+1, float32(i%2)
	}
	sd := math.Sqrt(8.25) / 3 // of 0 to 9
	d := slope(z, values)
	if math.Abs(float64(d[0])-4*sd) > 1e-4 || math.Abs(float64(d[1])) > 0.1 {
		t.Errorf("got %v, want %.4f and about 0", d, 4*sd)
	}
	if d := slope(z, make([]float32, 100)); d[0] != 0 {
		t.Errorf("of a constant: %v", d)
	}
}

func TestInterpolateBetweenFiles(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	y.decoded = nil
	var made []string
	req := InterpolateRequest{Run: r.Name, Steps: 3, N: 6, From: filepath.Join(dir, "a"), To: filepath.Join(dir, "b"), Files: filepath.Join(dir, "way")}
	if err := h.Interpolate(t.Context(), req, func(path string) { made = append(made, filepath.Base(path)) }); err != nil {
		t.Fatal(err)
	}
	if y.decoded[0].Len() != 3 || !slices.Equal(made, []string{"interpolation.png", "way-0-00.txt", "way-0-01.txt", "way-0-02.txt"}) {
		t.Errorf("decoded %d rows, made %v", y.decoded[0].Len(), made)
	}
	if got := y.decoded[0].Conditions["label"]; !slices.Equal(got, []float32{0, 0, 0}) {
		t.Errorf("conditions %v", got)
	}
}

// A profile's wishes hold, but where others take their place.
func TestProfile(t *testing.T) {
	y := &toy{}
	h, r, _ := trainToy(t, y, TrainRequest{})
	h.registry.Profiles = []registry.Profile{{Name: "anna", Set: []string{"label=b"}, Attributes: []string{"b=2"}, Like: "ten", Strength: number(0)}}
	for _, c := range []struct {
		req   GenerateRequest
		want  float32
		label float32
	}{
		{GenerateRequest{Profile: "anna"}, 2, 1},
		{GenerateRequest{Profile: "anna", Set: []string{"label=a"}}, 2, 0},
		{GenerateRequest{Profile: "anna", Strength: number(1)}, 7, 1},
		{GenerateRequest{Profile: "anna", Attributes: []string{"b=1"}}, 3, 1},
	} {
		y.decoded = nil
		c.req.Run, c.req.N, c.req.Seed = r.Name, 1, 5
		if err := h.Generate(t.Context(), c.req, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if got := y.decoded[0].Row(0)[0]; got != c.want || y.drawn.Conditions["label"][0] != c.label {
			t.Errorf("%+v: decoded %g of label %v, want %g of %g", c.req, got, y.drawn.Conditions["label"], c.want, c.label)
		}
	}
	err := h.Generate(t.Context(), GenerateRequest{Run: r.Name, N: 1, Profile: "ana"}, func(string) {})
	if !errors.Is(err, registry.ErrNotFound) || len(sdk.Hints(err)) == 0 {
		t.Errorf("a profile that is not there: %v", err)
	}
}

// Rows of other wishes do not lie among those of a seed alone.
func TestFolders(t *testing.T) {
	seen := map[string]GenerateRequest{}
	for _, r := range []GenerateRequest{
		{}, {Seed: 1}, {Set: []string{"label=a"}}, {Set: []string{"label=b"}}, {Set: []string{"label=a,b"}}, {Attributes: []string{"label=a"}, Set: []string{"x=1"}},
		{Like: "a.png", Strength: number(0.1)}, {Like: "a.png", Strength: number(0.2)}, {Set: []string{"prompt=Jo/../.."}},
	} {
		name := r.folder()
		if was, ok := seen[name]; ok || filepath.Base(name) != name || len(name) > 80 {
			t.Errorf("%+v: folder %s, also of %+v", r, name, was)
		}
		seen[name] = r
	}
	if got := (GenerateRequest{Seed: 7}).folder(); got != "seed-7" {
		t.Errorf("got %s", got)
	}
}

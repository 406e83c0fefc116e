package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// BenchmarkEndToEnd compares "genhost train" - processes, progress, previews,
// checkpoints, plots - with the loop alone on the same rows in this process,
// turn by turn. It reports the median of the ratios of time.
func BenchmarkEndToEnd(b *testing.B) {
	const epochs = 20
	g := newGenhost(b)
	g.train(b, "1") // builds the plugins and reads the data
	rows := g.rows(b)
	var ratios []float64
	for b.Loop() {
		alone := trainAlone(b, rows, epochs)
		begin := time.Now()
		g.train(b, "20")
		ratios = append(ratios, time.Since(begin).Seconds()/alone.Seconds())
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "genhost/alone")
}

// trainAlone returns how long it takes to train a new model here.
func trainAlone(b *testing.B, rows *dataset.File, epochs int) time.Duration {
	begin := time.Now()
	s := defaults
	s.Epochs = epochs
	v, err := newVAE(s, rows.Space())
	if err != nil {
		b.Fatal(err)
	}
	job := &sdk.Job{Data: rows, Seed: 1}
	if err := job.Run(b.Context(), v); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// A genhost is the command, with a folder and a cache of its own.
type genhost struct{ program, folder, cache string }

func newGenhost(b *testing.B) genhost {
	root, err := filepath.Abs("../..")
	if err != nil {
		b.Fatal(err)
	}
	folder := b.TempDir()
	g := genhost{filepath.Join(folder, "genhost"), folder, filepath.Join(folder, "cache")}
	build := exec.Command("go", "build", "-o", g.program, "./cmd/genhost")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	models := "schema = 1\n"
	for _, p := range []string{"vae", "image"} {
		models += "[plugins." + p + "]\nsource = \"" + filepath.ToSlash(filepath.Join(root, "plugins", p)) + "\"\n"
	}
	models += "[models.vae]\nplugin = \"vae\"\nmodality = \"image\"\ndata = \"fashion\"\n"
	if err := os.WriteFile(filepath.Join(folder, "models.toml"), []byte(models), 0o644); err != nil {
		b.Fatal(err)
	}
	return g
}

func (g genhost) train(b *testing.B, epochs string) {
	cmd := exec.Command(g.program, "train", "--model", "vae", "--epochs", epochs)
	cmd.Dir, cmd.Env = g.folder, append(os.Environ(), "GENHOST_CACHE="+g.cache)
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("train: %v\n%s", err, out)
	}
}

// rows opens the largest dataset that genhost has read, which is the one it
// trains on.
func (g genhost) rows(b *testing.B) *dataset.File {
	files, err := filepath.Glob(filepath.Join(g.cache, "datasets", "*.safetensors"))
	if err != nil || len(files) == 0 {
		b.Fatalf("no datasets: %v", err)
	}
	var largest *dataset.File
	for _, file := range files {
		d, err := dataset.Open(file)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { d.Close() })
		if largest == nil || d.Len() > largest.Len() {
			largest = d
		}
	}
	return largest
}

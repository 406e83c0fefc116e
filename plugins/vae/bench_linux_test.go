package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// BenchmarkEndToEnd compares the speed of "genhost train" - processes, progress,
// previews, plots - with that of the loop alone, on the same rows, in this
// process. They take turns of half a second, the other one frozen meanwhile, so
// that a machine with other work slows both alike. Ask for as many turns as the
// noise needs, -benchtime 150x or so; after some 300 the trainings are over.
func BenchmarkEndToEnd(b *testing.B) {
	g := newGenhost(b)
	if out, err := g.train(1).CombinedOutput(); err != nil { // reads the data
		b.Fatalf("train: %v\n%s", err, out)
	}
	both := []trainer{g.begin(b), newLoop(b, g.rows(b))}
	var steps, seconds [2]float64
	for i, t := range both {
		t.turn(b, 3*time.Second) // into its stride
		steps[i] = -float64(t.steps(b))
	}
	for n := 0; b.Loop(); n++ {
		for i := range both {
			i = (i + n) % 2
			seconds[i] += both[i].turn(b, time.Second/2).Seconds()
		}
	}
	for i, t := range both {
		steps[i] += float64(t.steps(b))
	}
	b.ReportMetric(steps[0]/seconds[0], "steps/s")
	b.ReportMetric(steps[1]/seconds[1], "alone-steps/s")
	b.ReportMetric(100*(1-steps[0]/seconds[0]*seconds[1]/steps[1]), "%cost")
}

// epochs of the article's pictures take two minutes or more.
const epochs = 400

// A trainer is a training that rests between its turns.
type trainer interface {
	turn(b *testing.B, long time.Duration) time.Duration
	steps(b *testing.B) int // so far
}

// A loop is a training in this process.
type loop struct {
	turns chan time.Duration
	took  chan time.Duration
	step  int
}

func newLoop(b *testing.B, rows *dataset.File) *loop {
	s := defaults
	s.Epochs = epochs
	v, err := newVAE(s, rows.Space())
	if err != nil {
		b.Fatal(err)
	}
	l := &loop{turns: make(chan time.Duration), took: make(chan time.Duration)}
	ctx, cancel := context.WithCancel(b.Context())
	b.Cleanup(func() {
		cancel()
		close(l.turns)
		for range l.took { // until the goroutine ends
		}
	})
	go func() {
		defer close(l.took)
		long, begin := <-l.turns, time.Now()
		job := &sdk.Job{Data: rows, Seed: 1, Watch: func(e sdk.Event) {
			if l.step = e.Step; time.Since(begin) >= long {
				l.took <- time.Since(begin)
				long, begin = <-l.turns, time.Now()
			}
		}}
		if err := job.Run(ctx, v); err != nil && ctx.Err() == nil {
			b.Error(err)
		}
	}()
	return l
}

func (l *loop) turn(b *testing.B, long time.Duration) time.Duration {
	l.turns <- long
	took, more := <-l.took
	if !more {
		b.Fatal("the training is over: ask for fewer turns")
	}
	return took
}

func (l *loop) steps(*testing.B) int { return l.step }

// A genhost is the command, with a folder and a cache of its own.
type genhost struct {
	folder string
	cmd    *exec.Cmd
}

func newGenhost(b *testing.B) *genhost {
	g := &genhost{folder: b.TempDir()}
	for _, p := range []string{"cmd/genhost", "plugins/vae", "plugins/image"} {
		build := exec.Command("go", "build", "-o", filepath.Join(g.folder, filepath.Base(p)), "../../"+p)
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("build: %v\n%s", err, out)
		}
	}
	if err := os.WriteFile(filepath.Join(g.folder, "models.toml"), []byte(models), 0o644); err != nil {
		b.Fatal(err)
	}
	return g
}

const models = `schema = 1
[plugins.vae]
source = "./vae"
[plugins.image]
source = "./image"
[models.vae]
plugin = "vae"
modality = "image"
data = "fashion"
`

func (g *genhost) train(epochs int) *exec.Cmd {
	cmd := exec.Command(filepath.Join(g.folder, "genhost"), "train", "--model", "vae", "--run", fmt.Sprint("r", epochs),
		"--epochs", strconv.Itoa(epochs), "--threads", strconv.Itoa(runtime.GOMAXPROCS(0)))
	cmd.Dir, cmd.Env = g.folder, append(os.Environ(), "GENHOST_CACHE="+filepath.Join(g.folder, "cache"))
	return cmd
}

// rows opens the larger of the datasets that genhost has read, which is the one
// it trains on.
func (g *genhost) rows(b *testing.B) *dataset.File {
	files, err := filepath.Glob(filepath.Join(g.folder, "cache", "datasets", "*.safetensors"))
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

// begin starts a long training.
func (g *genhost) begin(b *testing.B) *genhost {
	g.cmd = g.train(epochs)
	if err := g.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		g.signal(b, syscall.SIGCONT)
		_ = g.cmd.Process.Signal(os.Interrupt)
		_ = g.cmd.Wait()
	})
	return g
}

func (g *genhost) turn(b *testing.B, long time.Duration) time.Duration {
	begin := time.Now()
	g.signal(b, syscall.SIGCONT)
	time.Sleep(long)
	g.signal(b, syscall.SIGSTOP)
	return time.Since(begin)
}

// signal sends a signal to the command and its plugins.
func (g *genhost) signal(b *testing.B, s syscall.Signal) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", g.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	pids := []string{strconv.Itoa(g.cmd.Process.Pid)}
	for _, task := range tasks {
		children, _ := os.ReadFile(task) // of a thread that may have ended
		pids = append(pids, strings.Fields(string(children))...)
	}
	for _, pid := range pids {
		if n, err := strconv.Atoi(pid); err == nil {
			_ = syscall.Kill(n, s)
		}
	}
}

func (g *genhost) steps(b *testing.B) int {
	events, err := os.ReadFile(filepath.Join(g.folder, "runs", fmt.Sprint("r", epochs), "events.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	if bytes.Contains(events, []byte(`"type":"end"`)) {
		b.Fatal("the training is over: ask for fewer turns")
	}
	lines := bytes.Split(bytes.TrimSpace(events), []byte("\n"))
	var last struct{ Step int }
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil {
		b.Fatal(err)
	}
	return last.Step
}

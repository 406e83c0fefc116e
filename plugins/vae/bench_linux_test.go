package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// BenchmarkEndToEnd compares the speed of "genhost train" - processes, progress,
// previews, plots - with that of the loop alone, on the same rows, in one
// process. They take turns, the other one frozen meanwhile, so that a machine
// with other work slows both alike; %cost is the median over the pairs of
// turns, and %cpu how much more of the processor's time a step takes, all
// processes together: other work hardly moves it. Ask for as many turns as the
// noise needs, -benchtime 40x or so; after some 60 the trainings are over.
func BenchmarkEndToEnd(b *testing.B) {
	g := newGenhost(b)
	if out, err := g.train(1).CombinedOutput(); err != nil { // reads the data
		b.Fatalf("train: %v\n%s", err, out)
	}
	both := []trainer{g.begin(b), beginAlone(b, g.rows(b))}
	for _, t := range both { // is under way before the first turn
		t.signal(b, syscall.SIGCONT)
		time.Sleep(3 * time.Second)
		t.signal(b, syscall.SIGSTOP)
	}
	var speeds [2][]float64
	var costs []float64
	begun := [2]effort{effortOf(both[0], b), effortOf(both[1], b)}
	for n := 0; b.Loop(); n++ {
		for i := range both {
			i = (i + n) % 2
			speeds[i] = append(speeds[i], turn(both[i], b))
		}
		costs = append(costs, 100*(1-speeds[0][n]/speeds[1][n]))
	}
	b.ReportMetric(median(speeds[0]), "steps/s")
	b.ReportMetric(median(speeds[1]), "alone-steps/s")
	b.ReportMetric(median(costs), "%cost")
	b.ReportMetric(100*(effortOf(both[0], b).since(begun[0])/effortOf(both[1], b).since(begun[1])-1), "%cpu")
}

// An effort is what a training has done, and the processor's time that it took:
// a measure that other work on the machine hardly moves.
type effort struct {
	steps int
	time  time.Duration
}

func effortOf(t trainer, b *testing.B) effort {
	marks := t.marks(b)
	if len(marks) == 0 {
		b.Fatal("no steps: the training has not begun")
	}
	e := effort{steps: marks[len(marks)-1].Step}
	for _, pid := range t.pids(b) {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		if err != nil {
			b.Fatal(err)
		}
		for _, thread := range threads {
			var spent time.Duration // the first number, in nanoseconds
			text, _ := os.ReadFile(thread)
			if _, err := fmt.Sscan(string(text), &spent); err == nil {
				e.time += spent
			}
		}
	}
	return e
}

// since returns nanoseconds a step.
func (e effort) since(before effort) float64 {
	return float64(e.time-before.time) / float64(e.steps-before.steps)
}

// epochs of the article's pictures take two minutes or more.
const epochs = 400

// A trainer is a training in other processes.
type trainer interface {
	signal(b *testing.B, s syscall.Signal)
	pids(b *testing.B) []int
	// marks returns the steps that the training has told of, and when.
	marks(b *testing.B) []mark
}

type mark struct {
	Step int
	Time time.Time
}

// turn lets a frozen training go on for two seconds, and returns its speed in
// steps a second once it is in its stride.
func turn(t trainer, b *testing.B) float64 {
	t.signal(b, syscall.SIGCONT)
	time.Sleep(200 * time.Millisecond)
	begin := time.Now()
	time.Sleep(2 * time.Second)
	marks := t.marks(b)
	t.signal(b, syscall.SIGSTOP)
	marks = slices.DeleteFunc(marks, func(m mark) bool { return m.Time.Before(begin) })
	if len(marks) < 2 {
		b.Fatal("no steps: the training is over, or too slow for this benchmark")
	}
	first, last := marks[0], marks[len(marks)-1]
	return float64(last.Step-first.Step) / last.Time.Sub(first.Time).Seconds()
}

func median(x []float64) float64 {
	return slices.Sorted(slices.Values(x))[len(x)/2]
}

// An alone is a training that no host watches: this test's program, started
// once more, which prints the steps that it reports.
type alone struct {
	cmd *exec.Cmd
	out string // the file it prints to
}

// aloneData is the variable that tells the program to train, and on which rows.
const aloneData = "TRAIN_ALONE_ON"

func TestMain(m *testing.M) {
	if path := os.Getenv(aloneData); path != "" {
		if err := trainAlone(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func trainAlone(path string) error {
	rows, err := dataset.Open(path)
	if err != nil {
		return err
	}
	defer rows.Close()
	s := defaults
	s.Epochs = epochs
	v, err := newVAE(s, rows.Space())
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	job := &sdk.Job{Data: rows, Seed: 1, Watch: func(e sdk.Event) {
		if e.Window {
			_ = out.Encode(mark{e.Step, time.Now()})
		}
	}}
	return job.Run(context.Background(), v)
}

func beginAlone(b *testing.B, rows string) *alone {
	a := &alone{cmd: exec.Command(os.Args[0]), out: filepath.Join(b.TempDir(), "steps")}
	out, err := os.Create(a.out)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	a.cmd.Env = append(os.Environ(), aloneData+"="+rows, fmt.Sprint("GOMAXPROCS=", runtime.GOMAXPROCS(0)))
	a.cmd.Stdout, a.cmd.Stderr = out, os.Stderr
	if err := a.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	a.signal(b, syscall.SIGSTOP)
	b.Cleanup(func() {
		_ = a.cmd.Process.Kill()
		_ = a.cmd.Wait()
	})
	return a
}

func (a *alone) signal(b *testing.B, s syscall.Signal) {
	if err := a.cmd.Process.Signal(s); err != nil {
		b.Fatal(err)
	}
}

func (a *alone) pids(*testing.B) []int { return []int{a.cmd.Process.Pid} }

func (a *alone) marks(b *testing.B) []mark { return marksIn(b, a.out, "") }

// marksIn reads the marks of the lines that contain a string.
func marksIn(b *testing.B, file, with string) (marks []mark) {
	lines, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(lines) {
		var m mark
		if bytes.Contains(line, []byte(with)) && json.Unmarshal(line, &m) == nil { // the last may be half written
			marks = append(marks, m)
		}
	}
	return marks
}

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

// rows is the largest of the datasets that genhost has read, which is the one it
// trains on.
func (g *genhost) rows(b *testing.B) string {
	files, err := filepath.Glob(filepath.Join(g.folder, "cache", "datasets", "*.safetensors"))
	if err != nil || len(files) == 0 {
		b.Fatalf("no datasets: %v", err)
	}
	return slices.MaxFunc(files, func(a, c string) int { return cmp.Compare(size(b, a), size(b, c)) })
}

func size(b *testing.B, file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
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

// signal sends a signal to the command and its plugins.
func (g *genhost) signal(b *testing.B, s syscall.Signal) {
	for _, pid := range g.pids(b) {
		_ = syscall.Kill(pid, s)
	}
}

// pids are those of the command and its plugins.
func (g *genhost) pids(b *testing.B) []int {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", g.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	pids := []int{g.cmd.Process.Pid}
	for _, task := range tasks {
		children, _ := os.ReadFile(task) // of a thread that may have ended
		for _, pid := range strings.Fields(string(children)) {
			if n, err := strconv.Atoi(pid); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}

func (g *genhost) marks(b *testing.B) []mark {
	return marksIn(b, filepath.Join(g.folder, "runs", fmt.Sprint("r", epochs), "events.jsonl"), `"type":"metrics"`)
}

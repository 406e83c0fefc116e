// Nnbench measures how fast the numeric kit trains and generates. See usage.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"
)

const usage = `usage: nnbench [flags] WORKLOAD:BATCH...
       nnbench [flags] serve

Runs each workload for a while, and prints a line of JSON for each result: ms, the
median milliseconds of a step; sps, samples a second; gflops, billions a second
of the multiplications and additions that the mathematics needs.

The workloads, in float32 with Adam, on random pictures:

  W1   a VAE 784-256-128-(32, 32)-128-256-784 with ReLU, cross-entropy and KL
  W2   a GAN 100-256-512-1024-784 against 784-512-256-1; a step is an update of
       the discriminator and one of the generator
  W3   a GAN of convolutions over 28 x 28 pixels, kernel 4, stride 2, with 128
       and 64 channels
  INF  generation, by the decoder of W1 and the generators of W2 and W3

With "serve" it reads requests from standard input, one a line as "NAME BATCH
SECONDS", and writes the line END after the results of each, so that two programs
can be measured in turn, window by window.

flags:
`

func main() {
	threads := flag.Int("threads", runtime.GOMAXPROCS(0), "threads to work with, from 1")
	seconds := flag.Float64("seconds", 1, "how long to run a workload")
	profile := flag.String("profile", "", "write a CPU profile to this `file`")
	flag.Usage = func() {
		fmt.Fprint(os.Stderr, usage)
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args(), *threads, *seconds, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "nnbench:", err)
		os.Exit(1)
	}
}

func run(args []string, threads int, seconds float64, profile string) error {
	if threads < 1 {
		return fmt.Errorf("-threads %d: want 1 or more", threads)
	}
	serving := len(args) == 1 && args[0] == "serve"
	if !serving {
		if err := checkArgs(args); err != nil {
			return err
		}
	}
	runtime.GOMAXPROCS(threads)
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if serving {
		return serve(os.Stdin, os.Stdout)
	}
	for _, arg := range args {
		name, batch, _ := strings.Cut(arg, ":")
		if err := answer(os.Stdout, name, batch, seconds); err != nil {
			return err
		}
	}
	return nil
}

// checkArgs complains before anything is run.
func checkArgs(args []string) error {
	for _, arg := range args {
		name, batch, ok := strings.Cut(arg, ":")
		if !ok {
			return fmt.Errorf("%q: want WORKLOAD:BATCH, such as W1:128, and flags before them", arg)
		}
		if _, err := parseBatch(batch); err != nil {
			return err
		}
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func parseBatch(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > mostRows {
		return 0, fmt.Errorf("batch %q: want a number from 1 to %d", s, mostRows)
	}
	return n, nil
}

// serve answers requests until there are no more.
func serve(in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) != 3 {
			return fmt.Errorf("request %q: want NAME BATCH SECONDS", lines.Text())
		}
		seconds, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			return fmt.Errorf("request %q: seconds: %w", lines.Text(), err)
		}
		if err := answer(out, f[0], f[1], seconds); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(out, "END"); err != nil {
			return err
		}
	}
	return lines.Err()
}

// A result is what is printed of a workload.
type result struct {
	Engine  string  `json:"eng"`
	Threads int     `json:"threads"`
	Name    string  `json:"name"`
	Batch   int     `json:"B"`
	Millis  float64 `json:"ms"` // median of the steps
	Speed   float64 `json:"sps"`
	GFLOP   float64 `json:"gflops"` // a second, of those that are of use
}

// answer runs the workloads of a name.
func answer(out io.Writer, name, batch string, seconds float64) error {
	n, err := parseBatch(batch)
	if err != nil {
		return err
	}
	works, err := workloads(name, n)
	if err != nil {
		return err
	}
	for _, w := range works {
		step := median(w.step, time.Duration(seconds*float64(time.Second)))
		speed := float64(n) / step.Seconds()
		line, err := json.Marshal(result{"genhost", runtime.GOMAXPROCS(0), w.name, n, 1e3 * step.Seconds(), speed, speed * w.flop / 1e9})
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\n", line); err != nil {
			return err
		}
	}
	return nil
}

// Nnbench measures how fast the numeric kit trains and generates.
//
// It runs each workload it is given, as NAME:BATCH, for a while, and prints a
// line of JSON for each result:
//
//	nnbench -threads 1 W1:128 W2:128 INF:1
//
// The workloads, in float32 with Adam:
//
//	W1   a VAE 784-256-128-(32, 32)-128-256-784 with ReLU, cross-entropy and KL
//	W2   a GAN 100-256-512-1024-784 against 784-512-256-1; a step is an update
//	     of the discriminator and one of the generator
//	W3   a GAN of convolutions over 28 × 28 pixels, kernel 4, stride 2, with 128
//	     and 64 channels
//	INF  generation, by the decoder of W1 and the generators of W2 and W3
//
// Called as "nnbench serve" it reads such requests from standard input, one a
// line as "NAME BATCH SECONDS", and writes the line END after the results of
// each: so that two programs can be measured in turn, window by window.
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

func main() {
	threads := flag.Int("threads", runtime.GOMAXPROCS(0), "threads to work with")
	seconds := flag.Float64("seconds", 1, "how long to run a workload")
	profile := flag.String("profile", "", "write a CPU profile to this file")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: nnbench [flags] WORKLOAD:BATCH... | serve")
		flag.PrintDefaults()
		os.Exit(2)
	}
	runtime.GOMAXPROCS(*threads)
	if err := run(flag.Args(), *seconds, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "nnbench:", err)
		os.Exit(1)
	}
}

func run(args []string, seconds float64, profile string) error {
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
	if len(args) == 1 && args[0] == "serve" {
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
	n, err := strconv.Atoi(batch)
	if err != nil || n < 1 || n > mostRows {
		return fmt.Errorf("batch %q: want a number from 1 to %d", batch, mostRows)
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

package process

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/host/process/sandbox"
)

// confine lets a plugin in a sandbox do what every plugin must, in a folder
// that is its own.
func (s *Spec) confine(folder string) error {
	if s.Sandbox == nil {
		return nil
	}
	home := filepath.Join(folder, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		return fmt.Errorf("folder for its files: %w", err)
	}
	own := *s.Sandbox
	own.Write = append(slices.Clone(own.Write), folder)
	if own.Processes == 0 {
		own.Processes = mostProcesses()
	}
	s.Sandbox = &own
	s.Env = append([]string{"HOME=" + home, "TMPDIR=" + home}, s.Env...)
	return nil
}

// mostProcesses is how many processes and threads a plugin may have: enough for
// one that has a worker for each core, and threads for each core in each of
// those that work at once.
func mostProcesses() int { return 512 + 64*runtime.NumCPU() }

// guarded are the things that [program.guard] keeps a plugin from, of which a
// report of the kernel's means does not know yet.
func (s Spec) guarded(r sandbox.Report) (more sandbox.Report) {
	add := func(from, most string) {
		if slices.ContainsFunc(r, func(h sandbox.Hold) bool { return h.From == from }) {
			return
		}
		h := sandbox.Hold{From: from, By: "at most " + most + ", watched"}
		if runtime.GOOS != "linux" {
			h = sandbox.Hold{From: from, Why: runtime.GOOS + " does not tell what it uses"}
		}
		more = append(more, h)
	}
	add("processes", strconv.Itoa(s.Sandbox.Processes))
	if s.Memory > 0 {
		add("memory", size(s.Memory))
	}
	return more
}

// size is a number of bytes as models.toml has it.
func size(bytes int64) string {
	const mib, gib = 1 << 20, 1 << 30
	unit, name := float64(mib), "MiB"
	if bytes >= gib {
		unit, name = gib, "GiB"
	}
	return strings.TrimSuffix(strconv.FormatFloat(float64(bytes)/unit, 'f', 1, 64), ".0") + name
}

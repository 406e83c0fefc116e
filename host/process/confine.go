package process

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
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

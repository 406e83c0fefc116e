//go:build !linux

package sandbox

import (
	"os/exec"
	"runtime"
)

// Main does nothing here.
func Main() {}

// A Start is a program that has been started.
type Start struct {
	Cmd    *exec.Cmd
	report Report
}

// Start starts cmd as it is: there is no sandbox here. One that is required is
// an error.
func (s Sandbox) Start(cmd *exec.Cmd, begin func(*exec.Cmd) error) (*Start, error) {
	report := Report{{From: "everything", Why: "there is no sandbox on " + runtime.GOOS}}
	if s.Require {
		return nil, lacking(report)
	}
	if err := begin(cmd); err != nil {
		return nil, err
	}
	return &Start{cmd, report}, nil
}

// Await tells what holds the program: nothing.
func (s *Start) Await() (Report, error) { return s.report, nil }

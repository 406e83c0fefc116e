//go:build !unix || aix || solaris

package process

import (
	"os"
	"os/exec"
)

func setGroup(*exec.Cmd) {}

// killGroup kills the process; there are no groups here.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// addLifeline does nothing: a process cannot be given open files here.
func addLifeline(*exec.Cmd) (*os.File, error) { return nil, nil }

func isOurs(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

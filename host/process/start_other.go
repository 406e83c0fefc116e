//go:build !linux

package process

import (
	"os"
	"os/exec"
)

// startProcess starts a process. Here it is the lifeline alone that ends it when this
// one is gone.
func startProcess(cmd *exec.Cmd, _ <-chan struct{}) error { return cmd.Start() }

// executeFile runs what is at the file's path: no other way is there.
func executeFile(_ *exec.Cmd, f *os.File) { closeAll(f) }

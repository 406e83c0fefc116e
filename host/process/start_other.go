//go:build !linux

package process

import "os/exec"

// startProcess starts a process. Here it is the lifeline alone that ends it when this
// one is gone.
func startProcess(cmd *exec.Cmd, _ <-chan struct{}) error { return cmd.Start() }

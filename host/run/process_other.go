//go:build !linux

package run

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// running reports whether there is such a process.
func running(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	if runtime.GOOS == "windows" {
		return true // FindProcess has looked
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, fs.ErrPermission)
}

// processStart is not known here: a number is taken for its process.
func processStart(int) string { return "" }

func bootID() string { return "" }

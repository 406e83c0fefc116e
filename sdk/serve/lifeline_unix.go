//go:build unix

package serve

import (
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// lifelineFD is the variable with the file descriptor whose other end only the
// host holds.
const lifelineFD = "GENHOST_LIFELINE_FD"

// holdLifeline ends the plugin, and what it has started, when the host is
// gone, or when it is told to end.
func holdLifeline() {
	fd, err := strconv.Atoi(os.Getenv(lifelineFD))
	os.Unsetenv(lifelineFD)
	if err != nil || fd < 3 {
		return
	}
	syscall.CloseOnExec(fd)
	end := os.NewFile(uintptr(fd), "lifeline")
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		<-told
		die()
	}()
	go func() {
		if _, err := io.Copy(io.Discard, end); err == nil {
			die()
		}
	}()
}

// die kills the process group, if it is the plugin's own.
func die() {
	if syscall.Getpgrp() == syscall.Getpid() {
		_ = syscall.Kill(0, syscall.SIGKILL)
	}
	os.Exit(1)
}

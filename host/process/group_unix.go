//go:build unix && !aix && !solaris

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// setGroup gives the process a group of its own: a terminal's Ctrl-C reaches
// the host alone, and the group can be killed with all that is in it.
func setGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills what is left of the process's group.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// addLifeline gives the process the end of a pipe whose other end closes when
// the host is gone. sdk/serve watches it.
func addLifeline(cmd *exec.Cmd) (*os.File, error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Env = append(cmd.Env, "GENHOST_LIFELINE_FD=3") // the first of ExtraFiles
	return ours, nil
}

// isOurs reports whether a folder belongs to this user alone, and is no link.
func isOurs(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}

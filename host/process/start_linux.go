package process

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// startProcess starts a process that the kernel asks to end when this one is
// gone: a plugin in another language may know of no lifeline. It asks with
// SIGTERM, at which sdk/serve ends what the plugin has started, too. What the
// kernel goes by is the thread that started it, so that thread is kept until
// done.
func startProcess(cmd *exec.Cmd, done <-chan struct{}) error {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with the goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			<-done
		}
	}()
	return <-started
}

// executeFile makes cmd run a file that is open here, and hands it over. The
// process keeps it open: a script's interpreter reads it.
func executeFile(cmd *exec.Cmd, f *os.File) {
	if f == nil {
		return
	}
	cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	cmd.Path = fmt.Sprintf("/proc/self/fd/%d", 2+len(cmd.ExtraFiles))
}

package process

import (
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

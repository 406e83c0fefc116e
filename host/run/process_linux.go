package run

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// running reports whether there is such a process, and it is no zombie.
func running(pid int) bool {
	f := procStat(pid)
	return len(f) > 0 && f[0] != "Z" && f[0] != "X"
}

// processStart returns when a process began, in clock ticks since the boot.
func processStart(pid int) string {
	const starttime = 22 - 3 // proc_pid_stat(5) counts from 1, procStat from field 3
	if f := procStat(pid); len(f) > starttime {
		return f[starttime]
	}
	return ""
}

// procStat returns the fields from the third on: the second, the command's
// name, may hold spaces and parentheses.
func procStat(pid int) []string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
}

func bootID() string {
	data, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

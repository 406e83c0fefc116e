package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// guardPause is how often a plugin is looked at.
const guardPause = 250 * time.Millisecond

// guard looks after what the kernel does not: how much memory a plugin uses,
// and how many processes it has. It ends one that has too much, and returns
// when it has ended.
func (p *program) guard() {
	tick := time.NewTicker(guardPause)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
		if why := p.spec.excess(p.look()); why != "" {
			p.excess.Store(&why)
			freeze(p.cmd.Process.Pid).kill()
			killGroup(p.cmd)
		}
	}
}

// look finds the plugin's family and remembers it.
func (p *program) look() family {
	f := familyOf(p.cmd.Process.Pid, p.spec.processes())
	p.family.Store(&f)
	return f
}

// killFamily ends those that the plugin had started when it was last looked at,
// and that have left its group.
func (p *program) killFamily() {
	if f := p.family.Load(); f != nil {
		f.kill()
	}
}

// excess says what a family has too much of; "" for nothing.
func (s Spec) excess(f family) string {
	if most := s.processes(); most > 0 && f.threads > most {
		return fmt.Sprintf("the %s plugin started more than %d processes and threads", s.Name, most)
	}
	if s.Memory == 0 {
		return ""
	}
	if used := f.memory(); used > s.Memory {
		return fmt.Sprintf("the %s plugin used %s, more than memory = %q", s.Name, size(used), size(s.Memory))
	}
	return ""
}

// processes is how many the guard allows, threads among them; 0 is any number.
func (s Spec) processes() int {
	if s.Sandbox == nil {
		return 0
	}
	return s.Sandbox.Processes
}

// A family is a process with its children and theirs.
type family struct {
	members []member // that process first
	threads int
}

// A member is known by its number and when it began: a number is used again.
type member struct {
	pid   int
	began string
}

// memberOf returns the process with a number, and whether there is one.
func memberOf(pid int) (member, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, ok := bytes.Cut(stat, []byte(") ")) // a name may hold anything
	fields := bytes.Fields(rest)
	if err != nil || !ok || len(fields) < 20 {
		return member{}, false
	}
	return member{pid, string(fields[19])}, true
}

// signal sends a signal to the process, and to none that has its number now.
func (m member) signal(s syscall.Signal) {
	if now, there := memberOf(m.pid); there && now == m {
		_ = syscall.Kill(m.pid, s)
	}
}

// familyOf finds the family of a process. It stops looking where there are many
// more threads than are allowed, if that is not 0.
func familyOf(pid, allowed int) (f family) {
	seen := map[int]bool{}
	add := func(pid int) {
		if m, there := memberOf(pid); there && !seen[pid] {
			seen[pid] = true
			f.members = append(f.members, m)
		}
	}
	add(pid)
	for i := 0; i < len(f.members) && (allowed == 0 || f.threads <= 2*allowed); i++ {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", f.members[i].pid)) // one that is gone has none
		f.threads += len(threads)
		for _, t := range threads {
			children, _ := os.ReadFile(filepath.Join(t, "children"))
			for _, c := range bytes.Fields(children) {
				if child, err := strconv.Atoi(string(c)); err == nil {
					add(child)
				}
			}
		}
	}
	return f
}

// memory is how many bytes only the family can use: what is read from files is
// the system's to forget.
func (f family) memory() int64 {
	var sum int64
	for _, m := range f.members {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.pid))
		for line := range strings.Lines(string(status)) {
			name, value, _ := strings.Cut(line, ":")
			if !slices.Contains([]string{"RssAnon", "RssShmem", "VmSwap"}, name) {
				continue
			}
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			sum += kib << 10
		}
	}
	return sum
}

// freezes is how often freeze looks for new members of a family.
const freezes = 100

// freeze stops a family until there are no new members: so none of them starts
// others before it is killed. Children that have lost their parents come to the
// process at the head, so it goes last.
func freeze(head int) (f family) {
	frozen := map[int]bool{}
	for range freezes {
		f = familyOf(head, 0)
		before := len(frozen)
		for _, m := range f.members {
			if !frozen[m.pid] {
				frozen[m.pid] = true
				m.signal(syscall.SIGSTOP)
			}
		}
		if len(frozen) == before {
			break
		}
	}
	return f
}

// kill ends the members of a family that are still there, the head last.
func (f family) kill() {
	for _, m := range slices.Backward(f.members) {
		m.signal(syscall.SIGKILL)
	}
}

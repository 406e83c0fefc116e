package run

import (
	"bufio"
	"os"
	"runtime"
	"strings"
	"time"
)

// Env says what a run runs on. It does not say whose machine it is.
type Env struct {
	Genhost  string    `json:"genhost"` // version of the host
	Model    Program   `json:"model"`
	Modality Program   `json:"modality"`
	Sandbox  Sandboxes `json:"sandbox"`
	Go       string    `json:"go"` // version that built the host
	OS       string    `json:"os"`
	Arch     string    `json:"arch"`
	CPU      string    `json:"cpu,omitempty"` // as it calls itself
	Cores    int       `json:"cores"`
	Threads  int       `json:"threads"`
	Started  time.Time `json:"started"`
}

// A Program is a plugin's executable.
type Program struct {
	Name     string `json:"name"` // as the plugin calls itself
	Version  string `json:"version"`
	SHA256   string `json:"sha256"`
	Protocol int    `json:"protocol"` // major version

	Release string `json:"release,omitempty"` // digest of what it was installed from, for all platforms
	Source  string `json:"source,omitempty"`  // and where others find that
}

// Sandboxes say what the plugins were kept from, and how, one thing each:
// "files: landlock 7".
type Sandboxes struct {
	Model    []string `json:"model"`
	Modality []string `json:"modality"`
}

// ThisMachine returns an Env with all that can be known without plugins.
func ThisMachine(genhost string, threads int) Env {
	return Env{
		Genhost: genhost,
		Go:      runtime.Version(),
		OS:      runtime.GOOS,
		Arch:    runtime.GOARCH,
		CPU:     cpuModel(),
		Cores:   runtime.NumCPU(),
		Threads: threads,
		Started: time.Now().UTC(),
	}
}

// cpuModel asks Linux; elsewhere the name is not worth a system call each.
func cpuModel() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		key, value, _ := strings.Cut(s.Text(), ":")
		if strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

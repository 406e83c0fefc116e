package process

import (
	"os"
	"slices"
	"strconv"
	"strings"
)

// passed are the variables that a plugin may need and that hold no secrets.
// The last row is for Windows.
var passed = []string{
	"PATH", "HOME", "TMPDIR", "LANG", "TZ",
	"SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "LOCALAPPDATA", "PATHEXT",
}

// environment returns what the plugin is given of the host's variables, and
// those of the spec.
func environment(s Spec) []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if name = strings.ToUpper(name); slices.Contains(passed, name) || strings.HasPrefix(name, "LC_") {
			env = append(env, v)
		}
	}
	if s.Threads > 0 {
		n := strconv.Itoa(s.Threads)
		env = append(env, "GOMAXPROCS="+n, "OMP_NUM_THREADS="+n)
	}
	return append(env, s.Env...)
}

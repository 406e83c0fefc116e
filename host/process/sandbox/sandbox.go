// Package sandbox starts a program that can do little but compute: it reads
// and writes the files that it is given, and reaches neither the network nor
// other programs.
//
// # How it is done
//
// On Linux, a program gets
//
//   - Landlock rules: for files, for TCP, and, on Linux 6.12 and later, for
//     signals and abstract sockets;
//   - namespaces of its own for the network, for shared memory and for mounts,
//     in a user namespace where genhost is not root. What it has mounted hides
//     the sockets of other programs;
//   - a filter that lets it make no sockets of a network, whatever namespace it
//     is in;
//   - no privileges that it could win by running something, and, where genhost
//     is root, none of root's but to ignore the modes of files;
//   - limits: no core dumps, and, in a user namespace, so many processes.
//
// All of it is best effort, as kernels differ, and containers forbid some of
// it. A [Report] says what holds a program in the end, and what does not.
// [Sandbox.Require] starts nothing where something is missing.
//
// Nothing of this can be done to a program that runs already, and Go cannot do
// it between fork and exec. So the host starts itself once more, as a process
// that does it to itself and then becomes the program. For that, the first
// thing in main must be [Main]. It is recognised by the name it is started
// under; nobody else has a reason to use that.
//
// # What it is not
//
// A program shares the kernel with the host, and sees in /proc which processes
// there are and what they were started with. It may read and run what is
// installed in /usr and its like, and use GPUs. Before Landlock's ABI 9, it can
// connect to sockets in the file system where they are not hidden: outside of
// /run, in deep folders of /tmp, and in a home but for a few folders.
package sandbox

import (
	"errors"
	"fmt"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A Sandbox says what a program may do besides compute. Paths are absolute;
// those that are not there are left out. In Read and Write, none may be a link.
type Sandbox struct {
	Require bool // start nothing unless all parts of it hold

	Read    []string // files and folders
	Run     []string // files and folders that it may read, and run programs of
	Write   []string // folders that it may do with as it likes, but run nothing of
	Network bool

	// Processes is how many it may start, threads among them; 0 is any number.
	// Without a user namespace nothing here counts them.
	Processes int
}

// A Hold is one thing that a program is kept from.
type Hold struct {
	From string `json:"from"`          // "files"
	By   string `json:"by,omitempty"`  // "landlock 7", or "" for nothing
	Why  string `json:"why,omitempty"` // it is not
}

func (h Hold) String() string {
	if h.By == "" {
		return h.From + ": not held, " + h.Why
	}
	return h.From + ": " + h.By
}

// A Report says what holds a program.
type Report []Hold

// Lacks are the things that nothing holds the program from.
func (r Report) Lacks() (lacks Report) {
	for _, h := range r {
		if h.By == "" {
			lacks = append(lacks, h)
		}
	}
	return lacks
}

// Lines is the report in words, one thing a line.
func (r Report) Lines() []string {
	lines := make([]string, len(r))
	for i, h := range r {
		lines[i] = h.String()
	}
	return lines
}

// ErrLacking means that a sandbox that is required cannot be had.
var ErrLacking = errors.New("the sandbox is required, and cannot be had")

// lacking is the error for a report of a sandbox that is required.
func lacking(r Report) error {
	return sdk.Hint(fmt.Errorf("%w: %s", ErrLacking, strings.Join(r.Lacks().Lines(), "; ")),
		`run genhost where the kernel allows it, or set sandbox = "auto" for the plugin, to do with what there is`)
}

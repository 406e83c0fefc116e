package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// explain tells the user what went wrong and what to do about it.
//
// Every line starts with "genhost:". Errors say what and where; hints say what
// to do. No capitals, no full stops, no stack traces.
func explain(w io.Writer, err error) {
	if err == nil {
		return
	}
	if interrupted(err) {
		fmt.Fprintln(w, "genhost: interrupted")
		return
	}
	fmt.Fprintf(w, "genhost: error: %s\n", indented(err.Error()))
	hints := sdk.Hints(err)
	if len(hints) == 0 {
		hints = general(err)
	}
	for _, h := range hints {
		fmt.Fprintf(w, "genhost: hint: %s\n", indented(h))
	}
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(w, "genhost: hint: usage: %s; see %s --help\n", usage.cmd.UseLine(), usage.cmd.CommandPath())
	}
}

// interrupted reports whether an error is but the user's Ctrl-C.
func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) && !errors.Is(err, sdk.ErrCrashed)
}

// general is advice for errors that carry none, by their kind. Those of a
// plugin's system come as words alone.
func general(err error) []string {
	text := err.Error()
	switch {
	case strings.Contains(text, "no space left on device"):
		return []string{"free some space, or work elsewhere: -C for runs, GENHOST_CACHE for the cache"}
	case errors.Is(err, fs.ErrPermission), strings.Contains(text, "permission denied"), strings.Contains(text, "operation not permitted"):
		return []string{
			"change who may read or write there, or work elsewhere: -C for runs, GENHOST_CACHE for the cache",
			"a plugin in a sandbox may use the data, what it makes, and no network: genhost plugin why tells more, and models.toml may grant more",
		}
	case errors.Is(err, sdk.ErrCorrupt):
		return []string{"put a good copy of the file in its place, or do without it"}
	}
	return nil
}

// indented sets the lines of a text that follow its first under it, so that
// none of them passes for genhost's own, and takes out what moves a cursor.
func indented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = progress.Clean(line)
	}
	return strings.Join(lines, "\n  ")
}

// A usageError is a command line that cannot be understood.
type usageError struct {
	cmd *cobra.Command
	err error
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// exits pairs kinds of errors with exit codes; the first that fits counts.
var exits = []struct {
	code int
	kind error
	doc  string
}{
	{10, sdk.ErrDiverged, "training diverged: a figure was not finite"},
	{9, sdk.ErrStopped, "stopped by the user, with a checkpoint"},
	{7, sdk.ErrCrashed, "a plugin crashed"},
	{6, sdk.ErrProtocol, "a program is no plugin, or one for another genhost"},
	{5, registry.ErrVerify, "a plugin is not what it should be, or nobody vouches for it"},
	{4, registry.ErrNotFound, "no such plugin or model"},
	{3, registry.ErrConfig, "models.toml or a setting is invalid"},
	{3, sdk.ErrBadSetting, ""},
}

// exitCode is 0 for success, and otherwise what "genhost help exit" lists.
func exitCode(err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return 2
	}
	for _, e := range exits {
		if errors.Is(err, e.kind) {
			return e.code
		}
	}
	if interrupted(err) {
		return 130 // as a shell reports a program that SIGINT ended
	}
	return 1
}

func exitHelp() *cobra.Command {
	var b strings.Builder
	b.WriteString("Exit codes:\n\n   0  done\n   1  failed\n   2  the command line cannot be understood\n")
	for i := len(exits) - 1; i >= 0; i-- {
		if exits[i].doc != "" {
			fmt.Fprintf(&b, "  %2d  %s\n", exits[i].code, exits[i].doc)
		}
	}
	b.WriteString(" 130  interrupted, with no checkpoint of it\n")
	return &cobra.Command{Use: "exit", Short: "the exit codes", Long: b.String()}
}

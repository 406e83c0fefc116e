package registry

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// goTool runs the go command in dir and returns what it prints. The error
// holds all of what it complains about.
func goTool(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return goToolFor(ctx, []string{"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH}, dir, args...)
}

// goToolFor is goTool with more in its environment.
func goToolFor(ctx context.Context, env []string, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), env...)
	cmd.Cancel = func() error { // let it remove its temporary files
		if cmd.Process.Signal(os.Interrupt) != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = 2 * time.Second
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err := cmd.Run()
	switch {
	case err == nil:
		return out.Bytes(), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot):
		return nil, sdk.Hint(errors.New("cannot be built: no go command on the PATH"),
			"install Go from https://go.dev/dl, or give the path of an executable as source")
	}
	text := strings.TrimSpace(complaints.String()) // go list's output, as far as it came, tells nobody anything
	if text == "" {
		text = cmp.Or(strings.TrimSpace(out.String()), err.Error())
	}
	return nil, sdk.Hint(fmt.Errorf("cannot be built: go %s in %s:\n%s", args[0], dir, text), adviceOn(text))
}

// checkPackage gives the plain reasons why a folder cannot be a Go program,
// before go gives them at length.
func checkPackage(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		return sdk.Hint(fault.Mark(ErrConfig, errors.New("the folder has no Go files")),
			"the source of a plugin is the folder of its Go package, or its executable")
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return nil
		}
		if d == filepath.Dir(d) {
			return sdk.Hint(fault.Mark(ErrConfig, errors.New("no go.mod in the folder or above it")),
				"run go mod init there, or build the plugin and give its executable as source")
		}
	}
}

// adviceOn says what to do about the go command's complaints.
func adviceOn(text string) string {
	switch {
	case strings.Contains(text, "unsupported GOOS/GOARCH"):
		return "go tool dist list prints the systems and processors that Go builds for"
	case strings.Contains(text, "no space left on device"), strings.Contains(text, "permission denied"),
		strings.Contains(text, "failed to initialize build cache"):
		return "the go command needs room: see GOCACHE and GOTMPDIR in go env, and genhost's GENHOST_CACHE"
	case strings.Contains(text, "go.sum entry"), strings.Contains(text, "no required module provides"), strings.Contains(text, "updates to go.mod needed"):
		return "run go mod tidy in the plugin's folder"
	}
	return "the plugin's own code or its go.mod must be mended"
}

package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDropIn follows the README's guide for plugin authors with one build of
// genhost: it takes the two programs out of the guide, builds each in a module
// of its own, registers them, trains and generates - and the host that does it
// is the one that was there before.
func TestDropIn(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GENHOST_CACHE", filepath.Join(dir, "cache"))
	host := filepath.Join(dir, "genhost")
	command(t, ".", "go", "build", "-o", host, ".")
	before := fileSum(t, host)

	guide := guideFiles(t, "../../README.md")
	for _, name := range []string{"moments/main.go", "points/main.go", "models.toml"} {
		if guide[name] == "" {
			t.Fatalf("the guide has no %s", name)
		}
		write(t, filepath.Join(dir, name), guide[name])
	}
	for _, name := range []string{"moments", "points"} {
		author(t, filepath.Join(dir, name))
	}

	genhost := func(args ...string) string {
		t.Helper()
		return command(t, dir, host, args...)
	}
	if out := genhost("models"); !strings.Contains(out, "a Gaussian for each number of a row") {
		t.Errorf("genhost models does not list the new model:\n%s", out)
	}
	commands := guideCommands(t, "../../README.md")
	for _, args := range commands {
		genhost(args...)
	}
	points, err := os.ReadFile(filepath.Join(dir, "runs", "moments-ring-1", "samples", "seed-0", "0-000000.txt"))
	if err != nil {
		t.Fatalf("after %q: %v", commands, err)
	}
	checkMoments(t, string(points))
	if after := fileSum(t, host); after != before {
		t.Errorf("the host was %s and is %s", before, after)
	}
}

// author makes a module of a folder, as the guide says, with this checkout
// in place of a released genhost.
func author(t *testing.T, dir string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.sum"), string(sums)) // nothing is looked up
	command(t, dir, "go", "mod", "init", "example.com/"+filepath.Base(dir))
	command(t, dir, "go", "mod", "edit", "-require=github.com/genhost/genhost@v0.0.0", "-replace=github.com/genhost/genhost="+root)
	command(t, dir, "go", "build", "-mod=mod", "-o", os.DevNull, ".")
}

// guideFiles returns the files of a guide: each stands in a fence after a line
// that names it, <!-- file: NAME -->.
func guideFiles(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	fence := regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n+```\\w*\n(.*?)```")
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		files[m[1]] = m[2]
	}
	return files
}

// guideCommands returns what the guide types after its models.toml.
func guideCommands(t *testing.T, path string) (commands [][]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "<!-- file: models.toml -->")
	_, after, fenced := strings.Cut(after, "\n```\n")
	if !found || !fenced {
		t.Fatal("the guide has no models.toml")
	}
	for line := range strings.Lines(after) {
		if args, ok := strings.CutPrefix(line, "    genhost "); ok {
			commands = append(commands, strings.Fields(args))
		} else if len(commands) > 0 {
			break
		}
	}
	return commands
}

// checkMoments compares the points that were made with the ring's moments,
// which are known: of 8 Gaussians of variance 0.05² on a circle of radius 1,
// each coordinate has mean 0 and variance 1/2 + 0.05².
func checkMoments(t *testing.T, points string) {
	t.Helper()
	var n, sum, squares float64
	for line := range strings.Lines(points) {
		var x, y float64
		if _, err := fmt.Sscan(line, &x, &y); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		n, sum, squares = n+2, sum+x+y, squares+x*x+y*y
	}
	mean, variance := sum/n, squares/n
	if n != 2*100 {
		t.Errorf("%g numbers in the first file", n)
	}
	if mean < -0.15 || mean > 0.15 || variance < 0.4 || variance > 0.6 {
		t.Errorf("mean %.3f, mean square %.3f: want about 0 and 0.5025", mean, variance)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// command runs a program in dir and returns what it printed.
func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func fileSum(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

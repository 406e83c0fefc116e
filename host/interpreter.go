package host

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// interpreters are the files and folders that a script's interpreter needs,
// which may be one of the user's own: of the chain of links that leads to it,
// the virtual environments, and the place where it is installed. A program
// that is no script is its own interpreter.
func (h *Host) interpreters(program string) []string {
	path := program
	if named := shebang(program); named != "" {
		path = named
	}
	var needed []string
	for range 40 { // as many links as the kernel follows
		needed = append(needed, path)
		place := filepath.Dir(filepath.Dir(path))
		if exists(filepath.Join(place, "pyvenv.cfg")) {
			needed = append(needed, place)
		}
		next, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		path = next
	}
	if place := filepath.Dir(filepath.Dir(path)); path != program && filepath.Base(filepath.Dir(path)) == "bin" && !h.holdsAll(place) {
		needed = append(needed, place)
	}
	return needed
}

// isScript reports whether a program is text that another reads.
func isScript(program string) bool {
	f, err := os.Open(program)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 2)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == "#!"
}

// shebang returns the absolute path of the program that a script names in its
// first line; "" where that is none, or it is no script.
func shebang(script string) string {
	f, err := os.Open(script)
	if err != nil {
		return ""
	}
	defer f.Close()
	line, _ := bufio.NewReader(io.LimitReader(f, 4096)).ReadString('\n')
	rest, ok := strings.CutPrefix(line, "#!")
	words := strings.Fields(rest)
	if !ok || len(words) == 0 || !filepath.IsAbs(words[0]) {
		return ""
	}
	if filepath.Base(words[0]) != "env" {
		return words[0]
	}
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "-") || strings.Contains(word, "=") {
			continue
		}
		if path, err := exec.LookPath(word); err == nil && filepath.IsAbs(path) {
			return path
		}
		return ""
	}
	return ""
}

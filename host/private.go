package host

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

// paths are those of this machine that the run has to do with, the longest
// first.
func (s *session) paths() []string {
	all := append([]string{s.run.Config.Source.Path}, s.run.Data.Files...)
	if dir, err := filepath.Abs(s.run.Dir); err == nil {
		all = append(all, dir, filepath.Dir(filepath.Dir(dir)))
	}
	if home, err := os.UserHomeDir(); err == nil {
		all = append(all, home)
	}
	all = slices.DeleteFunc(all, func(path string) bool { return !filepath.IsAbs(path) || len(path) < len("/ab") })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// checkPrivate refuses to give away what names a path of this machine: a
// setting may be one, or the words of a plugin.
func (s *session) checkPrivate(parts []run.Part) error {
	for _, p := range parts {
		text := string(p.Text)
		if p.Path != "" && filepath.Ext(p.Name) == ".safetensors" {
			metadata, err := metadataOf(p.Path)
			if err != nil {
				return err
			}
			text = metadata
		}
		for _, spelt := range spellings(s.paths()) {
			if at := strings.Index(text, spelt); at >= 0 {
				line, _, _ := strings.Cut(text[at:], "\n")
				return sdk.Hint(fmt.Errorf("%w: %s would give away a path of this machine: %s", sdk.ErrBadInput, p.Name, strings.Trim(line, `"', `)),
					"train with settings that name no path, or take it out of the notes")
			}
		}
	}
	return nil
}

// spellings are paths as text has them, and as it is written in Go and JSON, and
// so in TOML: a backslash is two there, and there are other ways to write &.
func spellings(paths []string) []string {
	var all []string
	for _, path := range paths {
		quoted := strconv.Quote(path)
		all = append(all, path, quoted[1:len(quoted)-1])
		if text, err := json.Marshal(path); err == nil {
			all = append(all, string(text[1:len(text)-1]))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// metadataOf is the metadata of weights, as text. Weights that are damaged are
// not given away.
func metadataOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	h, err := safetensors.ReadHeader(f, info.Size())
	if err == nil {
		err = h.Verify(f)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Sprint(h.Metadata), nil
}

// tellKnown tells a publisher what the model must know of data that is theirs.
func (s *session) tellKnown() {
	if s.run.Config.Source.Dataset != "" {
		return // anyone has it
	}
	var known []string
	for _, c := range s.space.Conditions {
		if len(c.Values) > 0 {
			known = append(known, fmt.Sprintf("%d values of %s", len(c.Values), c.Name))
		}
	}
	for name := range s.space.Meta {
		known = append(known, "its "+name)
	}
	slices.Sort(known)
	if len(known) > 0 {
		s.host.say("dataset.json gives away what the modality must know of your data: " + strings.Join(known, ", "))
	}
}

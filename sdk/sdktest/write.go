package sdktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

func names(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("row-%03d", i)
	}
	return all
}

// write has rows written into a new folder, and returns what is then there.
func (m *medium) write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string) ([]string, error) {
	modality, err := m.modality()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	paths, err := modality.Write(ctx, space, rows, dir, names(rows.Len()))
	if err != nil {
		return nil, fmt.Errorf("write %d rows: %w", rows.Len(), err)
	}
	return paths, nil
}

// oneFile writes one row, and returns the content and extension of its file.
func (m *medium) oneFile(ctx context.Context, dir string) (content []byte, ext string, err error) {
	space, rows, err := m.sampled(1)
	if err != nil {
		return nil, "", err
	}
	paths, err := m.write(ctx, space, rows, dir)
	if err != nil {
		return nil, "", err
	}
	if len(paths) == 0 {
		return nil, "", errors.New("write one row: no files")
	}
	content, err = os.ReadFile(paths[0])
	if err == nil && len(content) < 2 {
		err = fmt.Errorf("write one row: %s has %d bytes", filepath.Base(paths[0]), len(content))
	}
	return content, filepath.Ext(paths[0]), err
}

// contents maps the files under dir to what they hold.
func contents(dir string) (map[string]string, error) {
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(content)
		return err
	})
	return all, err
}

// checkRoundTrip writes rows, reads the files, and writes what it read.
func checkRoundTrip(ctx context.Context, b Bench, m *medium) error {
	const n = 12
	space, rows, err := m.sampled(n)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.Dir, "first")
	paths, err := m.write(ctx, space, rows, dir)
	if err != nil {
		return err
	}
	if err := asNamed(paths, dir, names(n)); err != nil {
		return err
	}
	there, err := contents(b.Dir)
	if err != nil {
		return err
	}
	if len(there) != len(paths) {
		return fmt.Errorf("write returned %d paths, and left %d files", len(paths), len(there))
	}
	if _, stated := space.Meta[sdk.MetaLoss]; stated {
		return m.checkLoss(ctx, space, rows, dir)
	}
	c, err := m.read(ctx, sdk.Source{Path: dir})
	if err != nil {
		return fmt.Errorf("read what was written: %w", err)
	}
	if c.rows != n {
		return fmt.Errorf("read what was written: %d rows of %d", c.rows, n)
	}
	differ := near(space, rows, c)
	if differ == nil {
		return nil
	}
	// A modality that scales what it reads, or learns an alphabet from it, may
	// read other numbers that mean the same. Then the space is another.
	c.space.Conditions, space.Conditions = nil, nil
	if sameSpace(space, c.space) == nil {
		return fmt.Errorf("read what was written: %w", differ)
	}
	again := filepath.Join(b.Dir, "again")
	if _, err := m.write(ctx, c.space, c.kept, again); err != nil {
		return fmt.Errorf("write what was read: %w", err)
	}
	if err := sameFolders(dir, again); err != nil {
		return fmt.Errorf("read what was written: %w; written again: %w", differ, err)
	}
	return nil
}

// asNamed reports paths that are not in dir, or not named as asked: one a row
// by its name, or fewer, each by the name of one.
func asNamed(paths []string, dir string, names []string) error {
	if len(paths) == 0 {
		return errors.New("write returned no paths")
	}
	for i, path := range paths {
		base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		switch {
		case filepath.Dir(path) != dir:
			return fmt.Errorf("write put %s elsewhere than asked", path)
		case len(paths) == len(names) && base != names[i], !slices.Contains(names, base):
			return fmt.Errorf("write called the file of %s %s", names[min(i, len(names)-1)], filepath.Base(path))
		}
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("write returned a path without a file: %w", err)
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("write returned %s, which is no file", filepath.Base(path))
		}
	}
	return nil
}

// near reports how the rows in c differ from rows by more than files round.
func near(space sdk.Space, rows sdk.Batch, c *collector) error {
	if !slices.Equal(space.Shape, c.space.Shape) || !slices.Equal(space.Segments, c.space.Segments) {
		return fmt.Errorf("rows of shape %v came back as %v", space.Shape, c.space.Shape)
	}
	for i := range rows.Len() {
		at := 0
		for _, g := range space.Segments {
			for j := at; j < at+g.Len; j++ {
				want, got := float64(rows.Row(i)[j]), float64(c.kept.Row(i)[j])
				if math.Abs(want-got) > rounding(g.Kind, want) {
					return fmt.Errorf("row %d: number %d was %g and came back as %g", i, j, want, got)
				}
			}
			at += g.Len
		}
	}
	return nil
}

// rounding is how much of a number a file may lose.
func rounding(kind sdk.Kind, v float64) float64 {
	switch kind {
	case sdk.Unit, sdk.Signed:
		return 1.001 / 255
	case sdk.Real:
		return 1e-3 * (1 + math.Abs(v))
	}
	return 0
}

func sameFolders(a, b string) error {
	x, err := contents(a)
	if err != nil {
		return err
	}
	y, err := contents(b)
	if err != nil {
		return err
	}
	if len(x) != len(y) {
		return fmt.Errorf("%d files, and %d", len(x), len(y))
	}
	for name := range x {
		if x[name] != y[name] {
			return fmt.Errorf("%s differs", name)
		}
	}
	return nil
}

func checkWriteMisfits(ctx context.Context, b Bench, m *medium) error {
	modality, err := m.modality()
	if err != nil {
		return err
	}
	misfits, err := m.misfits()
	if err != nil {
		return err
	}
	space, rows, err := m.sampled(2)
	if err != nil {
		return err
	}
	attempt := func(what string, space sdk.Space, rows sdk.Batch, names []string) error {
		_, err := modality.Write(ctx, space, rows, b.Dir, names)
		if err := refused("write "+what, err, sdk.ErrBadInput, errors.ErrUnsupported); err != nil {
			return err
		}
		left, err := contents(b.Dir)
		if err == nil && len(left) > 0 {
			err = fmt.Errorf("write %s: refused, and left %d files", what, len(left))
		}
		return err
	}
	for what, misfit := range misfits {
		space, rows := misfit()
		if err := attempt(what, space, rows, names(2)); err != nil {
			return err
		}
	}
	return attempt("two rows with one name", space, rows, names(1))
}

// checkWriteFails makes Write fail half-way, by a folder where its last file
// belongs, and at once, by a file where its folder belongs.
func checkWriteFails(ctx context.Context, b Bench, m *medium) error {
	const n = 4
	space, rows, err := m.sampled(n)
	if err != nil {
		return err
	}
	good, blocked := filepath.Join(b.Dir, "good"), filepath.Join(b.Dir, "blocked")
	paths, err := m.write(ctx, space, rows, good)
	if err != nil {
		return err
	}
	want, err := contents(good)
	if err != nil {
		return err
	}
	obstacle := filepath.Join(blocked, filepath.Base(paths[len(paths)-1]))
	if err := os.MkdirAll(obstacle, 0o777); err != nil {
		return err
	}
	_, err = m.write(ctx, space, rows, blocked)
	if err := refused("write a file where a folder is", err); err != nil {
		return err
	}
	left, err := contents(blocked)
	if err != nil {
		return err
	}
	for name, content := range left {
		if whole, ok := want[name]; !ok || content != whole {
			return fmt.Errorf("a failed write left %s, %d bytes that are no whole file", name, len(content))
		}
	}
	return m.intoAFile(ctx, space, rows, filepath.Join(b.Dir, "file"))
}

func (m *medium) intoAFile(ctx context.Context, space sdk.Space, rows sdk.Batch, file string) error {
	if err := os.WriteFile(file, []byte("mine"), 0o666); err != nil {
		return err
	}
	modality, err := m.modality()
	if err != nil {
		return err
	}
	_, err = modality.Write(ctx, space, rows, file, names(rows.Len()))
	if err := refused("write into a file", err); err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err == nil && !bytes.Equal(content, []byte("mine")) {
		err = errors.New("write into a file that is no folder altered it")
	}
	return err
}

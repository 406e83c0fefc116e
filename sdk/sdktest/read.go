package sdktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// checkSource compares what Inspect says of each split with what Read gives,
// twice: all of a small split, the first rows of a large one.
func (m *medium) checkSource(ctx context.Context, s named) error {
	modality, err := m.modality()
	if err != nil {
		return err
	}
	info, err := modality.Inspect(ctx, s.src)
	if absent(s, err) {
		return fmt.Errorf("%w: %v", ErrDoesNotApply, err)
	}
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	if s.dataset != nil && info.Licence != s.dataset.Licence {
		return fmt.Errorf("inspect says the licence is %q, the dataset's description %q", info.Licence, s.dataset.Licence)
	}
	for _, f := range info.Files {
		if _, err := os.Stat(f); err != nil {
			return fmt.Errorf("inspect names a file that is not there: %w", err)
		}
	}
	if len(info.Splits) == 0 {
		return errors.New("inspect names no splits")
	}
	if err := m.checkSplits(ctx, s.src, info.Splits); err != nil {
		return err
	}
	if err := m.checkOwnSpace(ctx, s.src); err != nil {
		return err
	}
	src := s.src
	src.Split = "no-such-split"
	_, err = modality.Inspect(ctx, src)
	if err := refused("inspect a split that does not exist", err); err != nil {
		return err
	}
	_, err = m.read(ctx, src)
	return refused("read a split that does not exist", err)
}

// checkSplits reads every split twice. The first is the default too.
func (m *medium) checkSplits(ctx context.Context, src sdk.Source, splits []string) error {
	byDefault := src.Split == ""
	if !byDefault {
		splits = []string{src.Split}
	}
	for i, split := range splits {
		src.Split = split
		first, err := m.checkSplit(ctx, src, i == 0)
		if err != nil {
			return fmt.Errorf("split %q: %w", split, err)
		}
		if i == 0 && byDefault {
			src.Split = ""
		}
		second, err := m.checkSplit(ctx, src, i == 0)
		if err != nil {
			return fmt.Errorf("split %q again: %w", src.Split, err)
		}
		if first != second {
			return fmt.Errorf("split %q gives other rows when it is read again as %q", split, src.Split)
		}
	}
	return nil
}

// checkOwnSpace reads a source as rows of the Space that it has anyway.
func (m *medium) checkOwnSpace(ctx context.Context, src sdk.Source) error {
	first, err := m.read(ctx, src)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	src.Space = &first.space
	again, err := m.read(ctx, src)
	if err != nil {
		return fmt.Errorf("read rows of the space that they have: %w", err)
	}
	if first.digest() != again.digest() || sameSpace(first.space, again.space) != nil {
		return errors.New("asked for the space that they have, it reads other rows")
	}
	return nil
}

// checkSplit returns a digest of the rows, which models learn from or not.
func (m *medium) checkSplit(ctx context.Context, src sdk.Source, learned bool) (string, error) {
	modality, err := m.modality()
	if err != nil {
		return "", err
	}
	info, err := modality.Inspect(ctx, src)
	if err != nil {
		return "", fmt.Errorf("inspect: %w", err)
	}
	c, err := m.read(ctx, src)
	switch {
	case err != nil:
		return "", fmt.Errorf("read: %w", err)
	case !c.enough && c.rows != info.Rows:
		return "", fmt.Errorf("inspect says %d rows, read gives %d", info.Rows, c.rows)
	case c.enough && info.Rows <= mostRows:
		return "", fmt.Errorf("inspect says %d rows, read gives more", info.Rows)
	case c.space.Modality != m.spec.Name:
		return "", fmt.Errorf("the space is of modality %q, not of %q", c.space.Modality, m.spec.Name)
	case info.Rows%c.space.Variants() != 0:
		return "", fmt.Errorf("%d rows are not %d variants of each of so many things", info.Rows, c.space.Variants())
	case c.space.Variants() > 1 && !learned:
		return "", fmt.Errorf("%d variants of what models do not learn from", c.space.Variants())
	}
	if err := sameSpace(info.Space, c.space); err != nil {
		return "", fmt.Errorf("inspect and read differ: %w", err)
	}
	return c.digest(), nil
}

func sameSpace(a, b sdk.Space) error {
	x, err := json.Marshal(a)
	if err != nil {
		return err
	}
	y, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if string(x) != string(y) {
		return fmt.Errorf("the space is %s, and %s", x, y)
	}
	return nil
}

// unreadable has Inspect and Read refuse a source with one of want; with none,
// with any error.
func (m *medium) unreadable(ctx context.Context, what string, src sdk.Source, want ...error) error {
	modality, err := m.modality()
	if err != nil {
		return err
	}
	_, err = modality.Inspect(ctx, src)
	if err := refused("inspect "+what, err, want...); err != nil {
		return err
	}
	c, err := m.read(ctx, src)
	if err := refused("read "+what, err, want...); err != nil {
		return err
	}
	if c.rows > 0 {
		return fmt.Errorf("read %s: gave %d rows, and then the error %w", what, c.rows, err)
	}
	if src.Path != "" && !strings.Contains(err.Error(), filepath.Base(src.Path)) {
		return fmt.Errorf("read %s: the error does not name the path: %w", what, err)
	}
	return nil
}

func checkMissing(ctx context.Context, b Bench, m *medium) error {
	if err := m.unreadable(ctx, "a path that does not exist", sdk.Source{Path: filepath.Join(b.Dir, "missing")}, fs.ErrNotExist); err != nil {
		return err
	}
	if err := m.unreadable(ctx, "a dataset that does not exist", sdk.Source{Dataset: "no-such-dataset"}); err != nil {
		return err
	}
	if err := m.unreadable(ctx, "nothing at all", sdk.Source{}); err != nil {
		return err
	}
	empty := filepath.Join(b.Dir, "empty-folder")
	if err := os.Mkdir(empty, 0o777); err != nil {
		return err
	}
	if err := m.unreadable(ctx, "an empty folder", sdk.Source{Path: empty}); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		b.Log("folders without permission are not tested as root")
		return nil
	}
	closed := filepath.Join(b.Dir, "closed-folder")
	if err := os.Mkdir(closed, 0); err != nil {
		return err
	}
	return m.unreadable(ctx, "a folder without permission", sdk.Source{Path: closed}, fs.ErrPermission)
}

// checkDamagedFiles reads files that are cut short or noise. Some formats
// cannot tell: then what is read must be rows of their space.
func checkDamagedFiles(ctx context.Context, b Bench, m *medium) error {
	good, ext, err := m.oneFile(ctx, filepath.Join(b.Dir, "good"))
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	damaged := map[string][]byte{
		"empty" + ext: nil, "noise" + ext: noise, "noise": noise, "zeros" + ext: make([]byte, 4096),
		"one" + ext: good[:1], "half" + ext: good[:len(good)/2], "almost" + ext: good[:len(good)-1],
		"spoilt" + ext: slices.Concat(good[:len(good)/2], noise),
	}
	for name, content := range damaged {
		path := filepath.Join(b.Dir, name)
		if err := os.WriteFile(path, content, 0o666); err != nil {
			return err
		}
		c, err := m.read(ctx, sdk.Source{Path: path})
		if err == nil {
			b.Log("%s: read as %d rows", name, c.rows)
			continue
		}
		if errors.Is(err, sdk.ErrCrashed) {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if !strings.Contains(err.Error(), name) {
			return fmt.Errorf("read %s: the error does not name the file: %w", name, err)
		}
	}
	return nil
}

// errFull is what a writer says when there is no more room.
var errFull = errors.New("no room for more rows")

func checkFullWriter(ctx context.Context, _ Bench, m *medium) error {
	src, err := m.present(ctx)
	if err != nil {
		return err
	}
	modality, err := m.modality()
	if err != nil {
		return err
	}
	c := newCollector()
	writes := 0
	c.onWrite = func() error {
		writes++
		return errFull
	}
	err = modality.Read(ctx, src, c)
	if !errors.Is(err, errFull) {
		return fmt.Errorf("the writer says %q, read returns %v", errFull, err)
	}
	if writes > 1 {
		return fmt.Errorf("the writer says %q, and is given %d more batches", errFull, writes-1)
	}
	return nil
}

// present is the first source that is there.
func (m *medium) present(ctx context.Context) (sdk.Source, error) {
	modality, err := m.modality()
	if err != nil {
		return sdk.Source{}, err
	}
	for _, s := range m.sources {
		if info, err := modality.Inspect(ctx, s.src); err == nil && info.Rows > 0 {
			return s.src, nil
		}
	}
	return sdk.Source{}, errors.New("nothing to read: set Suite.Sources, or carry a dataset")
}

func checkReadCancel(ctx context.Context, _ Bench, m *medium) error {
	src, err := m.present(ctx)
	if err != nil {
		return err
	}
	modality, err := m.modality()
	if err != nil {
		return err
	}
	before, cancel := context.WithCancel(ctx)
	cancel()
	if err := modality.Read(before, src, newCollector()); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("read with a context that has ended: got %v, want %q", err, context.Canceled)
	}
	during, cancel := context.WithCancel(ctx)
	defer cancel()
	c := newCollector()
	writes := 0
	c.onWrite = func() error {
		writes++
		cancel()
		return nil
	}
	err = modality.Read(during, src, c)
	if err == nil && writes == 1 {
		return nil // all rows came at once
	}
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("cancelled after the first batch of %d: got %v, want %q", writes, err, context.Canceled)
	}
	if writes > 1 {
		return fmt.Errorf("cancelled after its first batch, it gave %d more", writes-1)
	}
	return nil
}

package sdktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// A medium is a modality under test.
type medium struct {
	spec     sdk.ModalitySpec
	settings sdk.Settings
	sources  []named
	modality func() (sdk.Modality, error)
	sample   func() (*collector, error) // of the first source that is there
}

// named is a source with a name for people.
type named struct {
	name    string
	src     sdk.Source
	dataset *sdk.Dataset // where it is carried
}

func newMedium(spec sdk.ModalitySpec, settings sdk.Settings, more []sdk.Source) *medium {
	m := &medium{spec: spec, settings: settings}
	for _, d := range spec.Datasets {
		m.sources = append(m.sources, named{d.Name, sdk.Source{Dataset: d.Name}, &d})
	}
	for _, src := range more {
		m.sources = append(m.sources, named{"source " + src.Path + src.Dataset, src, nil})
	}
	m.modality = sync.OnceValues(func() (modality sdk.Modality, err error) {
		err = caught(func() (err error) {
			modality, err = spec.New(context.Background(), settings)
			return err
		})
		return modality, err
	})
	m.sample = sync.OnceValues(func() (c *collector, err error) {
		err = caught(func() (err error) {
			c, err = m.first(context.Background())
			return err
		})
		return c, err
	})
	return m
}

// first reads the first source that is there.
func (m *medium) first(ctx context.Context) (*collector, error) {
	var missing []error
	for _, s := range m.sources {
		c, err := m.read(ctx, s.src)
		if err == nil && c.rows > 0 {
			return c, nil
		}
		if err == nil {
			err = errors.New("no rows")
		}
		missing = append(missing, fmt.Errorf("%s: %w", s.name, err))
	}
	return nil, fmt.Errorf("nothing to read: set Suite.Sources, or carry a dataset: %w", errors.Join(missing...))
}

// read reads a source into a collector, which ends it when it has enough.
func (m *medium) read(ctx context.Context, src sdk.Source) (*collector, error) {
	modality, err := m.modality()
	if err != nil {
		return nil, err
	}
	c := newCollector()
	err = modality.Read(ctx, src, c)
	switch {
	case c.enough && !errors.Is(err, errEnough):
		return c, fmt.Errorf("the writer says %q after %d rows, read returns %v", errEnough, c.rows, err)
	case c.enough:
		return c, nil
	case err != nil:
		return c, err
	}
	return c, c.end()
}

// modalityChecks are the checks of one modality.
func (s Suite) modalityChecks(spec sdk.ModalitySpec) []Check {
	m := newMedium(spec, s.Settings[spec.Name], s.Sources[spec.Name])
	var checks []Check
	add := func(name string, run func(context.Context, Bench, *medium) error) {
		checks = append(checks, Check{spec.Name + "/" + name, func(ctx context.Context, b Bench) error { return run(ctx, b, m) }})
	}
	add("refuses bad settings by name", checkModalitySettings)
	for _, src := range m.sources {
		add("reads "+src.name+" as it says", func(ctx context.Context, _ Bench, m *medium) error { return m.checkSource(ctx, src) })
	}
	add("refuses sources that are not there", checkMissing)
	add("refuses damaged files", checkDamagedFiles)
	add("survives altered files", checkAlteredFiles)
	add("passes on what the writer says", checkFullWriter)
	add("ends reading when cancelled", checkReadCancel)
	add("writes files that read back", checkRoundTrip)
	add("refuses to write what does not fit", checkWriteMisfits)
	add("leaves whole files when writing fails", checkWriteFails)
	add("previews", checkPreview)
	add("refuses to preview what does not fit", checkPreviewMisfits)
	if slices.Contains(spec.Can, sdk.CanMeasure) {
		add("measures", checkMeasure)
		add("refuses to measure what does not fit", checkMeasureMisfits)
	}
	if slices.Contains(spec.Can, sdk.CanPrompt) {
		add("reads prompts", checkPrompt)
	}
	return checks
}

func checkModalitySettings(ctx context.Context, _ Bench, m *medium) error {
	return checkSettings(m.spec.Schema, m.settings, func(s sdk.Settings) error {
		_, err := m.spec.New(ctx, s)
		return err
	})
}

// sampled are n rows of the sample, over and over where it has fewer.
func (m *medium) sampled(n int) (sdk.Space, sdk.Batch, error) {
	c, err := m.sample()
	if err != nil {
		return sdk.Space{}, sdk.Batch{}, err
	}
	rows := sdk.Batch{Shape: c.kept.Shape, Conditions: map[string][]float32{}}
	for i := range n {
		row := c.kept.Slice(i%c.kept.Len(), i%c.kept.Len()+1)
		rows.Data = append(rows.Data, row.Data...)
		for name, values := range row.Conditions {
			rows.Conditions[name] = append(rows.Conditions[name], values...)
		}
	}
	return c.space, rows, nil
}

const (
	maxSide    = 1 << 14 // of a preview
	maxColumns = 80
)

func checkPreview(ctx context.Context, _ Bench, m *medium) error {
	modality, err := m.modality()
	if err != nil {
		return err
	}
	for _, n := range []int{1, 7, 64} {
		space, rows, err := m.sampled(n)
		if err != nil {
			return err
		}
		for _, columns := range []int{0, 1, 4, 1000} {
			p, err := modality.Preview(ctx, space, rows, columns)
			if err == nil {
				err = visible(p)
			}
			if err != nil {
				return fmt.Errorf("preview of %d rows in %d columns: %w", n, columns, err)
			}
		}
	}
	return nil
}

// visible reports why a person could not look at p.
func visible(p sdk.Preview) error {
	size, err := png.DecodeConfig(bytes.NewReader(p.PNG))
	if err != nil {
		return fmt.Errorf("the PNG: %w", err)
	}
	if size.Width > maxSide || size.Height > maxSide {
		return fmt.Errorf("the PNG is %d × %d, want sides of at most %d", size.Width, size.Height, maxSide)
	}
	if _, err := png.Decode(bytes.NewReader(p.PNG)); err != nil {
		return fmt.Errorf("the PNG: %w", err)
	}
	for line := range strings.Lines(p.Text) {
		line = strings.TrimSuffix(line, "\n")
		if n := utf8.RuneCountInString(line); n > maxColumns {
			return fmt.Errorf("a line of text has %d columns, want at most %d", n, maxColumns)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == utf8.RuneError }) {
			return fmt.Errorf("a line of text has control characters: %q", line)
		}
	}
	return nil
}

// misfits are rows that the modality cannot have made, with their spaces.
func (m *medium) misfits() (map[string]func() (sdk.Space, sdk.Batch), error) {
	space, rows, err := m.sampled(2)
	if err != nil {
		return nil, err
	}
	odd := sdk.Space{Modality: "no-such-modality", Shape: []int{1, 2, 1, 3, 1}, Segments: one(sdk.Real, 6, 0)}
	return map[string]func() (sdk.Space, sdk.Batch){
		"rows of another shape": func() (sdk.Space, sdk.Batch) { return space, sdk.MakeBatch(2, space.Size()+1) },
		"rows cut short": func() (sdk.Space, sdk.Batch) {
			return space, sdk.Batch{Shape: rows.Shape, Data: rows.Data[:len(rows.Data)-1]}
		},
		"rows without a shape":    func() (sdk.Space, sdk.Batch) { return space, sdk.Batch{Data: rows.Data} },
		"rows of a foreign space": func() (sdk.Space, sdk.Batch) { return odd, sdk.MakeBatch(2, odd.Shape...) },
		"rows of no space":        func() (sdk.Space, sdk.Batch) { return sdk.Space{}, rows },
		"rows with a number that is none": func() (sdk.Space, sdk.Batch) {
			bad := sdk.Batch{Shape: rows.Shape, Data: append([]float32{}, rows.Data...)}
			bad.Data[len(bad.Data)-1] = float32(math.NaN())
			return space, bad
		},
	}, nil
}

func checkPreviewMisfits(ctx context.Context, _ Bench, m *medium) error {
	modality, err := m.modality()
	if err != nil {
		return err
	}
	misfits, err := m.misfits()
	if err != nil {
		return err
	}
	for what, misfit := range misfits {
		space, rows := misfit()
		_, err := modality.Preview(ctx, space, rows, 0)
		if err := refused("preview "+what, err, sdk.ErrBadInput, errors.ErrUnsupported); err != nil {
			return err
		}
	}
	return nil
}

// absent reports whether err says that a carried dataset is not installed, and
// what to do about it.
func absent(s named, err error) bool {
	return s.dataset != nil && errors.Is(err, fs.ErrNotExist) && len(sdk.Hints(err)) > 0
}

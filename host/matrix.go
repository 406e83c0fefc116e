package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// A Pairing says whether a model, with its settings in models.toml, works with
// the rows of a modality.
type Pairing struct {
	Modality string `json:"modality"`
	Works    bool   `json:"works"`
	Why      string `json:"why,omitempty"` // it does not, or why nobody knows
}

// A matrix pairs models with modalities. What it finds it keeps in the cache,
// by the digests of both plugins.
type matrix struct {
	host   *Host
	media  []offer
	spaces map[string]inspected
}

// inspected is the Space of a modality's rows, or why there is none.
type inspected struct {
	space sdk.Space
	err   error
}

// matrix asks the registered plugins for their modalities. One that does not
// work is passed over, and told.
func (h *Host) matrix(ctx context.Context) *matrix {
	x := h.emptyMatrix()
	for o, err := range h.offers(ctx, "") {
		if err != nil {
			h.say(fmt.Sprintf("passed over a plugin: %v", err))
			continue
		}
		x.media = append(x.media, o)
	}
	return x
}

// emptyMatrix has no modalities, and pairs with those that it is given.
func (h *Host) emptyMatrix() *matrix { return &matrix{host: h, spaces: map[string]inspected{}} }

// row pairs one model with each modality, in the order of models.toml.
func (x *matrix) row(ctx context.Context, m registry.Model, in installed, spec sdk.ModelSpec) ([]Pairing, error) {
	c, err := newCandidate(m, in, spec)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	row := []Pairing{}
	for _, o := range x.media {
		p, err := x.pair(ctx, c, o)
		if err != nil {
			return nil, err
		}
		row = append(row, p)
	}
	return row, nil
}

// pair remembers, or finds out, whether a model works with a modality.
func (x *matrix) pair(ctx context.Context, c *candidate, o offer) (Pairing, error) {
	path, err := x.cached(c, o)
	if err != nil {
		return Pairing{}, err
	}
	p := Pairing{}
	if b, err := os.ReadFile(path); err == nil && json.Unmarshal(b, &p) == nil && p.Modality == o.spec.Name {
		return p, nil
	}
	space, err := x.space(ctx, o)
	if ctx.Err() != nil {
		return p, ctx.Err()
	}
	if err != nil {
		return Pairing{Modality: o.spec.Name, Why: fmt.Sprintf("nobody knows: %v", err)}, nil
	}
	why, err := c.refuses(ctx, space)
	if err != nil {
		return p, err
	}
	p = Pairing{Modality: o.spec.Name, Works: why == "", Why: why}
	b, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	return p, writeFile(path, b)
}

// cached names the file of a pairing after all that decides it.
func (x *matrix) cached(c *candidate, o offer) (string, error) {
	key, err := json.Marshal(struct {
		Host, Model, As, Modality, Reads string
		Settings                         sdk.Settings
	}{Version, c.exe.SHA256, c.model, o.exe.SHA256, o.spec.Name, c.settings})
	return filepath.Join(x.host.cache, "pairings", digest(key)+".json"), err
}

// A candidate is a model that is tried. Its plugin is started when need be.
type candidate struct {
	installed
	model    string // as the plugin calls it
	settings sdk.Settings
	process  running
}

// newCandidate is a model with its settings in models.toml.
func newCandidate(m registry.Model, in installed, spec sdk.ModelSpec) (*candidate, error) {
	settings, err := spec.Schema.Resolve(m.Settings)
	if err != nil {
		return nil, m.Locate(err, registry.SettingsTable)
	}
	return &candidate{installed: in, model: spec.Name, settings: settings}, nil
}

// refuses says why the model is not for rows of a Space; "" if it is. An error
// is none of the model's judgement.
func (c *candidate) refuses(ctx context.Context, space sdk.Space) (why string, err error) {
	if c.process == nil {
		if c.process, err = c.start(ctx, quick); err != nil {
			return "", err
		}
	}
	made, err := newModel(ctx, c.process, c.model, c.settings, space)
	if closer, ok := made.(io.Closer); ok {
		defer closer.Close() // or its plugin would keep a model for each modality
	}
	if misfit(err) {
		return err.Error(), nil
	}
	return "", err
}

// Close stops the plugin, if it was started.
func (c *candidate) Close() error {
	if c.process == nil {
		return nil
	}
	return c.process.Stop()
}

// misfit reports whether a model refused a Space.
func misfit(err error) bool {
	return errors.Is(err, sdk.ErrBadInput) || errors.Is(err, sdk.ErrBadSetting) || errors.Is(err, errors.ErrUnsupported)
}

// space is that of the first dataset that a modality carries, read as it is
// by default. It is looked for once.
func (x *matrix) space(ctx context.Context, o offer) (sdk.Space, error) {
	key := o.Name + "/" + o.spec.Name
	found, known := x.spaces[key]
	if !known {
		found.space, found.err = x.inspect(ctx, o)
		x.spaces[key] = found
	}
	return found.space, found.err
}

func (x *matrix) inspect(ctx context.Context, o offer) (sdk.Space, error) {
	if len(o.spec.Datasets) == 0 {
		return sdk.Space{}, fmt.Errorf("modality %s carries no dataset to try", o.spec.Name)
	}
	settings, err := o.spec.Schema.Resolve(nil)
	if err != nil {
		return sdk.Space{}, err
	}
	r, err := x.host.openReader(ctx, o, settings, "", io.Discard)
	if err != nil {
		return sdk.Space{}, err
	}
	defer r.Close()
	var missing error
	for _, d := range o.spec.Datasets {
		info, err := r.modality.Inspect(ctx, sdk.Source{Dataset: d.Name})
		if err == nil {
			return info.Space, nil
		}
		missing = errors.Join(missing, err)
	}
	return sdk.Space{}, missing
}

// whichDo adds to a model's refusal of rows which modalities it does work with,
// unless it works with theirs: then it is what the user has set, or the data,
// that does not fit.
func (h *Host) whichDo(ctx context.Context, err error, m registry.Model, in installed, spec sdk.ModelSpec, rows offer) error {
	if !misfit(err) || h.worksWith(ctx, m, in, spec, rows) {
		return err
	}
	row, unknown := h.matrix(ctx).row(ctx, m, in, spec)
	if unknown != nil {
		return err
	}
	var names []string
	for _, p := range row {
		if p.Works {
			names = append(names, p.Modality)
		}
	}
	if len(names) == 0 {
		return err
	}
	return sdk.Hint(err, fmt.Sprintf("%s works with %s; genhost describe %s says why not with others", m.Name, strings.Join(names, ", "), m.Name))
}

// worksWith reports whether a model, with its settings in models.toml, works
// with a modality.
func (h *Host) worksWith(ctx context.Context, m registry.Model, in installed, spec sdk.ModelSpec, rows offer) bool {
	c, err := newCandidate(m, in, spec)
	if err != nil {
		return false
	}
	defer c.Close()
	p, err := h.emptyMatrix().pair(ctx, c, rows)
	return err == nil && p.Works
}

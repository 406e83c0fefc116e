package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// A ModelInfo is a registered model at a glance.
type ModelInfo struct {
	Name     string        `json:"name"`
	Plugin   string        `json:"plugin"`
	Version  string        `json:"version"`
	Family   string        `json:"family"`
	Modality string        `json:"modality"` // that reads its data; "" when the data decides
	Data     string        `json:"data"`
	Works    []Pairing     `json:"works"` // with the rows of which modalities
	Can      []sdk.Ability `json:"can"`
	Doc      string        `json:"doc"`
	Problem  string        `json:"problem,omitempty"` // why it cannot be used
}

// Models lists the models of models.toml, in its order. Those that cannot be
// used are listed too; what is wrong with them is in the error as well.
func (h *Host) Models(ctx context.Context) ([]ModelInfo, error) {
	infos := []ModelInfo{}
	var failed error
	matrix := h.matrix(ctx)
	for _, m := range h.registry.Models {
		info, err := h.paired(ctx, m, matrix)
		if err != nil {
			info = ModelInfo{Name: m.Name, Plugin: m.Plugin, Modality: m.Modality, Data: m.Data, Problem: err.Error()}
			failed = errors.Join(failed, err)
		}
		infos = append(infos, info)
	}
	return infos, failed
}

// paired is a model with the modalities that it works with.
func (h *Host) paired(ctx context.Context, m registry.Model, x *matrix) (ModelInfo, error) {
	info, spec, in, err := h.model(ctx, m)
	if err == nil {
		info.Works, err = x.row(ctx, m, in, spec)
	}
	return info, err
}

func (h *Host) model(ctx context.Context, m registry.Model) (ModelInfo, sdk.ModelSpec, installed, error) {
	in, err := h.plugin(ctx, m.Plugin)
	if err != nil {
		return ModelInfo{}, sdk.ModelSpec{}, in, err
	}
	spec, err := in.sdk.Model(m.Model)
	if err != nil {
		return ModelInfo{}, spec, in, m.Errorf("%w", namesake(err, m, in.sdk))
	}
	return ModelInfo{
		Name: m.Name, Plugin: m.Plugin, Version: in.sdk.Version, Family: spec.Family,
		Modality: m.Modality, Data: m.Data, Can: spec.Can, Doc: spec.Doc,
	}, spec, in, nil
}

// namesake adds advice for a model that is called otherwise than in its plugin.
func namesake(err error, m registry.Model, p sdk.Plugin) error {
	if m.Model != m.Name || len(p.Models) == 0 {
		return err
	}
	return sdk.Hint(err, fmt.Sprintf(`say which of the plugin's models it is: model = "%s"`, p.Models[0].Name))
}

// A Description is all that can be known of a model, or of a modality, before
// it is used. The fields that do not apply are empty.
type Description struct {
	Name     string        `json:"name"`
	Kind     string        `json:"kind"` // "model" or "modality"
	Plugin   string        `json:"plugin"`
	Version  string        `json:"version"`
	Doc      string        `json:"doc"`
	Settings []SettingInfo `json:"settings"`

	Family     string          `json:"family,omitempty"`
	Data       string          `json:"data,omitempty"`
	Can        []sdk.Ability   `json:"can,omitempty"`
	Modalities []string        `json:"modalities,omitempty"` // that it is for, as its author says
	Works      []Pairing       `json:"works,omitempty"`
	Conditions []sdk.Condition `json:"conditions,omitempty"` // of the data
	Controls   []sdk.Control   `json:"controls,omitempty"`   // of the model, for this data

	Datasets []sdk.Dataset `json:"datasets,omitempty"`
}

// A SettingInfo is a setting with the value it has in models.toml.
type SettingInfo struct {
	sdk.Setting
	Value json.RawMessage `json:"value"`
}

// Describe describes a model of models.toml, or a modality by its name.
func (h *Host) Describe(ctx context.Context, name string) (Description, error) {
	m, err := h.registry.Model(name)
	if err == nil {
		return h.describeModel(ctx, m)
	}
	o, notModality := h.modality(ctx, name)
	if notModality != nil {
		if !errors.Is(notModality, registry.ErrNotFound) {
			err = notModality
		}
		return Description{}, err
	}
	return Description{
		Name: name, Kind: "modality", Plugin: o.Name, Version: o.sdk.Version, Doc: o.spec.Doc,
		Settings: settingInfos(o.spec.Schema, nil), Datasets: o.spec.Datasets,
	}, nil
}

func (h *Host) describeModel(ctx context.Context, m registry.Model) (Description, error) {
	info, spec, in, err := h.model(ctx, m)
	if err != nil {
		return Description{}, err
	}
	values, err := spec.Schema.Resolve(m.Settings)
	if err != nil {
		return Description{}, m.Locate(err, registry.SettingsTable)
	}
	d := Description{
		Name: m.Name, Kind: "model", Plugin: m.Plugin, Version: info.Version, Doc: spec.Doc, Family: spec.Family,
		Data: m.Data, Can: spec.Can, Modalities: spec.Modalities, Settings: settingInfos(spec.Schema, values),
	}
	if d.Works, err = h.matrix(ctx).row(ctx, m, in, spec); err != nil {
		return Description{}, err
	}
	conditional, adjustable := slices.Contains(spec.Can, sdk.CanCondition), slices.Contains(spec.Can, sdk.CanAdjust)
	if m.Data == "" || !conditional && !adjustable {
		return d, nil
	}
	space, err := h.spaceOf(ctx, m)
	if err != nil {
		return d, err
	}
	if conditional {
		d.Conditions = space.Conditions
	}
	if adjustable {
		d.Controls, err = controlsOf(ctx, in, m, values, space)
	}
	return d, err
}

func settingInfos(schema sdk.Schema, values sdk.Settings) []SettingInfo {
	infos := make([]SettingInfo, len(schema))
	for i, s := range schema {
		infos[i] = SettingInfo{s, s.Default}
		if v, ok := values[s.Name]; ok {
			infos[i].Value = v
		}
	}
	return infos
}

// spaceOf asks the modality what rows a model's data has.
func (h *Host) spaceOf(ctx context.Context, m registry.Model) (sdk.Space, error) {
	r, err := h.readerFor(ctx, m, m.Data, nil, io.Discard)
	if err != nil {
		return sdk.Space{}, err
	}
	defer r.Close()
	src, err := r.source(ctx, m.Data)
	if err != nil {
		return sdk.Space{}, err
	}
	info, err := r.modality.Inspect(ctx, src)
	return info.Space, err
}

// controlsOf makes a model for rows of space to ask how it can be told to make
// others. Rows that it is not for have none.
func controlsOf(ctx context.Context, in installed, m registry.Model, settings sdk.Settings, space sdk.Space) ([]sdk.Control, error) {
	proc, err := in.start(ctx, quick)
	if err != nil {
		return nil, err
	}
	defer proc.Stop()
	model, err := newModel(ctx, proc, m.Model, settings, space)
	if errors.Is(err, sdk.ErrBadInput) || errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	adjustable, err := sdk.As[sdk.Adjustable](model)
	if err != nil {
		return nil, err
	}
	return adjustable.Controls(), nil
}

// dataOf is the data that the command line asks for, or else models.toml.
func (h *Host) dataOf(m registry.Model, asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	if m.Data == "" {
		return "", sdk.Hint(m.Errorf("%s has no data", m.Name), `give --data, or add data = "..."`)
	}
	return m.Data, nil
}

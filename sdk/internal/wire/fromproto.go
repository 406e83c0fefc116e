package wire

import (
	"encoding/json"
	"fmt"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

// fromDescription returns a plugin whose specs cannot make anything yet.
func fromDescription(d *pb.Description) sdk.Plugin {
	p := sdk.Plugin{Name: d.GetName(), Version: d.GetVersion(), Doc: d.GetDoc()}
	for _, m := range d.GetModels() {
		p.Models = append(p.Models, sdk.ModelSpec{
			Name: m.Name, Family: m.Family, Doc: m.Doc, Modalities: m.Modalities,
			ModelMaker: sdk.ModelMaker{Schema: fromSchema(m.Settings), Can: fromStrings[sdk.Ability](m.Can)},
		})
	}
	for _, m := range d.GetModalities() {
		spec := sdk.ModalitySpec{
			Name: m.Name, Doc: m.Doc,
			ModalityMaker: sdk.ModalityMaker{Schema: fromSchema(m.Settings), Can: fromStrings[sdk.Ability](m.Can)},
		}
		for _, s := range m.Datasets {
			spec.Datasets = append(spec.Datasets, sdk.Dataset{Name: s.Name, Doc: s.Doc, Licence: s.Licence})
		}
		p.Modalities = append(p.Modalities, spec)
	}
	return p
}

func fromSchema(settings []*pb.Setting) sdk.Schema {
	var schema sdk.Schema
	for _, s := range settings {
		schema = append(schema, sdk.Setting{
			Name: s.Name, Type: sdk.SettingType(s.Type), Default: s.Default, Help: s.Help,
			Choices: s.Choices, Min: s.Min, Max: s.Max,
		})
	}
	return schema
}

func fromSettings(object []byte) (sdk.Settings, error) {
	var s sdk.Settings
	if err := json.Unmarshal(object, &s); err != nil {
		return nil, fmt.Errorf("%w: settings are no JSON object: %w", sdk.ErrProtocol, err)
	}
	return s, nil
}

func fromSpace(s *pb.Space) sdk.Space {
	out := sdk.Space{
		Modality: s.GetModality(), Shape: fromInts(s.GetShape()), Axes: s.GetAxes(),
		Conditions: fromConditions(s.GetConditions()), Meta: s.GetMeta(),
	}
	for _, g := range s.GetSegments() {
		out.Segments = append(out.Segments, sdk.Segment{
			Name: g.Name, Kind: sdk.Kind(g.Kind), Len: int(g.Len), Of: int(g.Of),
		})
	}
	return out
}

func fromConditions(cs []*pb.Condition) []sdk.Condition {
	var all []sdk.Condition
	for _, c := range cs {
		all = append(all, fromCondition(c))
	}
	return all
}

func fromCondition(c *pb.Condition) sdk.Condition {
	return sdk.Condition{Name: c.GetName(), Doc: c.GetDoc(), Values: c.GetValues(), Min: c.GetMin(), Max: c.GetMax()}
}

func fromControls(cs []*pb.Control) []sdk.Control {
	var all []sdk.Control
	for _, c := range cs {
		all = append(all, sdk.Control{Condition: fromCondition(c.GetCondition()), Default: c.GetDefault()})
	}
	return all
}

// fromInfo returns an Info without its files.
func fromInfo(i *pb.Info) sdk.Info {
	return sdk.Info{
		Space: fromSpace(i.GetSpace()), Rows: int(i.GetRows()), Splits: i.GetSplits(), Licence: i.GetLicence(),
	}
}

func fromSource(s *pb.Source) sdk.Source {
	out := sdk.Source{Path: string(s.GetPath()), Dataset: s.GetDataset(), Split: s.GetSplit()}
	if s.GetSpace() != nil {
		space := fromSpace(s.Space)
		out.Space = &space
	}
	return out
}

func fromPosition(p *pb.Position) sdk.Position {
	return sdk.Position{
		Step: int(p.GetStep()), Steps: int(p.GetSteps()), Epoch: int(p.GetEpoch()), Epochs: int(p.GetEpochs()),
	}
}

// fromEvent returns the event that a message other than a preview tells of,
// and whether it is one that we know.
func fromEvent(e *pb.TrainEvent) (sdk.Event, bool) {
	out := sdk.Event{Position: fromPosition(e.GetAt())}
	switch e := e.GetEvent().(type) {
	case *pb.TrainEvent_Progress:
		out.Metrics, out.Window = e.Progress.GetMetrics(), e.Progress.GetWindow()
	case *pb.TrainEvent_Checkpoint:
		out.Checkpoint, out.Best = string(e.Checkpoint.GetDir()), e.Checkpoint.GetBest()
	case *pb.TrainEvent_Warning:
		out.Warning = clean(e.Warning)
	case *pb.TrainEvent_Note:
		out.Note = clean(e.Note)
	default:
		return sdk.Event{}, false
	}
	return out, true
}

// fromError returns nil for nil.
func fromError(e *pb.Error) error {
	if e == nil {
		return nil
	}
	out := &said{text: e.Message}
	if e.Setting != "" {
		out.kinds = append(out.kinds, &sdk.SettingError{Setting: e.Setting, Problem: e.Problem})
	}
	for _, code := range e.Codes {
		for _, k := range kinds {
			if k.code == code {
				out.kinds = append(out.kinds, k.err)
			}
		}
	}
	var err error = out
	for i := len(e.Hints) - 1; i >= 0; i-- { // the outermost comes first
		err = sdk.Hint(err, e.Hints[i])
	}
	return err
}

func fromInts(s []int64) []int {
	var out []int
	for _, v := range s {
		out = append(out, int(v))
	}
	return out
}

func fromStrings[S ~string](s []string) []S {
	var out []S
	for _, v := range s {
		out = append(out, S(v))
	}
	return out
}

func fromPaths(s [][]byte) []string {
	var out []string
	for _, v := range s {
		out = append(out, string(v))
	}
	return out
}

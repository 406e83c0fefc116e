package wire

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc/status"
)

func toDescription(p sdk.Plugin) *pb.Description {
	d := &pb.Description{Name: p.Name, Version: p.Version, Doc: p.Doc}
	for _, m := range p.Models {
		d.Models = append(d.Models, &pb.ModelSpec{
			Name: m.Name, Family: m.Family, Doc: m.Doc, Modalities: m.Modalities,
			Settings: toSchema(m.Schema), Can: toStrings(m.Can),
		})
	}
	for _, m := range p.Modalities {
		spec := &pb.ModalitySpec{Name: m.Name, Doc: m.Doc, Settings: toSchema(m.Schema), Can: toStrings(m.Can)}
		for _, s := range m.Datasets {
			spec.Datasets = append(spec.Datasets, &pb.Dataset{Name: s.Name, Doc: s.Doc, Licence: s.Licence})
		}
		d.Modalities = append(d.Modalities, spec)
	}
	return d
}

func toSchema(schema sdk.Schema) []*pb.Setting {
	var all []*pb.Setting
	for _, s := range schema {
		all = append(all, &pb.Setting{
			Name: s.Name, Type: string(s.Type), Default: s.Default, Help: s.Help,
			Choices: s.Choices, Min: s.Min, Max: s.Max,
		})
	}
	return all
}

// toSettings returns a JSON object.
func toSettings(s sdk.Settings) ([]byte, error) {
	for name, value := range s {
		if !json.Valid(value) {
			return nil, &sdk.SettingError{Setting: name, Problem: "is not JSON"}
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // a plugin may quote a value in an error
	if s == nil {
		s = sdk.Settings{}
	}
	err := e.Encode(s)
	return bytes.TrimSpace(b.Bytes()), err
}

func toSpace(s sdk.Space) *pb.Space {
	out := &pb.Space{
		Modality: s.Modality, Shape: toInts(s.Shape), Axes: s.Axes,
		Conditions: toConditions(s.Conditions), Meta: s.Meta,
	}
	for _, g := range s.Segments {
		out.Segments = append(out.Segments, &pb.Segment{
			Name: g.Name, Kind: string(g.Kind), Len: int64(g.Len), Of: int64(g.Of),
		})
	}
	return out
}

func toConditions(cs []sdk.Condition) []*pb.Condition {
	var all []*pb.Condition
	for _, c := range cs {
		all = append(all, toCondition(c))
	}
	return all
}

func toCondition(c sdk.Condition) *pb.Condition {
	return &pb.Condition{Name: c.Name, Doc: c.Doc, Values: c.Values, Min: c.Min, Max: c.Max}
}

func toControls(cs []sdk.Control) []*pb.Control {
	var all []*pb.Control
	for _, c := range cs {
		all = append(all, &pb.Control{Condition: toCondition(c.Condition), Default: c.Default})
	}
	return all
}

func toInfo(i sdk.Info) *pb.Info {
	return &pb.Info{Space: toSpace(i.Space), Rows: int64(i.Rows), Splits: i.Splits, Licence: i.Licence}
}

func toSource(s sdk.Source) *pb.Source {
	out := &pb.Source{Path: []byte(s.Path), Dataset: s.Dataset, Split: s.Split}
	if s.Space != nil {
		out.Space = toSpace(*s.Space)
	}
	return out
}

func toPosition(p sdk.Position) *pb.Position {
	return &pb.Position{Step: int64(p.Step), Steps: int64(p.Steps), Epoch: int64(p.Epoch), Epochs: int64(p.Epochs)}
}

// toEvents returns the messages that tell of e: one for its figures, its
// checkpoint, its warning or note, and one for each chunk of its preview. They
// have no numbers yet.
func toEvents(e sdk.Event) []*pb.TrainEvent {
	var all []*pb.TrainEvent
	at := toPosition(e.Position)
	if e.Metrics != nil || e.Window {
		p := &pb.Progress{Metrics: e.Metrics, Window: e.Window}
		all = append(all, &pb.TrainEvent{At: at, Event: &pb.TrainEvent_Progress{Progress: p}})
	}
	if e.Checkpoint != "" {
		c := &pb.Checkpoint{Dir: []byte(e.Checkpoint), Best: e.Best}
		all = append(all, &pb.TrainEvent{At: at, Event: &pb.TrainEvent_Checkpoint{Checkpoint: c}})
	}
	if e.Warning != "" {
		all = append(all, &pb.TrainEvent{At: at, Event: &pb.TrainEvent_Warning{Warning: clean(e.Warning)}})
	}
	if e.Note != "" {
		all = append(all, &pb.TrainEvent{At: at, Event: &pb.TrainEvent_Note{Note: clean(e.Note)}})
	}
	if e.Preview != nil {
		for c := range toChunks(*e.Preview) {
			all = append(all, &pb.TrainEvent{At: at, Event: &pb.TrainEvent_Preview{Preview: c}})
		}
	}
	return all
}

// toError returns nil for nil.
func toError(err error) *pb.Error {
	if err == nil {
		return nil
	}
	out := &pb.Error{Message: clean(words(err))}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			out.Codes = append(out.Codes, k.code)
		}
	}
	for _, h := range sdk.Hints(err) {
		out.Hints = append(out.Hints, clean(h))
	}
	if s, ok := errors.AsType[*sdk.SettingError](err); ok {
		out.Setting, out.Problem = clean(s.Setting), clean(s.Problem)
	}
	return out
}

// words returns the text of err without what gRPC adds.
func words(err error) string {
	if s, ok := err.(interface{ GRPCStatus() *status.Status }); ok {
		return s.GRPCStatus().Message()
	}
	return err.Error()
}

func toInts(s []int) []int64 {
	var out []int64
	for _, v := range s {
		out = append(out, int64(v))
	}
	return out
}

func toStrings[S ~string](s []S) []string {
	var out []string
	for _, v := range s {
		out = append(out, string(v))
	}
	return out
}

func toPaths(s []string) [][]byte {
	var out [][]byte
	for _, v := range s {
		out = append(out, []byte(v))
	}
	return out
}

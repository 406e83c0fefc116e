package wire

import (
	"context"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

// Telling lines measure rows by numbers that tell what they were given, and
// take a prompt for the first number of a row.
type telling struct{ *lines }

func (l telling) Measure(_ context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	if c.Generated.Len() == 0 {
		return nil, sdk.Hint(sdk.ErrBadInput, "generate some")
	}
	floor := float64(c.Train.Data[1])
	all := []sdk.Measurement{
		{Name: "generated", Doc: "the first number", Value: float64(c.Generated.Data[0]), N: c.Generated.Len(), Better: "lower", Floor: &floor, Note: space.Modality},
		{Name: "test", Doc: "the last label", Value: float64(c.Test.Conditions["label"][c.Test.Len()-1]), SE: float64(c.Seed)},
	}
	for name, rows := range map[string]sdk.Batch{"decoded": c.Decoded, "halfway": c.Halfway} {
		if rows.Len() > 0 {
			all = append(all, sdk.Measurement{Name: name, Doc: "the last number", Value: float64(rows.Data[len(rows.Data)-1]), N: rows.Len()})
		}
	}
	for i, s := range c.Scores {
		if i%9999 == 0 {
			all = append(all, sdk.Measurement{Name: "score", Doc: "of a row", Value: s.LogLikelihood + s.ELBO, SE: s.KL, N: len(c.Scores)})
		}
	}
	slices.SortFunc(all, func(a, b sdk.Measurement) int { return strings.Compare(a.Name, b.Name) })
	for range 250 {
		all = append(all, sdk.Measurement{Name: "more", Doc: strings.Repeat("long ", 100)})
	}
	return all, nil
}

func (l telling) Prompt(_ context.Context, space sdk.Space, text string) (sdk.Batch, error) {
	if text == "" {
		return sdk.Batch{}, sdk.ErrBadInput
	}
	row := sdk.MakeBatch(len(text)-1, space.Shape...)
	if len(row.Data) > 0 {
		row.Data[0] = float32(text[0])
	}
	return row, nil
}

func teller(t *testing.T) (near, far sdk.Modality) {
	t.Helper()
	p := sdk.Plugin{Name: "fake", Version: "1.0.0", Doc: "tells", Modalities: []sdk.ModalitySpec{{
		Name: "lines", Doc: "numbers",
		ModalityMaker: sdk.MakeModality(linesSettings{Rows: 10}, func(s linesSettings) (telling, error) { return telling{&lines{s}}, nil }),
	}}}
	remote, end, err := Loopback(p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	if got := remote.Modalities[0].Can; !slices.Equal(got, []sdk.Ability{sdk.CanMeasure, sdk.CanPrompt}) {
		t.Errorf("the far modality can %v", got)
	}
	var both [2]sdk.Modality
	for i, p := range []sdk.Plugin{p, remote} {
		if both[i], err = p.Modalities[0].New(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	return both[0], both[1]
}

func TestMeasurementsAreTheSameOnBothSides(t *testing.T) {
	near, far := teller(t)
	measurer, err := sdk.As[sdk.Measurer](far)
	if err != nil {
		t.Fatal(err)
	}
	const tests = 40_000 // whose scores are more than a message
	c := sdk.Comparison{Generated: rowsOf(3, 1), Train: rowsOf(60_000, 2), Test: rowsOf(tests, 3), Seed: 7}
	for i, decoded := range []sdk.Batch{{}, rowsOf(90_000, 4), {}, rowsOf(tests, 5)} {
		c.Decoded, c.Halfway, c.Scores = decoded, decoded.Slice(0, decoded.Len()/2), nil
		for j := range i / 2 * tests {
			c.Scores = append(c.Scores, sdk.Score{LogLikelihood: -float64(j), ELBO: -1.5, KL: float64(i)})
		}
		want, err := near.(sdk.Measurer).Measure(t.Context(), space, c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := measurer.Measure(t.Context(), space, c)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d decoded, %d scores: %d measurements of %d, or others; %v", decoded.Len(), len(c.Scores), len(got), len(want), err)
		}
	}
	c.Scores = c.Scores[1:]
	if _, err := measurer.Measure(t.Context(), space, c); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("a score too few: got %v", err)
	}
	_, err = measurer.Measure(t.Context(), space, sdk.Comparison{})
	if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) != 1 {
		t.Errorf("no rows: got %v", err)
	}
}

// A host that knows of no decoded rows sends three batches, with scores or
// without, and has its figures.
func TestMeasureWithoutDecoded(t *testing.T) {
	_, far := teller(t)
	measurer, err := sdk.As[sdk.Measurer](far)
	if err != nil {
		t.Fatal(err)
	}
	m := measurer.(*modality)
	for scores, want := range map[int]int{0: 252, 2: 253} {
		stream, err := m.client.Measure(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range []sdk.Batch{rowsOf(3, 1), rowsOf(4, 2), rowsOf(2, 3)} {
			for c := range toChunks(rows) {
				if err := stream.Send(&pb.MeasureRequest{Session: m.session, Space: toSpace(space), Rows: c}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for part := range toScores(make([]sdk.Score, scores)) {
			if err := stream.Send(&pb.MeasureRequest{Scores: part.Data}); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.CloseSend(); err != nil {
			t.Fatal(err)
		}
		found, err := receiveMeasurements(stream.Recv)
		if err != nil || len(found) != want {
			t.Errorf("with %d scores: %d measurements, want %d; %v", scores, len(found), want, err)
		}
	}
}

func TestPrompt(t *testing.T) {
	_, far := teller(t)
	prompter, err := sdk.As[sdk.Prompter](far)
	if err != nil {
		t.Fatal(err)
	}
	row, err := prompter.Prompt(t.Context(), space, "\xff!")
	if err != nil || row.Data[0] != 0xff || row.Len() != 1 {
		t.Errorf("got %v, %v", row, err)
	}
	if _, err := prompter.Prompt(t.Context(), space, ""); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("refused: got %v", err)
	}
	for _, text := range []string{"a", "abc"} { // no row, and two
		if _, err := prompter.Prompt(t.Context(), space, text); !errors.Is(err, sdk.ErrProtocol) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestNeitherMeasurerNorPrompter(t *testing.T) {
	far := both(t, nil)[1]
	if _, err := sdk.As[sdk.Measurer](far); !errors.Is(err, errors.ErrUnsupported) || !strings.HasPrefix(err.Error(), "the modality cannot measure") {
		t.Errorf("As: got %v", err)
	}
	if _, err := far.(sdk.Measurer).Measure(t.Context(), space, sdk.Comparison{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("past As: got %v", err)
	}
	if _, err := far.(sdk.Prompter).Prompt(t.Context(), space, "x"); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("past As: got %v", err)
	}
}

func TestMeasurementsAreNotTrusted(t *testing.T) {
	endless := func() (*pb.MeasureResponse, error) {
		return &pb.MeasureResponse{Measurements: slices.Repeat([]*pb.Measurement{{Name: "again", Doc: "without end"}}, 1000)}, nil
	}
	if _, err := receiveMeasurements(endless); !errors.Is(err, sdk.ErrProtocol) {
		t.Errorf("without end: got %v", err)
	}
	for _, m := range []*pb.Measurement{{Name: "\x1b[31m", Doc: "red"}, {Name: "x"}, {Name: "x", Doc: "x", Value: math.NaN()}, {Name: "x", Doc: "x", Better: "x"}} {
		once := func() (*pb.MeasureResponse, error) {
			return &pb.MeasureResponse{Measurements: []*pb.Measurement{m}}, nil
		}
		if _, err := receiveMeasurements(once); !errors.Is(err, sdk.ErrProtocol) {
			t.Errorf("%v: got %v", m, err)
		}
	}
	broken := func() (*pb.MeasureResponse, error) { return nil, io.ErrUnexpectedEOF }
	if _, err := receiveMeasurements(broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken: got %v", err)
	}
}

// A filled mean completes rows: given numbers stay, and the first tells of the
// request.
type filled struct{ *mean }

func (m filled) Complete(_ context.Context, r sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	if m.row == nil {
		return sdk.Batch{}, sdk.ErrNotTrained
	}
	if given.Conditions != nil {
		return sdk.Batch{}, errors.New("conditions belong to the request")
	}
	b := sdk.MakeBatch(r.N, m.space.Shape...)
	for i := range r.N {
		copy(b.Row(i), given.Row(i%given.Len()))
		b.Row(i)[0] = float32(r.First+i) + float32(r.Seed) + r.Conditions["label"][0]
	}
	return b, nil
}

func TestCompleteIsTheSameOnBothSides(t *testing.T) {
	near := sdk.Plugin{Name: "fake", Version: "1.0.0", Doc: "completes", Models: []sdk.ModelSpec{{
		Name: "mean", Family: "mean", Doc: "completes",
		ModelMaker: sdk.MakeModel(meanSettings{Epochs: 1, Act: "relu"}, func(s meanSettings, space sdk.Space) (filled, error) {
			m, err := newMean(s, space)
			return filled{m}, err
		}),
	}}}
	far, end, err := Loopback(near)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	req := sdk.GenerateRequest{N: 70_000, Seed: 3, First: 5, Conditions: map[string][]float32{"label": {1}}}
	given := rowsOf(70_000, 9)
	given.Conditions = nil
	want, err := trained(t, near).(sdk.Completer).Complete(t.Context(), req, given)
	if err != nil {
		t.Fatal(err)
	}
	completer, err := sdk.As[sdk.Completer](trained(t, far))
	if err != nil {
		t.Fatal(err)
	}
	got, err := completer.Complete(t.Context(), req, given)
	if err != nil || !sameBatch(got, want) {
		t.Errorf("rows differ, %v", err)
	}
	if _, err := open(t, far).(sdk.Completer).Complete(t.Context(), req, given); !errors.Is(err, sdk.ErrNotTrained) {
		t.Errorf("untrained: got %v", err)
	}
	if _, err := sdk.As[sdk.Completer](open(t, loop(t))); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a model that does not complete: got %v", err)
	}
}

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/protobuf/proto"
)

// pass sends a message through its bytes.
func pass[M proto.Message](t *testing.T, in, out M) M {
	t.Helper()
	data, err := proto.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := proto.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestDescriptionRoundTrip(t *testing.T) {
	got := fromDescription(pass(t, toDescription(plugin), &pb.Description{}))
	a, _ := json.Marshal(plugin)
	b, _ := json.Marshal(got)
	if !bytes.Equal(a, b) {
		t.Errorf("got  %s\nwant %s", b, a)
	}
}

func TestSourceRoundTrip(t *testing.T) {
	for _, want := range []sdk.Source{{}, {Path: "/a\xff", Split: "test"}, {Dataset: "ten", Space: &space}} {
		if got := fromSource(pass(t, toSource(want), &pb.Source{})); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestSpaceRoundTrip(t *testing.T) {
	got := fromSpace(pass(t, toSpace(space), &pb.Space{}))
	if !reflect.DeepEqual(got, space) {
		t.Errorf("got  %+v\nwant %+v", got, space)
	}
}

func TestSettingsRoundTrip(t *testing.T) {
	want := sdk.Settings{"a": []byte(`[1,1e3]`), "b": []byte(`"<ü>"`), "c": []byte(`true`)}
	object, err := toSettings(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fromSettings(object)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := fromSettings([]byte("[]")); !errors.Is(err, sdk.ErrProtocol) {
		t.Errorf("a list as settings: got %v, %v", got, err)
	}
	var bad *sdk.SettingError
	if _, err := toSettings(sdk.Settings{"a": []byte("{")}); !errors.As(err, &bad) || bad.Setting != "a" {
		t.Errorf("no JSON: got %v", err)
	}
}

func TestEventRoundTrip(t *testing.T) {
	at := sdk.Position{Step: 1 << 40, Steps: 1 << 41, Epoch: 3, Epochs: 4}
	for _, want := range []sdk.Event{
		{Position: at, Metrics: sdk.Metrics{"loss": 1.5, "kl": math.Inf(1)}},
		{Position: at, Metrics: sdk.Metrics{"loss": 0}, Window: true},
		{Position: at, Checkpoint: "/runs/caf\xe9/step-1"},
		{Position: at, Checkpoint: "/runs/step-2", Best: true},
		{Position: at, Warning: "the KL is 0: raise free_bits"},
		{Position: at, Note: "no better val_loss"},
	} {
		messages := toEvents(want)
		if len(messages) != 1 {
			t.Fatalf("%d messages for %+v", len(messages), want)
		}
		got, known := fromEvent(pass(t, messages[0], &pb.TrainEvent{}))
		if !known || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v\nwant %+v", got, known, want)
		}
	}
	for _, m := range toEvents(sdk.Event{Warning: "caf\xe9", Note: strings.Repeat("long", maxMessage)}) {
		if err := checkSize(pass(t, m, &pb.TrainEvent{})); err != nil {
			t.Errorf("a text that is none, or too long: %v", err)
		}
	}
	if e, known := fromEvent(&pb.TrainEvent{}); known {
		t.Errorf("an event of the future became %+v", e)
	}
}

func TestErrorRoundTrip(t *testing.T) {
	for _, k := range kinds {
		in := sdk.Hint(fmt.Errorf("load: %w", sdk.Hint(fmt.Errorf("it broke: %w", k.err), "inner")), "outer")
		got := fromError(pass(t, toError(in), &pb.Error{}))
		if got.Error() != in.Error() {
			t.Errorf("got %q, want %q", got, in)
		}
		if h := sdk.Hints(got); !slices.Equal(h, []string{"outer", "inner"}) {
			t.Errorf("%v: hints %q", in, h)
		}
		for _, other := range kinds {
			if errors.Is(got, other.err) != errors.Is(in, other.err) {
				t.Errorf("%v: errors.Is(%v) = %v", in, other.err, errors.Is(got, other.err))
			}
		}
	}
	setting := &sdk.SettingError{Setting: "latent", Problem: "is 0: want 1 to 4096"}
	got := fromError(toError(fmt.Errorf("open vae: %w", setting)))
	var s *sdk.SettingError
	if !errors.As(got, &s) || *s != *setting || !errors.Is(got, sdk.ErrBadSetting) {
		t.Errorf("got %#v", got)
	}
	both := fromError(toError(fmt.Errorf("%w: %w", sdk.ErrCorrupt, fs.ErrNotExist)))
	if !errors.Is(both, sdk.ErrCorrupt) || !errors.Is(both, fs.ErrNotExist) {
		t.Errorf("one of two kinds is lost: %v", both)
	}
	if fromError(toError(nil)) != nil {
		t.Error("nil became an error")
	}
	if got := fromError(&pb.Error{Message: "m", Codes: []string{"of the future"}}); got.Error() != "m" {
		t.Errorf("got %v", got)
	}
}

func TestErrorsFitAndAreText(t *testing.T) {
	long := toError(errors.New(strings.Repeat("\xff", 1<<20)))
	if _, err := proto.Marshal(long); err != nil || len(long.Message) > 4*maxError {
		t.Errorf("%d bytes, %v", len(long.Message), err)
	}
	err := peer{}.explain(t.Context(), toStatus(fmt.Errorf("x: %w", sdk.ErrDiverged)))
	if err.Error() != "x: training diverged" || !errors.Is(err, sdk.ErrDiverged) {
		t.Errorf("got %v", err)
	}
}

// join passes b through chunks, checking their size.
func join(t *testing.T, b sdk.Batch) sdk.Batch {
	t.Helper()
	var r batchReader
	for c := range toChunks(b) {
		if err := checkSize(c); err != nil {
			t.Fatal(err)
		}
		if r.complete() {
			t.Fatal("a chunk too many")
		}
		if err := r.add(pass(t, c, &pb.Chunk{})); err != nil {
			t.Fatal(err)
		}
	}
	got, err := r.batch()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sameBatch(a, b sdk.Batch) bool {
	same := func(a, b []float32) bool {
		return slices.EqualFunc(a, b, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
	}
	if !slices.Equal(a.Shape, b.Shape) || !same(a.Data, b.Data) || len(a.Conditions) != len(b.Conditions) {
		return false
	}
	for name := range a.Conditions {
		if !same(a.Conditions[name], b.Conditions[name]) {
			return false
		}
	}
	return true
}

func TestBatchRoundTrip(t *testing.T) {
	const full = chunkSize / numberSize
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, full - 30, full - 1, full, full + 1, 2*full - 1, 2 * full, 3*full + 5} {
		for _, columns := range []int{0, 1, 3} {
			b := sdk.MakeBatch(n, 1)
			for i := range b.Data {
				b.Data[i] = math.Float32frombits(random.Uint32()) // NaNs too
			}
			for i := range columns {
				if b.Conditions == nil {
					b.Conditions = map[string][]float32{}
				}
				b.Conditions[fmt.Sprint("c", i)] = slices.Clone(b.Data[:n/(i+1)])
			}
			if !sameBatch(join(t, b), b) {
				t.Errorf("%d numbers, %d conditions: not the same", n, columns)
			}
		}
	}
	odd := sdk.Batch{Shape: []int{3}, Data: []float32{1, 2, 3, 4}} // the plugin is to say what is wrong
	if !sameBatch(join(t, odd), odd) || !sameBatch(join(t, sdk.Batch{}), sdk.Batch{}) {
		t.Error("an odd batch changed")
	}
	wide := sdk.Batch{Conditions: map[string][]float32{}}
	for i := range 40_000 {
		wide.Conditions[fmt.Sprintf("condition-%010d", i)] = []float32{float32(i)}
	}
	if !sameBatch(join(t, wide), wide) {
		t.Error("a head of nearly 1 MiB changed its batch")
	}
}

func TestBatchReaderTrustsNothing(t *testing.T) {
	head := func(numbers int64, shape ...int64) *pb.BatchHead {
		return &pb.BatchHead{Shape: shape, Numbers: numbers}
	}
	four := make([]byte, 4)
	for _, c := range []struct {
		name   string
		kind   error
		chunks []*pb.Chunk
	}{
		{"nothing", sdk.ErrProtocol, []*pb.Chunk{nil}},
		{"no head", sdk.ErrProtocol, []*pb.Chunk{{Data: four}}},
		{"second head", sdk.ErrProtocol, []*pb.Chunk{{Head: head(2, 1), Data: four}, {Head: head(2, 1), Data: four}}},
		{"half a number", sdk.ErrProtocol, []*pb.Chunk{{Head: head(2, 1), Data: four[:3]}}},
		{"too many", sdk.ErrProtocol, []*pb.Chunk{{Head: head(1, 1), Data: make([]byte, 8)}}},
		{"too few", sdk.ErrProtocol, []*pb.Chunk{{Head: head(3, 1), Data: four}}},
		{"much less than announced", sdk.ErrProtocol, []*pb.Chunk{{Head: head(1<<28, 1), Data: four}}},
		{"negative", sdk.ErrBadInput, []*pb.Chunk{{Head: head(-1, 1)}}},
		{"huge", sdk.ErrBadInput, []*pb.Chunk{{Head: head(1<<62, 1)}}},
		{"huge, summed", sdk.ErrBadInput, []*pb.Chunk{
			{Head: &pb.BatchHead{Numbers: 1 << 28, Conditions: []*pb.Column{{Numbers: 1 << 28}, {Numbers: 1}}}},
		}},
		{"negative column", sdk.ErrBadInput, []*pb.Chunk{{Head: &pb.BatchHead{Conditions: []*pb.Column{{Numbers: -1}}}}}},
		{"negative shape", sdk.ErrBadInput, []*pb.Chunk{{Head: head(1, -1), Data: four}}},
		{"overflowed shape", sdk.ErrBadInput, []*pb.Chunk{{Head: head(1, 1<<40, 1<<40), Data: four}}},
	} {
		var r batchReader
		var err error
		for _, chunk := range c.chunks {
			if err == nil {
				err = r.add(chunk)
			}
		}
		if err == nil {
			_, err = r.batch()
		}
		if !errors.Is(err, c.kind) {
			t.Errorf("%s: got %v", c.name, err)
		}
		if cap(r.numbers) > maxReceive || len(r.numbers) > r.want {
			t.Errorf("%s: took memory for %d numbers, kept %d of %d", c.name, cap(r.numbers), len(r.numbers), r.want)
		}
	}
}

func FuzzBatchReader(f *testing.F) {
	for c := range toChunks(rowsOf(2, 0)) {
		data, _ := proto.Marshal(c)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var c pb.Chunk
		if proto.Unmarshal(data, &c) != nil {
			return
		}
		var r batchReader
		if r.add(&c) != nil || !r.complete() {
			return
		}
		b, err := r.batch()
		if err != nil {
			t.Fatal(err)
		}
		if b.Len() > 0 {
			b.Row(b.Len() - 1)
		}
	})
}

func TestPortions(t *testing.T) {
	var list []string
	for i := range 5000 {
		list = append(list, strings.Repeat("x", i%1500))
	}
	list = append(list, strings.Repeat("y", chunkSize-4), "z")
	var got []string
	for part := range portions(list) {
		if err := checkSize(&pb.WriteRequest{Names: part}); err != nil {
			t.Error(err)
		}
		got = append(got, part...)
	}
	if !slices.Equal(got, list) {
		t.Error("the list changed")
	}
	r := listReader{size: maxList - 20}
	if err := r.add("abcd"); err != nil {
		t.Error(err)
	}
	if err := r.add(""); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("an endless list of nothing: got %v", err)
	}
}

package sdk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The two parts are what the rule says, for all small numbers.
func TestHoldOut(t *testing.T) {
	indices := func(rows Rows) (at []int) {
		for i := range rows.Len() {
			at = append(at, int(rows.Gather(Batch{}, []int{i}).Data[0]))
		}
		return at
	}
	for n := 1; n <= 60; n++ {
		for out := 1; out < n; out++ {
			var wantLearn, wantHeld []int
			for i := range n {
				if (i+1)*out/n > i*out/n {
					wantHeld = append(wantHeld, i)
				} else {
					wantLearn = append(wantLearn, i)
				}
			}
			learn, held := HoldOut(numbered(n), out)
			if got := indices(learn); !slices.Equal(got, wantLearn) {
				t.Fatalf("%d of %d: learns from %v, want %v", out, n, got, wantLearn)
			}
			if got := indices(held); !slices.Equal(got, wantHeld) {
				t.Fatalf("%d of %d: holds out %v, want %v", out, n, got, wantHeld)
			}
		}
	}
}

// Variants stay together: of the rows that learn, none is of a thing of which
// one is held out, and what is held out is as it was.
func TestHoldOutVariants(t *testing.T) {
	const things, each, out = 10, 3, 4
	b := MakeBatch(things*each, 1)
	for i := range b.Data {
		b.Data[i] = float32(i)
	}
	space := Space{Modality: "toy", Shape: []int{1}, Segments: []Segment{{Kind: Real, Len: 1}}, Meta: map[string]string{"variants": "3", "x": "y"}}
	all := InMemory(space, b)
	indices := func(rows Rows) (at []int) {
		for i := range rows.Len() {
			at = append(at, int(rows.Gather(Batch{}, []int{i}).Data[0]))
		}
		return at
	}
	wantLearn, wantHeld := HoldOut(numbered(things), out)
	learn, held := HoldOut(all, out)
	var want []int
	for _, i := range indices(wantLearn) {
		want = append(want, 3*i, 3*i+1, 3*i+2)
	}
	if got := indices(learn); !slices.Equal(got, want) || learn.Space().Variants() != 3 {
		t.Errorf("learns from %v in %d variants, want %v", got, learn.Space().Variants(), want)
	}
	want = nil
	for _, i := range indices(wantHeld) {
		want = append(want, 3*i)
	}
	if got := indices(held); !slices.Equal(got, want) || held.Space().Variants() != 1 || held.Space().Meta["x"] != "y" {
		t.Errorf("holds out %v in %d variants, want %v", got, held.Space().Variants(), want)
	}
	if got := indices(Originals(learn)); !slices.Equal(got, []int{0, 3, 9, 15, 18, 24}) || Originals(learn).Space().Variants() != 1 {
		t.Errorf("without variants it learns from %v", got)
	}
	if space.Meta["variants"] != "3" {
		t.Error("the rows' own space was changed")
	}
	for _, meta := range []string{"", "0", "-3", "x", "7"} { // 7 does not go into 30
		space.Meta = map[string]string{"variants": meta}
		if n := Originals(InMemory(space, b)).Len(); n != things*each {
			t.Errorf("variants %q: %d things, want %d", meta, n, things*each)
		}
	}
}

// judged is a model that is validated, with the losses given.
type judged struct {
	counted
	job    *Job
	losses []float64 // of validations; the last of them ever after
	at     []int     // the step of each
	held   []float32 // the rows of the last
	fails  error
	names  string // of the figure, "loss" when empty
	within int    // rows of job.Data in Train
}

func (m *judged) Train(ctx context.Context, job *Job) error {
	m.job, m.within = job, job.Data.Len()
	return m.counted.Train(ctx, job)
}

func (m *judged) Validate(_ context.Context, rows Rows) (Metrics, error) {
	loss := m.losses[min(len(m.at), len(m.losses)-1)]
	m.at = append(m.at, m.job.at.Step)
	var all []int
	for i := range rows.Len() {
		all = append(all, i)
	}
	m.held = rows.Gather(Batch{}, all).Data
	name := m.names
	if name == "" {
		name = "loss"
	}
	return Metrics{name: loss, "kl": 2}, m.fails
}

func TestHeldOutRowsAreNotLearned(t *testing.T) {
	seen := map[float32]bool{}
	m := &judged{losses: []float64{1}, counted: counted{size: 3, epochs: 4, step: func(b Batch) Metrics {
		for _, v := range b.Data {
			seen[v] = true
		}
		return nil
	}}}
	job := &Job{Data: numbered(20), Seed: 1, HeldOut: 2}
	if err := job.Run(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.held, []float32{9, 19}) {
		t.Errorf("validated on %v", m.held)
	}
	if len(seen) != 18 || seen[9] || seen[19] || m.within != 18 {
		t.Errorf("learned from %d rows, of %d in its data: %v", len(seen), m.within, seen)
	}
	if job.Data.Len() != 20 {
		t.Error("the job has not got its data back")
	}
}

// What a model learns is as if the rows had not been there.
func TestHeldOutRowsChangeNothingElse(t *testing.T) {
	record := func(into *[]float32) func(Batch) Metrics {
		return func(b Batch) Metrics {
			*into = append(*into, b.Data...)
			return nil
		}
	}
	var with, without []float32
	learn, _ := HoldOut(numbered(20), 2)
	a := &judged{losses: []float64{1}, counted: counted{size: 3, epochs: 4, step: record(&with)}}
	if err := (&Job{Data: numbered(20), Seed: 1, HeldOut: 2}).Run(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	b := &counted{size: 3, epochs: 4, step: record(&without)}
	if err := (&Job{Data: learn, Seed: 1}).Run(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(with, without) {
		t.Errorf("batches %v, and without validation %v", with, without)
	}
}

func TestOnlyValidatorsHoldOut(t *testing.T) {
	n := 0
	m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics { n++; return nil }}
	if err := (&Job{Data: numbered(20), HeldOut: 10}).Run(t.Context(), m); err != nil || n != 20 {
		t.Errorf("%v: learned from %d of 20 rows", err, n)
	}
}

func TestValidationIsReportedAndTheBestKept(t *testing.T) {
	dir := t.TempDir()
	m := &judged{losses: []float64{5, 3, 4, 3, 2}, counted: counted{size: 4, epochs: 6, step: func(Batch) Metrics {
		return Metrics{"loss": 8}
	}}}
	events, err := watch(t.Context(), &Job{Data: numbered(10), HeldOut: 2, Dir: dir}, m)
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	var saved []string
	for _, e := range events {
		if v, ok := e.Metrics["val_loss"]; ok {
			if !e.Window || e.Metrics["loss"] != 8 || e.Metrics["val_kl"] != 2 || e.Step%2 != 0 {
				t.Errorf("validated with %+v", e)
			}
			losses = append(losses, v)
		}
		if e.Checkpoint != "" {
			saved = append(saved, fmt.Sprint(filepath.Base(e.Checkpoint), e.Best))
		}
	}
	if !slices.Equal(losses, []float64{5, 3, 4, 3, 2, 2}) {
		t.Errorf("losses %v", losses)
	}
	want := []string{"step-00000002 true", "step-00000004 true", "step-00000010 true", "step-00000012 false"}
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], " ", "")
	}
	if !slices.Equal(saved, want) {
		t.Errorf("checkpoints %v, want %v", saved, want)
	}
	if got := folders(t, dir); len(got) != 4 {
		t.Errorf("in the folder: %v", got)
	}
}

// At most a hundred validations, evenly, and always one at the end.
func TestWhenItIsValidated(t *testing.T) {
	for _, c := range []struct{ epochs, max, times, first, last int }{
		{epochs: 3, times: 3, first: 1, last: 3},
		{epochs: 100, times: 100, first: 1, last: 100},
		{epochs: 250, times: 100, first: 3, last: 250},
		{epochs: 1000, times: 100, first: 10, last: 1000},
		{epochs: 3, max: 2, times: 2, first: 1, last: 2},
	} {
		m := &judged{losses: []float64{1}, counted: counted{size: 9, epochs: c.epochs}}
		if err := (&Job{Data: numbered(10), HeldOut: 1, MaxSteps: c.max}).Run(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if len(m.at) != c.times || m.at[0] != c.first || m.at[len(m.at)-1] != c.last {
			t.Errorf("%+v: after the epochs %v", c, m.at)
			continue
		}
		for i := 1; i < len(m.at); i++ {
			if gap := float64(m.at[i] - m.at[i-1]); gap < math.Floor(float64(c.epochs)/100) || gap > math.Ceil(float64(c.epochs)/100)+1 {
				t.Errorf("%+v: %g epochs between two", c, gap)
			}
		}
	}
	// The last epoch counts also when it is cut short.
	m := &judged{losses: []float64{1}, counted: counted{size: 3, epochs: 1000}}
	if err := (&Job{Data: numbered(10), HeldOut: 1, MaxSteps: 2}).Run(t.Context(), m); err != nil || !slices.Equal(m.at, []int{2}) {
		t.Errorf("%v: validated after the steps %v", err, m.at)
	}
}

func TestPatience(t *testing.T) {
	dir := t.TempDir()
	m := &judged{losses: []float64{5, 3, 3, 4, 3.5}, counted: counted{size: 4, epochs: 50}}
	events, err := watch(t.Context(), &Job{Data: numbered(10), HeldOut: 2, Patience: 3, Dir: dir, Previews: 1}, m)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.at, []int{2, 4, 6, 8, 10}) {
		t.Errorf("validated after the steps %v, want an end after three that were no better", m.at)
	}
	if got := folders(t, dir); !slices.Equal(got, []string{"step-00000002", "step-00000004", "step-00000010"}) {
		t.Errorf("left %v", got)
	}
	var notes []string
	for _, e := range events {
		if e.Note != "" {
			notes = append(notes, e.Note)
		}
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "3 in 3 validations") || !strings.Contains(notes[0], "step 10 of 100") {
		t.Errorf("notes %q", notes)
	}
	last := events[len(events)-1]
	if want := (Position{Step: 10, Steps: 10, Epoch: 5, Epochs: 5}); last.Position != want || last.Best || last.Checkpoint == "" {
		t.Errorf("the last event is %+v", last)
	}
	if p := events[len(events)-2]; p.Preview == nil {
		t.Errorf("before it %+v, want a preview of the end", p)
	}
}

func TestNoPatience(t *testing.T) {
	m := &judged{losses: []float64{1}, counted: counted{size: 4, epochs: 50}}
	if err := (&Job{Data: numbered(10), HeldOut: 2}).Run(t.Context(), m); err != nil || len(m.at) != 50 {
		t.Errorf("%v: %d validations", err, len(m.at))
	}
}

func TestNoValidationWhenToldToStop(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	m := &judged{losses: []float64{1}, counted: counted{size: 9, epochs: 5}}
	if err := (&Job{Data: numbered(10), HeldOut: 1, Stop: stop}).Run(t.Context(), m); !errors.Is(err, ErrStopped) || len(m.at) > 0 {
		t.Errorf("%v: validated %d times", err, len(m.at))
	}
}

func TestBadValidations(t *testing.T) {
	for name, c := range map[string]struct {
		m    judged
		out  int
		want error
	}{
		"nothing left":  {judged{}, 10, ErrBadInput},
		"more than all": {judged{}, 11, ErrBadInput},
		"negative":      {judged{}, -1, ErrBadInput},
		"not a number":  {judged{losses: []float64{math.NaN()}}, 2, ErrDiverged},
		"no loss":       {judged{losses: []float64{1}, names: "elbo"}, 2, ErrProtocol},
		"an error":      {judged{losses: []float64{1}, fails: os.ErrPermission}, 2, os.ErrPermission},
	} {
		c.m.counted = counted{size: 4, epochs: 2}
		dir := t.TempDir()
		err := (&Job{Data: numbered(10), HeldOut: c.out, Dir: dir}).Run(t.Context(), &c.m)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if left := folders(t, dir); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
}

func TestWarnOnce(t *testing.T) {
	job := &Job{Data: numbered(10)}
	m := &counted{size: 1, epochs: 1, step: func(Batch) Metrics {
		job.Warn("kl", "the KL is 0: raise free_bits")
		job.Warn("grad", "gradients are large")
		return nil
	}}
	for range 2 { // each time that the job runs
		events, err := watch(t.Context(), &Job{Data: job.Data}, &careful{counted: m, job: &job})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range events {
			if e.Warning != "" {
				got = append(got, fmt.Sprint(e.Step, e.Warning))
			}
		}
		if want := []string{"0the KL is 0: raise free_bits", "0gradients are large"}; !reflect.DeepEqual(got, want) {
			t.Errorf("warnings %q, want %q", got, want)
		}
	}
}

// careful tells its step function which job it works at.
type careful struct {
	*counted
	job **Job
}

func (c *careful) Train(ctx context.Context, job *Job) error {
	*c.job = job
	return c.counted.Train(ctx, job)
}

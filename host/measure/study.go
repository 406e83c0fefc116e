package measure

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/host/eval/classifier"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// A study is a measuring under way. What several metrics need is made once,
// when the first asks for it.
type study struct {
	Subject
	Findings
	space  sdk.Space
	metric string // that is being measured
	begun  string // the last that began

	generated lazy[sdk.Batch]
	judge     lazy[*classifier.Classifier]
	viewed    lazy[view]
	encodings lazy[sdk.Batch]

	testScores []sdk.Score // of [study.test] rows, once the metric likelihood has them
	decodings  lazy[sdk.Batch]
}

// A lazy value is made when it is first asked for.
type lazy[T any] struct {
	made  bool
	value T
	err   error
}

func (l *lazy[T]) get(make func() (T, error)) (T, error) {
	if !l.made {
		l.made = true
		l.value, l.err = make()
	}
	return l.value, l.err
}

func newStudy(s Subject) *study {
	if s.Watcher == nil {
		s.Watcher = nobody{}
	}
	if s.Lessons == nil {
		s.Lessons = s.Train
	}
	if s.Teach == nil {
		s.Teach = func(ctx context.Context, condition string, o classifier.Options) (*classifier.Classifier, error) {
			return classifier.Train(ctx, s.Lessons, condition, o)
		}
	}
	return &study{Subject: s, space: s.Train.Space()}
}

type nobody struct{}

func (nobody) Phase(string)     {}
func (nobody) Reading(int, int) {}

func (y *study) phase(what string) { y.Watcher.Phase(what) }

// begin tells that the metric's own work begins: what others need as well is
// there.
func (y *study) begin() {
	if y.begun != y.metric {
		y.phase("measuring " + y.metric)
	}
	y.begun = y.metric
}

// The streams of random numbers, each for one use.
const (
	forConditions = iota
	forShuffling
	forReal
	forTest
)

func (y *study) rand(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(y.Seed, stream)) }

// sample returns n rows, or all where there are no more, drawn without
// replacement, in the order drawn: data is often sorted by label, and the first
// of a sample are to be one too.
func (y *study) sample(rows sdk.Rows, n int, stream uint64) sdk.Batch {
	order := y.rand(stream).Perm(rows.Len())[:min(n, rows.Len())]
	return rows.Gather(sdk.Batch{}, order)
}

// test returns held-out rows, at most n, with those conditions that mean what
// they mean of training rows.
func (y *study) test(n int) sdk.Batch {
	rows := y.sample(y.Test, n, forTest)
	maps.DeleteFunc(rows.Conditions, func(name string, _ []float32) bool { return !y.shared(name) })
	return rows
}

// shared reports whether training rows and held-out rows have one condition of
// a name.
func (y *study) shared(name string) bool {
	a, unknown := y.space.Condition(name)
	b, missing := y.Test.Space().Condition(name)
	return unknown == nil && missing == nil && slices.Equal(a.Values, b.Values)
}

// real returns training rows, at most n, to stand where generated rows do:
// as they are, without variants.
func (y *study) real(n int) sdk.Batch { return y.sample(sdk.Originals(y.Train), n, forReal) }

// known returns the training rows that generated rows may be copies of: all, and
// their variants, unless they are too many.
func (y *study) known() sdk.Batch { return y.sample(y.Train, y.most(), forReal) }

// shuffled returns n rows of which each number is drawn by itself from the
// training rows: it knows each number's distribution, and nothing else. So
// are its conditions.
func (y *study) shuffled(n int) sdk.Batch {
	rng := y.rand(forShuffling)
	from := y.real(n)
	rows := sdk.MakeBatch(n, y.space.Shape...)
	for i := range n {
		row := rows.Row(i)
		for j := range row {
			row[j] = from.Row(rng.IntN(from.Len()))[j]
		}
	}
	rows.Conditions = map[string][]float32{}
	for _, c := range y.space.Conditions {
		values := make([]float32, n)
		for i := range values {
			values[i] = from.Conditions[c.Name][rng.IntN(from.Len())]
		}
		rows.Conditions[c.Name] = values
	}
	return rows
}

// chunk is how many rows the model makes at once.
func chunk(space sdk.Space) int { return max(1, min(500, (4<<20)/(4*space.Size()))) }

// made returns the generated rows. Those of a model that heeds conditions have
// the conditions of training rows that are drawn at random.
func (y *study) made(ctx context.Context) (sdk.Batch, error) {
	return y.generated.get(func() (sdk.Batch, error) {
		y.phase("generating")
		rows := sdk.Batch{Shape: y.space.Shape, Conditions: y.conditions(y.Rows)}
		for rows.Len() < y.Rows {
			done := rows.Len()
			n := min(y.Rows-done, chunk(y.space))
			req := sdk.GenerateRequest{N: n, Seed: y.Seed, First: done, Conditions: part(rows.Conditions, done, done+n)}
			if err := ctx.Err(); err != nil {
				return sdk.Batch{}, err
			}
			some, err := y.Model.Generate(ctx, req)
			if err != nil {
				return sdk.Batch{}, fmt.Errorf("generate: %w", err)
			}
			if err := y.space.Check(sdk.Batch{Shape: some.Shape, Data: some.Data}); err != nil {
				return sdk.Batch{}, fmt.Errorf("%w: what the model generates is not like what it learned from: %w", sdk.ErrProtocol, err)
			}
			if some.Len() != n {
				return sdk.Batch{}, fmt.Errorf("%w: the model gave %d rows for %d", sdk.ErrProtocol, some.Len(), n)
			}
			rows.Data = append(rows.Data, some.Data...)
			y.Watcher.Reading(rows.Len(), y.Rows)
		}
		return rows, nil
	})
}

// heeded are the conditions that the model heeds.
func (y *study) heeded() []sdk.Condition {
	c, err := sdk.As[sdk.Conditional](y.Model)
	if err != nil {
		return nil
	}
	return c.Conditions()
}

// conditions draws those that the model heeds, for n rows.
func (y *study) conditions(n int) map[string][]float32 {
	heeded := y.heeded()
	if len(heeded) == 0 {
		return nil
	}
	rng := y.rand(forConditions)
	indices := make([]int, n)
	for i := range indices {
		indices[i] = rng.IntN(y.Train.Len())
	}
	rows := y.Train.Gather(sdk.Batch{}, indices)
	drawn := map[string][]float32{}
	for _, c := range heeded {
		if values, ok := rows.Conditions[c.Name]; ok {
			drawn[c.Name] = values
		}
	}
	return drawn
}

func part(conditions map[string][]float32, from, to int) map[string][]float32 {
	parts := map[string][]float32{}
	for name, values := range conditions {
		parts[name] = values[from:to]
	}
	return parts
}

// points returns rows as points, whose distances mean something.
func (y *study) points(rows sdk.Batch) sdk.Batch { return classifier.OneHot(y.space, rows) }

// contrast computes figures for generated rows, and for what stands in their
// place as floor and ceiling. What find returns has no floor and ceiling yet.
func (y *study) contrast(ctx context.Context, rows trio, find func(sdk.Batch) ([]report.Figure, error)) ([]report.Figure, error) {
	y.begin()
	figures, err := find(rows.generated)
	if err != nil {
		return nil, err
	}
	if rows.real.Len() > 0 {
		ceilings, err := find(rows.real)
		if err != nil {
			return nil, fmt.Errorf("with real rows: %w", err)
		}
		for i := range figures {
			figures[i].Ceiling = level(ceilings[i].Value)
		}
	}
	floors, err := find(rows.shuffled)
	if err != nil {
		return nil, fmt.Errorf("with shuffled rows: %w", err)
	}
	for i := range figures {
		figures[i].Floor = level(floors[i].Value)
	}
	return figures, ctx.Err()
}

// A trio is rows of one size that stand in one place in turn.
type trio struct{ generated, real, shuffled sdk.Batch }

// trio returns generated rows and what stands in their place, n of each or as
// many as there are training rows: figures of other numbers do not compare.
func (y *study) trio(ctx context.Context, n int) (trio, error) {
	generated, err := y.made(ctx)
	if err != nil {
		return trio{}, err
	}
	n = min(n, generated.Len(), sdk.Originals(y.Train).Len())
	return trio{generated.Slice(0, n), y.real(n), y.shuffled(n)}, nil
}

// as returns the trio through what makes points of rows.
func (t trio) as(make func(sdk.Batch) (sdk.Batch, error)) (_ trio, err error) {
	for _, b := range []*sdk.Batch{&t.generated, &t.real, &t.shuffled} {
		if *b, err = make(*b); err != nil {
			return t, err
		}
	}
	return t, nil
}

package measure

import (
	"context"
	"fmt"
	"slices"

	"github.com/genhost/genhost/host/eval/classifier"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// judgeSeed is that of every classifier, whatever the seed of the generated
// rows: so the figures of several seeds rest on one.
const judgeSeed = 1

// told is the condition that a classifier is to tell: the first with values to
// choose from, and first of all one that the model heeds.
func (y *study) told() (sdk.Condition, error) {
	for _, c := range slices.Concat(y.heeded(), y.space.Conditions) {
		if len(c.Values) > 1 && y.shared(c.Name) {
			return c, nil
		}
	}
	return sdk.Condition{}, fmt.Errorf("%w: the rows have no labels", errInapplicable)
}

// judged returns a classifier that has had its lessons.
func (y *study) judged(ctx context.Context) (*classifier.Classifier, error) {
	return y.judge.get(func() (*classifier.Classifier, error) {
		condition, err := y.told()
		if err != nil {
			return nil, err
		}
		c, err := y.Teach(ctx, condition.Name, y.lesson("training a classifier of "+condition.Name))
		if err != nil {
			return nil, err
		}
		accuracy, err := c.Accuracy(ctx, y.Test)
		if err != nil {
			return nil, err
		}
		y.Classifier = &report.Classifier{Condition: condition.Name, Rows: y.Lessons.Len(), Accuracy: accuracy, SHA256: c.Digest()}
		return c, nil
	})
}

// lesson is how classifiers are trained. It is told once it begins, for there
// may be one already.
func (y *study) lesson(what string) classifier.Options {
	begun := false
	return classifier.Options{Seed: judgeSeed, Told: func(rows, total int) {
		if !begun {
			y.phase(what)
		}
		begun = true
		y.Watcher.Reading(rows, total)
	}}
}

// heedsTold reports whether the model heeds the condition that classifiers
// tell.
func (y *study) heedsTold() (sdk.Condition, error) {
	c, err := y.told()
	if err != nil {
		return c, err
	}
	if !slices.ContainsFunc(y.heeded(), func(h sdk.Condition) bool { return h.Name == c.Name }) {
		return c, fmt.Errorf("%w: the model heeds no %s", errInapplicable, c.Name)
	}
	return c, nil
}

// labelAccuracy is how often the classifier finds in a generated row the label
// that was asked for.
func labelAccuracy(ctx context.Context, y *study) ([]report.Figure, error) {
	condition, err := y.heedsTold()
	if err != nil {
		return nil, err
	}
	c, err := y.judged(ctx)
	if err != nil {
		return nil, err
	}
	t, err := y.trio(ctx, y.Rows)
	if err != nil {
		return nil, err
	}
	t.real = y.test(y.Rows) // not those that the classifier has learned
	return y.contrast(ctx, t, func(rows sdk.Batch) ([]report.Figure, error) {
		p, err := c.Agreement(ctx, rows)
		note := condition.Name
		return []report.Figure{{Name: "label-accuracy", Value: p, SE: proportionError(p, rows.Len()), N: rows.Len(), Better: report.Higher, Note: note}}, err
	})
}

// tstr trains a classifier on generated rows and tests it on real ones: Esteban
// et al., arXiv:1706.02633, section 4.2; Ravuri and Vinyals, arXiv:1905.10887,
// call it the classification accuracy score. The ceiling is one of as many real
// rows, and the floor the share of the commonest label.
func tstr(ctx context.Context, y *study) ([]report.Figure, error) {
	condition, err := y.heedsTold()
	if err != nil {
		return nil, err
	}
	t, err := y.trio(ctx, y.Rows)
	if err != nil {
		return nil, err
	}
	learn := func(what string, rows sdk.Batch) (float64, error) {
		space := y.space
		space.Conditions = []sdk.Condition{condition}
		c, err := classifier.Train(ctx, sdk.InMemory(space, rows), condition.Name, y.lesson(what))
		if err != nil {
			return 0, err
		}
		return c.Accuracy(ctx, y.Test)
	}
	value, err := learn("training a classifier on generated rows", t.generated)
	if err != nil {
		return nil, err
	}
	ceiling, err := learn(fmt.Sprintf("training a classifier on %d real rows", t.real.Len()), t.real)
	if err != nil {
		return nil, err
	}
	n := y.Test.Len()
	f := report.Figure{
		Name: "tstr", Value: value, SE: proportionError(value, n), N: n, Better: report.Higher,
		Ceiling: level(ceiling), Floor: level(commonest(y.Test, condition.Name)),
		Note: fmt.Sprintf("learned from %d rows", t.generated.Len()),
	}
	return []report.Figure{f}, nil
}

// commonest is the share of the rows that have the commonest value of a condition.
func commonest(rows sdk.Rows, condition string) float64 {
	counts := map[float32]int{}
	most := 0
	var b sdk.Batch
	for from := 0; from < rows.Len(); from += chunk(rows.Space()) {
		b = sdk.Between(rows, b, from, min(rows.Len(), from+chunk(rows.Space())))
		for _, v := range b.Conditions[condition] {
			counts[v]++
			most = max(most, counts[v])
		}
	}
	return float64(most) / float64(rows.Len())
}

package sdktest

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/internal/wire"
)

// A known haze is validated by its mean squared distance from rows.
type known struct{ *haze }

func (m known) Validate(_ context.Context, rows sdk.Rows) (sdk.Metrics, error) {
	all := make([]int, rows.Len())
	for i := range all {
		all[i] = i
	}
	b, loss := rows.Gather(sdk.Batch{}, all), 0.0
	for i := range b.Len() {
		mean := m.mean.Row(m.label(b.Conditions, i))
		for j, v := range b.Row(i) {
			loss += float64((v-mean[j])*(v-mean[j])) / float64(len(b.Data))
		}
	}
	return sdk.Metrics{"loss": loss}, nil
}

// A cribbing haze learns from what it is validated on.
type cribbing struct{ known }

func (m cribbing) Validate(ctx context.Context, rows sdk.Rows) (sdk.Metrics, error) {
	m.learn(rows.Gather(sdk.Batch{}, []int{0}))
	return m.known.Validate(ctx, rows)
}

// A revised haze has its figures altered.
type revised struct {
	known
	alter func(sdk.Metrics)
}

func (m revised) Validate(ctx context.Context, rows sdk.Rows) (sdk.Metrics, error) {
	figures, err := m.known.Validate(ctx, rows)
	m.alter(figures)
	return figures, err
}

func revises(alter func(sdk.Metrics)) sdk.Plugin {
	return spoilt(func(m *haze) revised { return revised{known{m}, alter} })
}

func TestHonestValidator(t *testing.T) { Run(t, spoilt(func(m *haze) known { return known{m} })) }

func TestBrokenValidators(t *testing.T) {
	const check = "is validated, and learns no otherwise"
	calls := 0.0
	idle := respecified(func(p *sdk.Plugin) { p.Models[0].Can = append(p.Models[0].Can, sdk.CanValidate) })
	for _, b := range []struct {
		how, says string
		plugin    sdk.Plugin
	}{
		{"learns from them", "it learns otherwise", spoilt(func(m *haze) cribbing { return cribbing{known{m}} })},
		{"other figures each time", "equal trainings were validated otherwise", revises(func(f sdk.Metrics) {
			calls++
			f["extra"] = calls
		})},
		{"no loss", "no figure called loss", revises(func(f sdk.Metrics) { delete(f, "loss") })},
		{"not a number", "val_loss is NaN", revises(func(f sdk.Metrics) { f["loss"] = math.NaN() })},
		{"cannot", "gives no figures", idle},
	} {
		t.Run(b.how, func(t *testing.T) {
			got, says := failures(t, b.plugin)
			if !slices.Equal(got, []string{check}) || !strings.Contains(strings.Join(says, "\n"), b.says) {
				t.Errorf("got %q\n%s", got, strings.Join(says, "\n"))
			}
		})
	}
}

func TestBrokenValidatorAcrossTheWall(t *testing.T) {
	far, end, err := wire.Loopback(spoilt(func(m *haze) cribbing { return cribbing{known{m}} }))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	if got, says := failures(t, far); !slices.Equal(got, []string{"is validated, and learns no otherwise"}) {
		t.Errorf("got %q\n%s", got, strings.Join(says, "\n"))
	}
}

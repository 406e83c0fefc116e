package progress

import (
	"maps"
	"strings"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A meter knows how far a job has come, and how fast it goes.
type meter struct {
	now func() time.Time

	rows    int // in an epoch, 0 when not known
	began   time.Time
	at      sdk.Position
	ends    bool        // at is the end of an epoch
	metrics sdk.Metrics // the last there were
	exact   float64     // rows in a step, once an epoch has ended
	recent  []sample    // of the last seconds
}

type sample struct {
	step int
	at   time.Time
}

// memory is how far the speed looks back.
const memory = 10 * time.Second

func (m *meter) begin(rows int) { *m = meter{now: m.now, rows: rows, began: m.now()} }

func (m *meter) add(e sdk.Event) {
	if m.began.IsZero() {
		m.begin(0)
	}
	if e.Epoch > m.at.Epoch {
		m.ends = true
		// At the end of all, the last epoch may be a part of one.
		if e.Step < e.Steps && m.rows > 0 {
			m.exact = float64(m.rows) * float64(e.Epoch) / float64(e.Step)
		}
	} else if e.Step > m.at.Step {
		m.ends = false
	}
	m.at = e.Position
	if len(e.Metrics) > 0 {
		m.metrics = withValidated(e.Metrics, m.metrics)
	}
	now := m.now()
	m.recent = append(m.recent, sample{e.Step, now})
	for len(m.recent) > 2 && now.Sub(m.recent[1].at) >= memory {
		m.recent = m.recent[1:]
	}
}

// withValidated returns metrics with those of the last validation, which come
// once in an epoch.
func withValidated(metrics, before sdk.Metrics) sdk.Metrics {
	all := maps.Clone(metrics)
	for name, v := range before {
		if _, now := all[name]; !now && strings.HasPrefix(name, sdk.Validated) {
			all[name] = v
		}
	}
	return all
}

// epoch returns the epoch that is worked at, or that has just ended.
func (m *meter) epoch() int {
	if m.ends {
		return m.at.Epoch
	}
	return min(m.at.Epoch+1, m.at.Epochs)
}

// speed returns steps a second, 0 when it is not known yet.
func (m *meter) speed() float64 {
	if len(m.recent) < 2 {
		return 0
	}
	first, last := m.recent[0], m.recent[len(m.recent)-1]
	if seconds := last.at.Sub(first.at).Seconds(); seconds > 0 {
		return float64(last.step-first.step) / seconds
	}
	return 0
}

// rowsPerStep returns how many rows a step takes, 0 when it is not known. It
// is known when an epoch has ended, and before that from the totals, unless
// the job ends within an epoch.
func (m *meter) rowsPerStep() float64 {
	if m.exact > 0 {
		return m.exact
	}
	if m.at.Epochs > 1 && m.at.Steps%m.at.Epochs == 0 {
		return float64(m.rows) * float64(m.at.Epochs) / float64(m.at.Steps)
	}
	return 0
}

// left returns how long the rest takes at this speed, and whether that is
// known.
func (m *meter) left() (time.Duration, bool) {
	speed := m.speed()
	if speed == 0 || m.at.Step >= m.at.Steps {
		return 0, false
	}
	seconds := float64(m.at.Steps-m.at.Step) / speed
	return time.Duration(min(seconds, 1e8) * float64(time.Second)), true
}

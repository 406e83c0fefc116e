package sdktest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

// spoilt is a plugin whose model is a haze with something overridden.
func spoilt[M sdk.Model](spoil func(*haze) M) sdk.Plugin {
	return hazePlugin(sdk.MakeModel(hazeDefaults, func(s hazeSettings, space sdk.Space) (M, error) {
		m, err := newHaze(s, space)
		return spoil(m), err
	}))
}

// respecified is an honest plugin described dishonestly.
func respecified(spoil func(*sdk.Plugin)) sdk.Plugin {
	p := hazePlugin(sdk.MakeModel(hazeDefaults, newHaze))
	spoil(&p)
	return p
}

// ignoresSeed draws the same rows always.
type ignoresSeed struct{ *haze }

func (m ignoresSeed) Draw(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	req.Seed = 1
	return m.haze.Draw(ctx, req)
}

func (m ignoresSeed) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	req.Seed = 1
	return m.haze.Generate(ctx, req)
}

// ignoresFirst numbers the rows of each request from 0.
type ignoresFirst struct{ *haze }

func (m ignoresFirst) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	req.First = min(req.First, 0)
	return m.haze.Generate(ctx, req)
}

// dependsOnN draws other rows for another number of rows.
type dependsOnN struct{ *haze }

func (m dependsOnN) Draw(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	req.Seed += uint64(req.N) << 32
	return m.haze.Draw(ctx, req)
}

func (m dependsOnN) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	req.Seed += uint64(req.N) << 32
	return m.haze.Generate(ctx, req)
}

// forgets one number when it loads.
type forgets struct{ *haze }

func (m forgets) Load(ctx context.Context, path string) error {
	err := m.haze.Load(ctx, path)
	if err == nil {
		m.mean.Data[0] += 0.01
	}
	return err
}

// trusting loads anything.
type trusting struct{ *haze }

func (m trusting) Load(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	err := m.haze.Load(ctx, path)
	m.trained = true
	if errors.Is(err, sdk.ErrCorrupt) {
		return nil
	}
	return err
}

// halfLoads refuses, but is trained afterwards.
type halfLoads struct{ *haze }

func (m halfLoads) Load(ctx context.Context, path string) error {
	m.trained = true
	return m.haze.Load(ctx, path)
}

// worldly takes weights of any space.
type worldly struct{ *haze }

func (m worldly) Load(ctx context.Context, path string) error {
	err := m.haze.Load(ctx, path)
	if errors.Is(err, sdk.ErrBadInput) {
		return nil
	}
	return err
}

// verbose saves weights that no other program reads.
type verbose struct{ *haze }

func (m verbose) Save(ctx context.Context, path string) error {
	if !m.trained {
		return sdk.ErrNotTrained
	}
	text, err := json.Marshal(m.mean)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o666)
}

func (m verbose) Load(ctx context.Context, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var mean sdk.Batch
	if err := json.Unmarshal(text, &mean); err != nil {
		return fmt.Errorf("%w: %w", sdk.ErrCorrupt, err)
	}
	if fmt.Sprint(mean.Shape) != fmt.Sprint(m.space.Shape) {
		return fmt.Errorf("%w: weights of another model", sdk.ErrBadInput)
	}
	m.mean, m.trained = mean, true
	return nil
}

// deaf trains on whatever Step says.
type deaf struct{ *haze }

func (m deaf) Train(_ context.Context, job *sdk.Job) error {
	m.trained = true
	var err error
	for b := range job.Batches(1024, 1) { // each is a checkpoint, once it should have stopped
		if said := job.Step(sdk.Metrics{"loss": m.learn(b)}); errors.Is(said, sdk.ErrDiverged) {
			err = said
		}
	}
	return err
}

// tardy goes on for an epoch when Step gives the error, and then returns it.
type tardy struct {
	*haze
	err  error
	step time.Duration // how long one takes then
}

func (m tardy) Train(_ context.Context, job *sdk.Job) error {
	m.trained = true
	var said error
	left := 1024 / m.Batch
	for b := range job.Batches(m.Batch, m.Epochs) {
		err := job.Step(sdk.Metrics{"loss": m.learn(b)})
		if err != nil && !errors.Is(err, m.err) {
			return err
		}
		if said = cmp.Or(said, err); said == nil {
			continue
		}
		if left--; left == 0 {
			return said
		}
		time.Sleep(m.step)
	}
	return said
}

// discreet stops, and does not say so.
type discreet struct{ *haze }

func (m discreet) Train(ctx context.Context, job *sdk.Job) error {
	if err := m.haze.Train(ctx, job); !errors.Is(err, sdk.ErrStopped) {
		return err
	}
	return nil
}

// late can do nothing until it has trained to the end.
type late struct{ *haze }

func (m late) Train(_ context.Context, job *sdk.Job) error {
	for b := range job.Batches(m.Batch, m.Epochs) {
		if err := job.Step(sdk.Metrics{"loss": m.learn(b)}); err != nil {
			return err
		}
	}
	m.trained = true
	return nil
}

// silent reports no figures.
type silent struct{ *haze }

func (m silent) Train(_ context.Context, job *sdk.Job) error {
	m.trained = true
	for b := range job.Batches(m.Batch, m.Epochs) {
		m.learn(b)
		if err := job.Step(nil); err != nil {
			return err
		}
	}
	return nil
}

// unlearns moves away from the rows.
type unlearns struct{ *haze }

func (m unlearns) Train(ctx context.Context, job *sdk.Job) error {
	m.Rate = -m.Rate / 100
	return m.haze.Train(ctx, job)
}

// idle learns nothing: its losses differ as the batches do.
type idle struct{ *haze }

func (m idle) Train(ctx context.Context, job *sdk.Job) error {
	m.Rate = 0
	return m.haze.Train(ctx, job)
}

// lazy learns next to nothing.
type lazy struct{ *haze }

func (m lazy) Train(ctx context.Context, job *sdk.Job) error {
	m.Rate /= 1e6
	return m.haze.Train(ctx, job)
}

// moody learns otherwise with each model that is made.
type moody struct {
	*haze
	mood float64
}

func (m moody) Train(ctx context.Context, job *sdk.Job) error {
	m.Rate *= 1 + m.mood/1000
	return m.haze.Train(ctx, job)
}

// needsTwo cannot train on one row.
type needsTwo struct{ *haze }

func (m needsTwo) Train(ctx context.Context, job *sdk.Job) error {
	if job.Data.Len() == 1 {
		panic("divide by len-1")
	}
	return m.haze.Train(ctx, job)
}

// explodes at high rates, and says nothing.
type explodes struct{ *haze }

func (m explodes) Train(ctx context.Context, job *sdk.Job) error {
	err := m.haze.Train(ctx, job)
	if m.Rate == 1 {
		m.mean.Data[0] = float32(math.NaN())
	}
	return err
}

// eager generates and encodes before it is trained.
type eager struct{ *haze }

func (m eager) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	m.trained = true
	return m.haze.Generate(ctx, req)
}

// raw does not keep its rows in the space.
type raw struct{ *haze }

func (m raw) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	rows, err := m.haze.Decode(ctx, z)
	for i := range rows.Data {
		rows.Data[i] += 1e-3
	}
	return rows, err
}

func (m raw) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.Draw(ctx, req)
	if err != nil {
		return z, err
	}
	return m.Decode(ctx, z)
}

// differs from what it decodes.
type differs struct{ *haze }

func (m differs) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	z.Data[1] = -z.Data[1]
	rows, err := m.haze.Decode(ctx, z)
	return rows, err
}

// centres encodes relative to the other rows of the batch.
type centres struct{ *haze }

func (m centres) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	z, err := m.haze.Encode(ctx, x)
	if err == nil && z.Len() > 0 {
		z.Row(0)[1] += float32(z.Len())
	}
	return z, err
}

// rough does not look at shapes when it encodes.
type rough struct{ *haze }

func (m rough) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	if !m.trained {
		return sdk.Batch{}, sdk.ErrNotTrained
	}
	_ = x.Data[:m.space.Size()*x.Len()]
	x.Data = x.Data[:m.space.Size()*x.Len()]
	x.Shape = m.space.Shape
	return m.haze.Encode(ctx, x)
}

// hasty does not look at shapes when it decodes.
type hasty struct{ *haze }

func (m hasty) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	if len(z.Shape) != 1 || z.RowSize() != 1+m.space.Size() {
		panic("index out of range")
	}
	return m.haze.Decode(ctx, z)
}

// unchecked does not look at requests.
type unchecked struct{ *haze }

func (m unchecked) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	req.N, req.First = max(req.N, 0), max(req.First, 0)
	return m.haze.Generate(ctx, req)
}

// lenient ignores conditions that it does not know.
type lenient struct{ *haze }

func (m lenient) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if _, unknown := req.Conditions["no-such-condition"]; unknown {
		req.Conditions = nil
	}
	return m.haze.Generate(ctx, req)
}

// heedless ignores conditions that it knows.
type heedless struct{ *haze }

func (m heedless) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if err := req.Check(m.asked()...); err != nil {
		return sdk.Batch{}, err
	}
	of := map[string][]float32{}
	for name, values := range req.Conditions {
		if name == density {
			of[name] = values
		}
	}
	req.Conditions = of
	return m.haze.Generate(ctx, req)
}

// stiff ignores its controls.
type stiff struct{ *haze }

func (m stiff) Draw(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.haze.Draw(ctx, req)
	z.Conditions = nil
	return z, err
}

func (m stiff) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.Draw(ctx, req)
	if err != nil {
		return z, err
	}
	return m.Decode(ctx, z)
}

// drops what it was asked for when it draws latents.
type drops struct{ *haze }

func (m drops) Draw(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.haze.Draw(ctx, req)
	z.Conditions = nil
	return z, err
}

// uniform sets its controls by the first row.
type uniform struct{ *haze }

func (m uniform) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	if z.Len() > 0 && z.Conditions != nil {
		z.Conditions = map[string][]float32{density: z.Conditions[density][:1]}
	}
	return m.haze.Decode(ctx, z)
}

func (m uniform) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.Draw(ctx, req)
	if err != nil {
		return z, err
	}
	return m.Decode(ctx, z)
}

// thick is denser by itself than it says.
type thick struct{ *haze }

func (m thick) Controls() []sdk.Control {
	c := m.haze.Controls()
	c[0].Default = 2
	return c
}

// marked leaves its controls with the rows that it makes.
type marked struct{ *haze }

func (m marked) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	rows, err := m.haze.Generate(ctx, req)
	if values, asked := req.Conditions[density]; asked && len(values) == rows.Len() {
		rows.Conditions = map[string][]float32{density: values}
	}
	return rows, err
}

// nameless has a control with the name of a condition.
type nameless struct{ *haze }

func (m nameless) Controls() []sdk.Control {
	c := m.haze.Controls()
	c[0].Name = m.space.Conditions[0].Name
	return c
}

// boastful has an Encode that it does not have.
type boastful struct{ *haze }

func (m boastful) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	return sdk.NoEncoder{}.Encode(ctx, x)
}

func TestBrokenModels(t *testing.T) {
	const (
		rows, seeds, pieces         = "trains, and generates rows of the space", "equal seeds give equal rows, others others", "row i depends on seed and i alone"
		twin, encode, decode        = "a twin with the same weights gives equal rows", "encodes row by row", "generate is decode of draw"
		stop, foreign, damaged      = "stops when told, with a checkpoint", "refuses weights of another model", "refuses damaged weights"
		heeds, untrained, previews  = "heeds its conditions", "refuses to work before it is trained", "previews and saves while it trains"
		single, highest, abilities  = "survives a single row", "survives the highest rate", "can do what it says and no more"
		controls                    = "heeds its controls"
		settings, spaces, encoShape = "refuses bad settings by name", "refuses bad spaces", "refuses rows of another shape"
	)
	honest := sdk.MakeModel(hazeDefaults, newHaze)
	made := 0.0
	checkBroken(t, []broken{
		{"the seed is ignored", spoilt(func(m *haze) ignoresSeed { return ignoresSeed{m} }), []string{seeds}},
		{"First is ignored", spoilt(func(m *haze) ignoresFirst { return ignoresFirst{m} }), []string{pieces, heeds}},
		{"rows depend on N", spoilt(func(m *haze) dependsOnN { return dependsOnN{m} }), []string{pieces, decode, heeds}},
		{"Load forgets", spoilt(func(m *haze) forgets { return forgets{m} }), []string{twin, stop}},
		{"Load trusts", spoilt(func(m *haze) trusting { return trusting{m} }), []string{damaged, foreign}},
		{"Load refuses too late", spoilt(func(m *haze) halfLoads { return halfLoads{m} }), []string{damaged, foreign}},
		{"Load takes the weights of any space", spoilt(func(m *haze) worldly { return worldly{m} }), []string{foreign}},
		{"weights are JSON", spoilt(func(m *haze) verbose { return verbose{m} }), []string{"weights are safetensors"}},
		{"stop and cancel are ignored", spoilt(func(m *haze) deaf { return deaf{m} }), []string{stop, "ends when cancelled"}},
		{"a stop is heeded an epoch late", spoilt(func(m *haze) tardy { return tardy{m, sdk.ErrStopped, 0} }), []string{stop}},
		{"cancel is heeded an epoch late", spoilt(func(m *haze) tardy { return tardy{m, context.Canceled, 0} }), []string{"ends when cancelled"}},
		{"a stop is no error", spoilt(func(m *haze) discreet { return discreet{m} }), []string{stop}},
		{"trained at the end only", spoilt(func(m *haze) late { return late{m} }), []string{previews, stop}},
		{"no figures", spoilt(func(m *haze) silent { return silent{m} }), []string{"reports its training"}},
		{"learns the wrong way", spoilt(func(m *haze) unlearns { return unlearns{m} }), []string{"its loss falls"}},
		{"learns nothing", spoilt(func(m *haze) idle { return idle{m} }), []string{"its loss falls"}},
		{"learns next to nothing", spoilt(func(m *haze) lazy { return lazy{m} }), []string{"its loss falls"}},
		{"one row panics", spoilt(func(m *haze) needsTwo { return needsTwo{m} }), []string{single}},
		{"high rates give nonsense", spoilt(func(m *haze) explodes { return explodes{m} }), []string{highest}},
		{"generates untrained", spoilt(func(m *haze) eager { return eager{m} }), []string{untrained, damaged, foreign}},
		{"rows outside the space", spoilt(func(m *haze) raw { return raw{m} }), []string{rows, decode, previews, single, highest, controls}},
		{"Decode is not Generate", spoilt(func(m *haze) differs { return differs{m} }), []string{decode}},
		{"Encode looks at the batch", spoilt(func(m *haze) centres { return centres{m} }), []string{encode}},
		{"Encode panics", spoilt(func(m *haze) rough { return rough{m} }), []string{encoShape}},
		{"Decode panics", spoilt(func(m *haze) hasty { return hasty{m} }), []string{"refuses latents of another shape"}},
		{"requests are not checked", spoilt(func(m *haze) unchecked { return unchecked{m} }), []string{"refuses impossible requests"}},
		{"unknown conditions are ignored", spoilt(func(m *haze) lenient { return lenient{m} }), []string{"refuses conditions that do not exist"}},
		{"known conditions are ignored", spoilt(func(m *haze) heedless { return heedless{m} }), []string{heeds}},
		{"controls are ignored", spoilt(func(m *haze) stiff { return stiff{m} }), []string{controls}},
		{"latents lose what was asked for", spoilt(func(m *haze) drops { return drops{m} }), []string{controls}},
		{"controls are those of the first row", spoilt(func(m *haze) uniform { return uniform{m} }), []string{controls}},
		{"a default that is another", spoilt(func(m *haze) thick { return thick{m} }), []string{controls}},
		{"rows have controls", spoilt(func(m *haze) marked { return marked{m} }), []string{controls}},
		{"a control is called like a condition", spoilt(func(m *haze) nameless { return nameless{m} }), []string{controls}},
		{"an Encode that is none", spoilt(func(m *haze) boastful { return boastful{m} }), []string{abilities, twin, encode, decode, untrained, encoShape, damaged, foreign}},
		{"equal jobs differ", spoilt(func(m *haze) moody { made++; return moody{m, made} }), []string{"equal jobs give equal weights"}},
		{"no description", respecified(func(p *sdk.Plugin) { p.Doc = "" }), []string{"describes itself"}},
		{"a hidden Save", respecified(func(p *sdk.Plugin) {
			p.Models[0].Can = []sdk.Ability{sdk.CanTrain, sdk.CanGenerate}
		}), []string{abilities}},
		{"unknown settings are ignored", respecified(func(p *sdk.Plugin) {
			p.Models[0].New = func(ctx context.Context, s sdk.Settings, space sdk.Space) (sdk.Model, error) {
				delete(s, "no-such-setting")
				return honest.New(ctx, s, space)
			}
		}), []string{settings}},
		{"a bad value is ignored", respecified(func(p *sdk.Plugin) {
			p.Models[0].New = func(ctx context.Context, s sdk.Settings, space sdk.Space) (sdk.Model, error) {
				delete(s, "noise")
				return honest.New(ctx, s, space)
			}
		}), []string{settings}},
		{"any space will do", respecified(func(p *sdk.Plugin) {
			p.Models[0].New = func(ctx context.Context, s sdk.Settings, space sdk.Space) (sdk.Model, error) {
				if m, err := honest.New(ctx, s, space); err == nil || !errors.Is(err, sdk.ErrBadInput) {
					return m, err
				}
				return newHaze(hazeDefaults, sdk.Space{Shape: []int{1}})
			}
		}), []string{spaces}},
		{"vague about what it accepts", respecified(func(p *sdk.Plugin) {
			p.Models[0].New = func(context.Context, sdk.Settings, sdk.Space) (sdk.Model, error) { return nil, errors.New("no") }
		}), []string{"accepts a toy or refuses it clearly"}},
	}, hazePlugin(honest))
}

package sdktest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"

	"github.com/genhost/genhost/sdk"
)

// A subject is a model under test, for one toy.
type subject struct {
	spec     sdk.ModelSpec
	settings sdk.Settings
	toy      toy
	steps    int
	others   []*subject // the same model, for other toys
	trained  func() (sdk.Model, error)
}

func newSubject(spec sdk.ModelSpec, settings sdk.Settings, toy toy, steps int) *subject {
	s := &subject{spec: spec, settings: settings, toy: toy, steps: steps}
	// Most checks only look at a trained model, so one is shared.
	s.trained = sync.OnceValues(func() (m sdk.Model, err error) {
		err = caught(func() error {
			m, err = s.fresh(context.Background())
			if err != nil {
				return err
			}
			return s.job(1).Run(context.Background(), m)
		})
		if err != nil {
			err = fmt.Errorf("train a model to look at: %w", err)
		}
		return m, err
	})
	return s
}

// fresh makes an untrained model.
func (s *subject) fresh(ctx context.Context) (sdk.Model, error) {
	return s.spec.New(ctx, s.settings, s.toy.space)
}

// job is a short training.
func (s *subject) job(seed uint64) *sdk.Job {
	return &sdk.Job{Data: s.toy.times(16 * toyRows), Seed: seed, MaxSteps: s.steps}
}

// with calls f with an untrained model.
func (s *subject) with(ctx context.Context, f func(sdk.Model) error) error {
	m, err := s.fresh(ctx)
	if err != nil {
		return fmt.Errorf("make the model: %w", err)
	}
	if c, err := sdk.As[io.Closer](m); err == nil {
		defer c.Close()
	}
	return f(m)
}

func (s *subject) can(a sdk.Ability) bool { return slices.Contains(s.spec.Can, a) }

// continuous reports whether the rows have numbers that are not rounded, so
// that other randomness must show in them.
func (s *subject) continuous() bool {
	return slices.ContainsFunc(s.toy.space.Segments, func(g sdk.Segment) bool {
		return g.Kind == sdk.Unit || g.Kind == sdk.Signed || g.Kind == sdk.Real
	})
}

// generate returns rows of the trained model.
func (s *subject) generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	m, err := s.trained()
	if err != nil {
		return sdk.Batch{}, err
	}
	b, err := m.Generate(ctx, req)
	if err != nil {
		return b, fmt.Errorf("generate %d rows: %w", req.N, err)
	}
	return b, nil
}

// save writes the trained model's weights into the bench's folder.
func (s *subject) save(ctx context.Context, b Bench) (string, error) {
	m, err := s.trained()
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.Dir, s.toy.name+".safetensors")
	saver, err := sdk.As[sdk.Saver](m)
	if err != nil {
		return "", err
	}
	return path, saver.Save(ctx, path)
}

// A modelCheck is a check of models that can do what it needs.
type modelCheck struct {
	name  string
	needs []sdk.Ability
	run   func(ctx context.Context, b Bench, s *subject) error
}

// modelChecks are the checks of one model. All are made with the first toy
// that it accepts; with the others, it is seen to work.
func (s Suite) modelChecks(ctx context.Context, spec sdk.ModelSpec) []Check {
	subjects, probe := s.probe(ctx, spec)
	checks := []Check{{spec.Name + "/accepts a toy or refuses it clearly", probe}}
	for i, subject := range subjects {
		list := everywhere
		if i == 0 {
			list = slices.Concat(everywhere, once)
		}
		for _, c := range list {
			if slices.ContainsFunc(c.needs, func(a sdk.Ability) bool { return !subject.can(a) }) {
				continue
			}
			checks = append(checks, Check{
				Name: fmt.Sprintf("%s on %s/%s", spec.Name, subject.toy.name, c.name),
				Run:  func(ctx context.Context, b Bench) error { return c.run(ctx, b, subject) },
			})
		}
	}
	return checks
}

// probe makes the model for each toy. The check says how that went.
func (s Suite) probe(ctx context.Context, spec sdk.ModelSpec) ([]*subject, func(context.Context, Bench) error) {
	steps := s.Steps
	if steps == 0 {
		steps = 30
	}
	var accepted []*subject
	var refusals []error
	for _, toy := range toys() {
		subject := newSubject(spec, s.Settings[spec.Name], toy, steps)
		err := caught(func() error { return subject.with(ctx, func(sdk.Model) error { return nil }) })
		if err != nil {
			refusals = append(refusals, fmt.Errorf("%s: %w", toy.name, err))
			continue
		}
		accepted = append(accepted, subject)
	}
	for i, subject := range accepted {
		subject.others = slices.Delete(slices.Clone(accepted), i, i+1)
	}
	return accepted, func(_ context.Context, b Bench) error {
		for _, err := range refusals {
			b.Log("refused %v", err)
			if err := refused("a toy that is not for it", err, sdk.ErrBadInput, errors.ErrUnsupported); err != nil {
				return err
			}
		}
		if len(accepted) == 0 {
			return fmt.Errorf("it accepts none of the toys: %w", errors.Join(refusals...))
		}
		return nil
	}
}

// everywhere are the checks made with each toy.
var everywhere = []modelCheck{
	{"trains, and generates rows of the space", nil, checkRows},
	{"equal seeds give equal rows, others others", nil, checkSeeds},
	{"row i depends on seed and i alone", nil, checkPieces},
	{"a twin with the same weights gives equal rows", []sdk.Ability{sdk.CanSave}, checkTwin},
	{"encodes row by row", []sdk.Ability{sdk.CanEncode}, checkEncode},
	{"generate is decode of draw", []sdk.Ability{sdk.CanDecode}, checkDecode},
	{"scores row by row", []sdk.Ability{sdk.CanScore}, checkScorePieces},
	{"likelihoods are no less than the bound", []sdk.Ability{sdk.CanScore}, checkBound},
	{"completes what is given", []sdk.Ability{sdk.CanComplete}, checkComplete},
}

// once are the checks made with one toy.
var once = []modelCheck{
	{"refuses bad settings by name", nil, checkModelSettings},
	{"refuses bad spaces", nil, checkBadSpaces},
	{"can do what it says and no more", nil, checkAbilities},
	{"refuses to work before it is trained", nil, checkUntrained},
	{"reports its training", nil, checkReports},
	{"its loss falls", nil, checkLearns},
	{"previews and saves while it trains", nil, checkWhileTraining},
	{"equal jobs give equal weights", nil, checkEqualJobs},
	{"is validated, and learns no otherwise", []sdk.Ability{sdk.CanValidate}, checkValidates},
	{"stops when told, with a checkpoint", nil, checkStop},
	{"ends when cancelled", nil, checkCancel},
	{"survives a single row", nil, checkSingleRow},
	{"survives the highest rate", nil, checkHighestRate},
	{"refuses impossible requests", nil, checkBadRequests},
	{"refuses conditions that do not exist", nil, checkUnknownConditions},
	{"heeds its conditions", []sdk.Ability{sdk.CanCondition}, checkConditions},
	{"heeds its controls", []sdk.Ability{sdk.CanAdjust}, checkControls},
	{"refuses rows of another shape", []sdk.Ability{sdk.CanEncode}, checkEncodeShape},
	{"refuses latents of another shape", []sdk.Ability{sdk.CanDecode}, checkDecodeShape},
	{"refuses to score what does not fit", []sdk.Ability{sdk.CanScore}, checkBadScores},
	{"refuses to complete what does not fit", []sdk.Ability{sdk.CanComplete}, checkBadCompletions},
	{"weights are safetensors", []sdk.Ability{sdk.CanSave}, checkSafetensors},
	{"refuses damaged weights", []sdk.Ability{sdk.CanSave}, checkDamaged},
	{"refuses weights of another model", []sdk.Ability{sdk.CanSave}, checkForeign},
}

package sdk

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Plugin is what one executable offers: models, modalities, or both.
//
// It is a value: [Plugin.Validate] it in a test, hand it to serve.Main in a
// main, and the host gets an equal one back from dial, whose models and
// modalities live in the other process.
type Plugin struct {
	Name       string         `json:"name"`    // "vae": lower case, digits, dashes
	Version    string         `json:"version"` // semantic, "0.1.0"
	Doc        string         `json:"doc"`     // one line, lower case
	Models     []ModelSpec    `json:"models,omitempty"`
	Modalities []ModalitySpec `json:"modalities,omitempty"`
}

// A ModelSpec describes a model before it is made.
type ModelSpec struct {
	Name   string `json:"name"`   // "vae"
	Family string `json:"family"` // "vae", "gan", or what the field calls it
	Doc    string `json:"doc"`    // one line, lower case, with the paper

	// Modalities names the modalities the model is for; none means that it
	// looks at the Space alone. It is told to users; New has the last word.
	Modalities []string `json:"modalities,omitempty"`

	ModelMaker
}

// A Model is one generative model for the rows of one [Space]. Its methods are
// called one at a time.
//
// What a model may also be able to do are further interfaces, each found with
// [As]: [Saver], [Decoder], [Conditional], [Adjustable], [Completer], [Scorer],
// [Validator], [io.Closer].
type Model interface {
	// Train fits the model to the job's rows. It calls job.Step at the end of
	// each step and returns the error that gives, which is how training is
	// stopped.
	Train(ctx context.Context, job *Job) error

	// Encode returns one latent row for each row of x. A model without an
	// encoder embeds [NoEncoder].
	Encode(ctx context.Context, x Batch) (Batch, error)

	// Generate returns req.N new rows. Row i depends on the seed and on
	// req.First+i only: not on N, not on the number of threads.
	Generate(ctx context.Context, req GenerateRequest) (Batch, error)
}

// A GenerateRequest asks for new rows.
type GenerateRequest struct {
	N     int    // how many rows
	Seed  uint64 // which rows
	First int    // index of the first row in the endless sequence that Seed names

	// Conditions hold for all rows (one value) or each row has its own (N
	// values). Names and values are those of [Space.Conditions], and of the
	// model's controls: see [Adjustable].
	Conditions map[string][]float32
}

// Check reports what is wrong with a request to a model that heeds these
// conditions. The error is an [ErrBadInput].
func (r GenerateRequest) Check(heeded ...Condition) error {
	if r.N < 0 || r.First < 0 {
		return fmt.Errorf("%w: %d rows from %d on: neither may be negative", ErrBadInput, r.N, r.First)
	}
	for _, name := range sortedKeys(r.Conditions) {
		c, err := Space{Modality: "these", Conditions: heeded}.Condition(name)
		if err != nil {
			return err
		}
		values := r.Conditions[name]
		if len(values) != 1 && len(values) != r.N {
			return fmt.Errorf("%w: condition %s has %d values for %d rows", ErrBadInput, name, len(values), r.N)
		}
		for _, v := range values {
			if !c.Holds(v) {
				return fmt.Errorf("%w: condition %s has no value %g", ErrBadInput, name, v)
			}
		}
	}
	return nil
}

// A Saver is a model that can keep what it has learned.
type Saver interface {
	// Save writes the weights to a new safetensors file.
	Save(ctx context.Context, path string) error

	// Load reads them into a model made with the same settings and Space. A
	// file that is truncated, altered or of another model is refused with
	// [ErrCorrupt] or [ErrBadInput].
	Load(ctx context.Context, path string) error
}

// A Decoder is a model whose rows come from latents that can be had.
//
// Generate(req) and Decode(Draw(req)) give equal rows.
type Decoder interface {
	// Draw returns the latents that Generate would start from.
	Draw(ctx context.Context, req GenerateRequest) (Batch, error)

	// Decode returns one row for each latent row of z. Conditions ride in z.
	Decode(ctx context.Context, z Batch) (Batch, error)
}

// A Conditional is a model that can be asked for rows with given conditions.
type Conditional interface {
	// Conditions returns those of the Space's conditions that the model heeds.
	Conditions() []Condition
}

// A Completer is a model that can be given a part of the rows that it makes,
// such as the beginning of a text.
type Completer interface {
	// Complete returns new rows, as Generate does, that have the numbers given:
	// one row for all, or a row for each, of the Space but for NaN where the
	// model is to find a number. Row i depends on what is given for it, the seed
	// and req.First+i only. What the model cannot heed, such as the end of a
	// text, is [ErrBadInput].
	Complete(ctx context.Context, req GenerateRequest, given Batch) (Batch, error)
}

// A Scorer is a model that knows how likely a row is.
type Scorer interface {
	// Score returns the likelihood of each row of x, with its conditions where
	// the model heeds some. Besides the row, that of row i depends on the seed
	// and on req.First+i only, not on the other rows. Rows and requests that do
	// not fit are [ErrBadInput], a model that has not learned [ErrNotTrained].
	Score(ctx context.Context, x Batch, req ScoreRequest) ([]Score, error)
}

// A ScoreRequest says how rows are to be scored.
type ScoreRequest struct {
	Samples int    // of the latent, for Score.LogLikelihood; from 1
	Seed    uint64 // of those samples
	First   int    // index of the first row
}

// Check reports what is wrong with a request. The error is an [ErrBadInput].
func (r ScoreRequest) Check() error {
	if r.Samples < 1 || r.First < 0 {
		return fmt.Errorf("%w: %d samples, rows from %d on: want at least 1, from 0 on", ErrBadInput, r.Samples, r.First)
	}
	return nil
}

// A Score says how likely a row is, in nats: the logarithm of a probability, or
// of a density where numbers are real.
type Score struct {
	// LogLikelihood is an estimate of log p(x) from below, by so many
	// importance samples (Burda et al., arXiv:1509.00519, equation 8).
	LogLikelihood float64

	// ELBO is Reconstruction − KL, of one sample of the latent. A model
	// without latents has its likelihood here, and in the other two 0.
	ELBO, Reconstruction, KL float64
}

// A Validator is a model that can say, while it trains, how good it is on rows
// that it does not learn from.
type Validator interface {
	// Validate returns figures about rows; one of them, "loss", is less the
	// better the model is. Equal weights and rows give equal figures.
	Validate(ctx context.Context, rows Rows) (Metrics, error)
}

// NoEncoder is embedded by models that have no encoder.
type NoEncoder struct{}

// Encode returns an error wrapping [errors.ErrUnsupported].
func (NoEncoder) Encode(context.Context, Batch) (Batch, error) {
	return Batch{}, fmt.Errorf("encode: %w", errNoEncoder)
}

func (NoEncoder) lacksEncoder() {}

// Model returns the model called name. The error says which there are.
func (p Plugin) Model(name string) (ModelSpec, error) {
	var names []string
	for _, m := range p.Models {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return ModelSpec{}, unknown(p.Name+" has no model", name, names)
}

// Modality returns the modality called name. The error says which there are.
func (p Plugin) Modality(name string) (ModalitySpec, error) {
	var names []string
	for _, m := range p.Modalities {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return ModalitySpec{}, unknown(p.Name+" has no modality", name, names)
}

var (
	validName    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	validVersion = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
)

// Validate reports what is wrong with the plugin's description of itself.
func (p Plugin) Validate() error {
	if !validName.MatchString(p.Name) {
		return fmt.Errorf("plugin name %q: want lower-case letters, digits and dashes", p.Name)
	}
	if !validVersion.MatchString(p.Version) {
		return fmt.Errorf("plugin %s: version %q: want a semantic version such as 0.1.0", p.Name, p.Version)
	}
	if !oneLine(p.Doc) {
		return fmt.Errorf("plugin %s: Doc: want one line", p.Name)
	}
	if len(p.Models)+len(p.Modalities) == 0 {
		return fmt.Errorf("plugin %s offers no model and no modality", p.Name)
	}
	seen := map[string]bool{}
	for _, m := range p.Models {
		if err := m.validate(); err != nil || seen["model "+m.Name] {
			return fmt.Errorf("plugin %s: model %q: %w", p.Name, m.Name, orTwice(err))
		}
		seen["model "+m.Name] = true
	}
	for _, m := range p.Modalities {
		if err := m.validate(); err != nil || seen["modality "+m.Name] {
			return fmt.Errorf("plugin %s: modality %q: %w", p.Name, m.Name, orTwice(err))
		}
		seen["modality "+m.Name] = true
	}
	return nil
}

// oneLine reports whether a text can be shown in a line: there is some, and
// nothing in it moves a cursor.
func oneLine(s string) bool {
	return s != "" && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func orTwice(err error) error {
	if err == nil {
		return fmt.Errorf("named twice")
	}
	return err
}

func (s ModelSpec) validate() error {
	switch {
	case !validName.MatchString(s.Name):
		return fmt.Errorf("want a name of lower-case letters, digits and dashes")
	case !oneLine(s.Family) || !oneLine(s.Doc):
		return fmt.Errorf("want a Family and a Doc, a line each")
	case s.New == nil:
		return fmt.Errorf("no ModelMaker: use sdk.MakeModel")
	case len(s.Can) == 0:
		return fmt.Errorf("it can do nothing: MakeModel's build must return the model's own type, not an interface")
	}
	return s.Schema.validate()
}

func (s ModalitySpec) validate() error {
	switch {
	case !validName.MatchString(s.Name):
		return fmt.Errorf("want a name of lower-case letters, digits and dashes")
	case !oneLine(s.Doc):
		return fmt.Errorf("want a Doc of one line")
	case s.New == nil:
		return fmt.Errorf("no ModalityMaker: use sdk.MakeModality")
	}
	for _, d := range s.Datasets {
		if !validName.MatchString(d.Name) || !oneLine(d.Doc) || !oneLine(d.Licence) {
			return fmt.Errorf("dataset %q: Name, Doc and Licence: want one line each", d.Name)
		}
	}
	return s.Schema.validate()
}

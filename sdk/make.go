package sdk

import (
	"context"
	"fmt"
	"reflect"
	"slices"
)

// An Ability is something a model or a modality can do, as Describe tells it.
type Ability string

// The abilities of models, each with the interface it stands for.
const (
	CanTrain     Ability = "train"
	CanGenerate  Ability = "generate"
	CanEncode    Ability = "encode"    // no [NoEncoder]
	CanDecode    Ability = "decode"    // [Decoder]
	CanSave      Ability = "save"      // [Saver]
	CanCondition Ability = "condition" // [Conditional]
	CanScore     Ability = "score"     // [Scorer]
	CanValidate  Ability = "validate"  // [Validator], in Train
	CanComplete  Ability = "complete"  // [Completer]
	CanAdjust    Ability = "adjust"    // [Adjustable]
)

// The abilities of modalities that not all have.
const (
	CanMeasure Ability = "measure" // [Measurer]
	CanPrompt  Ability = "prompt"  // [Prompter]
)

// A ModelMaker makes models. Get one from [MakeModel].
type ModelMaker struct {
	Schema Schema    `json:"schema"`
	Can    []Ability `json:"can"`

	// New makes a model from settings, in which those that are absent have
	// their defaults, for the rows of a Space.
	New func(ctx context.Context, s Settings, space Space) (Model, error) `json:"-"`
}

// MakeModel returns the maker of a model. The schema of its settings is
// derived from S and its defaults (see [SchemaOf]), its abilities from the
// methods of M, so that neither can disagree with the code. M is the model's
// own type: an interface would hide what it can do, and fails [Plugin.Validate].
func MakeModel[S any, M Model](defaults S, build func(S, Space) (M, error)) ModelMaker {
	schema := SchemaOf(defaults)
	return ModelMaker{
		Schema: schema,
		Can:    modelAbilities(reflect.TypeFor[M]()),
		New: func(_ context.Context, s Settings, space Space) (Model, error) {
			settings, err := decode(schema, s, defaults)
			if err != nil {
				return nil, err
			}
			if err := space.Validate(); err != nil {
				return nil, err
			}
			m, err := build(settings, space)
			if err != nil {
				return nil, err // not m: a typed nil is not a nil Model
			}
			return m, nil
		},
	}
}

// A ModalityMaker makes modalities. Get one from [MakeModality].
type ModalityMaker struct {
	Schema Schema    `json:"schema"`
	Can    []Ability `json:"can,omitempty"`

	New func(ctx context.Context, s Settings) (Modality, error) `json:"-"`
}

// MakeModality returns the maker of a modality, with the schema of its settings
// and its abilities derived as by [MakeModel].
func MakeModality[S any, M Modality](defaults S, build func(S) (M, error)) ModalityMaker {
	schema := SchemaOf(defaults)
	return ModalityMaker{
		Schema: schema,
		Can:    abilities(reflect.TypeFor[M](), ofModalities),
		New: func(_ context.Context, s Settings) (Modality, error) {
			settings, err := decode(schema, s, defaults)
			if err != nil {
				return nil, err
			}
			m, err := build(settings)
			if err != nil {
				return nil, err
			}
			return m, nil
		},
	}
}

// An option pairs an optional interface with its ability.
type option struct {
	typ reflect.Type
	can Ability
}

var ofModels = []option{
	{reflect.TypeFor[Decoder](), CanDecode},
	{reflect.TypeFor[Saver](), CanSave},
	{reflect.TypeFor[Conditional](), CanCondition},
	{reflect.TypeFor[Scorer](), CanScore},
	{reflect.TypeFor[Validator](), CanValidate},
	{reflect.TypeFor[Completer](), CanComplete},
	{reflect.TypeFor[Adjustable](), CanAdjust},
}

var ofModalities = []option{
	{reflect.TypeFor[Measurer](), CanMeasure},
	{reflect.TypeFor[Prompter](), CanPrompt},
}

func modelAbilities(m reflect.Type) []Ability {
	if m.Kind() == reflect.Interface {
		return nil
	}
	can := []Ability{CanTrain, CanGenerate}
	if !m.Implements(reflect.TypeFor[interface{ lacksEncoder() }]()) {
		can = append(can, CanEncode)
	}
	return append(can, abilities(m, ofModels)...)
}

func abilities(t reflect.Type, options []option) (can []Ability) {
	for _, o := range options {
		if t.Implements(o.typ) {
			can = append(can, o.can)
		}
	}
	return can
}

// As finds the optional interface T in a [Model] or a [Modality]:
//
//	d, err := sdk.As[sdk.Decoder](m)
//
// The error wraps [errors.ErrUnsupported]. Prefer As to a type assertion: what
// lives in another process has every method, and knows which of them the plugin
// really has.
func As[T any](m any) (T, error) {
	t, ok := m.(T)
	ability, what := abilityOf(reflect.TypeFor[T]())
	if remote, is := m.(interface{ Abilities() []Ability }); ok && is && ability != "" {
		ok = slices.Contains(remote.Abilities(), ability)
	}
	if ok {
		return t, nil
	}
	var none T
	if ability == "" {
		return none, fmt.Errorf("it is no %v: %w", reflect.TypeFor[T](), errUnsupported)
	}
	return none, fmt.Errorf("the %s cannot %s: %w", what, ability, errUnsupported)
}

// abilityOf returns what an optional interface stands for, and of what.
func abilityOf(t reflect.Type) (can Ability, what string) {
	for _, o := range ofModels {
		if o.typ == t {
			return o.can, "model"
		}
	}
	for _, o := range ofModalities {
		if o.typ == t {
			return o.can, "modality"
		}
	}
	return "", ""
}

package sdk

import (
	"context"
	"fmt"
	"reflect"
	"slices"
)

// An Ability is something a model can do, as Describe tells it.
type Ability string

// The abilities, each with the interface it stands for.
const (
	CanTrain     Ability = "train"
	CanGenerate  Ability = "generate"
	CanEncode    Ability = "encode"    // no [NoEncoder]
	CanDecode    Ability = "decode"    // [Decoder]
	CanSave      Ability = "save"      // [Saver]
	CanCondition Ability = "condition" // [Conditional]
	CanScore     Ability = "score"     // [Scorer]
	CanValidate  Ability = "validate"  // [Validator], in Train
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
		Can:    abilities(reflect.TypeFor[M]()),
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
	Schema Schema `json:"schema"`

	New func(ctx context.Context, s Settings) (Modality, error) `json:"-"`
}

// MakeModality returns the maker of a modality, with the schema of its
// settings derived as by [MakeModel].
func MakeModality[S any, M Modality](defaults S, build func(S) (M, error)) ModalityMaker {
	schema := SchemaOf(defaults)
	return ModalityMaker{
		Schema: schema,
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

// optional pairs each optional interface with its ability.
var optional = []struct {
	typ reflect.Type
	can Ability
}{
	{reflect.TypeFor[Decoder](), CanDecode},
	{reflect.TypeFor[Saver](), CanSave},
	{reflect.TypeFor[Conditional](), CanCondition},
	{reflect.TypeFor[Scorer](), CanScore},
	{reflect.TypeFor[Validator](), CanValidate},
}

func abilities(m reflect.Type) []Ability {
	if m.Kind() == reflect.Interface {
		return nil
	}
	can := []Ability{CanTrain, CanGenerate}
	if !m.Implements(reflect.TypeFor[interface{ lacksEncoder() }]()) {
		can = append(can, CanEncode)
	}
	for _, o := range optional {
		if m.Implements(o.typ) {
			can = append(can, o.can)
		}
	}
	return can
}

// As finds the optional interface T in m:
//
//	d, err := sdk.As[sdk.Decoder](m)
//
// The error wraps [errors.ErrUnsupported]. Prefer As to a type assertion: a
// model in another process has every method, and knows which of them the
// plugin really has.
func As[T any](m Model) (T, error) {
	t, ok := m.(T)
	typ := reflect.TypeFor[T]()
	if remote, is := m.(interface{ Abilities() []Ability }); ok && is {
		for _, o := range optional {
			if o.typ == typ {
				ok = slices.Contains(remote.Abilities(), o.can)
			}
		}
	}
	if !ok {
		var none T
		for _, o := range optional {
			if o.typ == typ {
				return none, fmt.Errorf("the model cannot %s: %w", o.can, errUnsupported)
			}
		}
		return none, fmt.Errorf("the model is no %v: %w", typ, errUnsupported)
	}
	return t, nil
}

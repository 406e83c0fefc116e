package sdk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Settings are values by name, each as JSON. What is absent has its default.
type Settings map[string]json.RawMessage

// A Schema lists the settings that there are, in the order of their struct.
type Schema []Setting

// A Setting is one thing that a user can set.
type Setting struct {
	Name    string          `json:"name"`
	Type    SettingType     `json:"type"`
	Default json.RawMessage `json:"default"`
	Help    string          `json:"help"`
	Choices []string        `json:"choices,omitempty"` // of a string
	Min     *float64        `json:"min,omitempty"`     // of a number, or of each in a list
	Max     *float64        `json:"max,omitempty"`
}

// A SettingType is the type of a setting's value, in no particular language.
type SettingType string

const (
	Integer  SettingType = "integer" // within ±2⁵³
	Number   SettingType = "number"  // within the range of a float32
	Boolean  SettingType = "boolean"
	String   SettingType = "string"
	Integers SettingType = "integers" // a list
	Numbers  SettingType = "numbers"
	Strings  SettingType = "strings"
)

var settingTypes = map[reflect.Type]SettingType{
	reflect.TypeFor[int]():       Integer,
	reflect.TypeFor[float64]():   Number,
	reflect.TypeFor[float32]():   Number,
	reflect.TypeFor[bool]():      Boolean,
	reflect.TypeFor[string]():    String,
	reflect.TypeFor[[]int]():     Integers,
	reflect.TypeFor[[]float64](): Numbers,
	reflect.TypeFor[[]string]():  Strings,
}

// SchemaOf derives a schema from a struct that holds the defaults. Each field
// is a setting, described by tags:
//
//	Latent int     `json:"latent" min:"1" max:"4096" help:"numbers in a latent"`
//	Rate   float64 `json:"rate" min:"0" help:"Adam's step size"`
//	Act    string  `json:"activation" choices:"relu,tanh" help:"between layers"`
//
// Fields may be int, float64, float32, bool, string or a slice of int, float64
// or string. What is wrong with the struct is reported by [Plugin.Validate].
func SchemaOf(defaults any) Schema {
	v := reflect.ValueOf(defaults)
	if v.Kind() != reflect.Struct {
		return Schema{{Name: fmt.Sprintf("%T", defaults)}} // fails Validate
	}
	var schema Schema
	for i := range v.NumField() {
		schema = append(schema, settingOf(v.Type().Field(i), v.Field(i)))
	}
	return schema
}

// settingOf leaves Type empty where the field cannot be a setting.
func settingOf(f reflect.StructField, value reflect.Value) Setting {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	s := Setting{Name: name, Help: f.Tag.Get("help"), Min: bound(f, "min"), Max: bound(f, "max")}
	if c := f.Tag.Get("choices"); c != "" {
		s.Choices = strings.Split(c, ",")
	}
	if !f.IsExported() || options != "" {
		return s
	}
	s.Type = settingTypes[f.Type]
	s.Default, _ = json.Marshal(value.Interface()) // a default that is no JSON fails Validate
	if string(s.Default) == "null" {
		s.Default = json.RawMessage("[]")
	}
	return s
}

func bound(f reflect.StructField, key string) *float64 {
	text, ok := f.Tag.Lookup(key)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		v = math.NaN() // fails Validate
	}
	return &v
}

// validate reports a schema that no value, or not its own defaults, can meet.
func (sc Schema) validate() error {
	seen := map[string]bool{}
	for _, s := range sc {
		switch {
		case s.Name == "" || s.Name == "-" || seen[s.Name]:
			return fmt.Errorf("setting %q: each field needs a json tag with a name of its own", s.Name)
		case s.words() == "":
			return fmt.Errorf("setting %s: want a struct of exported fields that are int, float64, float32, bool, string, []int, []float64 or []string, with no json options", s.Name)
		case !oneLine(s.Help):
			return fmt.Errorf("setting %s: no help tag of one line", s.Name)
		case s.Min != nil && math.IsNaN(*s.Min), s.Max != nil && math.IsNaN(*s.Max):
			return fmt.Errorf("setting %s: min or max is no number", s.Name)
		case s.Choices != nil && s.Type != String && s.Type != Strings:
			return fmt.Errorf("setting %s: choices are for strings", s.Name)
		case (s.Min != nil || s.Max != nil) && slices.Contains([]SettingType{Boolean, String, Strings}, s.Type):
			return fmt.Errorf("setting %s: min and max are for numbers", s.Name)
		}
		if err := s.Check(s.Default); err != nil {
			return fmt.Errorf("its default: %w", err)
		}
		seen[s.Name] = true
	}
	return nil
}

// Names returns the names of the settings.
func (sc Schema) Names() []string {
	names := make([]string, len(sc))
	for i, s := range sc {
		names[i] = s.Name
	}
	return names
}

// Find returns the setting called name. The error, a [SettingError], says
// which there are.
func (sc Schema) Find(name string) (Setting, error) {
	i := slices.IndexFunc(sc, func(s Setting) bool { return s.Name == name })
	if i < 0 {
		return Setting{}, Hint(&SettingError{Setting: name}, Suggest(name, sc.Names()))
	}
	return sc[i], nil
}

// Resolve checks each of the settings and returns them with every default
// spelled out. Errors are [SettingError]s.
func (sc Schema) Resolve(s Settings) (Settings, error) {
	for _, name := range sortedKeys(s) {
		setting, err := sc.Find(name)
		if err != nil {
			return nil, err
		}
		if err := setting.Check(s[name]); err != nil {
			return nil, err
		}
	}
	all := Settings{}
	for _, setting := range sc {
		all[setting.Name] = setting.Default
		if v, ok := s[setting.Name]; ok {
			all[setting.Name] = v
		}
	}
	return all, nil
}

// Check reports whether value, as JSON, is allowed. The error is a
// [SettingError].
func (s Setting) Check(value json.RawMessage) error {
	var elements []json.RawMessage
	switch s.Type {
	case Integers, Numbers, Strings:
		if err := json.Unmarshal(value, &elements); err != nil || elements == nil {
			return s.bad(value)
		}
	default:
		elements = []json.RawMessage{value}
	}
	for _, e := range elements {
		if !s.holds(e) {
			return s.bad(value)
		}
	}
	return nil
}

// holds reports whether one element is of the type and within the bounds.
func (s Setting) holds(e json.RawMessage) bool {
	if bytes.Equal(bytes.TrimSpace(e), []byte("null")) {
		return false
	}
	switch s.Type {
	case Boolean:
		var b bool
		return json.Unmarshal(e, &b) == nil
	case String, Strings:
		var text string
		return json.Unmarshal(e, &text) == nil && (s.Choices == nil || slices.Contains(s.Choices, text))
	}
	var v float64
	if json.Unmarshal(e, &v) != nil || math.Abs(v) > math.MaxFloat32 {
		return false
	}
	if s.Type == Integer || s.Type == Integers {
		// Digits only: 1e3 is a whole number, but Go refuses it as an int.
		whole, err := strconv.ParseInt(string(bytes.TrimSpace(e)), 10, 64)
		if err != nil || whole > 1<<53 || whole < -1<<53 {
			return false
		}
	}
	return (s.Min == nil || v >= *s.Min) && (s.Max == nil || v <= *s.Max)
}

func (s Setting) bad(value json.RawMessage) error {
	return &SettingError{s.Name, fmt.Sprintf("is %s: want %s", brief(string(value)), s.Wants())}
}

// brief keeps a value that somebody mistook for a setting out of an error.
func brief(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:most], ""), len(text))
}

// words names the type; "" is no type.
func (s Setting) words() string {
	return map[SettingType]string{
		Integer: "an integer", Number: "a number", Boolean: "true or false", String: "a string",
		Integers: "a list of integers", Numbers: "a list of numbers", Strings: "a list of strings",
	}[s.Type]
}

// Wants says in words which values are allowed: "an integer from 1 to 4096".
func (s Setting) Wants() string {
	words := s.words()
	each := ""
	if s.Type == Integers || s.Type == Numbers {
		each = ", each"
	}
	switch {
	case len(s.Choices) > 0 && s.Type == Strings:
		return words + ", each one of " + strings.Join(s.Choices, ", ")
	case len(s.Choices) > 0:
		return "one of " + strings.Join(s.Choices, ", ")
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf("%s%s from %s to %s", words, each, s.text(*s.Min), s.text(*s.Max))
	case s.Min != nil:
		return fmt.Sprintf("%s%s of at least %s", words, each, s.text(*s.Min))
	case s.Max != nil:
		return fmt.Sprintf("%s%s of at most %s", words, each, s.text(*s.Max))
	}
	return words
}

// text writes a bound as a user would: integers have no exponent.
func (s Setting) text(bound float64) string {
	if s.Type == Integer || s.Type == Integers {
		return strconv.FormatFloat(bound, 'f', -1, 64)
	}
	return strconv.FormatFloat(bound, 'g', -1, 64)
}

// Parse reads a value as a person writes it on a command line: 32, 1e-3,
// true, relu, or a list with commas: 256,128. It is checked.
func (s Setting) Parse(text string) (json.RawMessage, error) {
	elements := []string{text}
	list := s.Type == Integers || s.Type == Numbers || s.Type == Strings
	if list {
		elements = nil
		if t := strings.Trim(strings.TrimSpace(text), "[]"); t != "" {
			elements = strings.Split(t, ",")
		}
	}
	for i, e := range elements {
		e = strings.TrimSpace(e)
		if s.Type == String || s.Type == Strings {
			quoted, err := json.Marshal(strings.Trim(e, `"`))
			if err != nil {
				return nil, &SettingError{s.Name, err.Error()}
			}
			e = string(quoted)
		}
		elements[i] = e
	}
	value := json.RawMessage(strings.Join(elements, ","))
	if list {
		value = json.RawMessage("[" + string(value) + "]")
	}
	if !json.Valid(value) {
		return nil, &SettingError{s.Name, fmt.Sprintf("is %q: want %s", brief(text), s.Wants())}
	}
	return value, s.Check(value)
}

// decode lays checked settings over a copy of the defaults.
func decode[S any](schema Schema, s Settings, defaults S) (S, error) {
	if err := schema.validate(); err != nil {
		return defaults, err
	}
	all, err := schema.Resolve(s)
	if err != nil {
		return defaults, err
	}
	object, err := json.Marshal(all)
	if err != nil {
		return defaults, err
	}
	var settings S
	if err := json.Unmarshal(object, &settings); err != nil {
		return defaults, fmt.Errorf("%w: %w", ErrBadSetting, err)
	}
	return settings, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

package sdktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/genhost/genhost/sdk"
)

// wrongValues are values of every type, so that whatever type a setting has,
// most are wrong.
var wrongValues = []string{
	`"NaN"`, `"no such choice"`, `1.5`, `-1e300`, `1e300`, `9007199254740993`, `true`, `null`, `{}`, `7`,
	`[]`, `[null]`, `["no such choice"]`, `[1.5]`, `[[1]]`, `[true]`,
}

// badValues are those that s does not allow, and those just outside its bounds.
func badValues(s sdk.Setting) []json.RawMessage {
	candidates := wrongValues
	for _, v := range outside(s) {
		text := fmt.Sprint(v)
		if s.Type == sdk.Integer || s.Type == sdk.Integers {
			text = fmt.Sprintf("%.0f", v)
		}
		candidates = append(candidates, text, "["+text+"]")
	}
	var bad []json.RawMessage
	for _, c := range candidates {
		if s.Check(json.RawMessage(c)) != nil {
			bad = append(bad, json.RawMessage(c))
		}
	}
	return bad
}

func outside(s sdk.Setting) (values []float64) {
	if s.Min != nil {
		values = append(values, *s.Min-1)
	}
	if s.Max != nil {
		values = append(values, *s.Max+1)
	}
	return values
}

func checkModelSettings(ctx context.Context, _ Bench, s *subject) error {
	return checkSettings(s.spec.Schema, s.settings, func(settings sdk.Settings) error {
		_, err := s.spec.New(ctx, settings, s.toy.space)
		return err
	})
}

// checkSettings gives make each bad value in turn.
func checkSettings(schema sdk.Schema, base sdk.Settings, make func(sdk.Settings) error) error {
	attempt := func(name string, value json.RawMessage) error {
		settings := sdk.Settings{}
		maps.Copy(settings, base)
		settings[name] = value
		what := fmt.Sprintf("setting %s = %s", name, value)
		err := make(settings)
		if wrong := refused(what, err, sdk.ErrBadSetting); wrong != nil {
			return wrong
		}
		var named *sdk.SettingError
		if !errors.As(err, &named) || named.Setting != name {
			return fmt.Errorf("%s: the error %q is no SettingError about it", what, err)
		}
		return nil
	}
	if err := attempt("no-such-setting", json.RawMessage("1")); err != nil {
		return err
	}
	for _, s := range schema {
		for _, value := range badValues(s) {
			if err := attempt(s.Name, value); err != nil {
				return err
			}
		}
	}
	if err := make(base); err != nil {
		return fmt.Errorf("its own settings: %w", err)
	}
	return nil
}

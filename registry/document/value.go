package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/genhost/genhost/sdk"
)

// Settings returns a table in t as settings, nil if there is none.
func (t Table) Settings(name string) (sdk.Settings, error) {
	in, err := t.Table(name)
	if err != nil || in.values == nil {
		return nil, err
	}
	settings := sdk.Settings{}
	for _, key := range in.Names() {
		value, err := toJSON(in.values[key])
		if err != nil {
			return nil, in.Errorf(key, "%w", err)
		}
		settings[key] = value
	}
	return settings, nil
}

// toJSON writes a value exactly: integers with all digits, floats with as many
// as tell them apart.
func toJSON(value any) (json.RawMessage, error) {
	switch v := value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("is %v: want a finite number", v)
		}
	case []any:
		return listToJSON(v)
	case int64, bool, string:
	default:
		return nil, fmt.Errorf("is %s: want a number, true or false, text in quotes, or a list of these", Kind(value))
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false) // the user may see it again in an error
	err := e.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}

func listToJSON(values []any) (json.RawMessage, error) {
	elements := make([]json.RawMessage, len(values))
	for i, v := range values {
		var err error
		if elements[i], err = toJSON(v); err != nil {
			return nil, fmt.Errorf("has an element that %w", err)
		}
	}
	list := []byte{'['}
	for i, e := range elements {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, e...)
	}
	return append(list, ']'), nil
}

// Kind says in words what a TOML value is.
func Kind(value any) string {
	switch value.(type) {
	case int64, float64:
		return "a number"
	case bool:
		return "true or false"
	case string:
		return "text"
	case time.Time:
		return "a date or a time"
	case map[string]any:
		return "a table"
	}
	return "a list"
}

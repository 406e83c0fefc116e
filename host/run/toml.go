package run

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"github.com/genhost/genhost/sdk"
)

// The comments are for people who open run.toml to see what a run did.
const tomlHead = `# What this run did, with every default spelled out. genhost wrote this file
# and reads it again to generate and encode: change models.toml instead.

`

// A tomlWriter writes keys and tables, and keeps the first error.
type tomlWriter struct {
	bytes.Buffer
	err error
}

func (w *tomlWriter) table(name, comment string) {
	fmt.Fprintf(w, "\n[%s] # %s\n", name, comment)
}

func (w *tomlWriter) key(name string, value any, comment string) {
	text, err := tomlValue(value)
	bare, bad := tomlKey(name)
	if err = cmp.Or(err, bad); err != nil && w.err == nil {
		w.err = fmt.Errorf("%s: %w", name, err)
	}
	if comment != "" {
		text += " # " + comment
	}
	fmt.Fprintf(w, "%s = %s\n", bare, text)
}

func (w *tomlWriter) settings(s sdk.Settings) {
	for _, name := range sorted(s) {
		w.key(name, s[name], "")
	}
}

// encodeConfig writes a run.toml. Model comes last, so that a file cut short
// anywhere lacks a key.
func encodeConfig(c Config) ([]byte, error) {
	var w tomlWriter
	w.WriteString(tomlHead)
	w.key("genhost", c.Genhost, "version")
	w.key("created", c.Created, "")
	w.key("seed", c.Seed, "of everything random")
	w.key("threads", c.Threads, "")
	w.key("max_steps", c.MaxSteps, "0: the settings decide")
	w.key("checkpoint_every", c.CheckpointEvery.String(), "0s: at the end only")
	w.key("previews", c.Previews, "rows in the picture of each epoch")
	w.key("held_out", c.HeldOut, "rows that it is validated on and does not learn from")
	w.key("patience", c.Patience, "validations without a better one that end it, 0: it goes on")

	w.table("settings", "of the model")
	w.settings(c.Settings)
	w.table("reading", "settings of the modality")
	w.settings(c.Reading)

	w.table("source", "what it learns from")
	w.key("from", c.Source.From, "")
	w.key("path", c.Source.Path, "")
	w.key("dataset", c.Source.Dataset, "")
	w.key("train", c.Source.Train, "the split it learns from")
	w.key("test", c.Source.Test, "the split that is held out")
	w.key("modality", c.Source.Modality, "")
	w.key("plugin", c.Source.Plugin, "")

	w.table("model", "what learns")
	w.key("name", c.Model.Name, "in models.toml")
	w.key("plugin", c.Model.Plugin, "")
	w.key("as", c.Model.As, "its name in the plugin")
	w.key("family", c.Model.Family, "")
	return w.Bytes(), w.err
}

// tomlValue writes a value: what is JSON, and neither null nor an object, is
// TOML too, but for what is mended here.
func tomlValue(value any) (string, error) {
	switch v := value.(type) {
	case time.Time:
		return v.UTC().Format("2006-01-02T15:04:05.000Z"), nil
	case uint64:
		if v > math.MaxInt64 { // more than an integer in TOML can be
			return strconv.Quote(strconv.FormatUint(v, 10)), nil
		}
		return strconv.FormatUint(v, 10), nil
	case json.RawMessage:
		return tomlSetting(v)
	case string:
		return tomlString(v)
	}
	return fmt.Sprint(value), nil
}

func tomlString(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("%w: %q is not UTF-8", sdk.ErrBadInput, s)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.ReplaceAll(strings.TrimSpace(b.String()), "\x7f", `\u007f`), err
}

// tomlSetting decodes and encodes again, because JSON may spell a string in
// ways that TOML refuses.
func tomlSetting(raw json.RawMessage) (string, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return "", fmt.Errorf("%w: %q is no JSON", sdk.ErrBadSetting, raw)
	}
	return tomlJSON(v)
}

func tomlJSON(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return tomlString(v)
	case bool:
		return strconv.FormatBool(v), nil
	case json.Number:
		_, err := v.Int64()
		if err != nil && !strings.ContainsAny(v.String(), ".eE") {
			return v.String() + ".0", nil // an integer in TOML has 64 bits
		}
		return v.String(), nil
	case []any:
		texts := make([]string, len(v))
		for i, e := range v {
			text, err := tomlJSON(e)
			if err != nil {
				return "", err
			}
			texts[i] = text
		}
		return "[" + strings.Join(texts, ", ") + "]", nil
	}
	return "", fmt.Errorf("%w: want a number, a string, true, false or a list, not %v", sdk.ErrBadSetting, v)
}

func tomlKey(name string) (string, error) {
	bare := func(r rune) bool {
		return r == '_' || r == '-' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !bare(r) }) < 0 {
		return name, nil
	}
	return tomlString(name)
}

// document is run.toml as it is written. Every key of [documentKeys] must be
// there; the others came later.
type document struct {
	Genhost         string         `toml:"genhost"`
	Created         time.Time      `toml:"created"`
	Seed            any            `toml:"seed"`
	Threads         int            `toml:"threads"`
	MaxSteps        int            `toml:"max_steps"`
	CheckpointEvery time.Duration  `toml:"checkpoint_every"`
	Previews        int            `toml:"previews"`
	HeldOut         int            `toml:"held_out"`
	Patience        int            `toml:"patience"`
	Settings        map[string]any `toml:"settings"`
	Reading         map[string]any `toml:"reading"`
	Source          Source         `toml:"source"`
	Model           Model          `toml:"model"`
}

var documentKeys = []string{
	"genhost", "created", "seed", "threads", "max_steps", "checkpoint_every", "previews", "settings", "reading",
	"source.from", "source.path", "source.dataset", "source.train", "source.test", "source.modality", "source.plugin",
	"model.name", "model.plugin", "model.as", "model.family",
}

// decodeConfig reads a run.toml.
func decodeConfig(data []byte) (Config, error) {
	var d document
	meta, err := toml.Decode(string(data), &d)
	if err != nil {
		return Config{}, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "toml: "))
	}
	for _, key := range documentKeys {
		if !meta.IsDefined(strings.Split(key, ".")...) {
			return Config{}, fmt.Errorf("there is no %s", key)
		}
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return Config{}, fmt.Errorf("unknown key %s", extra[0])
	}
	c := Config{
		Genhost: d.Genhost, Created: d.Created, Threads: d.Threads, MaxSteps: d.MaxSteps,
		CheckpointEvery: d.CheckpointEvery, Previews: d.Previews, HeldOut: d.HeldOut, Patience: d.Patience,
		Source: d.Source, Model: d.Model,
	}
	if c.Source.Path != "" && c.Source.Dataset != "" {
		return Config{}, fmt.Errorf("source.path and source.dataset: want one of them, and the other empty")
	}
	if c.Seed, err = decodeSeed(d.Seed); err != nil {
		return Config{}, err
	}
	if c.Settings, err = decodeSettings(d.Settings); err != nil {
		return Config{}, fmt.Errorf("settings: %w", err)
	}
	if c.Reading, err = decodeSettings(d.Reading); err != nil {
		return Config{}, fmt.Errorf("reading: %w", err)
	}
	return c, nil
}

func decodeSeed(v any) (uint64, error) {
	if seed, ok := v.(int64); ok && seed >= 0 {
		return uint64(seed), nil
	}
	if text, ok := v.(string); ok {
		if seed, err := strconv.ParseUint(text, 10, 64); err == nil {
			return seed, nil
		}
	}
	return 0, fmt.Errorf("seed is %v: want an integer from 0 to %d", v, uint64(math.MaxUint64))
}

func decodeSettings(values map[string]any) (sdk.Settings, error) {
	s := sdk.Settings{}
	for _, name := range sorted(values) {
		if !plain(values[name]) {
			return nil, fmt.Errorf("%s: want a number, a string, true, false or a list", name)
		}
		raw, err := json.Marshal(values[name])
		if err != nil { // infinite, or not a number
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s[name] = raw
	}
	return s, nil
}

// plain reports whether a decoded TOML value has a twin in JSON.
func plain(v any) bool {
	switch v := v.(type) {
	case int64, float64, bool, string:
		return true
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !plain(e) })
	}
	return false
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

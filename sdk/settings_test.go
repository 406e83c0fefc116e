package sdk

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// every has one field of each type, and each kind of bound.
type every struct {
	Latent  int       `json:"latent" min:"1" max:"4096" help:"numbers in a latent"`
	Rate    float64   `json:"rate" min:"0" help:"step size"`
	Beta    float32   `json:"beta" max:"2.5" help:"weight of the KL term"`
	Warm    bool      `json:"warm" help:"start warm"`
	Act     string    `json:"activation" choices:"relu,tanh" help:"between layers"`
	Hidden  []int     `json:"hidden" min:"1" help:"widths"`
	Weights []float64 `json:"weights" help:"of the losses"`
	Tags    []string  `json:"tags" choices:"a,b" help:"labels"`
}

var everyDefault = every{Latent: 32, Rate: 1e-3, Beta: 1, Act: "relu", Hidden: []int{256, 128}}

func TestSchemaOf(t *testing.T) {
	schema := SchemaOf(everyDefault)
	if err := schema.validate(); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"name":"latent","type":"integer","default":32,"help":"numbers in a latent","min":1,"max":4096},` +
		`{"name":"rate","type":"number","default":0.001,"help":"step size","min":0},` +
		`{"name":"beta","type":"number","default":1,"help":"weight of the KL term","max":2.5},` +
		`{"name":"warm","type":"boolean","default":false,"help":"start warm"},` +
		`{"name":"activation","type":"string","default":"relu","help":"between layers","choices":["relu","tanh"]},` +
		`{"name":"hidden","type":"integers","default":[256,128],"help":"widths","min":1},` +
		`{"name":"weights","type":"numbers","default":[],"help":"of the losses"},` +
		`{"name":"tags","type":"strings","default":[],"help":"labels","choices":["a","b"]}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var back Schema
	if err := json.Unmarshal(got, &back); err != nil || !reflect.DeepEqual(back, schema) {
		t.Errorf("through JSON: %v, %+v", err, back)
	}
}

// made is a zero struct whose tags go vet would refuse in a literal.
func made(fields ...reflect.StructField) any {
	return reflect.Zero(reflect.StructOf(fields)).Interface()
}

func TestBadStructs(t *testing.T) {
	integer := reflect.TypeFor[int]()
	for problem, defaults := range map[string]any{
		"json tag": struct {
			A int `help:"h"`
		}{},
		"name of its own": made(reflect.StructField{Name: "A", Type: integer, Tag: `json:"a" help:"h"`},
			reflect.StructField{Name: "B", Type: integer, Tag: `json:"a" help:"h"`}),
		"exported": made(reflect.StructField{Name: "a", PkgPath: "toy", Type: integer, Tag: `json:"a" help:"h"`}),
		"json options": struct {
			A int `json:"a,omitempty" help:"h"`
		}{},
		"[]float64 or": struct {
			A map[string]int `json:"a" help:"h"`
		}{},
		"no help": struct {
			A int `json:"a"`
		}{},
		"is no number": struct {
			A int `json:"a" min:"one" help:"h"`
		}{},
		"choices are for strings": struct {
			A int `json:"a" choices:"0,1" help:"h"`
		}{},
		"min and max are for numbers": struct {
			A string `json:"a" min:"0" help:"h"`
		}{},
		"its default: setting a is 0: want an integer of at least 1": struct {
			A int `json:"a" min:"1" help:"h"`
		}{},
		"its default: setting b": struct {
			B float64 `json:"b" help:"h"`
		}{math.NaN()},
		"want one of x, y": struct {
			A string `json:"a" choices:"x,y" help:"h"`
		}{},
		"setting int: want a struct":   7,
		"setting <nil>: want a struct": nil,
	} {
		if err := SchemaOf(defaults).validate(); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%T: got %v, want %q", defaults, err, problem)
		}
	}
	foreign := Schema{{Name: "a", Type: "tensor", Help: "h", Default: json.RawMessage("1")}}
	if foreign.validate() == nil {
		t.Error("a schema with a type that there is not is valid")
	}
}

func TestCheck(t *testing.T) {
	schema := SchemaOf(everyDefault)
	for name, values := range map[string]struct{ good, bad []string }{
		"latent":     {[]string{"1", "4096", " 7 "}, []string{"0", "4097", "-1", "1.5", "1e2", `"8"`, "null", "true", "[8]", "{}", "", "NaN", "1 2", "9007199254740993"}},
		"rate":       {[]string{"0", "1e-3", "1"}, []string{"-1e-9", "null", `"x"`, "1e39", "1e999", "NaN", "Infinity", "[1]"}},
		"beta":       {[]string{"-3", "2.5"}, []string{"2.51", "-4e38"}},
		"warm":       {[]string{"true", "false"}, []string{"1", `"true"`, "null"}},
		"activation": {[]string{`"relu"`, `"tanh"`}, []string{`"gelu"`, `""`, "relu", "null", "3"}},
		"hidden":     {[]string{"[]", "[1]", "[256, 128]"}, []string{"256", "[0]", "[1,1.5]", "[null]", "null", "[[1]]", "[1", `["1"]`}},
		"weights":    {[]string{"[]", "[1,-1e-3]"}, []string{"1", "[true]", "null"}},
		"tags":       {[]string{"[]", `["a"]`, `["b","a","b"]`}, []string{`"a"`, `["c"]`, "[1]", "null"}},
	} {
		s, err := schema.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values.good {
			if err := s.Check(json.RawMessage(v)); err != nil {
				t.Errorf("%s = %s: %v", name, v, err)
			}
		}
		for _, v := range values.bad {
			var bad *SettingError
			if err := s.Check(json.RawMessage(v)); !errors.As(err, &bad) || bad.Setting != name || !errors.Is(err, ErrBadSetting) {
				t.Errorf("%s = %s: got %v, want a SettingError", name, v, err)
			}
		}
	}
}

func TestWants(t *testing.T) {
	low, high := 1.0, 1e6
	for want, s := range map[string]Setting{
		"an integer":                              {Type: Integer},
		"an integer from 1 to 1000000":            {Type: Integer, Min: &low, Max: &high},
		"a number of at most 1e+06":               {Type: Number, Max: &high},
		"true or false":                           {Type: Boolean},
		"one of a, b":                             {Type: String, Choices: []string{"a", "b"}},
		"a list of strings, each one of a, b":     {Type: Strings, Choices: []string{"a", "b"}},
		"a list of integers, each of at least 1":  {Type: Integers, Min: &low},
		"a list of numbers, each from 1 to 1e+06": {Type: Numbers, Min: &low, Max: &high},
	} {
		if got := s.Wants(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestBadValueIsKeptShort(t *testing.T) {
	s := Setting{Name: "latent", Type: Integer}
	huge := strings.Repeat("é", 1<<20)
	_, fromParse := s.Parse(huge)
	for _, err := range []error{fromParse, s.Check(json.RawMessage(`"` + huge + `"`))} {
		if err == nil || len(err.Error()) > 400 || !strings.Contains(err.Error(), "bytes") {
			t.Errorf("the error has %d bytes", len(err.Error()))
		}
	}
}

func TestParse(t *testing.T) {
	schema := SchemaOf(everyDefault)
	for _, c := range []struct{ name, text, want string }{
		{"latent", "32", "32"},
		{"latent", " 32 ", "32"},
		{"latent", "0", ""},
		{"latent", "many", ""},
		{"latent", "", ""},
		{"latent", `1,"x":2`, ""},
		{"rate", "1e-3", "1e-3"},
		{"rate", "NaN", ""},
		{"warm", "true", "true"},
		{"warm", "yes", ""},
		{"activation", "tanh", `"tanh"`},
		{"activation", `"tanh"`, `"tanh"`},
		{"activation", "gelu", ""},
		{"hidden", "256,128", "[256,128]"},
		{"hidden", "[256, 128]", "[256,128]"},
		{"hidden", "", "[]"},
		{"hidden", "256,", ""},
		{"hidden", "1],[2", ""},
		{"tags", "a,b", `["a","b"]`},
		{"tags", "a,c", ""},
	} {
		s, err := schema.Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Parse(c.text)
		switch {
		case c.want == "" && !errors.Is(err, ErrBadSetting):
			t.Errorf("%s=%q: got %s, %v, want a SettingError", c.name, c.text, got, err)
		case c.want != "" && (err != nil || string(got) != c.want):
			t.Errorf("%s=%q: got %s, %v, want %s", c.name, c.text, got, err, c.want)
		}
	}
}

func TestResolve(t *testing.T) {
	schema := SchemaOf(everyDefault)
	all, err := schema.Resolve(Settings{"latent": json.RawMessage("8"), "hidden": json.RawMessage("[]")})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"latent": "8", "hidden": "[]", "rate": "0.001", "warm": "false", "tags": "[]"} {
		if string(all[name]) != want {
			t.Errorf("%s resolved to %s, want %s", name, all[name], want)
		}
	}
	if len(all) != len(schema) {
		t.Errorf("%d settings resolved, want all %d", len(all), len(schema))
	}
	_, err = schema.Resolve(Settings{"latnet": json.RawMessage("8")})
	if err == nil || err.Error() != "there is no setting latnet" || !strings.HasPrefix(Hints(err)[0], "did you mean latent?") {
		t.Errorf("got %v with hints %q", err, Hints(err))
	}
}

func TestDecodeKeepsDefaults(t *testing.T) {
	schema := SchemaOf(everyDefault)
	got, err := decode(schema, Settings{"hidden": json.RawMessage("[9]"), "beta": json.RawMessage("2")}, everyDefault)
	if err != nil {
		t.Fatal(err)
	}
	if got.Latent != 32 || got.Rate != 1e-3 || got.Act != "relu" || got.Beta != 2 || !slices.Equal(got.Hidden, []int{9}) {
		t.Errorf("got %+v", got)
	}
	got.Hidden[0] = 7
	if !slices.Equal(everyDefault.Hidden, []int{256, 128}) {
		t.Error("a model's settings share memory with the defaults")
	}
}

// FuzzParse: what Parse accepts, Check, Resolve and decode accept.
func FuzzParse(f *testing.F) {
	schema := SchemaOf(everyDefault)
	for i, text := range []string{"32", "1e-3", "2.5", "true", "tanh", "256,128", "[]", "a,b", `"a`, "1],[2", "-0", "\xff"} {
		f.Add(i, text)
	}
	f.Fuzz(func(t *testing.T, i int, text string) {
		s := schema[uint(i)%uint(len(schema))]
		value, err := s.Parse(text)
		if err != nil {
			if !errors.Is(err, ErrBadSetting) {
				t.Fatalf("%s=%q: %v is no SettingError", s.Name, text, err)
			}
			return
		}
		if err := s.Check(value); err != nil {
			t.Fatalf("Parse gave %s, and Check: %v", value, err)
		}
		if _, err := decode(schema, Settings{s.Name: value}, everyDefault); err != nil {
			t.Fatalf("Parse gave %s, and decode: %v", value, err)
		}
	})
}

// FuzzResolve: what Resolve accepts, decode accepts, and both agree.
func FuzzResolve(f *testing.F) {
	schema := SchemaOf(everyDefault)
	for _, text := range []string{
		`{"latent":1,"rate":1e38,"beta":-1e38}`, `{"hidden":null}`, `{"hidden":[1,null]}`, `{"tags":["a"],"warm":true}`,
		`{"Latent":1}`, `{"beta":1e300}`, `{"latent":-0}`, `{"activation":"\ud800"}`, `[]`, `{"weights":[1e-400]}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s Settings
		if json.Unmarshal([]byte(text), &s) != nil {
			return
		}
		all, err := schema.Resolve(s)
		got, decodeErr := decode(schema, s, everyDefault)
		if (err == nil) != (decodeErr == nil) {
			t.Fatalf("%s: Resolve says %v, decode %v", text, err, decodeErr)
		}
		if err != nil {
			return
		}
		again, err := schema.Resolve(all)
		if err != nil || !reflect.DeepEqual(again, all) {
			t.Fatalf("%s: resolved twice: %v, %s", text, err, again)
		}
		if v, ok := s["latent"]; ok && string(v) != "-0" {
			if n, _ := json.Marshal(got.Latent); string(n) != string(v) {
				t.Fatalf("latent is %s after decode, was %s", n, v)
			}
		}
	})
}

package card

import (
	"bytes"
	_ "embed" // for the template
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// A Card is what a model card says.
type Card struct {
	Facts
	Trained    run.Plan        // as [run.Run.Shared] has it
	Status     run.Status      // at the step of the weights
	Weights    string          // the file's name
	Reference  string          // where to pull it from
	Doc        string          // of the model, one line
	Can        []sdk.Ability   // of the model
	Conditions []sdk.Condition // that it heeds
	Report     *report.Report  // of these weights; nil where there is none
	Sheet      string          // a picture of what it makes, "" for none
	Notes      string          // the publisher's own words, in Markdown
}

//go:embed card.md
var page string

// Markdown returns the card.
func (c Card) Markdown() (string, error) {
	t, err := template.New("card").Funcs(template.FuncMap{
		"text": text,
		"code": code,
		"release": func(p run.Program) string {
			if p.Release == "" {
				return "built from source"
			}
			return code(p.Release)
		},
		"percent": func(share float64) string { return fmt.Sprintf("%.1f", 100*share) },
	}).Parse(page)
	if err != nil {
		return "", err
	}
	front, err := c.frontMatter()
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.Execute(&b, view{c, front})
	return b.String(), err
}

// text makes one line of words that came from elsewhere, which mean nothing to
// Markdown.
func text(words string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(strings.ToValidUTF8(words, "?")), " ") {
		if unicode.IsControl(r) {
			continue
		}
		if strings.ContainsRune("\\`*_[]<>|#!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is text as code.
func code(words string) string {
	return "`" + strings.NewReplacer("`", "", "|", "").Replace(strings.Join(strings.Fields(words), " ")) + "`"
}

// A view is a card with what follows from it.
type view struct {
	Card
	FrontMatter string
}

// HeldOut is how many rows it was validated on.
func (v view) HeldOut() int { return v.Trained.Config.HeldOut }

// Kind says what a row is.
func (v view) Kind() string {
	space := v.Trained.Data.Space
	shape := make([]string, len(space.Shape))
	for i, n := range space.Shape {
		shape[i] = fmt.Sprint(n)
		if i < len(space.Axes) {
			shape[i] = text(space.Axes[i]) + " " + shape[i]
		}
	}
	return fmt.Sprintf("rows of the modality %s, %s", text(space.Modality), strings.Join(shape, " × "))
}

// Installs are the sources of the plugins that others can install.
func (v view) Installs() []string {
	all := slices.DeleteFunc([]string{v.Plugin.Source, v.Reader.Source}, func(s string) bool { return s == "" })
	return slices.Compact(all)
}

// Uses are commands for what the model can do beside generating.
func (v view) Uses() []string {
	var all []string
	if v.can(sdk.CanEncode) {
		all = append(all, "genhost encode "+v.Run+" --data FILES --out z.npy")
	}
	if v.can(sdk.CanEncode) && v.can(sdk.CanDecode) {
		all = append(all, "genhost reconstruct "+v.Run+" --data FILES")
	}
	return append(all, "genhost evaluate "+v.Run)
}

// Abilities says what else the model can do.
func (v view) Abilities() []string {
	var all []string
	for _, c := range v.Conditions {
		values := fmt.Sprintf("a number from %g to %g", c.Min, c.Max)
		if len(c.Values) > 0 {
			values = "one of " + text(list(c.Values))
		}
		all = append(all, fmt.Sprintf("It makes them by their %s, %s.", text(c.Name), values))
	}
	for _, a := range []struct {
		can  sdk.Ability
		says string
	}{
		{sdk.CanEncode, "It turns rows into latents, few numbers each."},
		{sdk.CanComplete, "It completes rows of which a part is given."},
		{sdk.CanScore, "It says how likely a row is."},
	} {
		if v.can(a.can) {
			all = append(all, a.says)
		}
	}
	return all
}

// list joins the first of many values.
func list(values []string) string {
	const most = 32
	if len(values) > most {
		return strings.Join(values[:most], ", ") + fmt.Sprintf(" and %d more", len(values)-most)
	}
	return strings.Join(values, ", ")
}

func (v view) can(a sdk.Ability) bool { return slices.Contains(v.Can, a) }

// Memorisation reports whether the report has the figure of that name.
func (v view) Memorisation() bool {
	if v.Report == nil {
		return false
	}
	f, ok := v.Report.Figure("memorisation")
	return ok && f.Problem == ""
}

// Settings are the lines of the model's.
func (v view) Settings() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(v.Trained.Config.Settings)) {
		all = append(all, fmt.Sprintf("%s = %s", name, v.Trained.Config.Settings[name]))
	}
	return all
}

// frontMatter is what programs read of a card. It is YAML whose values are
// JSON, which is YAML too.
func (c Card) frontMatter() (string, error) {
	var b strings.Builder
	var failed error
	key := func(name string, value any) {
		line, err := json.Marshal(value)
		if err != nil && failed == nil {
			failed = err
		}
		fmt.Fprintf(&b, "%s: %s\n", name, line)
	}
	if c.Licence != "" {
		key("license", strings.ToLower(c.Licence))
	}
	key("library_name", "genhost")
	key("tags", []string{"genhost", c.Family, c.Modality})
	key("datasets", []string{c.Data.Name})
	if c.Report != nil {
		key("model-index", []any{c.results()})
	}
	key("genhost", c.Facts)
	return b.String(), failed
}

// results are the figures as Hugging Face's model cards have them.
func (c Card) results() any {
	type metric struct {
		Type  string         `json:"type"`
		Value float64        `json:"value"`
		Args  map[string]any `json:"args"`
	}
	var metrics []metric
	for _, f := range c.Report.Figures {
		if f.Problem != "" {
			continue
		}
		m := metric{f.Name, f.Value, map[string]any{"n": f.N}}
		for name, level := range map[string]*float64{"floor": f.Floor, "ceiling": f.Ceiling} {
			if level != nil {
				m.Args[name] = *level
			}
		}
		if f.SE > 0 {
			m.Args["se"] = f.SE
		}
		if f.Better != report.Neither {
			m.Args["better"] = f.Better
		}
		metrics = append(metrics, m)
	}
	test := c.Report.Test
	return map[string]any{"name": c.Run, "results": []any{map[string]any{
		"task":    map[string]any{"type": "generation"},
		"dataset": map[string]any{"type": c.Data.Name, "name": test.Data, "split": test.Split, "args": map[string]any{"rows": test.Rows, "sha256": test.SHA256}},
		"metrics": metrics,
	}}}
}

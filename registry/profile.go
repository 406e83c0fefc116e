package registry

import (
	"fmt"
	"math"
	"strconv"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// A Profile is what a person likes: what is asked of every row that is generated
// for them.
type Profile struct {
	Name       string
	Set        []string // "label=sneaker"
	Attributes []string // "boot=0.5"
	Like       string   // an absolute path, or ""
	Strength   *float64 // nil for none
	Line       int      // where it stands
}

func (r *Registry) addProfile(name string, t document.Table) error {
	p := Profile{Name: name, Line: t.Line()}
	if err := t.Only("set", "attribute", "like", "strength"); err != nil {
		return err
	}
	var err error
	if p.Set, err = assignments(t, "set"); err != nil {
		return err
	}
	if p.Attributes, err = assignments(t, "attribute"); err != nil {
		return err
	}
	like, err := t.Text("like")
	if err != nil {
		return err
	}
	if like != "" {
		if p.Like, err = r.resolve(like); err != nil {
			return t.Errorf("like", "is %s: %w", like, err)
		}
	}
	if value, there := t.Value("strength"); there {
		v, ok := number(value)
		if !ok || !(v >= 0 && v <= 1) {
			return t.Errorf("strength", "is %v: want a number from 0 to 1", value)
		}
		p.Strength = &v
	}
	r.Profiles = append(r.Profiles, p)
	return nil
}

// number returns a TOML number that is finite.
func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

// assignments returns a table in t, of texts and numbers, as a command line has
// them: label=sneaker.
func assignments(t document.Table, name string) ([]string, error) {
	in, err := t.Table(name)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, key := range in.Names() {
		value, _ := in.Value(key)
		text, ok := value.(string)
		if !ok {
			v, ok := number(value)
			if !ok {
				return nil, in.Errorf(key, "is %s: want text in quotes or a number", document.Kind(value))
			}
			text = strconv.FormatFloat(v, 'g', -1, 64)
		}
		all = append(all, key+"="+text)
	}
	return all, nil
}

// Profile returns the profile called name. The error wraps [ErrNotFound] and
// says which there are.
func (r *Registry) Profile(name string) (Profile, error) {
	var names []string
	for _, p := range r.Profiles {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		err := fault.Mark(ErrNotFound, fmt.Errorf("%s has no profile %q", r.Path, name))
		return Profile{}, sdk.Hint(err, fmt.Sprintf(`add [profiles.%s] with what they like, such as set = { label = "sneaker" }`, name))
	}
	return Profile{}, r.missing("profile", name, names)
}

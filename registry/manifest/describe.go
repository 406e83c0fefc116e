package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// Describe returns the manifest of a plugin that speaks a protocol: what the
// program says of itself, and the rest from a draft. The two may not differ.
// It has no targets.
func Describe(p sdk.Plugin, protocol int, draft Manifest) (Manifest, error) {
	m := Manifest{
		Name: p.Name, Version: p.Version, Summary: p.Doc, Protocol: []int{protocol},
		Licence: draft.Licence, Homepage: draft.Homepage, Needs: draft.Needs,
	}
	for _, s := range p.Models {
		var can []string
		for _, a := range s.Can {
			can = append(can, string(a))
		}
		m.Models = append(m.Models, Model{s.Name, s.Family, s.Doc, s.Modalities, can})
	}
	for _, s := range p.Modalities {
		var datasets []string
		for _, d := range s.Datasets {
			datasets = append(datasets, d.Name)
		}
		m.Modalities = append(m.Modalities, Modality{s.Name, s.Doc, datasets})
	}
	m.sort()
	merged := draft
	fill(&merged.Name, m.Name)
	fill(&merged.Version, m.Version)
	fill(&merged.Summary, m.Summary)
	if len(merged.Models)+len(merged.Modalities) == 0 {
		merged.Models, merged.Modalities = m.Models, m.Modalities
	}
	m.Summary = merged.Summary
	return m, merged.agrees(m)
}

func fill(s *string, with string) {
	if *s == "" {
		*s = with
	}
}

// Check reports whether the program that the manifest belongs to says of
// itself what the manifest does. The error is a [fault.ErrVerify].
func (m Manifest) Check(p sdk.Plugin) error {
	says, _ := Describe(p, 0, Manifest{})
	return m.agrees(says)
}

// agrees compares what a program says with the manifest.
func (m Manifest) agrees(program Manifest) error {
	differ := func(what, manifest, program string) error {
		err := fmt.Errorf("%s says %s %s, the program says %s", File, what, manifest, program)
		return sdk.Hint(fault.Mark(fault.ErrVerify, err), "the plugin's author must pack it again")
	}
	if m.Name != program.Name {
		return differ("name", m.Name, program.Name)
	}
	if m.Version != program.Version {
		return differ("version", m.Version, program.Version)
	}
	ours, theirs := m.offers(), program.offers()
	for _, s := range theirs {
		if !slices.Contains(ours, s) {
			return differ("nothing of", s, "it is there")
		}
	}
	for _, s := range ours {
		if !slices.Contains(theirs, s) {
			return differ("there is", s, "otherwise")
		}
	}
	return nil
}

// offers says what there is, a line for each thing.
func (m Manifest) offers() []string {
	var all []string
	for _, s := range m.Models {
		all = append(all, fmt.Sprintf("model %s of family %s for %s, which can %s", s.Name, s.Family,
			cmp.Or(strings.Join(s.Modalities, ", "), "any modality"), strings.Join(s.Can, ", ")))
	}
	for _, s := range m.Modalities {
		all = append(all, fmt.Sprintf("modality %s with the datasets %s", s.Name, cmp.Or(strings.Join(s.Datasets, ", "), "of others")))
	}
	return all
}

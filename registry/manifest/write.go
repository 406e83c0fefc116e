package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/document"
)

// sort puts what has names in their order.
func (m *Manifest) sort() {
	slices.SortFunc(m.Models, func(a, b Model) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Modalities, func(a, b Modality) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Targets, func(a, b Target) int { return cmp.Compare(a.String(), b.String()) })
}

// Text writes a manifest. Equal manifests have equal texts.
func (m Manifest) Text() string {
	m.Models, m.Modalities, m.Targets = slices.Clone(m.Models), slices.Clone(m.Modalities), slices.Clone(m.Targets)
	m.sort()
	var b strings.Builder
	fmt.Fprintf(&b, "schema = %d\n", schema)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s = %s\n", name, document.Quote(value))
		}
	}
	list := func(name string, values []string) {
		if len(values) > 0 {
			fmt.Fprintf(&b, "%s = %s\n", name, document.QuoteAll(values))
		}
	}
	header := func(keys ...string) { fmt.Fprintf(&b, "\n[%s]\n", document.Key(keys...)) }

	line("name", m.Name)
	line("version", m.Version)
	line("summary", m.Summary)
	line("licence", m.Licence)
	line("homepage", m.Homepage)
	fmt.Fprintf(&b, "protocol = [%s]\n", join(m.Protocol))
	header("needs")
	fmt.Fprintf(&b, "network = %v\n", m.Needs.Network)
	list("env", m.Needs.Env)
	if m.Needs.Memory > 0 {
		line("memory", document.WriteSize(m.Needs.Memory))
	}
	for _, model := range m.Models {
		header("models", model.Name)
		line("family", model.Family)
		line("summary", model.Summary)
		list("modalities", model.Modalities)
		list("can", model.Can)
	}
	for _, modality := range m.Modalities {
		header("modalities", modality.Name)
		line("summary", modality.Summary)
		list("datasets", modality.Datasets)
	}
	for _, t := range m.Targets {
		header("targets", t.String())
		list("command", t.Command)
		line("folder", t.Folder)
		line("tree", t.Tree)
	}
	return b.String()
}

package install

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/manifest"
)

// Text is what a person wants to know of a plugin that was installed.
func (i Installed) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s %s, %s\n", i.Name, i.Package, i.Version, i.Summary)
	line := func(what, is string) {
		if is != "" {
			fmt.Fprintf(&b, "%-12s %s\n", what, is)
		}
	}
	line("source", i.Source)
	line("target", i.Target)
	line("tree", cmp.Or(i.Tree, "not pinned"))
	line("licence", i.Licence)
	line("signature", i.Signature)
	line("models", strings.Join(i.Models, ", "))
	line("modalities", strings.Join(i.Modalities, ", "))
	line("added", strings.Join(i.Added, ", "))
	line("needs", needs(i.Needs))
	if !i.Granted {
		line("", "which models.toml does not grant it: see [plugins."+i.Name+"] there")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// needs says in words what a plugin needs.
func needs(n manifest.Needs) string {
	all := []string{"no network"}
	if n.Network {
		all[0] = "the network"
	}
	if len(n.Env) > 0 {
		all = append(all, "the variables "+strings.Join(n.Env, ", "))
	}
	if n.Memory > 0 {
		all = append(all, document.WriteSize(n.Memory)+" of memory")
	}
	return strings.Join(all, ", ")
}

package host

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/install"
)

// Why says how a plugin is found, step by step, starts it, and says what it
// offers and what keeps it in bounds. The error is that which whoever uses the
// plugin gets.
func (o Options) Why(ctx context.Context, name string) ([]install.Step, error) {
	in, err := o.Installer(true)
	if err != nil {
		return nil, err
	}
	steps, err := in.Why(ctx, name)
	if err != nil {
		return steps, err
	}
	h, err := settle(o)
	if err != nil {
		return steps, err
	}
	if h.registry, err = registry.Load(filepath.Join(h.dir, "models.toml")); err != nil {
		return steps, err
	}
	p, err := h.plugin(ctx, name)
	if err != nil {
		return append(steps, install.Step{Where: "start", What: err.Error()}), err
	}
	proc, err := p.start(ctx, quick)
	if err != nil {
		return append(steps, install.Step{Where: "start", What: err.Error()}), err
	}
	defer proc.Stop()
	steps = append(steps, install.Step{Where: "start", OK: true, What: fmt.Sprintf("%s %s: %s", p.sdk.Name, p.sdk.Version, p.sdk.Doc)})
	if len(proc.Sandbox()) == 0 {
		steps = append(steps, install.Step{Where: "sandbox", What: "off"})
	}
	for _, hold := range proc.Sandbox() {
		steps = append(steps, install.Step{Where: "sandbox", OK: hold.By != "", What: hold.String()})
	}
	return steps, nil
}

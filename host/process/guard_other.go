//go:build !linux

package process

// guard does nothing where a process does not tell what it uses.
func (p *program) guard() {}

type family struct{}

func (p *program) look() family { return family{} }

// killFamily does nothing where a process does not tell what it has started.
func (p *program) killFamily() {}

package host

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/host/process"
	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// launcher returns the starter of a plugin's executable, which is looked at
// again at each start: what was looked at is what runs.
func (h *Host) launcher(p registry.Plugin, exe registry.Executable) starter {
	return func(ctx context.Context, e errand) (running, error) {
		box, err := h.confine(p, exe, e)
		if err != nil {
			return nil, p.Refused(err)
		}
		file, release, err := exe.Open(ctx)
		if err != nil {
			return nil, fmt.Errorf("start the %s plugin: %w", p.Name, err)
		}
		proc, err := process.Start(ctx, process.Spec{
			Name: p.Name, Path: exe.Path, Args: exe.Args, File: file, Log: e.log, Threads: e.threads,
			Env: variables(p.Grant), Sandbox: box, Memory: p.Memory,
		})
		if err != nil {
			release()
		}
		if errors.Is(err, sandbox.ErrLacking) {
			return nil, p.Refused(err)
		}
		if err != nil {
			return nil, err
		}
		return held{proc, release}, nil
	}
}

// A held plugin keeps what it runs from in its place until it is stopped.
type held struct {
	running
	release func()
}

func (h held) Stop() error {
	defer h.release()
	return h.running.Stop()
}

// describe starts a plugin and asks it what it offers.
func describe(ctx context.Context, name string, start starter) (sdk.Plugin, error) {
	proc, err := start(ctx, quick)
	if err != nil {
		return sdk.Plugin{}, err
	}
	defer proc.Stop()
	p := proc.Plugin()
	if err := p.Validate(); err != nil {
		return sdk.Plugin{}, fmt.Errorf("%w: plugin %s: %w", sdk.ErrProtocol, name, err)
	}
	return p, nil
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/registry/install"
	"github.com/genhost/genhost/registry/pack"
)

// pluginVerbs is what the commands about plugins share.
type pluginVerbs struct {
	options *host.Options
	frozen  bool
}

func pluginCmd(o *host.Options) *cobra.Command {
	p := &pluginVerbs{options: o}
	cmd := &cobra.Command{
		Use:   "plugin",
		Short: "install, check and make plugins",
		Long: `Plugins are installed into a folder: its models.toml says which it has, and
models.lock.toml which they are exactly. Both belong under version control.
What is installed is kept in GENHOST_CACHE, and looked at every time it is
started.`,
		Args: noSuchVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().BoolVar(&p.frozen, "frozen", os.Getenv("CI") != "", "refuse to change models.lock.toml; the default where CI is set")
	cmd.AddCommand(pluginInstallCmd(p), pluginUpgradeCmd(p), pluginPackCmd(p), pluginSignCmd(p))
	return cmd
}

// with lets do ask an installer something. Ctrl-C ends the context.
func (p *pluginVerbs) with(cmd *cobra.Command, do func(context.Context, install.Installer) error) error {
	o := *p.options
	o.Say = func(what string) { fmt.Fprintf(cmd.ErrOrStderr(), "genhost: %s\n", what) }
	in, err := o.Installer(p.frozen)
	if err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer release()
	return do(ctx, in)
}

// making lets do make packages.
func (p *pluginVerbs) making(cmd *cobra.Command, do func(context.Context, pack.Packer) error) error {
	o := *p.options
	o.Say = func(what string) { fmt.Fprintf(cmd.ErrOrStderr(), "genhost: %s\n", what) }
	packer, err := o.Packer()
	if err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer release()
	return do(ctx, packer)
}

// some checks that a command gets arguments of a kind.
func some(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return &usageError{cmd, fmt.Errorf("%s takes %s..., got none", cmd.Name(), name)}
	}
}

// atMostOne checks that a command gets no more than one argument.
func atMostOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= 1 {
			return nil
		}
		return &usageError{cmd, fmt.Errorf("%s takes one %s, got %d arguments", cmd.Name(), name, len(args))}
	}
}

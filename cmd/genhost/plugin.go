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
	cmd.AddCommand(pluginInstallCmd(p), pluginUpgradeCmd(p), pluginRemoveCmd(p), pluginListCmd(p), pluginWhyCmd(p), pluginVerifyCmd(p),
		pluginLockCmd(p), pluginSearchCmd(p), pluginMirrorCmd(p), pluginPruneCmd(p), pluginPackCmd(p), pluginSignCmd(p), pluginPushCmd(p))
	return cmd
}

// said is the host's options; its talk goes to stderr.
func (p *pluginVerbs) said(cmd *cobra.Command) host.Options {
	o := *p.options
	o.Say = func(what string) { fmt.Fprintf(cmd.ErrOrStderr(), "genhost: %s\n", what) }
	return o
}

// interruptible lets do work with a context that Ctrl-C ends.
func interruptible(cmd *cobra.Command, do func(context.Context) error) error {
	ctx, release := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer release()
	return do(ctx)
}

// with lets do ask an installer something.
func (p *pluginVerbs) with(cmd *cobra.Command, do func(context.Context, install.Installer) error) error {
	in, err := p.said(cmd).Installer(p.frozen)
	if err != nil {
		return err
	}
	return interruptible(cmd, func(ctx context.Context) error { return do(ctx, in) })
}

// making lets do make packages.
func (p *pluginVerbs) making(cmd *cobra.Command, do func(context.Context, pack.Packer) error) error {
	packer, err := p.said(cmd).Packer()
	if err != nil {
		return err
	}
	return interruptible(cmd, func(ctx context.Context) error { return do(ctx, packer) })
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

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/sdk"
)

// An opener opens the host when a command needs it: help and completion touch
// no disk. Talk hears what takes time.
type opener func(talk io.Writer) (*host.Host, error)

// ask opens the host, whose talk goes to talk, and lets do ask it something.
// Ctrl-C ends the context.
func (open opener) ask(cmd *cobra.Command, talk io.Writer, do func(context.Context, *host.Host) error) error {
	h, err := open(talk)
	if err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer release()
	return do(ctx, h)
}

func rootCmd() *cobra.Command {
	o := host.Options{Cache: os.Getenv("GENHOST_CACHE"), Gate: true}
	root := &cobra.Command{
		Use:   "genhost",
		Short: "train and run generative models that are plugins",
		Long: `Genhost trains and runs generative models - GANs, VAEs, whatever comes next - on
images and other data. Models and kinds of data are plugins, named in
models.toml: a new one needs no new genhost.

Builds, descriptions and datasets are cached in GENHOST_CACHE, by default a
folder genhost in the user's cache.`,
		Version:       host.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVarP(&o.Dir, "dir", "C", ".", "work in this folder, which holds models.toml and runs")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{cmd, plainly(err)} })
	open := func(talk io.Writer) (*host.Host, error) {
		o.Say = func(what string) { fmt.Fprintf(talk, "genhost: %s\n", what) }
		return host.Open(o)
	}
	root.AddCommand(trainCmd(open), generateCmd(open), encodeCmd(open), reconstructCmd(open), interpolateCmd(open),
		evaluateCmd(open), compareCmd(open), pushCmd(open), pullCmd(open), modelsCmd(open), describeCmd(open), runsCmd(&o), pluginCmd(&o),
		exitHelp(), metricsHelp())
	return root
}

// plainly takes the names of Go functions out of an error about a flag.
func plainly(err error) error {
	text, _, found := strings.Cut(err.Error(), ": strconv.")
	if !found {
		return err
	}
	if strings.Contains(err.Error(), "ParseUint") {
		return errors.New(text + ": want a whole number of at least 0")
	}
	return errors.New(text + ": want a whole number")
}

// noSuchVerb is the error for a first word that is no command.
func noSuchVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	return &usageError{cmd, sdk.Hint(fmt.Errorf("%s has no command %q", cmd.Name(), args[0]), sdk.Suggest(args[0], verbs))}
}

// takes checks that a command gets exactly the arguments that are named.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		if len(names) == 0 {
			return &usageError{cmd, fmt.Errorf("%s takes no arguments, got %q", cmd.Name(), args)}
		}
		return &usageError{cmd, fmt.Errorf("%s takes %s, got %d arguments", cmd.Name(), strings.Join(names, " "), len(args))}
	}
}

// takesSeveral checks that a command gets at least two arguments of a kind.
func takesSeveral(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= 2 {
			return nil
		}
		return &usageError{cmd, fmt.Errorf("%s takes at least two %ss, got %d arguments", cmd.Name(), name, len(args))}
	}
}

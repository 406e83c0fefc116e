package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/install"
)

func pluginInstallCmd(p *pluginVerbs) *cobra.Command {
	var req install.Request
	var asJSON bool
	var from string
	cmd := &cobra.Command{
		Use:   "install [SOURCE]",
		Short: "install a plugin, or all that models.toml names",
		Long: `Install gets a plugin and adds it, with its models, to models.toml, which it
makes if there is none. SOURCE is

  ./vae.tar.gz or .zip      a package, as genhost plugin pack makes it
  ./vae                     an executable, or a folder: a package, or a Go package, which is built when it is used
  https://example.com/...   a package; --sha256 says which, or a key in models.toml who signed it
  oci://ghcr.io/acme/vae    an OCI repository, with :1.2.0 or @sha256:... for one version
  oci-layout:./mirror       the same in a folder

Without SOURCE it gets what models.toml and models.lock.toml name and is not
there, or has changed, exactly as it is pinned; with --mirror from where genhost
plugin mirror has put it.

It prints what the plugin is, what it needs and who signed it. A signature is
one of minisign: beside a file FILE.minisig, or in an OCI repository. What
cannot be verified ends with exit code 5.`,
		Example: `  genhost plugin install ./vae.tar.gz
  genhost plugin install oci://ghcr.io/acme/tabgan --version '~> 2.1'
  genhost plugin install`,
		Args: atMostOne("SOURCE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd, func(ctx context.Context, in install.Installer) error {
				if from != "" && len(args) > 0 {
					return &usageError{cmd, errors.New("--mirror is for what models.lock.toml pins: leave SOURCE out")}
				}
				in.From = from
				if len(args) == 0 {
					all, err := in.Restore(ctx)
					return errors.Join(printInstalled(cmd, all, asJSON), err)
				}
				req.Source = args[0]
				i, err := in.Install(ctx, req)
				if err != nil {
					return err
				}
				return printInstalled(cmd, []install.Installed{i}, asJSON)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.As, "as", "", "its name in models.toml, by default its own")
	f.StringVar(&req.Version, "version", "", "which versions will do, such as '~> 1.2'")
	f.StringVar(&req.SHA256, "sha256", "", "of the package's file, as its publisher tells")
	f.StringVar(&req.Accelerator, "accelerator", "", "which of the plugin's targets, such as cuda12")
	f.BoolVar(&req.Grant, "grant", false, "let it have the network and the variables that it needs")
	f.BoolVar(&req.AcceptSigner, "accept-new-signer", false, "another may have signed it than before")
	f.StringVar(&from, "mirror", "", "get what is pinned from here: a folder, or oci://HOST/PREFIX")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

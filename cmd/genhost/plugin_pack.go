package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/pack"
)

func pluginPackCmd(p *pluginVerbs) *cobra.Command {
	var targets []string
	var out, key string
	cmd := &cobra.Command{
		Use:   "pack PATH",
		Short: "make a package of a plugin",
		Long: `Pack builds the Go package in a folder and puts the program, the README and the
licence that are there, and a genhost-plugin.toml into an archive, which genhost
plugin install takes. With more than one --target there is a program for each of
these machines in it. PATH may also be an executable, or a folder that is a
package: one with a genhost-plugin.toml that says which command to run.

What the program says of itself goes into genhost-plugin.toml. What it does not
say - licence, homepage, what it needs - is taken from the one in the folder.
Equal sources give equal archives. With --sign there is a signature beside it.`,
		Example: `  genhost plugin pack ./plugins/vae --out vae.tar.gz
  genhost plugin pack ./plugins/vae --target linux/amd64,linux/arm64,darwin/arm64 --sign ~/.minisign/minisign.key`,
		Args: takes("PATH"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := platforms(targets)
			if err != nil {
				return err
			}
			return p.making(cmd, func(ctx context.Context, packer pack.Packer) error {
				file, err := packer.MakeFile(ctx, args[0], out, wanted)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), file)
				if key == "" {
					return nil
				}
				return signFiles(cmd, key, file)
			})
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&targets, "target", nil, "system/processor to build for, by default this machine's")
	f.StringVar(&out, "out", "", "the archive, by default NAME-VERSION.tar.gz")
	f.StringVar(&key, "sign", "", "sign it with this secret key of minisign")
	return cmd
}

// platforms reads the values of --target.
func platforms(texts []string) ([]manifest.Platform, error) {
	var all []manifest.Platform
	for _, t := range texts {
		p, err := manifest.ParsePlatform(t)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

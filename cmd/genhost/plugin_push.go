package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/publish"
	"github.com/genhost/genhost/registry/sign"
)

func pluginPushCmd(p *pluginVerbs) *cobra.Command {
	var req publish.Request
	var targets []string
	var key string
	cmd := &cobra.Command{
		Use:   "push PATH REFERENCE",
		Short: "publish a plugin in an OCI repository",
		Long: `Push makes packages of a plugin, as genhost plugin pack does, and publishes them
under its version. It prints the reference with the digest. PATH may also be an
archive that pack has made.

REFERENCE is oci://HOST/REPOSITORY, with the credentials of docker login, or
oci-layout:FOLDER. A version that is there already is not replaced by another:
those who have it pinned would no longer find it. Equal sources have equal
digests. --sign signs the digest of the whole, all platforms at once.`,
		Example: `  genhost plugin push ./plugins/vae oci://ghcr.io/acme/vae --target linux/amd64,darwin/arm64 --sign ~/.minisign/minisign.key
  genhost plugin push vae-0.1.0.tar.gz oci-layout:./published`,
		Args: takes("PATH", "REFERENCE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			req.Path, req.To = args[0], args[1]
			if req.Targets, err = platforms(targets); err != nil {
				return err
			}
			if req.Secret, err = secret(cmd, key); err != nil {
				return err
			}
			return p.making(cmd, func(ctx context.Context, packer pack.Packer) error {
				reference, err := publish.Push(ctx, packer, req)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), reference)
				}
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&targets, "target", nil, "system/processor to build for, by default this machine's")
	f.StringVar(&key, "sign", "", "sign it with this secret key of minisign")
	f.BoolVar(&req.Replace, "replace", false, "also a version that is there, with other packages")
	return cmd
}

// secret reads the key to sign with, or nil where none is named.
func secret(cmd *cobra.Command, file string) (*sign.Secret, error) {
	if file == "" {
		return nil, nil
	}
	s, err := sign.ReadSecret(file, func() (string, error) { return password(cmd, file) })
	return &s, err
}

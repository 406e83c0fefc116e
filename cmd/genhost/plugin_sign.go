package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/genhost/genhost/cmd/genhost/progress"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

func pluginSignCmd(*pluginVerbs) *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "sign FILE...",
		Short: "sign packages",
		Long: `Sign writes a signature of minisign beside each file: FILE.minisig, which genhost
plugin install looks for, and minisign -V verifies. The key is one that minisign
-G has made; if it has a password, that is asked for, or read from stdin.`,
		Example: "  genhost plugin sign vae-0.1.0.tar.gz --key ~/.minisign/minisign.key",
		Args:    some("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" {
				return &usageError{cmd, errors.New("sign needs --key FILE")}
			}
			return signFiles(cmd, key, args...)
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the secret key")
	return cmd
}

// signFiles signs files and prints where the signatures are.
func signFiles(cmd *cobra.Command, key string, files ...string) error {
	secret, err := sign.ReadSecret(key, func() (string, error) { return password(cmd, key) })
	if err != nil {
		return err
	}
	for _, file := range files {
		signature, err := secret.SignFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), signature)
	}
	return nil
}

// password asks for the one of a key.
func password(cmd *cobra.Command, key string) (string, error) {
	if text, asked, err := progress.Password(os.Stdin, cmd.ErrOrStderr(), "password of "+key+": "); asked {
		return text, err
	}
	line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if line == "" {
		return "", sdk.Hint(fmt.Errorf("%s has a password: %w", key, err), "give it on stdin")
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// Genhost trains and runs generative models that are plugins.
//
//	genhost train --model vae
//	genhost generate latest -n 16
//
// This package is the command line: one file for each verb, which asks package
// host and prints what it answers. Data goes to stdout, one item a line; talk
// goes to stderr.
package main

import (
	"context"
	"os"

	"github.com/genhost/genhost/host/process/sandbox"
)

func main() {
	sandbox.Main()
	err := rootCmd().ExecuteContext(context.Background())
	explain(os.Stderr, err)
	os.Exit(exitCode(err))
}

// Vae is a genhost plugin: a variational autoencoder.
package main

import "github.com/genhost/genhost/sdk/serve"

func main() { serve.Main(plugin) }

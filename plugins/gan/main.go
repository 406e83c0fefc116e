// Gan is a genhost plugin: a generative adversarial network.
package main

import "github.com/genhost/genhost/sdk/serve"

func main() { serve.Main(plugin) }

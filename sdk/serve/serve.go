// Package serve is a plugin author's door to the host: a plugin's whole main is
//
//	func main() { serve.Main(plugin) }
//
// Call it before anything prints to stdout, which carries the handshake. After
// it, what the plugin prints, on stdout or stderr, is in the run's plugin.log.
//
// A plugin never outlives its host, and what it has started does not either:
// when the host is gone, however it went, the plugin's process group is
// killed. (Not on Windows.)
package serve

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/internal/wire"
)

// Main offers p to the host that has started this program, until the host
// stops it. Started by hand, the program says what it is, and exits with
// status 1; so it does when p is not valid.
func Main(p sdk.Plugin) {
	if err := p.Validate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if !wire.Hosted() {
		introduce(os.Stderr, p, os.Args[0])
		os.Exit(1)
	}
	holdLifeline()
	wire.Serve(p)
}

// introduce tells a person what the program is and how to use it.
func introduce(w io.Writer, p sdk.Plugin, path string) {
	var offers []string
	for _, m := range p.Models {
		offers = append(offers, "the model "+m.Name)
	}
	for _, m := range p.Modalities {
		offers = append(offers, "the modality "+m.Name)
	}
	fmt.Fprintf(w, "%s %s is a genhost plugin with %s, which genhost starts by itself.\n",
		p.Name, p.Version, strings.Join(offers, ", "))
	fmt.Fprintf(w, "To use it, register it in models.toml:\n\n[plugins.%s]\nsource = %q\n", p.Name, path)
}

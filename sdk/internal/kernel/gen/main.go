// Gen writes the assembly of package kernel. Run it with go generate.
package main

import (
	"log"
	"os"
)

// outputs lists every generated file with the function that writes its text.
var outputs = []struct {
	file string
	text func() []byte
}{}

func main() {
	for _, out := range outputs {
		if err := os.WriteFile(out.file, out.text(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

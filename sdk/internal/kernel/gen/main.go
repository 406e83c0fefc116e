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
}{
	{"gemm_amd64.s", func() []byte { return gemmAMD64().text.Bytes() }},
	{"gemmstubs_amd64.go", func() []byte { return gemmAMD64().stubs.Bytes() }},
	{"gemm_arm64.s", func() []byte { return gemmARM64().text.Bytes() }},
	{"gemmstubs_arm64.go", func() []byte { return gemmARM64().stubs.Bytes() }},
	{"vector_amd64.s", vectorAssembly},
	{"vector_amd64.go", vectorDispatch},
	{"vector_noasm.go", vectorFallback},
}

func main() {
	for _, out := range outputs {
		if err := os.WriteFile(out.file, out.text(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

package main

import (
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/genhost/genhost/"

// layers says who may import whom. A package may import the packages of this
// module, and the outside modules, that its line names; the standard library
// is free to all. A package that no line names may not be there.
const layers = `
sdk
sdk/safetensors
sdk/dataset              sdk sdk/safetensors
sdk/folder               sdk
sdk/internal/wire/wirepb google.golang.org/grpc google.golang.org/protobuf
sdk/internal/wire        sdk sdk/dataset sdk/internal/wire/wirepb github.com/hashicorp/go-plugin github.com/hashicorp/go-hclog google.golang.org/grpc google.golang.org/protobuf
sdk/serve                sdk sdk/internal/wire
sdk/dial                 sdk sdk/internal/wire
sdk/sdktest              sdk sdk/safetensors sdk/internal/wire
sdk/internal/kernel      golang.org/x/sys gonum.org/v1/gonum
sdk/internal/kernel/gen
sdk/tensor               sdk/internal/kernel
sdk/nn                   sdk/tensor sdk/safetensors sdk/internal/kernel
sdk/optim                sdk/tensor sdk/internal/kernel
sdk/nn/nnbench           sdk/tensor sdk/nn sdk/optim
plugins/image            sdk sdk/folder sdk/serve golang.org/x/image
plugins/audio            sdk sdk/folder sdk/serve github.com/mewkiz/flac gonum.org/v1/gonum
plugins/table            sdk sdk/folder sdk/serve golang.org/x/image github.com/parquet-go/parquet-go
plugins/text             sdk sdk/folder sdk/serve golang.org/x/image
plugins/*                sdk sdk/folder sdk/serve sdk/dataset sdk/safetensors sdk/tensor sdk/nn sdk/optim
registry/fault
registry/flock
registry/document        sdk registry/fault github.com/BurntSushi/toml
registry/manifest        sdk registry/document registry/fault
registry/archive         sdk registry/fault
registry/tree
registry/version         sdk registry/fault golang.org/x/mod
registry/sign            sdk registry/fault aead.dev/minisign
registry/store           sdk registry/fault registry/flock registry/tree
registry/lock            registry/document registry/manifest
registry                 sdk registry/document registry/fault registry/manifest registry/archive registry/tree registry/version registry/sign registry/store registry/lock
registry/oci             sdk registry/fault registry/flock oras.land/oras-go/v2 github.com/opencontainers
registry/oci/ocitest
host/run                 sdk registry/flock github.com/BurntSushi/toml
host/npy
host/chart               gonum.org/v1/plot
host/eval                sdk sdk/tensor gonum.org/v1/gonum
host/eval/classifier     sdk sdk/tensor sdk/nn sdk/optim
host/report              sdk
host/card                sdk host/run host/report
host/measure             sdk host/eval host/eval/classifier host/report
host/scratch             registry/flock
host/process/sandbox     sdk github.com/landlock-lsm/go-landlock golang.org/x/sys
host/process             sdk sdk/dial host/process/sandbox host/scratch
host/tensorboard         google.golang.org/protobuf
registry/pack            sdk registry registry/fault registry/manifest registry/archive registry/tree
registry/publish         sdk registry/archive registry/fault registry/manifest registry/oci registry/pack registry/sign
registry/install         sdk registry registry/document registry/fault registry/manifest registry/archive registry/version registry/sign registry/lock registry/pack registry/oci
host                     sdk sdk/dataset sdk/safetensors registry registry/lock registry/manifest registry/pack registry/install registry/oci registry/sign host/card host/run host/npy host/chart host/tensorboard host/process host/process/sandbox host/scratch host/measure host/report host/eval/classifier
cmd/genhost/progress     sdk github.com/vbauerster/mpb/v8 golang.org/x/term
cmd/genhost              sdk registry registry/manifest registry/pack registry/sign registry/install registry/publish host host/run host/process/sandbox host/measure host/report cmd/genhost/progress github.com/spf13/cobra
`

func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		pkg := strings.TrimPrefix(f[0], module)
		may, ok := allowed(pkg)
		if !ok {
			t.Errorf("%s has no line in the table", pkg)
			continue
		}
		for _, imported := range f[1:] {
			if !permits(may, imported) {
				t.Errorf("%s may not import %s", pkg, strings.TrimPrefix(imported, module))
			}
		}
	}
}

// allowed returns the names on the first line that a package matches.
func allowed(pkg string) ([]string, bool) {
	for line := range strings.Lines(layers) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		if ok, _ := path.Match(f[0], pkg); ok {
			return f[1:], true
		}
	}
	return nil, false
}

func permits(may []string, imported string) bool {
	own, ours := strings.CutPrefix(imported, module)
	if !ours && !strings.Contains(strings.Split(imported, "/")[0], ".") {
		return true // standard library
	}
	for _, m := range may {
		if ours && own == m || !ours && (imported == m || strings.HasPrefix(imported, m+"/")) {
			return true
		}
	}
	return false
}

package registry_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "models.toml")
	os.WriteFile(path, []byte(`
schema = 1
[plugins.vae]
source = "./plugins/vae"
[models.digits]
plugin = "vae"
settings = { latent = 32, hidden = [256, 128] }
`), 0o644)

	reg, err := registry.Load(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, _ := reg.Model("digits")
	fmt.Println(m.Plugin, string(m.Settings["hidden"]))
	_, err = reg.Model("digit")
	fmt.Println(sdk.Hints(err)[0])
	// Output:
	// vae [256,128]
	// did you mean digits? there is digits
}

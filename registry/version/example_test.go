package version_test

import (
	"fmt"

	"github.com/genhost/genhost/registry/version"
	"github.com/genhost/genhost/sdk"
)

func Example() {
	there := []string{"1.2.0", "1.10.0", "2.0.0"}
	c, err := version.Parse("~> 1.2")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Best("tabgan", there))
	c, _ = version.Parse("~> 3.0")
	_, err = c.Best("tabgan", there)
	fmt.Println(err, "-", sdk.Hints(err)[0])
	// Output:
	// 1.10.0 <nil>
	// tabgan has no version ~> 3.0 - there is 2.0.0, 1.10.0, 1.2.0
}

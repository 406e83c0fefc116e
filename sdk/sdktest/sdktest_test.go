package sdktest

import (
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestHonestModel(t *testing.T) { Run(t, hazePlugin(sdk.MakeModel(hazeDefaults, newHaze))) }

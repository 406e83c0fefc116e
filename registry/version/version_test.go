package version

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

func TestAllows(t *testing.T) {
	versions := []string{"0.9.0", "1.0.0", "1.2.0-rc1", "1.2.0", "1.2.3", "1.3.0-rc1", "1.3.0", "2.0.0-rc1", "2.0.0", "3.0.0"}
	for text, want := range map[string]string{
		"":               "0.9.0 1.0.0 1.2.0 1.2.3 1.3.0 2.0.0 3.0.0",
		"1.2.3":          "1.2.3",
		"= 1.2.0-rc1":    "1.2.0-rc1",
		"~> 1.2":         "1.2.0 1.2.3 1.3.0",
		"~> 1.2.0":       "1.2.0 1.2.3",
		"~>1":            "1.0.0 1.2.0 1.2.3 1.3.0",
		">= 1.0, < 2":    "1.0.0 1.2.0 1.2.3 1.3.0",
		"> 1.2.3,<=2.0":  "1.3.0 2.0.0",
		">= 2.0.0-rc1":   "2.0.0-rc1 2.0.0 3.0.0",
		"~> 1.2.0-rc1":   "1.2.0-rc1 1.2.0 1.2.3",
		"> 3":            "",
		" = 1.0.0 , < 9": "1.0.0",
	} {
		c, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var got []string
		for _, v := range versions {
			if c.Allows(v) {
				got = append(got, v)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q allows %v, want %s", text, got, want)
		}
	}
	for _, text := range []string{"latest", "~>", "1.x", "^1.2", "1.2.3.4", ">= 1 < 2", ","} {
		if _, err := Parse(text); !errors.Is(err, fault.ErrConfig) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBest(t *testing.T) {
	c, _ := Parse("~> 1.2")
	versions := []string{"1.2.0", "1.10.0", "latest", "1.9.0", "2.0.0"}
	if got, err := c.Best("toy", slices.Clone(versions)); err != nil || got != "1.10.0" {
		t.Errorf("got %s, %v", got, err)
	}
	c, _ = Parse("~> 4.0")
	_, err := c.Best("toy", []string{"1.2.0", "2.0.0"})
	if !errors.Is(err, fault.ErrNotFound) || err.Error() != "toy has no version ~> 4.0" || sdk.Hints(err)[0] != "there is 2.0.0, 1.2.0" {
		t.Errorf("got %v, %q", err, sdk.Hints(err))
	}
}

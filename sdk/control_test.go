package sdk

import (
	"strings"
	"testing"
)

func TestValidateControls(t *testing.T) {
	space := Space{Modality: "text", Conditions: []Condition{{Name: "label", Values: []string{"a"}}}}
	good := []Control{
		{Condition{Name: "temperature", Doc: "how hot", Max: 10}, 1},
		{Condition{Name: "way", Doc: "which", Values: []string{"up", "down"}}, 1},
	}
	if err := ValidateControls(good, space); err != nil {
		t.Error(err)
	}
	for want, spoil := range map[string]func(c *Control){
		"want a name":          func(c *Control) { c.Name = "Hot!" },
		"want a Doc":           func(c *Control) { c.Doc = "" },
		"of this name":         func(c *Control) { c.Name = "label" },
		"or a control of this": func(c *Control) { c.Name = "way" },
		"min < max":            func(c *Control) { c.Max = 0 },
		"-1 is its default":    func(c *Control) { c.Default = -1 },
	} {
		bad := []Control{good[1], good[0]}
		spoil(&bad[1])
		if err := ValidateControls(bad, space); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

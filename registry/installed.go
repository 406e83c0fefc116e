package registry

import (
	"cmp"
	"path/filepath"
	"regexp"
	"time"

	"github.com/genhost/genhost/registry/document"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/registry/version"
	"github.com/genhost/genhost/sdk"
)

// pluginKeys are the keys of a plugin, but for those of what it may do.
var pluginKeys = []string{"source", "version", "accelerator", "sha256", "verify"}

var (
	validSum         = regexp.MustCompile(`^[0-9a-f]{64}$`)
	validAccelerator = regexp.MustCompile(`^[a-z0-9.]+$`)
)

// addInstalled reads what only matters to a plugin that is installed.
func (r *Registry) addInstalled(p *Plugin, t document.Table) error {
	var err error
	if p.Version, err = t.Text("version"); err != nil {
		return err
	}
	if _, err := version.Parse(p.Version); err != nil {
		return sdk.Hint(t.Errorf("version", "is %w", err), "")
	}
	if p.Accelerator, err = t.Text("accelerator"); err != nil {
		return err
	}
	if p.Accelerator != "" && !validAccelerator.MatchString(p.Accelerator) {
		return sdk.Hint(t.Errorf("accelerator", "is %q", p.Accelerator), "such as cuda12")
	}
	if p.SHA256, err = t.Text("sha256"); err != nil {
		return err
	}
	if p.SHA256 != "" && !validSum.MatchString(p.SHA256) {
		return sdk.Hint(t.Errorf("sha256", "is %q: want 64 digits, 0 to 9 and a to f", p.SHA256), "sha256sum prints it")
	}
	policy, err := readPolicy(t)
	if err != nil {
		return err
	}
	p.Verify, p.Insists, p.keys = cmp.Or(policy, r.Verify), policy == sign.Require, r.Keys
	if pin, ok := r.Lock.Plugin(p.Name); ok {
		p.Pin, p.lock = &pin, filepath.Join(r.Dir, lock.Name)
	}
	return nil
}

func readPolicy(t document.Table) (sign.Policy, error) {
	s, err := t.Choice("verify", string(sign.Off), string(sign.Warn), string(sign.Require))
	return sign.Policy(s), err
}

// addKey reads whom the user trusts.
func (r *Registry) addKey(name string, t document.Table) error {
	if err := t.Only("key", "plugins", "expires"); err != nil {
		return err
	}
	text, err := t.Text("key")
	if err != nil {
		return err
	}
	if text == "" {
		return sdk.Hint(t.Lacks("key"), "add the last line of their minisign.pub")
	}
	k, err := sign.ParseKey(text)
	if err != nil {
		return t.Errorf("key", "%w", err)
	}
	k.Name = name
	if k.Plugins, err = t.Texts("plugins"); err != nil {
		return err
	}
	for _, pattern := range k.Plugins {
		if _, err := filepath.Match(pattern, ""); err != nil {
			return sdk.Hint(t.Errorf("plugins", "has %q, which is no pattern", pattern), `such as "acme-*"`)
		}
	}
	if value, there := t.Value("expires"); there {
		day, ok := value.(time.Time)
		if !ok {
			return sdk.Hint(t.Errorf("expires", "is %s: want a date", document.Kind(value)), "such as expires = 2027-12-31, without quotes")
		}
		// The whole of that day, wherever the user is.
		k.Expires = time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, time.Local)
	}
	r.Keys = append(r.Keys, k)
	return nil
}

package host

import (
	"fmt"
	"strings"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// readPrefix marks the settings of the modality that reads the data: read.size.
const readPrefix = "read."

// resolve lays assignments from the command line over a table of a model's
// entry in models.toml and returns the settings with every default spelled
// out. Assignments with [readPrefix] are for the modality, all others for the
// model.
func resolve(schema sdk.Schema, m registry.Model, table registry.Table, assignments []string) (sdk.Settings, error) {
	base := m.Settings
	if table == registry.ReadTable {
		base = m.Read
	}
	all, err := schema.Resolve(base)
	if err != nil {
		return nil, m.Locate(err, table)
	}
	for _, a := range assignments {
		key, text, ok := strings.Cut(a, "=")
		if !ok {
			return nil, sdk.Hint(fmt.Errorf("%w: --set %s", sdk.ErrBadSetting, a), "write --set name=value")
		}
		name, read := strings.CutPrefix(key, readPrefix)
		if read != (table == registry.ReadTable) {
			continue
		}
		setting, err := schema.Find(name)
		if err != nil {
			if table == registry.SettingsTable {
				err = sdk.Hint(err, "those for reading the data begin with "+readPrefix)
			}
			return nil, fmt.Errorf("--set %s: %w", a, err)
		}
		if all[name], err = setting.Parse(text); err != nil {
			return nil, fmt.Errorf("--set %s: %w", a, err)
		}
	}
	return all, nil
}

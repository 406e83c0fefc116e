package registry

import (
	"errors"
	"fmt"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// The kinds of errors: test for them with [errors.Is].
var (
	ErrConfig   = fault.ErrConfig   // models.toml cannot be used as it is
	ErrNotFound = fault.ErrNotFound // no such model or plugin, or no file at its source
	ErrVerify   = fault.ErrVerify   // a plugin is not what was installed, or nobody vouches for it
)

// A Table is a part of a model in models.toml that holds settings.
type Table string

const (
	SettingsTable Table = "settings" // the model's
	ReadTable     Table = "read"     // the modality's
)

// Locate adds file and line to an error about a setting that stands in the
// given table of m. Any other error is returned as it is. Hints are kept.
//
//	models.toml:14: vae has no setting "latnet"
//
// The result wraps [ErrConfig] and err. Do not call it for a setting that was
// given on the command line.
func (m Model) Locate(err error, in Table) error {
	var bad *sdk.SettingError
	if m.doc == nil || !errors.As(err, &bad) {
		return err
	}
	line := m.doc.Line("models", m.Name, string(in), bad.Setting)
	if line == 0 {
		return err
	}
	text := err.Error()
	if bad.Problem == "" {
		text = fmt.Sprintf("%s has no setting %q", m.owner(in), bad.Setting)
	}
	return fault.Mark(ErrConfig, &located{fmt.Sprintf("%s:%d: %s", m.doc.File, line, text), err})
}

// Errorf returns an error about the model's entry, with its file and line. It
// wraps [ErrConfig].
func (m Model) Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if m.doc != nil {
		err = &located{fmt.Sprintf("%s:%d: %s", m.doc.File, m.Line, err), err}
	}
	return fault.Mark(ErrConfig, err)
}

// owner names what the settings of a table belong to.
func (m Model) owner(in Table) string {
	switch {
	case in == SettingsTable:
		return m.Name
	case m.Modality != "":
		return m.Modality
	}
	return "the modality of " + m.Name
}

// located says err in words that hold its place.
type located struct {
	text string
	err  error
}

func (l *located) Error() string { return l.text }
func (l *located) Unwrap() error { return l.err }

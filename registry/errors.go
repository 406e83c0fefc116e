package registry

import (
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
)

// The kinds of errors: test for them with [errors.Is].
var (
	ErrConfig   = errors.New("invalid configuration") // models.toml cannot be used as it is
	ErrNotFound = errors.New("not found")             // no such model or plugin, or no file at its source
)

// marked is an error that is also of a kind, which its words do not name.
type marked struct {
	error
	kind error
}

func (m *marked) Unwrap() []error { return []error{m.error, m.kind} }

// mark makes err an error of a kind.
func mark(kind, err error) error { return &marked{err, kind} }

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
	line, ok := m.doc.lines[keyOf("models", m.Name, string(in), bad.Setting)]
	if !ok {
		return err
	}
	text := err.Error()
	if bad.Problem == "" {
		text = fmt.Sprintf("%s has no setting %q", m.owner(in), bad.Setting)
	}
	return mark(ErrConfig, &located{fmt.Sprintf("%s:%d: %s", m.doc.file, line, text), err})
}

// Errorf returns an error about the model's entry, with its file and line. It
// wraps [ErrConfig].
func (m Model) Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if m.doc != nil {
		err = &located{fmt.Sprintf("%s:%d: %s", m.doc.file, m.Line, err), err}
	}
	return mark(ErrConfig, err)
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

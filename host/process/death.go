package process

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dial"
)

// A failure says in its own words what a plugin did, and is of some kind.
type failure struct {
	text string
	kind error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.kind }

// lost explains a broken connection, or a start without a handshake.
func (p *program) lost(cause error) error {
	if p.unwanted.Load() {
		return &failure{fmt.Sprintf("the %s plugin was stopped", p.spec.Name), sdk.ErrCrashed}
	}
	select {
	case <-p.done:
		return p.death(cause)
	case <-time.After(lostTime):
		return &failure{fmt.Sprintf("the connection to the %s plugin broke: %v", p.spec.Name, cause), sdk.ErrCrashed}
	}
}

// death says how the process ended, and its last words.
func (p *program) death(cause error) error {
	if why := p.excess.Load(); why != nil {
		return sdk.Hint(&failure{*why, sdk.ErrCrashed}, "let it have more in models.toml, or ask less of it: a smaller batch or model")
	}
	state := p.cmd.ProcessState
	how, words := state.String(), p.tail.lastWords()
	kind := sdk.ErrCrashed
	signalled := strings.HasPrefix(how, "signal: ")
	text := fmt.Sprintf("the %s plugin died: %s", p.spec.Name, how)
	if errors.Is(cause, dial.ErrNoHandshake) {
		text = fmt.Sprintf("the %s plugin ended before its handshake: %s", p.spec.Name, how)
		if !signalled && p.tail.panic == "" {
			kind = sdk.ErrProtocol
		}
	}
	if words != "" {
		text += ": " + words
	}
	var err error = &failure{text, kind}
	switch {
	case how == "signal: killed":
		err = sdk.Hint(err, "the system kills programs when memory runs out; a smaller batch or model may help")
	case kind == sdk.ErrProtocol && words == "":
		err = sdk.Hint(err, "is "+p.spec.Path+" a genhost plugin? started by hand, a plugin says so")
	}
	return err
}

package host

import "github.com/genhost/genhost/sdk"

// A Watcher is told how a training goes.
type Watcher interface {
	Phase(what string)       // something that takes time begins; "" for nothing
	Reading(rows, total int) // of the data
	Training(rows int)       // steps come next; an epoch has so many rows
	Event(e sdk.Event)
}

// nobody watches.
type nobody struct{}

func (nobody) Phase(string)     {}
func (nobody) Reading(int, int) {}
func (nobody) Training(int)     {}
func (nobody) Event(sdk.Event)  {}

// watcher returns w, or one that listens to nothing.
func watcher(w Watcher) Watcher {
	if w == nil {
		return nobody{}
	}
	return w
}

package run

import (
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A Summary is a run in a list.
type Summary struct {
	Name    string      `json:"name"`
	Dir     string      `json:"dir"`
	Model   string      `json:"model,omitempty"`
	Data    string      `json:"data,omitempty"`
	State   State       `json:"state,omitempty"`
	Reason  string      `json:"reason,omitempty"`
	Step    int         `json:"step"`
	Steps   int         `json:"steps"`
	Metrics sdk.Metrics `json:"metrics,omitempty"` // the last of each that is a number
	Best    *Best       `json:"best,omitempty"`
	Started time.Time   `json:"started,omitzero"`
	Seconds float64     `json:"seconds"` // of training
	Bytes   int64       `json:"bytes"`   // of all its files
	Damage  string      `json:"damage,omitempty"`
}

// List returns the runs in root, oldest first. A run that is damaged is in
// the list, and says so.
func List(root string) ([]Summary, error) {
	names, err := names(root)
	if err != nil {
		return nil, err
	}
	var all []Summary
	for _, name := range names {
		all = append(all, summarise(root, name))
	}
	slices.SortStableFunc(all, func(a, b Summary) int { return a.Started.Compare(b.Started) })
	return all, nil
}

// Summary returns the run as [List] shows it.
func (r *Run) Summary() Summary { return summarise(filepath.Dir(r.Dir), filepath.Base(r.Dir)) }

func summarise(root, name string) Summary {
	dir := filepath.Join(root, name)
	s := Summary{Name: name, Dir: dir, Bytes: size(dir)}
	r, err := open(dir)
	if err != nil {
		s.Damage = err.Error()
		return s
	}
	s.Model, s.Data, s.Started = r.Config.Model.Name, r.Config.Source.From, r.Config.Created
	status, err := r.Status()
	if err != nil {
		s.Damage = err.Error()
		return s
	}
	s.State, s.Reason, s.Step, s.Steps, s.Seconds = status.State, status.Reason, status.Step, status.Steps, status.Seconds
	s.Best = status.Best
	series, err := r.Metrics()
	if err != nil {
		s.Damage = err.Error()
		return s
	}
	// The status is older than the last metrics while a run trains.
	for _, m := range series {
		last := m.Points[len(m.Points)-1]
		s.Step, s.Seconds = max(s.Step, last.Step), max(s.Seconds, last.Seconds)
	}
	s.Metrics = finite(Last(series))
	return s
}

// size adds up the files below dir; what cannot be read counts nothing.
func size(dir string) int64 {
	var sum int64
	filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

package progress

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/genhost/genhost/sdk"
)

// objects shows progress as JSON, an object a line:
//
//	phase       text
//	reading     rows total
//	training    rows (in an epoch)
//	metrics     step steps epoch epochs metrics window [rows_per_second] [seconds_left]
//	checkpoint  step steps epoch epochs path [best]
//	preview     step steps epoch epochs
//	warning     step steps epoch epochs text
//	ending      step steps epoch epochs text (why it ends early)
//	note        text
//	end         step steps epoch epochs seconds
type objects struct {
	w   io.Writer
	now func() time.Time
}

type object struct {
	Time string `json:"time"`
	Type string `json:"type"`
	Text string `json:"text,omitempty"`

	Rows  *int `json:"rows,omitempty"`
	Total *int `json:"total,omitempty"`

	*place
	Metrics       map[string]*float64 `json:"metrics,omitempty"` // null when not finite
	Window        *bool               `json:"window,omitempty"`
	RowsPerSecond float64             `json:"rows_per_second,omitempty"`
	SecondsLeft   *float64            `json:"seconds_left,omitempty"`
	Path          string              `json:"path,omitempty"`
	Best          bool                `json:"best,omitempty"`
	Seconds       *float64            `json:"seconds,omitempty"`
}

type place struct {
	Step   int `json:"step"`
	Steps  int `json:"steps"`
	Epoch  int `json:"epoch"`
	Epochs int `json:"epochs"`
}

func (o *objects) print(v object) {
	v.Time = o.now().UTC().Format("2006-01-02T15:04:05.000Z")
	line, err := json.Marshal(v)
	if err == nil {
		o.w.Write(append(line, '\n'))
	}
}

func (o *objects) phase(text string) {
	if text != "" {
		o.print(object{Type: "phase", Text: text})
	}
}

func (o *objects) reading(rows, total int) {
	o.print(object{Type: "reading", Rows: &rows, Total: &total})
}
func (o *objects) training(m *meter) { o.print(object{Type: "training", Rows: &m.rows}) }
func (o *objects) note(line string)  { o.print(object{Type: "note", Text: line}) }

func (o *objects) event(m *meter, e sdk.Event) {
	at := place(e.Position)
	if e.Metrics != nil {
		v := object{Type: "metrics", place: &at, Window: &e.Window, Metrics: map[string]*float64{}}
		for name, value := range e.Metrics {
			v.Metrics[name] = nil
			if !math.IsNaN(value) && !math.IsInf(value, 0) {
				v.Metrics[name] = &value
			}
		}
		v.RowsPerSecond = math.Round(10*m.speed()*m.rowsPerStep()) / 10
		if left, known := m.left(); known {
			seconds := math.Round(10*left.Seconds()) / 10
			v.SecondsLeft = &seconds
		}
		o.print(v)
	}
	if e.Checkpoint != "" {
		o.print(object{Type: "checkpoint", place: &at, Path: e.Checkpoint, Best: e.Best})
	}
	if e.Warning != "" {
		o.print(object{Type: "warning", place: &at, Text: Clean(e.Warning)})
	}
	if e.Note != "" {
		o.print(object{Type: "ending", place: &at, Text: Clean(e.Note)})
	}
	if e.Preview != nil {
		o.print(object{Type: "preview", place: &at})
	}
}

func (o *objects) close(m *meter) {
	if m.began.IsZero() {
		return
	}
	at, seconds := place(m.at), math.Round(10*o.now().Sub(m.began).Seconds())/10
	o.print(object{Type: "end", place: &at, Seconds: &seconds})
}

package run

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

const metricsHead = "step,epoch,seconds,name,value\n"

// A Series is one metric over a run.
type Series struct {
	Name   string
	Points []Point // by step
}

// A Point is a metric's mean over a window that ended at a step.
type Point struct {
	Step    int
	Epoch   int     // completed
	Seconds float64 // of training
	Value   float64
}

// Metrics reads metrics.csv, by name. Of steps that were taken twice, because
// the run went on from an older checkpoint, the later ones count.
func (r *Run) Metrics() ([]Series, error) {
	all, err := decodeFile(r.path(metricsFile), maxMetrics, readMetrics)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // not a step yet
	}
	return all, err
}

func readMetrics(data []byte) ([]Series, error) {
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	if len(data) == 0 {
		return nil, nil
	}
	body, ok := bytes.CutPrefix(data, []byte(metricsHead))
	if !ok {
		return nil, fmt.Errorf("line 1: want %s", strings.TrimSpace(metricsHead))
	}
	c := csv.NewReader(bytes.NewReader(body))
	c.FieldsPerRecord, c.ReuseRecord = 5, true
	points := map[string][]Point{}
	for line := 2; ; line++ {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, errors.Unwrap(err))
		}
		p, err := parsePoint(record)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		name := record[3]
		past := points[name]
		for len(past) > 0 && past[len(past)-1].Step >= p.Step {
			past = past[:len(past)-1]
		}
		points[name] = append(past, p)
	}
	var all []Series
	for _, name := range sorted(points) {
		all = append(all, Series{name, points[name]})
	}
	return all, nil
}

func parsePoint(record []string) (p Point, err error) {
	number := func(text string, bits int) (v float64) {
		if err == nil {
			v, err = strconv.ParseFloat(text, bits)
		}
		return v
	}
	if p.Step, err = strconv.Atoi(record[0]); err == nil {
		p.Epoch, err = strconv.Atoi(record[1])
	}
	p.Seconds, p.Value = number(record[2], 64), number(record[4], 64)
	return p, err
}

// metricRows writes the rows of one window, by name.
func metricRows(at sdk.Position, seconds float64, m sdk.Metrics) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, name := range sorted(m) {
		// A row is a line: that is how a torn one is known.
		if name == "" || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' }) {
			return nil, fmt.Errorf("%w: a metric is called %q", sdk.ErrBadInput, name)
		}
		w.Write([]string{
			strconv.Itoa(at.Step), strconv.Itoa(at.Epoch), strconv.FormatFloat(seconds, 'f', 3, 64),
			name, strconv.FormatFloat(m[name], 'g', -1, 64),
		})
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// Last returns each metric's last value.
func Last(all []Series) sdk.Metrics {
	last := sdk.Metrics{}
	for _, s := range all {
		last[s.Name] = s.Points[len(s.Points)-1].Value
	}
	return last
}

// MainLoss returns the metric that stands for a run where there is room for
// one, by name and value: "loss", or else the first whose name holds that word.
func MainLoss(m sdk.Metrics) (name string, value float64, ok bool) {
	if value, ok = m["loss"]; ok {
		return "loss", value, true
	}
	for _, name := range sorted(m) {
		if strings.Contains(name, "loss") {
			return name, m[name], true
		}
	}
	return "", 0, false
}

// finite returns the metrics that are numbers.
func finite(m sdk.Metrics) sdk.Metrics {
	for name, v := range m {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			delete(m, name)
		}
	}
	return m
}

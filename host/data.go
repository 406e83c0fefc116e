package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// A reader is a modality at work: its process, and what it reads with.
type reader struct {
	offer
	host     *Host
	settings sdk.Settings
	process  running
	modality sdk.Modality
	errand   errand
	known    map[string]bool // data that it may read
	stage    *stage
}

// openReader starts a modality with settings, to read data: a path, or what it
// carries. Its words go to log.
func (h *Host) openReader(ctx context.Context, o offer, settings sdk.Settings, data string, log io.Writer) (*reader, error) {
	s, err := h.newStage()
	if err != nil {
		return nil, err
	}
	r := &reader{
		offer: o, host: h, settings: settings, known: map[string]bool{}, stage: s,
		errand: errand{log: log, threads: 1, write: []string{s.dir}},
	}
	if data != "" && !hasDataset(o.spec, data) {
		r.know(data)
	}
	if err := r.begin(ctx); err != nil {
		s.remove()
		return nil, err
	}
	return r, nil
}

// know lets the process that is started next read data.
func (r *reader) know(data string) {
	if abs, err := filepath.Abs(data); err == nil && !r.known[abs] {
		r.known[abs] = true
		may := readable(abs)
		r.errand.read = append(r.errand.read, may.paths...)
		for _, words := range may.words(data) {
			r.host.say(words)
		}
	}
}

// begin starts the process.
func (r *reader) begin(ctx context.Context) error {
	proc, err := r.start(ctx, r.errand)
	if err != nil {
		return err
	}
	live, err := proc.Plugin().Modality(r.spec.Name)
	if err == nil {
		r.modality, err = live.New(ctx, r.settings)
	}
	if err != nil {
		proc.Stop()
		return fmt.Errorf("modality %s: %w", r.spec.Name, err)
	}
	r.process = proc
	return nil
}

// mayRead sees to it that the process may read data: one that has been started
// for other data is started again.
func (r *reader) mayRead(ctx context.Context, path string) error {
	if r.known[path] {
		return nil
	}
	if err := r.process.Stop(); err != nil {
		return err
	}
	r.know(path)
	return r.begin(ctx)
}

func (r *reader) Close() error {
	defer r.stage.remove()
	return r.process.Stop()
}

// source says what data means: a dataset that the modality carries, or a path,
// which it then may read.
func (r *reader) source(ctx context.Context, data string) (sdk.Source, error) {
	if hasDataset(r.spec, data) {
		return sdk.Source{Dataset: data}, nil
	}
	if !exists(data) {
		var names []string
		for _, d := range r.spec.Datasets {
			names = append(names, d.Name)
		}
		return sdk.Source{}, sdk.Hint(
			fmt.Errorf("data %q: %w: no dataset of modality %s, and no file or folder", data, fs.ErrNotExist, r.spec.Name),
			sdk.Suggest(data, names)+"; or give a path")
	}
	path, err := filepath.Abs(data)
	if err != nil {
		return sdk.Source{}, err
	}
	return sdk.Source{Path: path}, r.mayRead(ctx, path)
}

// carried is the first dataset that the modality carries.
func (r *reader) carried() (string, error) {
	if len(r.spec.Datasets) == 0 {
		return "", sdk.Hint(fmt.Errorf("%w: modality %s carries no dataset", sdk.ErrBadInput, r.spec.Name), "give --data")
	}
	return r.spec.Datasets[0].Name, nil
}

// suggestData adds to the error for a model without data what there is.
func (h *Host) suggestData(ctx context.Context, err error) error {
	for o, failed := range h.offers(ctx, "") {
		if failed == nil && len(o.spec.Datasets) > 0 {
			name := o.spec.Datasets[0].Name
			return sdk.Hint(err, fmt.Sprintf("modality %s carries %s: --data %s", o.spec.Name, name, name))
		}
	}
	return sdk.Hint(err, "no plugin here reads data: install one that offers a modality")
}

// elsewhere adds to the error for data that a modality does not know which
// other one carries a dataset of that name.
func (h *Host) elsewhere(ctx context.Context, err error, data string) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for o, failed := range h.offers(ctx, "") {
		if failed == nil && hasDataset(o.spec, data) {
			return sdk.Hint(err, fmt.Sprintf("%s is a dataset of modality %s: give --modality %s", data, o.spec.Name, o.spec.Name))
		}
	}
	return err
}

// open reads one split of data into a dataset file, or finds it in the cache
// where the content, the settings and the plugin are as they were.
func (r *reader) open(ctx context.Context, src sdk.Source, told func(rows, total int)) (*dataset.File, sdk.Info, error) {
	info, err := r.modality.Inspect(ctx, src)
	if err != nil {
		return nil, info, fmt.Errorf("look at the data: %w", err)
	}
	if len(info.Splits) == 0 {
		return nil, info, fmt.Errorf("%w: modality %s finds no split in %s", sdk.ErrProtocol, r.spec.Name, called(src))
	}
	if src.Split == "" {
		src.Split = info.Splits[0]
	}
	path, err := r.cachePath(ctx, src, info)
	if err != nil {
		return nil, info, err
	}
	if f, err := dataset.Open(path); err == nil {
		now := time.Now()
		_ = os.Chtimes(path, now, now) // for prune; another user's file is theirs to keep
		return f, info, nil
	}
	if err := r.read(ctx, src, path, func(rows int) { told(rows, info.Rows) }); err != nil {
		return nil, info, fmt.Errorf("read the data: %w", err)
	}
	f, err := dataset.Open(path)
	return f, info, err
}

// called is what a user calls the source.
func called(src sdk.Source) string { return src.Dataset + src.Path }

func (r *reader) read(ctx context.Context, src sdk.Source, path string, told func(rows int)) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := prune(filepath.Dir(path), time.Now().Add(-keepUnused)); err != nil {
		return err
	}
	staged := filepath.Join(r.stage.dir, filepath.Base(path))
	w := dataset.Create(staged)
	w.Progress = told
	defer w.Abort()
	if err := r.modality.Read(ctx, src, w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return r.stage.move(filepath.Base(path), path)
}

// keepUnused is how long the cache keeps a dataset that nobody uses.
const keepUnused = 30 * 24 * time.Hour

// prune removes the files of a folder that were last used, or left half-made
// by a genhost that was killed, before a time.
func prune(dir string, before time.Time) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || info.ModTime().After(before) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}

// cachePath names the dataset file after all that decides what is in it.
func (r *reader) cachePath(ctx context.Context, src sdk.Source, info sdk.Info) (string, error) {
	content, err := r.host.contentOf(ctx, info.Files)
	if err != nil {
		return "", err
	}
	key, err := json.Marshal(struct {
		Plugin, Modality string
		Source           sdk.Source
		Settings         sdk.Settings
		Content          string
	}{r.exe.SHA256, r.spec.Name, src, r.settings, content})
	if err != nil {
		return "", err
	}
	return filepath.Join(r.host.cache, "datasets", digest(key)+".safetensors"), nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// readerFor starts the modality that reads a model's data.
func (h *Host) readerFor(ctx context.Context, m registry.Model, data string, assignments []string, log io.Writer) (*reader, error) {
	var o offer
	var err error
	if m.Modality != "" {
		o, err = h.modality(ctx, m.Modality)
	} else {
		o, err = h.modalityWith(ctx, m, data)
	}
	if err != nil {
		return nil, err
	}
	settings, err := resolve(o.spec.Schema, m, registry.ReadTable, assignments)
	if err != nil {
		return nil, err
	}
	return h.openReader(ctx, o, settings, data, log)
}

package host

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// A GenerateRequest asks for new rows of a trained model.
type GenerateRequest struct {
	Run        string   // its name or path, or "latest"
	Checkpoint string   // "last", "best" or a step; "" is the last
	N          int      // how many, of each combination of the conditions' values
	Seed       uint64   // which: row i of a seed is always the same
	First      int      // index of the first
	Set        []string // condition=value, =value,value or =first..last; prompt=words
	Out        string   // folder for the files; "" is one in the run's samples, by seed and wishes

	Like       string   // a file that the rows are to be like; "" for none
	Strength   *float64 // how far from it: 0 is the model's own of the file, 1 is any row; nil is the default
	Attributes []string // label=steps towards it, in the latents

	// Profile is one of models.toml's: its wishes come before the others, of
	// which one for the same condition, file or strength takes its place.
	Profile string
}

// DefaultStrength is how far from a file rows are where nobody says.
const DefaultStrength = 0.3

// sheetRows is how many rows a contact sheet shows.
const sheetRows = 64

// Generate writes new rows as files of the modality, and, where there is more
// than one, a contact sheet of the first 64. It tells each path as soon as the
// file is whole.
func (h *Host) Generate(ctx context.Context, req GenerateRequest, made func(path string)) error {
	if req.N < 1 || req.First < 0 {
		return fmt.Errorf("generate: %w: %d rows from %d on: want at least 1, from 0 on", sdk.ErrBadInput, req.N, req.First)
	}
	if err := h.addProfile(&req); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	return h.use(ctx, "generate", subject{run: req.Run, checkpoint: req.Checkpoint}, func(s *session) error { return s.generate(ctx, req, made) })
}

// addProfile puts the wishes of a request's profile before its own.
func (h *Host) addProfile(req *GenerateRequest) error {
	if req.Profile != "" {
		p, err := h.registry.Profile(req.Profile)
		if err != nil {
			return err
		}
		req.Set = slices.Concat(p.Set, req.Set)
		req.Attributes = slices.Concat(p.Attributes, req.Attributes)
		req.Like = cmp.Or(req.Like, p.Like)
		req.Strength = cmp.Or(req.Strength, p.Strength)
	}
	if req.Strength == nil {
		strength := DefaultStrength
		req.Strength = &strength
	}
	return nil
}

func (s *session) generate(ctx context.Context, req GenerateRequest, made func(path string)) error {
	w, err := wishesOf(s.model, req.Set)
	if err != nil {
		return err
	}
	rowsOf, err := s.maker(ctx, req, w)
	if err != nil {
		return err
	}
	combinations, columns, most := w.combinations(), 0, sheetRows
	if combinations > 1 && combinations <= sheetRows {
		columns, most = combinations, sheetRows/combinations*combinations
	}
	if req.N > math.MaxInt/combinations {
		return fmt.Errorf("%w: %d rows of each of %d combinations", sdk.ErrBadInput, req.N, combinations)
	}
	req.N *= combinations
	if req.Out == "" {
		req.Out = filepath.Join(s.run.SamplesDir(), req.folder())
	}
	dir, err := makeDir(req.Out)
	if err != nil {
		return err
	}
	sheet := sdk.Batch{Shape: s.space.Shape}
	for done := 0; done < req.N; {
		n := min(req.N-done, chunk(s.space))
		first := req.First + done
		rows, err := rowsOf(ctx, sdk.GenerateRequest{N: n, Seed: req.Seed, First: first, Conditions: w.of(first, n)})
		if err != nil {
			return err
		}
		paths, err := s.reader.write(ctx, s.space, rows, dir, names(req.Seed, first, n))
		if err != nil {
			return err
		}
		for _, p := range paths {
			made(shown(req.Out, p))
		}
		sheet.Data = append(sheet.Data, rows.Slice(0, min(n, max(0, most-done))).Data...)
		done += n
	}
	if req.N == 1 {
		return nil
	}
	path := filepath.Join(req.Out, fmt.Sprintf("%d-sheet.png", req.Seed))
	if err := s.sheet(ctx, sheet, columns, path); err != nil {
		return err
	}
	made(path)
	return nil
}

// folder is a name for what is asked for: rows of other wishes are not to lie
// among them.
func (r GenerateRequest) folder() string {
	name := fmt.Sprintf("seed-%d", r.Seed)
	wishes := slices.Concat(r.Set, r.Attributes)
	if r.Like != "" {
		wishes = append(wishes, fmt.Sprintf("like=%s=%g", filepath.Base(r.Like), *r.Strength))
	}
	if len(wishes) == 0 {
		return name
	}
	text := strings.Join(wishes, " ")
	return fmt.Sprintf("%s-%s-%s", name, stem(text), digest([]byte(text))[:6])
}

// sheet writes a picture of rows.
func (s *session) sheet(ctx context.Context, rows sdk.Batch, columns int, path string) error {
	p, err := s.reader.modality.Preview(ctx, s.space, rows, columns)
	if err != nil {
		return err
	}
	return run.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(p.PNG)
		return err
	})
}

// names are those of files for n rows of a seed: 7-000012.
func names(seed uint64, first, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%d-%06d", seed, first+i)
	}
	return all
}

// makeDir makes a folder and returns its absolute path, for a plugin that
// works elsewhere.
func makeDir(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	return filepath.Abs(dir)
}

// shown is an absolute path as the user would write it, who named the folder
// dir.
func shown(dir, path string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(abs, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return filepath.Join(dir, rel)
}

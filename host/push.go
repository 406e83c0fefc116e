package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/host/card"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A PushRequest asks to give a trained model away.
type PushRequest struct {
	Run        string // its name or path, or "latest"
	Checkpoint string // "last", "best" or a step; "" is the best where there is one, else the last
	To         string // an OCI reference, see [oci.Parse]; without a tag, the run's name is it
	Licence    string // of the weights: an SPDX identifier, "" for none
	Notes      string // a file of words for the model card, in Markdown; "" for none
	Replace    bool   // what is there under the tag, and is something else

	Secret *sign.Secret // to sign it with; nil leaves it unsigned
}

// cardRows is how many rows the picture of a model card shows.
const cardRows = 64

// Push publishes a run: weights, configuration, what it learned from, how good
// it is, and a model card that says so. It returns the reference, with the digest.
//
// Nothing travels that says whose machine it was, and no row of the data.
func (h *Host) Push(ctx context.Context, req PushRequest) (reference string, err error) {
	ref, err := oci.Parse(req.To)
	if err != nil {
		return "", fmt.Errorf("push: %w", err)
	}
	if ref.Digest != "" {
		return "", fmt.Errorf("push: %w: %s: a digest is what push returns, give a tag or none", sdk.ErrBadInput, req.To)
	}
	which := subject{run: req.Run, checkpoint: req.Checkpoint}
	if which.checkpoint == "" {
		which.checkpoint = h.bestOf(req.Run)
	}
	err = h.use(ctx, "push", which, func(s *session) error {
		if ref.Tag == "" {
			ref.Tag = s.run.Name
		}
		b, err := s.bundle(ctx, req, ref)
		if err != nil {
			return err
		}
		to, err := oci.Create(ctx, ref)
		if err != nil {
			return err
		}
		digest, err := to.PushBundle(ctx, b, ref.Tag, req.Replace)
		if err != nil {
			return err
		}
		reference = ref.At(digest).String()
		if req.Secret == nil {
			return nil
		}
		signature, err := req.Secret.Sign(strings.NewReader(digest), "genhost run "+s.run.Name)
		if err != nil {
			return err
		}
		return to.Sign(ctx, digest, signature)
	})
	return reference, err
}

// bestOf is "best" for a run that was validated.
func (h *Host) bestOf(name string) string {
	r, err := h.Run(name)
	if err != nil {
		return "" // which is told once it is opened again
	}
	if s, err := r.Status(); err == nil && s.Best != nil {
		return "best"
	}
	return ""
}

// bundle gathers all that travels.
func (s *session) bundle(ctx context.Context, req PushRequest, ref oci.Reference) (oci.Bundle, error) {
	parts, err := s.run.Share(s.checkpoint)
	if err != nil {
		return oci.Bundle{}, err
	}
	sheet, err := s.specimen(ctx)
	if err != nil {
		return oci.Bundle{}, fmt.Errorf("draw rows for the model card: %w", err)
	}
	parts = append(parts, run.Part{Name: run.SharedSheet, Text: sheet})
	found, err := s.sharedReport()
	if err != nil {
		return oci.Bundle{}, err
	}
	if found != nil {
		text, err := found.Encode()
		if err != nil {
			return oci.Bundle{}, err
		}
		parts = append(parts, run.Part{Name: "eval.json", Text: text})
	}
	c, err := s.card(req, ref, found)
	if err != nil {
		return oci.Bundle{}, err
	}
	page, err := c.Markdown()
	if err != nil {
		return oci.Bundle{}, err
	}
	parts = append([]run.Part{{Name: "README.md", Text: []byte(page)}}, parts...)
	facts, err := json.Marshal(c.Facts)
	if err != nil {
		return oci.Bundle{}, err
	}
	if err := s.checkPrivate(append(parts, run.Part{Name: "its facts", Text: facts})); err != nil {
		return oci.Bundle{}, err
	}
	s.tellKnown()
	b := oci.Bundle{Name: s.run.Name, Doc: c.Doc, Licence: req.Licence, Config: facts}
	for _, p := range parts {
		b.Files = append(b.Files, oci.File{Name: p.Name, Path: p.Path, Text: p.Text})
	}
	return b, nil
}

// specimen draws a picture of rows by the very weights that travel.
func (s *session) specimen(ctx context.Context) ([]byte, error) {
	rows, err := s.model.Generate(ctx, sdk.GenerateRequest{N: cardRows})
	if err != nil {
		return nil, err
	}
	p, err := s.reader.modality.Preview(ctx, s.space, rows, 0)
	return p.PNG, err
}

// sharedReport is what the last evaluation found, if it was of these weights.
func (s *session) sharedReport() (*report.Report, error) {
	found, err := ReadReport(s.run)
	switch {
	case errors.Is(err, ErrNotEvaluated):
		s.host.say("the model card has no figures: genhost evaluate " + s.run.Name + " before you push makes some")
		return nil, nil
	case err != nil:
		return nil, err
	case found.Step != s.checkpoint.Step:
		s.host.say(fmt.Sprintf("the model card has no figures: those there are of step %d, the weights of step %d; genhost evaluate %s --checkpoint %d makes some",
			found.Step, s.checkpoint.Step, s.run.Name, s.checkpoint.Step))
		return nil, nil
	}
	hide := func(text string) string {
		for _, path := range s.paths() {
			text = strings.ReplaceAll(text, path, filepath.Base(path))
		}
		return text
	}
	for _, split := range []*report.Split{&found.Train, &found.Test} {
		if strings.ContainsAny(split.Data, `/\`) {
			split.Data = filepath.Base(split.Data)
		}
		split.Split = hide(split.Split)
	}
	found.Notes = slices.Clone(found.Notes)
	for i, note := range found.Notes {
		found.Notes[i] = hide(note)
	}
	return &found, nil
}

func (s *session) card(req PushRequest, ref oci.Reference, found *report.Report) (card.Card, error) {
	status, err := s.run.StatusAt(s.checkpoint)
	if err != nil {
		return card.Card{}, err
	}
	spec, err := s.process.Plugin().Model(s.run.Config.Model.As)
	if err != nil {
		return card.Card{}, err
	}
	if ref.Layout != "" {
		ref.Layout = filepath.Base(ref.Layout) // where it lies here is nobody's business
	}
	c := card.Card{
		Facts: card.FactsOf(s.run, s.checkpoint.Step, req.Licence), Trained: s.run.Shared(), Status: status, Reference: ref.String(),
		Weights: filepath.ToSlash(filepath.Join("checkpoints", filepath.Base(s.checkpoint.Dir), sdk.WeightsFile)),
		Doc:     spec.Doc, Can: spec.Can, Report: found, Sheet: run.SharedSheet,
	}
	if heeds, err := sdk.As[sdk.Conditional](s.model); err == nil {
		c.Conditions = heeds.Conditions()
	}
	if req.Notes != "" {
		text, err := os.ReadFile(req.Notes)
		if err != nil {
			return c, err
		}
		c.Notes = strings.ToValidUTF8(strings.TrimSpace(string(text)), "?")
	}
	return c, nil
}

package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/genhost/genhost/host/card"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A PullRequest asks for a trained model that somebody has given away.
type PullRequest struct {
	From      string // an OCI reference, see [oci.Parse]
	Run       string // the run's name here; "" is the one it had there
	AnyPlugin bool   // also with plugins of versions that may not understand it
}

// Pull makes a run of a trained model that [Host.Push] has published, with the
// plugins that models.toml has for it. The run appears once all of it is what its
// digests say and the model has loaded its weights.
func (h *Host) Pull(ctx context.Context, req PullRequest) (*run.Run, error) {
	r, err := h.pull(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("pull: %w", err)
	}
	return r, nil
}

func (h *Host) pull(ctx context.Context, req PullRequest) (*run.Run, error) {
	ref, err := oci.Parse(req.From)
	if err != nil {
		return nil, err
	}
	from, err := oci.Open(ctx, ref)
	if err != nil {
		return nil, err
	}
	b, err := from.FindBundle(ctx, ref.Which())
	if err != nil {
		return nil, err
	}
	facts, err := card.Decode(b.Config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref, err)
	}
	signer, err := h.signerOf(ctx, from, b, facts)
	if err != nil {
		return nil, err
	}
	names, err := h.pluginsFor(ctx, facts, req.AnyPlugin)
	if err != nil {
		return nil, err
	}
	a := run.Arrival{
		Name: req.Run, Origin: run.Origin{Reference: ref.String(), Digest: b.Digest, Run: facts.Run, Signer: signer},
		Fill:  func(dir string) error { return fill(ctx, from, b, dir) },
		Adopt: func(r *run.Run) error { return h.adopt(ctx, r, facts, names) },
	}
	if a.Name == "" {
		a.Name = facts.Run
	}
	h.say(fmt.Sprintf("fetching %s, %s of plugin %s %s at step %d, trained on %s, %.1f MB", facts.Run, facts.Model, facts.Plugin.Name, facts.Plugin.Version, facts.Step, facts.Data.Name, float64(b.Size())/1e6))
	return run.Receive(h.runs(), a)
}

// signerOf returns who of those that models.toml trusts has signed a model, by
// its policy for plugins. A key that is for some plugins is for their models.
func (h *Host) signerOf(ctx context.Context, from *oci.Repository, b oci.Bundle, facts card.Facts) (string, error) {
	policy := cmp.Or(h.registry.Verify, sign.Warn)
	if policy == sign.Off {
		return "", nil
	}
	signatures, err := from.Signatures(ctx, b.Digest)
	verdict := sign.Unreadable(err)
	if err == nil {
		if verdict, err = sign.Verify(h.registry.Keys, facts.Plugin.Name, strings.NewReader(b.Digest), signatures, time.Now()); err != nil {
			return "", err
		}
	}
	warning, err := policy.Judge(verdict)
	if err != nil {
		return "", fmt.Errorf("%s: %w", facts.Run, err)
	}
	if warning != "" {
		h.say("warning: " + facts.Run + ": " + warning)
	} else {
		h.say(facts.Run + ": " + verdict.String())
	}
	return verdict.Signer, nil
}

// maxPart is how large a file of a run can be that is no weights.
const maxPart = 64 << 20

// checkParts refuses a bundle of which too much would have to be fetched to tell
// that it is no run.
func checkParts(b oci.Bundle) error {
	weights := 0
	for _, f := range b.Files {
		switch {
		case !run.CanReceive(f.Name):
		case path.Ext(f.Name) == ".safetensors":
			weights++
		case f.Size > maxPart:
			return fmt.Errorf("%w: %s has %d MiB, of at most %d", sdk.ErrCorrupt, f.Name, f.Size>>20, maxPart>>20)
		}
	}
	if weights != 1 {
		return fmt.Errorf("%w: it holds the weights of %d checkpoints: want those of one", sdk.ErrCorrupt, weights)
	}
	return nil
}

// fill writes the files of a bundle that a run can have into a folder.
func fill(ctx context.Context, from *oci.Repository, b oci.Bundle, dir string) error {
	if err := checkParts(b); err != nil {
		return err
	}
	for _, f := range b.Files {
		if !run.CanReceive(f.Name) {
			continue // of a newer genhost
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		w, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		err = from.FetchFile(ctx, f, w)
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
	}
	return nil
}

// local are the names that models.toml has for the plugins of a run.
type local struct{ model, reader string }

// adopt gives a run that has arrived the plugins that are there, and has them
// load its weights.
func (h *Host) adopt(ctx context.Context, r *run.Run, facts card.Facts, names local) error {
	config := &r.Config
	if r.Env.Model != facts.Plugin || r.Env.Modality != facts.Reader || config.Model.As != facts.Model || config.Source.Modality != facts.Modality {
		return fmt.Errorf("%w: its run.toml and env.json are of other plugins than it says", sdk.ErrCorrupt)
	}
	config.Model.Plugin, config.Source.Plugin = names.model, names.reader
	if err := checkReport(r); err != nil {
		return err
	}
	c, err := r.Checkpoint()
	if err != nil {
		return err
	}
	if _, err := metadataOf(c.Weights); err != nil {
		return err
	}
	s := &session{host: h, log: &lateLog{}, run: r, checkpoint: c, space: r.Data.Space}
	defer s.Close()
	err = s.startModel(ctx, 1)
	if err == nil {
		err = s.startReader(ctx)
	}
	if err != nil {
		return fmt.Errorf("load the model: %w", s.log.explain(err, h.cache))
	}
	return nil
}

// checkReport reads the report that came with a run, if one did, and writes it
// anew.
func checkReport(r *run.Run) error {
	b, err := os.ReadFile(r.EvalPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	found, err := report.Decode(b)
	if err != nil {
		return err
	}
	if b, err = found.Encode(); err != nil {
		return err
	}
	return run.WriteFile(r.EvalPath(), func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

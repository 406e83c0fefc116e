package sdktest

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

// checkTwin saves the model, loads a twin, and saves that again.
func checkTwin(ctx context.Context, b Bench, s *subject) error {
	path, err := s.save(ctx, b)
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	m, err := s.trained()
	if err != nil {
		return err
	}
	if err := s.resumes(ctx, path, m); err != nil {
		return err
	}
	return s.with(ctx, func(twin sdk.Model) error {
		saver, err := sdk.As[sdk.Saver](twin)
		if err != nil {
			return err
		}
		if err := saver.Load(ctx, path); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		again := filepath.Join(b.Dir, "again.safetensors")
		if err := saver.Save(ctx, again); err != nil {
			return fmt.Errorf("save what was loaded: %w", err)
		}
		if err := sameFiles(path, again); err != nil {
			return fmt.Errorf("save what was loaded: %w", err)
		}
		return s.encodesAlike(ctx, m, twin)
	})
}

func (s *subject) encodesAlike(ctx context.Context, m, twin sdk.Model) error {
	if !s.can(sdk.CanEncode) {
		return nil
	}
	x := s.toy.rows.Slice(0, 4)
	want, err := m.Encode(ctx, x)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	got, err := twin.Encode(ctx, x)
	if err != nil {
		return fmt.Errorf("encode with loaded weights: %w", err)
	}
	if err := same(want, got); err != nil {
		return fmt.Errorf("encode with loaded weights: %w", err)
	}
	return nil
}

func sameFiles(a, b string) error {
	x, err := os.ReadFile(a)
	if err != nil {
		return err
	}
	y, err := os.ReadFile(b)
	if err != nil {
		return err
	}
	if !bytes.Equal(x, y) {
		return fmt.Errorf("the files differ, of %d and %d bytes", len(x), len(y))
	}
	return nil
}

func checkSafetensors(ctx context.Context, b Bench, s *subject) error {
	path, err := s.save(ctx, b)
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	tensors, _, err := safetensors.ReadFile(path)
	if err != nil {
		return err
	}
	if len(tensors) == 0 {
		return fmt.Errorf("%s holds no tensors", filepath.Base(path))
	}
	return nil
}

// A wound is a weights file with something wrong.
type wound struct {
	what  string
	bytes []byte
}

func wounds(weights []byte) []wound {
	var all []wound
	for _, n := range []int{0, 4, 8, 64, len(weights) / 2, len(weights) - 1} {
		if n < len(weights) {
			all = append(all, wound{fmt.Sprintf("weights cut to %d of %d bytes", n, len(weights)), weights[:n]})
		}
	}
	data := 8
	if len(weights) > 8 {
		header := binary.LittleEndian.Uint64(weights)
		data += int(min(header, uint64(len(weights)-8)))
	}
	for _, at := range []int{0, 6, 9, data, (data + len(weights)) / 2, len(weights) - 1} {
		if at < len(weights) {
			flipped := bytes.Clone(weights)
			flipped[at] ^= 0x10
			all = append(all, wound{fmt.Sprintf("weights with byte %d altered", at), flipped})
		}
	}
	return append(all,
		wound{"weights with a byte too many", append(bytes.Clone(weights), 0)},
		wound{"a file that is no weights", []byte("not weights at all")})
}

func checkDamaged(ctx context.Context, b Bench, s *subject) error {
	path, err := s.save(ctx, b)
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	weights, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return s.with(ctx, func(m sdk.Model) error {
		saver, err := sdk.As[sdk.Saver](m)
		if err != nil {
			return err
		}
		damaged := filepath.Join(b.Dir, "damaged.safetensors")
		for _, w := range wounds(weights) {
			if err := os.WriteFile(damaged, w.bytes, 0o666); err != nil {
				return err
			}
			if err := refused(w.what, saver.Load(ctx, damaged), sdk.ErrCorrupt, sdk.ErrBadInput); err != nil {
				return err
			}
		}
		missing := saver.Load(ctx, filepath.Join(b.Dir, "missing.safetensors"))
		if err := refused("weights that are not there", missing, fs.ErrNotExist); err != nil {
			return err
		}
		if err := s.isUntrained(ctx, b, m); err != nil {
			return fmt.Errorf("after refusing weights: %w", err)
		}
		return nil
	})
}

func checkForeign(ctx context.Context, b Bench, s *subject) error {
	if len(s.others) == 0 {
		return fmt.Errorf("%w: it accepts no other toy", ErrDoesNotApply)
	}
	return s.with(ctx, func(m sdk.Model) error {
		saver, err := sdk.As[sdk.Saver](m)
		if err != nil {
			return err
		}
		for _, other := range s.others {
			path, err := other.save(ctx, b)
			if err != nil {
				return fmt.Errorf("save: %w", err)
			}
			what := "weights of a model of " + other.toy.name
			if err := refused(what, saver.Load(ctx, path), sdk.ErrCorrupt, sdk.ErrBadInput); err != nil {
				return err
			}
		}
		if err := s.isUntrained(ctx, b, m); err != nil {
			return fmt.Errorf("after refusing weights: %w", err)
		}
		return nil
	})
}

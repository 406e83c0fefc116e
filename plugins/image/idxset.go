package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// idxName is how files of pictures in the IDX format are called.
var idxName = regexp.MustCompile(`^(.*)images([-.])idx3-ubyte(\.gz)?$`)

// An idxPair is a file of pictures and that of their labels, if there is one.
type idxPair struct {
	split                string
	images               idxFile
	labels               []byte // one a picture; nil for none
	count, height, width int
}

// openIDX opens the files of pictures in fsys that are named, and the labels
// beside them. The folder is called dir when people are told about it.
func openIDX(fsys fs.FS, names []string, dir string) (*collection, error) {
	c := &collection{}
	var pairs []idxPair
	for _, name := range names {
		p, files, err := openPair(idxFile{fsys, name, filepath.Join(dir, name)})
		if err != nil {
			return nil, err
		}
		for _, other := range pairs {
			if other.split == p.split {
				return nil, sdk.Hint(fmt.Errorf("%w: %s and %s are both split %s", sdk.ErrBadInput, other.images.path, name, p.split),
					"pass the path of one of the files")
			}
			if (other.labels == nil) != (p.labels == nil) {
				return nil, fmt.Errorf("%w: of %s and %s only one has labels beside it", sdk.ErrBadInput, other.images.path, name)
			}
		}
		pairs = append(pairs, p)
		c.files = append(c.files, files...)
		c.splits = append(c.splits, split{p.split, p.count, p.look, p.read})
	}
	c.labels = labelNames(pairs)
	rank := func(s split) int { return slices.Index(folder.Order(), s.name) }
	slices.SortFunc(c.splits, func(a, b split) int { return rank(a) - rank(b) })
	return c, nil
}

// idxNames returns the names of the files of pictures in a folder.
func idxNames(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		if idxName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

func openPair(images idxFile) (p idxPair, files []string, err error) {
	p = idxPair{split: splitOf(images.name), images: images}
	r, err := images.open()
	if err != nil {
		return p, nil, err
	}
	defer r.Close()
	dims, err := idxHeader(r, 3)
	if err != nil {
		return p, nil, fmt.Errorf("%s: %w", images.path, err)
	}
	p.count, p.height, p.width = dims[0], dims[1], dims[2]

	labels, err := images.labelsBeside()
	if err != nil || labels.name == "" {
		return p, []string{images.path}, err
	}
	if p.labels, err = labels.bytes(); err != nil {
		return p, nil, err
	}
	if len(p.labels) != p.count {
		return p, nil, fmt.Errorf("%w: %s has %d labels for the %d pictures of %s", sdk.ErrCorrupt,
			labels.path, len(p.labels), p.count, filepath.Base(images.path))
	}
	return p, []string{images.path, labels.path}, nil
}

// splitOf reads a split from a file's name. MNIST's t10k has its test pictures.
func splitOf(name string) string {
	prefix := idxName.FindStringSubmatch(name)[1]
	switch {
	case strings.Contains(prefix, "train"):
		return folder.Train
	case strings.Contains(prefix, "t10k"), strings.Contains(prefix, "test"):
		return folder.Test
	}
	return folder.All
}

// labelsBeside finds the labels of a file of pictures. Either may be
// compressed without the other.
func (f idxFile) labelsBeside() (idxFile, error) {
	m := idxName.FindStringSubmatch(f.name)
	for _, gz := range []string{m[3], ".gz", ""} {
		name := m[1] + "labels" + m[2] + "idx1-ubyte" + gz
		switch _, err := fs.Stat(f.fsys, name); {
		case err == nil:
			return idxFile{f.fsys, name, filepath.Join(filepath.Dir(f.path), name)}, nil
		case !errors.Is(err, fs.ErrNotExist):
			return idxFile{}, fmt.Errorf("labels of %s: %w", f.path, withoutPath(err))
		}
	}
	return idxFile{}, nil
}

// fashionLabels name the classes of Fashion-MNIST (Xiao, Rasul and Vollgraf
// 2017, arXiv:1708.07747, table 2).
var fashionLabels = []string{"t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle-boot"}

// fashionStarts are digests of the first thousand labels of Fashion-MNIST's
// training and test pictures, by which its files are known from MNIST's, whose
// names are the same.
var fashionStarts = []string{
	"a2d1512599a9270ae0b22c236d1bb6c9faf54db68c3cb38be103496028e48209",
	"86fea14d645de73ec2f8e0e859add59c557ccdf73e3e419692220b128c15ec47",
}

// labelNames returns what the labels mean. Those of an unknown set are called
// by their numbers.
func labelNames(pairs []idxPair) []string {
	most, fashion := -1, true
	for _, p := range pairs {
		sum := sha256.Sum256(p.labels[:min(1000, len(p.labels))])
		fashion = fashion && slices.Contains(fashionStarts, hex.EncodeToString(sum[:]))
		for _, l := range p.labels {
			most = max(most, int(l))
		}
	}
	switch {
	case most < 0:
		return nil
	case fashion && most < len(fashionLabels):
		return fashionLabels
	}
	names := make([]string, most+1)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

func (p idxPair) look(_ context.Context, see func(head) error) error {
	return see(head{path: p.images.path, height: p.height, width: p.width, grey: true})
}

func (p idxPair) read(ctx context.Context, take func(picture) error) error {
	return p.images.each(3, func(dims []int, r io.Reader) error {
		if dims[0] != p.count || dims[1] != p.height || dims[2] != p.width {
			return errors.New("was changed while it was read")
		}
		grey := image.NewGray(image.Rect(0, 0, p.width, p.height))
		for i := range p.count {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := io.ReadFull(r, grey.Pix); err != nil {
				return cut(err, "has %d pictures of %d", i, p.count)
			}
			one := picture{pixels: grey}
			if p.labels != nil {
				one.label = int(p.labels[i])
			}
			if err := take(one); err != nil {
				return err
			}
		}
		return ends(r)
	})
}

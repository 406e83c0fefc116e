package sdk

import (
	"context"
	"fmt"
	"slices"
)

// A ModalitySpec describes a modality before it is made.
type ModalitySpec struct {
	Name     string    `json:"name"` // "image"
	Doc      string    `json:"doc"`  // one line, lower case: which files it reads
	Datasets []Dataset `json:"datasets,omitempty"`

	ModalityMaker
}

// A Dataset is data that a modality carries or knows where to find.
type Dataset struct {
	Name    string `json:"name"`    // "fashion"
	Doc     string `json:"doc"`     // one line
	Licence string `json:"licence"` // SPDX identifier
}

// A Modality turns files into rows and rows into files, and shows them. What it
// may also be able to do is found with [As]: [Measurer], [Prompter].
type Modality interface {
	// Inspect says what a source holds without reading it all.
	Inspect(ctx context.Context, src Source) (Info, error)

	// Read writes the rows of one split of a source to w, in an order that
	// does not change.
	Read(ctx context.Context, src Source, w RowWriter) error

	// Write writes rows as files that a person opens, one a row where that
	// makes sense, and returns their paths. The names, one a row, have no
	// extension and no folder.
	Write(ctx context.Context, space Space, rows Batch, dir string, names []string) ([]string, error)

	// Preview shows rows at a glance, in a grid with so many columns; 0 lets
	// the modality choose.
	Preview(ctx context.Context, space Space, rows Batch, columns int) (Preview, error)
}

// A Source says where rows come from: a path, or a dataset by its name.
type Source struct {
	Path    string // a file or a folder, absolute
	Dataset string // one of the spec's Datasets; Path is then empty
	Split   string // "train", "test"; "" is the first of Info.Splits

	// Space is one that Inspect gave for other data: that of the rows which a
	// model has learned from. A modality that learns from data how to write them
	// as numbers - an alphabet, a scale, an order of columns - writes these as
	// rows of that Space, or refuses to. The others need not look at it; those
	// who ask see whether the rows fit. Whoever makes variants of rows to learn from,
	// see [Space.Variants], makes none of these. Nil leaves all to the modality.
	Space *Space
}

// Check reports a source that is neither a path nor one of datasets, or both.
// The error is an [ErrBadInput].
func (s Source) Check(datasets []Dataset) error {
	switch {
	case s.Path != "" && s.Dataset != "":
		return fmt.Errorf("%w: a source is a path or a dataset, not both", ErrBadInput)
	case s.Path != "":
		return nil
	case s.Dataset == "":
		return fmt.Errorf("%w: no path and no dataset", ErrBadInput)
	}
	var names []string
	for _, d := range datasets {
		if d.Name == s.Dataset {
			return nil
		}
		names = append(names, d.Name)
	}
	return unknown("there is no dataset", s.Dataset, names)
}

// Choose returns which of the splits the source means, by its index.
func (s Source) Choose(splits []string) (int, error) {
	if s.Split == "" && len(splits) > 0 {
		return 0, nil
	}
	if i := slices.Index(splits, s.Split); i >= 0 {
		return i, nil
	}
	return 0, unknown(s.Path+s.Dataset+" has no split", s.Split, splits)
}

// Info is what [Modality.Inspect] finds.
type Info struct {
	Space   Space
	Rows    int      // in the split
	Splits  []string // which there are; the first is what models train on
	Licence string   // SPDX identifier, "" when unknown

	// Files are the files and folders whose content decides what Read gives.
	// A dataset that the plugin carries within itself has none.
	Files []string
}

// A RowWriter takes the rows of a dataset, one batch after another.
type RowWriter interface {
	// Begin comes before any rows.
	Begin(space Space, as Storage) error

	// Write adds rows, which may be used again afterwards.
	Write(rows Batch) error
}

// Storage is how numbers are kept in a dataset file.
type Storage string

const (
	// Bytes keeps each number in a byte: unit values in steps of 1/255,
	// binary values, and categories up to 256.
	Bytes Storage = "uint8"
	// Floats keeps each number as it is, in four bytes.
	Floats Storage = "float32"
)

// A Preview shows rows at a glance.
type Preview struct {
	PNG  []byte
	Text string // for a terminal 80 columns wide; may be empty
}

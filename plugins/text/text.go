package main

import (
	"context"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Mode       string `json:"mode" choices:"auto,lines,windows" help:"a row is a line, or a window of the running text; auto takes lines where 99 in 100 have at most 64 characters"`
	Length     int    `json:"length" min:"0" max:"16384" help:"tokens in a row; 0 is 64 for windows, and for lines what 999 in 1000 fit in, but at most 128"`
	Stride     int    `json:"stride" min:"0" max:"1048576" help:"tokens from where one window begins to where the next does; 0 is half the length"`
	Long       string `json:"long" choices:"cut,drop" help:"what becomes of lines that are longer than a row"`
	Alphabet   string `json:"alphabet" choices:"chars,bpe" help:"tokens are characters, or byte pairs: strings learned from the training text"`
	Vocabulary int    `json:"vocabulary" min:"2" max:"16384" help:"how many tokens bpe may have"`
	Least      int    `json:"least" min:"1" help:"how often the training text must have a character; those it has less often are replaced by U+FFFD"`
	Label      string `json:"label" choices:"auto,none,folder,file,tab" help:"where labels are: names of sub-folders, names of files, or after a line's last tab; auto is folder where there are sub-folders, and tab for .tsv files"`
	Test       int    `json:"test" min:"0" help:"one in so many lines, or as great a part of the text's end, is the test split, of files that are not split themselves; 0 for none"`
}

var defaults = settings{Mode: "auto", Long: "cut", Alphabet: "chars", Vocabulary: 512, Least: 1, Label: "auto", Test: 10}

// texts is the modality of text: a row has length categories, each a token of
// the alphabet, with the end of the text after its last.
type texts struct{ settings }

func newTexts(s settings) (*texts, error) {
	if s.Test == 1 {
		return nil, &sdk.SettingError{Setting: "test", Problem: "is 1, which leaves nothing to learn from: want 0, or 2 or more"}
	}
	if s.Label == labelTab && s.Mode == modeWindows {
		return nil, &sdk.SettingError{Setting: "label", Problem: "is tab: windows of text have no label of their own; want another, or lines"}
	}
	return &texts{s}, nil
}

// Inspect reads all of the text, since its alphabet depends on it.
func (m *texts) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	c, err := m.open(ctx, src)
	if err != nil {
		return sdk.Info{}, err
	}
	return sdk.Info{Space: c.space(), Rows: c.wanted.rows, Splits: c.splitNames(), Licence: c.licence, Files: c.files}, nil
}

// Read writes one row a line, or a window.
func (m *texts) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	c, err := m.open(ctx, src)
	if err != nil {
		return err
	}
	space := c.space()
	storage := sdk.Bytes
	if len(c.alphabet.tokens) > 256 {
		storage = sdk.Floats
	}
	if err := w.Begin(space, storage); err != nil {
		return err
	}
	out := &batches{ctx: ctx, to: w, rows: sdk.Reuse(sdk.Batch{}, space, atOnce(c.length))}
	if err := c.write(ctx, c.wanted, out.add); err != nil {
		return err
	}
	return out.flush()
}

// atOnce is how many rows of so many numbers are held in memory at a time.
func atOnce(size int) int { return max(1, min(1024, (1<<20)/size)) }

// batches hands rows to a writer, many at a time.
type batches struct {
	ctx  context.Context
	to   sdk.RowWriter
	rows sdk.Batch
	n    int
}

// add takes a row of tokens, which the end follows, and its label.
func (b *batches) add(tokens []int32, label float32) error {
	row := b.rows.Row(b.n)
	clear(row[copyTokens(row, tokens):])
	if labels := b.rows.Conditions[labelName]; labels != nil {
		labels[b.n] = label
	}
	if b.n++; b.n < b.rows.Len() {
		return nil
	}
	return b.flush()
}

func (b *batches) flush() error {
	n := b.n
	if n == 0 {
		return nil
	}
	if err := b.ctx.Err(); err != nil {
		return err
	}
	b.n = 0
	return b.to.Write(b.rows.Slice(0, n))
}

func copyTokens(row []float32, tokens []int32) int {
	n := min(len(row), len(tokens))
	for i, t := range tokens[:n] {
		row[i] = float32(t)
	}
	return n
}

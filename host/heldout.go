package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// real are the real rows that an evaluation needs.
type real struct {
	train, test           sdk.Rows
	lessons               sdk.Rows // for a classifier: none of those to test on
	lessonSplit           report.Split
	trainSplit, testSplit report.Split
	named                 bool // the train rows are what the user named: the run came without its own
	others                bool // and they are not those that the model learned from
	notes                 []string
	files                 []*dataset.File
}

func (r *real) Close() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// realRows opens the rows that the model learned from, and others to hold its
// own against: those that a user names, or else the split that was held out,
// or else the rows that the model was validated on, or else half of all.
func (s *session) realRows(ctx context.Context, data string, told func(rows, total int)) (_ *real, err error) {
	r := &real{}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	validated, splits, err := r.openTrain(ctx, s, data, told)
	if err != nil {
		return nil, err
	}
	apart := data != "" || s.run.Config.Source.Test != ""
	if r.named { // the same data are both
		apart = heldOutSplit(splits) != ""
	}
	switch {
	case apart:
		return r, r.openTest(ctx, s, data, told)
	case validated != nil:
		r.lessons = r.train
		r.testOn(validated, r.lessonSplit.Split+fmt.Sprintf(", the %d validated on", validated.Len()))
		r.note("the held-out rows are those that the model was validated on, by which its best checkpoint was chosen; --data names others")
	default:
		var half sdk.Rows
		r.train, half = sdk.HoldOut(r.train, sdk.Originals(r.train).Len()/2)
		r.lessons = r.train
		r.testOn(half, r.lessonSplit.Split+", one half")
		r.trainSplit.Split += ", the other half"
		r.trainSplit.Rows = r.train.Len()
		if r.others {
			break
		}
		r.note("the run held nothing out: the model has seen the rows that stand for held-out ones, so what it knows by heart does not show; --data names others")
	}
	r.lessonSplit = r.trainSplit
	return r, nil
}

// openTrain opens the rows that the model learned from, or, of a run that came
// without them, those that a user names in their place. It returns those of the
// same split that it was validated on, if there were any, and which splits there
// are.
func (r *real) openTrain(ctx context.Context, s *session, data string, told func(rows, total int)) (validated sdk.Rows, splits []string, err error) {
	c := s.run.Config
	from := c.Source.From
	src, err := s.trainSource()
	if err != nil && data == "" {
		err = sdk.Hint(err, nameRows)
	}
	if err != nil && data != "" {
		r.named, from = true, data
		src, err = s.reader.source(ctx, data)
		src.Space = &s.space
	}
	if err != nil {
		return nil, nil, err
	}
	file, info, err := s.reader.open(ctx, src, told)
	if err != nil {
		return nil, nil, fmt.Errorf("the rows that it learned from: %w", err)
	}
	r.files = append(r.files, file)
	if err := sameRows(s.space, file.Space()); err != nil {
		return nil, nil, fmt.Errorf("%s has changed: %w", from, err)
	}
	was, known := s.run.Data.Split(c.Source.Train)
	rows, same := sdk.Originals(file).Len(), known && was.SHA256 == file.SHA256()
	r.others = r.named && !same
	switch {
	case same:
	case r.others:
		r.note("the rows that the model learned from, " + c.Source.From + ", are not here: those of " + data + " stand for them, and the model has seen none of these, or all")
	case known || c.HeldOut >= rows:
		r.note(from + " is not what it was when the model learned from it")
	}
	r.train, r.lessons = file, file
	r.trainSplit = report.Split{Data: from, Split: cmp.Or(src.Split, info.Splits[0]), Rows: file.Len(), SHA256: file.SHA256()}
	r.lessonSplit = r.trainSplit
	if c.HeldOut > 0 && c.HeldOut < rows && !r.others {
		r.train, validated = sdk.HoldOut(file, c.HeldOut)
		r.trainSplit.Split += fmt.Sprintf(", less %d validated on", c.HeldOut)
		r.trainSplit.Rows = r.train.Len()
	}
	return validated, info.Splits, nil
}

// openTest opens the rows that a user names, or the split that was held out. Of
// data with a split of that kind the user gets that one.
func (r *real) openTest(ctx context.Context, s *session, data string, told func(rows, total int)) error {
	c := s.run.Config.Source
	src := sdk.Source{Path: c.Path, Dataset: c.Dataset, Split: c.Test}
	r.testSplit = report.Split{Data: c.From, Split: c.Test}
	if data != "" {
		var err error
		if src, err = s.reader.source(ctx, data); err != nil {
			return err
		}
		src.Space = &s.space
		info, err := s.reader.modality.Inspect(ctx, src)
		if err != nil {
			return fmt.Errorf("look at the data: %w", err)
		}
		src.Split = heldOutSplit(info.Splits)
		if src.Split == "" && len(info.Splits) > 0 {
			src.Split = info.Splits[0]
		}
		r.testSplit = report.Split{Data: data, Split: src.Split}
	}
	file, err := s.openRows(ctx, src, told)
	if err != nil {
		return err
	}
	if len(file.lacks) > 0 {
		file.Close()
		return fmt.Errorf("%s: %w", called(src), lackingLabel(file.lacks, nil))
	}
	r.files = append(r.files, file.File)
	r.test, r.testSplit.Rows, r.testSplit.SHA256 = file, file.Len(), file.SHA256()
	if r.testSplit.SHA256 == r.trainSplit.SHA256 {
		r.note("the model learned from the very rows that stand for held-out ones, so what it knows by heart does not show")
	}
	return nil
}

// heldOutSplit returns which of a source's splits is held out of training:
// "test", or else the second, or "" where there is but one.
func heldOutSplit(splits []string) string {
	if len(splits) < 2 {
		return ""
	}
	if slices.Contains(splits[1:], "test") {
		return "test"
	}
	return splits[1]
}

// testOn makes some of the training split the rows to test on.
func (r *real) testOn(rows sdk.Rows, called string) {
	r.test, r.testSplit = rows, r.trainSplit
	r.testSplit.Split, r.testSplit.Rows = called, rows.Len()
}

func (r *real) note(what string) { r.notes = append(r.notes, what) }

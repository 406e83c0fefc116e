package wire

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// copySize is how many numbers are copied at a time.
const copySize = 1 << 20

// toFile returns the path of a dataset file with these rows: theirs, if they
// have one, or a temporary one. Call remove afterwards.
func toFile(ctx context.Context, rows sdk.Rows) (path string, remove func(), err error) {
	if f, ok := rows.(*dataset.File); ok {
		path, err = filepath.Abs(f.Path())
		return path, func() {}, err
	}
	path, remove, err = temporary()
	if err != nil {
		return "", nil, err
	}
	w := dataset.Create(path)
	defer w.Abort()
	if err = copyRows(ctx, w, rows, sdk.Floats); err == nil {
		err = w.Close()
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return path, remove, nil
}

// copyRows writes all rows to w.
func copyRows(ctx context.Context, w sdk.RowWriter, rows sdk.Rows, as sdk.Storage) error {
	if err := w.Begin(rows.Space(), as); err != nil {
		return err
	}
	var b sdk.Batch
	var indices []int
	step := max(1, copySize/max(1, rows.Space().Size()))
	for first := 0; first < rows.Len(); first += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		indices = indices[:0]
		for i := first; i < min(first+step, rows.Len()); i++ {
			indices = append(indices, i)
		}
		b = rows.Gather(b, indices)
		if err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// temporary returns the path of a dataset file to be, in a folder of its own.
func temporary() (path string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "genhost-data-*")
	if err != nil {
		return "", nil, fmt.Errorf("temporary dataset: %w", err)
	}
	return filepath.Join(dir, "rows.dataset"), func() { os.RemoveAll(dir) }, nil
}

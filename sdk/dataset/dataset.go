// Package dataset is the file that a modality writes rows to and a model reads
// them from: a safetensors file that several processes map into memory at
// once.
//
//	w := dataset.Create("train.dataset")
//	defer w.Abort()
//	err := modality.Read(ctx, source, w) // Begin, Write, Write, ...
//	...
//	err = w.Close()
//
//	rows, err := dataset.Open("train.dataset")
//	defer rows.Close()
//	job := sdk.Job{Data: rows}
//
// # Format
//
// The tensor "rows" has the shape [n, Space.Shape...], as U8 where the rows
// are stored as [sdk.Bytes] (unit values times 255; binary values and
// categories as they are) and as F32 otherwise. For each condition of the
// Space there is an F32 tensor "condition.NAME" of shape [n]. The metadata has
// "genhost.dataset" = "1", the version, and under "space" the Space as JSON.
//
// Writing takes memory for one batch and for 4 bytes a row and condition,
// however many rows there are. Reading maps the file where the system can, so
// that rows take no memory of their own.
package dataset

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
)

const (
	version         = "1"
	versionKey      = "genhost.dataset"
	spaceKey        = "space"
	rowsName        = "rows"
	conditionPrefix = "condition."
)

// storable reports whether rows of space can be kept as storage.
func storable(space sdk.Space, as sdk.Storage) error {
	if as == sdk.Floats {
		return nil
	}
	if as != sdk.Bytes {
		return fmt.Errorf("%w: unknown storage %q: want %s or %s", sdk.ErrBadInput, as, sdk.Bytes, sdk.Floats)
	}
	for _, g := range space.Segments {
		switch {
		case g.Kind == sdk.Unit, g.Kind == sdk.Binary, g.Kind == sdk.Category && g.Of <= 256:
		case g.Kind == sdk.Category:
			return fmt.Errorf("%w: segment %q has %d categories, a byte holds 256", sdk.ErrBadInput, g.Name, g.Of)
		default:
			return fmt.Errorf("%w: segment %q has %s values, which bytes cannot hold", sdk.ErrBadInput, g.Name, g.Kind)
		}
	}
	return nil
}

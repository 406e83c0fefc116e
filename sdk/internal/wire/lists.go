package wire

import (
	"fmt"
	"iter"

	"github.com/genhost/genhost/sdk"
)

// portions cuts a list so that each part fits in a message.
func portions[T string | []byte](list []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		begin, size := 0, 0
		for i, v := range list {
			n := len(v) + 4 // with its tag and length
			if size+n > chunkSize && i > begin {
				if !yield(list[begin:i]) {
					return
				}
				begin, size = i, 0
			}
			size += n
		}
		if begin < len(list) {
			yield(list[begin:])
		}
	}
}

// pieces cuts bytes so that each part fits in a message.
func pieces(data []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			n := min(len(data), chunkSize)
			if !yield(data[:n]) {
				return
			}
			data = data[n:]
		}
	}
}

// A listReader puts portions together again, up to a size.
type listReader struct {
	list []string
	size int
}

func (r *listReader) add(part ...string) error {
	for _, v := range part {
		if r.size += len(v) + 16; r.size > maxList { // with what an empty one takes
			return fmt.Errorf("%w: a list is longer than %d bytes", sdk.ErrBadInput, maxList)
		}
		r.list = append(r.list, v)
	}
	return nil
}

package wire

import (
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/protobuf/proto"
)

// numberSize is the size of a number on the wire.
const numberSize = 4

// toChunks cuts b into messages, each with memory of its own. There is at
// least one, which has the head.
func toChunks(b sdk.Batch) iter.Seq[*pb.Chunk] {
	head := &pb.BatchHead{Shape: toInts(b.Shape), Numbers: int64(len(b.Data))}
	columns := [][]float32{b.Data}
	for _, name := range slices.Sorted(maps.Keys(b.Conditions)) {
		values := b.Conditions[name]
		head.Conditions = append(head.Conditions, &pb.Column{Name: name, Numbers: int64(len(values))})
		columns = append(columns, values)
	}
	return func(yield func(*pb.Chunk) bool) {
		chunk := &pb.Chunk{Head: head}
		room := max(0, chunkSize-proto.Size(head)) / numberSize
		for _, numbers := range columns {
			for len(numbers) > 0 {
				n := min(len(numbers), room)
				chunk.Data = appendNumbers(chunk.Data, numbers[:n])
				numbers, room = numbers[n:], room-n
				if room == 0 {
					if !yield(chunk) {
						return
					}
					chunk, room = &pb.Chunk{}, chunkSize/numberSize
				}
			}
		}
		if chunk.Head != nil || len(chunk.Data) > 0 {
			yield(chunk)
		}
	}
}

func appendNumbers(dst []byte, numbers []float32) []byte {
	dst = slices.Grow(dst, numberSize*len(numbers))
	for _, v := range numbers {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// A batchReader puts chunks together again. It trusts none of them.
type batchReader struct {
	head    *pb.BatchHead
	want    int // numbers in all
	numbers []float32
}

// add takes the next chunk.
func (r *batchReader) add(c *pb.Chunk) error {
	if r.head == nil {
		want, err := checkHead(c.GetHead())
		if err != nil {
			return err
		}
		r.head, r.want = c.Head, want
		r.numbers = make([]float32, 0, min(want, maxReceive)) // the rest is believed when it comes
	} else if c.GetHead() != nil {
		return fmt.Errorf("%w: rows: a second head", sdk.ErrProtocol)
	}
	data := c.GetData()
	if n := len(data) / numberSize; len(data)%numberSize != 0 || n > r.want-len(r.numbers) {
		return fmt.Errorf("%w: rows: a chunk of %d bytes where %d numbers are missing",
			sdk.ErrProtocol, len(data), r.want-len(r.numbers))
	}
	for ; len(data) > 0; data = data[numberSize:] {
		r.numbers = append(r.numbers, math.Float32frombits(binary.LittleEndian.Uint32(data)))
	}
	return nil
}

// complete reports whether all chunks have come.
func (r *batchReader) complete() bool { return r.head != nil && len(r.numbers) == r.want }

// batch returns the rows when they are complete.
func (r *batchReader) batch() (sdk.Batch, error) {
	if !r.complete() {
		return sdk.Batch{}, fmt.Errorf("%w: rows end after %d of %d numbers", sdk.ErrProtocol, len(r.numbers), r.want)
	}
	rest := r.numbers
	cut := func(n int64) []float32 {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	b := sdk.Batch{Shape: fromInts(r.head.Shape), Data: cut(r.head.Numbers)}
	for _, c := range r.head.Conditions {
		if b.Conditions == nil {
			b.Conditions = map[string][]float32{}
		}
		b.Conditions[c.Name] = cut(c.Numbers)
	}
	return b, nil
}

// checkHead returns how many numbers a head announces.
func checkHead(h *pb.BatchHead) (int, error) {
	if h == nil {
		return 0, fmt.Errorf("%w: rows without a head", sdk.ErrProtocol)
	}
	if len(h.Shape) > 0 {
		if err := sdk.ValidShape(fromInts(h.Shape)); err != nil {
			return 0, fmt.Errorf("rows: %w", err)
		}
	}
	total := int64(0)
	for i := range len(h.Conditions) + 1 {
		n := h.Numbers
		if i > 0 {
			n = h.Conditions[i-1].GetNumbers()
		}
		if n < 0 || n > maxBatch/numberSize-total {
			return 0, fmt.Errorf("%w: rows: want at most %d bytes of them in one call", sdk.ErrBadInput, maxBatch)
		}
		total += n
	}
	return int(total), nil
}

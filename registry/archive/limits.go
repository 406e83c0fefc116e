package archive

import "io"

// Limits bound what is unpacked.
type Limits struct {
	Entries int   // files, folders and links, and folders that are only implied
	Bytes   int64 // of all files, and of all that a tar holds
	Ratio   int64 // of those to the archive's own, once past a MiB
}

// maxDepth is how many folders deep an entry may be.
const maxDepth = 32

// defaults are plenty for a plugin.
var defaults = Limits{Entries: 100_000, Bytes: 4 << 30, Ratio: 200}

// count counts an entry.
func (u *unpacker) count() error {
	if u.entries++; u.entries > u.limits.Entries {
		return refuse("it has more than %d entries", u.limits.Entries)
	}
	return nil
}

// bounded is a reader that ends with the unpacker's context, and when there is
// too much. Its other errors are those of a damaged archive.
type bounded struct {
	u *unpacker
	r io.Reader
	n *int64 // read so far
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.u.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.r.Read(p)
	*b.n += int64(n)
	switch l := b.u.limits; {
	case *b.n > l.Bytes:
		return 0, refuse("it holds more than %d bytes", l.Bytes)
	case *b.n > 1<<20 && *b.n > l.Ratio*b.u.packed:
		return 0, refuse("it holds more than %d times its own size", l.Ratio)
	case err != nil && err != io.EOF:
		err = damaged(err)
	}
	return n, err
}

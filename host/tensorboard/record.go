package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the checksum of a record's parts. It is rotated and shifted, since
// a CRC of data that holds CRCs is weak (record_writer.h).
func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// writeRecord writes a length, its checksum, the data, and their checksum.
func writeRecord(w io.Writer, data []byte) error {
	b := binary.LittleEndian.AppendUint64(make([]byte, 0, 16+len(data)), uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, data...)
	b = binary.LittleEndian.AppendUint32(b, masked(data))
	_, err := w.Write(b)
	return err
}

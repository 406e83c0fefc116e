package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	thrift "github.com/parquet-go/parquet-go/format"

	"github.com/genhost/genhost/sdk"
)

// A parquetFile is read as if it were a CSV file of the same cells: then what
// is inferred of them, and written, is the same.
type parquetFile struct {
	path   string
	in     io.Closer
	names  []string
	texts  []func(parquet.Value) string
	groups []parquet.RowGroup
	rows   parquet.Rows // of the group that is being read; nil between two
	buffer []parquet.Row
	ahead  []parquet.Row // of buffer, not yet given
	cells  []string
	begun  bool // the names have been given
	row    int  // of the last record, from 1
}

const parquetExtension = ".parquet"

// rowsAhead is how many rows are decoded at a time.
const rowsAhead = 64

// openParquet reads what the end of a file says of its columns.
func openParquet(f file) (p *parquetFile, err error) {
	in, err := f.open()
	if err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil { // the library trusts what a file says of itself
			err = p.corrupt(fmt.Errorf("%v", r))
		}
		if err != nil {
			in.Close()
		}
	}()
	p = &parquetFile{path: f.path, in: in}
	at, size, err := extent(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	if err := checkFooter(at, size); err != nil {
		return nil, p.corrupt(err)
	}
	opened, err := parquet.OpenFile(at, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, p.corrupt(err)
	}
	fields := opened.Schema().Fields()
	if len(fields) > maxColumns {
		return nil, fmt.Errorf("%w: %s: %d columns: want at most %d", sdk.ErrBadInput, f.path, len(fields), maxColumns)
	}
	for _, field := range fields {
		if !field.Leaf() || field.Repeated() {
			return nil, sdk.Hint(fmt.Errorf("%w: %s: column %.80q is a list or has columns of its own", sdk.ErrBadInput, f.path, field.Name()),
				"write a table of plain columns, without that one or with its parts as columns")
		}
		p.names = append(p.names, strings.TrimSpace(field.Name()))
		p.texts = append(p.texts, textOf(field.Type()))
	}
	p.groups = opened.RowGroups()
	p.buffer, p.cells = make([]parquet.Row, rowsAhead), make([]string, len(fields))
	return p, nil
}

// extent is a file as the library wants it.
func extent(in io.ReadCloser) (io.ReaderAt, int64, error) {
	at, random := in.(io.ReaderAt)
	seeker, seeks := in.(io.Seeker)
	if !random || !seeks {
		return nil, 0, errors.ErrUnsupported
	}
	size, err := seeker.Seek(0, io.SeekEnd)
	return at, size, err
}

// maxFooter bounds what describes the columns, in bytes.
const maxFooter = 1 << 26

// checkFooter reports a file that has less than its end says: a length, and a
// mark, of which the library believes the first.
func checkFooter(at io.ReaderAt, size int64) error {
	const mark = "PAR1"
	end := make([]byte, 8)
	if size < int64(len(mark)+len(end)) {
		return fmt.Errorf("%d bytes are too few", size)
	}
	if _, err := at.ReadAt(end, size-int64(len(end))); err != nil {
		return err
	}
	if string(end[4:]) != mark {
		return errors.New("truncated, or no Parquet file: it does not end with " + mark)
	}
	if n := int64(binary.LittleEndian.Uint32(end)); n > min(maxFooter, size-int64(len(mark)+len(end))) {
		return fmt.Errorf("claims %d bytes of description in %d", n, size)
	}
	return nil
}

func (p *parquetFile) corrupt(err error) error {
	return sdk.Hint(fmt.Errorf("%w: %s: %w", sdk.ErrCorrupt, p.path, err), "write the file again, or convert it to CSV")
}

func (p *parquetFile) Close() error {
	if p.rows != nil {
		p.rows.Close()
	}
	return p.in.Close()
}

// record returns the names of the columns, and then the cells of each row;
// io.EOF at the end.
func (p *parquetFile) record() (cells []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = p.corrupt(fmt.Errorf("%v", r))
		}
	}()
	if !p.begun {
		p.begun = true
		return p.names, nil
	}
	for len(p.ahead) == 0 {
		if err := p.more(); err != nil {
			return nil, err
		}
	}
	clear(p.cells)
	p.row++
	for _, v := range p.ahead[0] {
		i := v.Column()
		if i < 0 || i >= len(p.cells) {
			return nil, p.corrupt(fmt.Errorf("a cell of column %d", i+1))
		}
		if !v.IsNull() {
			p.cells[i] = strings.TrimSpace(p.texts[i](v))
		}
		if !utf8.ValidString(p.cells[i]) {
			return nil, fmt.Errorf("%w: %s: %.40q is no UTF-8 text", sdk.ErrBadInput, p.where(i), p.cells[i])
		}
	}
	p.ahead = p.ahead[1:]
	return p.cells, nil
}

// more decodes the next rows.
func (p *parquetFile) more() error {
	if p.rows == nil {
		if len(p.groups) == 0 {
			return io.EOF
		}
		p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
	}
	n, err := p.rows.ReadRows(p.buffer)
	p.ahead = p.buffer[:n]
	switch {
	case err == io.EOF || err == nil && n == 0:
		err = p.rows.Close()
		p.rows = nil
		if err != nil {
			return p.corrupt(err)
		}
	case err != nil:
		return p.corrupt(err)
	}
	return nil
}

func (p *parquetFile) where(i int) string {
	if p.row == 0 {
		return fmt.Sprintf("%s: column %d", p.path, i+1)
	}
	return fmt.Sprintf("%s: row %d, column %.80q", p.path, p.row, p.names[i])
}

// textOf says how the values of a type are written.
func textOf(t parquet.Type) func(parquet.Value) string {
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *thrift.DateType:
			return func(v parquet.Value) string { return time.Unix(whole(v)*day, 0).UTC().Format(time.DateOnly) }
		case *thrift.TimestampType:
			return timestamp(l.Unit)
		case *thrift.TimeType:
			return timeOfDay(l.Unit)
		case *thrift.Float16Type:
			return half
		case *thrift.DecimalType:
			return decimal(int(l.Scale))
		case *thrift.IntType:
			if !l.IsSigned {
				return func(v parquet.Value) string { return strconv.FormatUint(v.Uint64(), 10) }
			}
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) string { return strconv.FormatBool(v.Boolean()) }
	case parquet.Int32, parquet.Int64:
		return func(v parquet.Value) string { return strconv.FormatInt(whole(v), 10) }
	case parquet.Int96:
		return func(v parquet.Value) string { return julian(v.Int96()) }
	case parquet.Float:
		return func(v parquet.Value) string { return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32) }
	case parquet.Double:
		return func(v parquet.Value) string { return strconv.FormatFloat(v.Double(), 'g', -1, 64) }
	case parquet.FixedLenByteArray:
		return func(v parquet.Value) string { return hex.EncodeToString(v.ByteArray()) }
	}
	return func(v parquet.Value) string { return string(v.ByteArray()) }
}

// whole is a value of 32 or 64 bits.
func whole(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

// timestamp writes dates with a time of day, which are seconds to a model.
func timestamp(unit thrift.TimeUnit) func(parquet.Value) string {
	parts := int64(time.Second / unit.Value.Duration()) // of a second
	return func(v parquet.Value) string {
		n := v.Int64()
		seconds := n / parts
		if n%parts < 0 {
			seconds--
		}
		return time.Unix(seconds, 0).UTC().Format(time.DateTime)
	}
}

// timeOfDay writes seconds since midnight, a number: no layout of a date is one of
// a time alone.
func timeOfDay(unit thrift.TimeUnit) func(parquet.Value) string {
	parts := float64(time.Second / unit.Value.Duration()) // of a second
	return func(v parquet.Value) string { return strconv.FormatFloat(float64(whole(v))/parts, 'f', -1, 64) }
}

// half writes a float of two bytes: a sign, 5 bits of exponent, 10 of fraction.
func half(v parquet.Value) string {
	b := v.ByteArray()
	if len(b) != 2 {
		return hex.EncodeToString(b)
	}
	bits := binary.LittleEndian.Uint16(b)
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)/1024
	x := math.Ldexp(1+fraction, exponent-15)
	switch exponent {
	case 0:
		x = math.Ldexp(fraction, -14)
	case 0x1f:
		x = math.Inf(1)
		if fraction > 0 {
			x = math.NaN()
		}
	}
	if bits>>15 == 1 {
		x = -x
	}
	return strconv.FormatFloat(x, 'g', -1, 32)
}

// julian writes the dates of older writers: nanoseconds of a day, and days
// since noon of 1 January 4713 BC, which 1970 began 2,440,588 after.
func julian(v deprecated.Int96) string {
	nanoseconds := int64(v[1])<<32 | int64(v[0])
	return time.Unix((int64(v[2])-2_440_588)*day, nanoseconds).UTC().Format(time.DateTime)
}

// decimal writes numbers with so many decimal places.
func decimal(scale int) func(parquet.Value) string {
	return func(v parquet.Value) string {
		n := new(big.Int)
		switch v.Kind() {
		case parquet.Int32, parquet.Int64:
			n.SetInt64(whole(v))
		default: // two's complement, the highest byte first
			b := v.ByteArray()
			if n.SetBytes(b); len(b) > 0 && b[0] >= 0x80 {
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
			}
		}
		if scale < 0 || scale > 64 {
			return n.String()
		}
		return new(big.Rat).SetFrac(n, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(scale)
	}
}

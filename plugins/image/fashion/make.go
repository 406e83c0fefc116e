//go:build ignore

// Make writes the files of this folder: the first 10,000 training and 1,000
// test pictures of Fashion-MNIST, with their labels, from the full set that
// Debian's package dataset-fashion-mnist installs. Equal input gives equal
// bytes with equal versions of Go.
//
//	go run fashion/make.go    (in plugins/image, or go generate)
package main

import (
	"compress/gzip"
	"encoding/binary"
	"io"
	"log"
	"os"
	"path/filepath"
)

const from = "/usr/share/datasets/fashion-mnist"

func main() {
	for name, count := range map[string]int{
		"train-images-idx3-ubyte.gz": 10_000, "train-labels-idx1-ubyte.gz": 10_000,
		"t10k-images-idx3-ubyte.gz": 1_000, "t10k-labels-idx1-ubyte.gz": 1_000,
	} {
		if err := shorten(filepath.Join(from, name), filepath.Join("fashion", name), count); err != nil {
			log.Fatal(err)
		}
	}
}

// shorten copies the first count items of an IDX file.
func shorten(from, to string, count int) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	size := count
	for range head[3] - 1 { // of the dimensions after the first
		dim := make([]byte, 4)
		if _, err := io.ReadFull(r, dim); err != nil {
			return err
		}
		size *= int(binary.BigEndian.Uint32(dim))
		head = append(head, dim...)
	}
	binary.BigEndian.PutUint32(head[4:], uint32(count))

	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	w, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	if _, err := io.CopyN(w, r, int64(size)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Close()
}

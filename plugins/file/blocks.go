package main

import (
	"errors"
	"io"
)

const blockSize = 1 << 20

// blocks reads a file in large pieces and keeps the last one: a workbook's parts
// are asked for a few KiB at a time, and over SFTP each request is a journey. It
// is for one goroutine.
type blocks struct {
	r     io.ReaderAt
	at    int64 // where data begins; -1: nowhere yet
	data  []byte
	store []byte
}

func newBlocks(r io.ReaderAt) *blocks {
	return &blocks{r: r, at: -1, store: make([]byte, blockSize)}
}

// ReadAt implements io.ReaderAt.
func (b *blocks) ReadAt(p []byte, offset int64) (int, error) {
	done := 0
	for done < len(p) {
		at := offset + int64(done)
		if err := b.load(at / blockSize * blockSize); err != nil {
			return done, err
		}
		from := at - b.at
		if from >= int64(len(b.data)) {
			return done, io.EOF
		}
		done += copy(p[done:], b.data[from:])
	}
	return done, nil
}

// load makes data the block that begins at an offset.
func (b *blocks) load(at int64) error {
	if b.at == at {
		return nil
	}
	b.at, b.data = -1, nil
	n, err := b.r.ReadAt(b.store, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	b.at, b.data = at, b.store[:n]
	return nil
}

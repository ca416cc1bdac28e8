package main

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBlocksReadWhatIsThere(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("0123456789abcdef"), (2*blockSize+blockSize/2)/16)
	b := newBlocks(bytes.NewReader(data))
	for _, span := range [][2]int{{0, 10}, {blockSize - 3, 7}, {10, 2*blockSize + 5}, {len(data) - 4, 4}, {blockSize, 0}, {3, 1}} {
		p := make([]byte, span[1])
		n, err := b.ReadAt(p, int64(span[0]))
		require.NoError(t, err)
		require.Equal(t, data[span[0]:span[0]+span[1]], p[:n])
	}
	for offset, want := range map[int64]int{int64(len(data)) - 2: 2, int64(len(data)): 0, int64(len(data)) + 2*blockSize: 0} {
		n, err := b.ReadAt(make([]byte, 5), offset)
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, want, n)
	}
}

type brokenAt struct{}

var errBroken = errors.New("broken")

func (brokenAt) ReadAt([]byte, int64) (int, error) { return 0, errBroken }

func TestBlocksPassErrorsOn(t *testing.T) {
	t.Parallel()
	_, err := newBlocks(brokenAt{}).ReadAt(make([]byte, 1), 0)
	require.ErrorIs(t, err, errBroken)
}

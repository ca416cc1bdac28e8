package ledger

import (
	"fmt"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"modernc.org/libc"
)

// Pieces are handed out once, hold what was written when they move, and come
// back; beyond their number SQLite's own allocator serves.
func TestScratch(t *testing.T) {
	t.Parallel()
	open(t, t.TempDir())
	require.NotZero(t, scratch.from)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			tls := libc.NewTLS()
			defer tls.Close()
			for round := range 60 {
				var held []uintptr
				for i, size := range []int32{100, 9 << 10, 24 << 10, 32 << 10, takenBack + 16, 24 << 10, takenBack, 24 << 10, 1 << 20} {
					p := scratchMalloc(tls, size)
					require.NotZero(t, p)
					require.GreaterOrEqual(t, scratchSize(tls, p), size)
					fill(p, size, byte(g*50+i+round))
					held = append(held, p)
				}
				grown := scratchRealloc(tls, held[1], 100<<10)
				requireFilled(t, grown, 9<<10, byte(g*50+1+round))
				held[1] = grown
				same := scratchRealloc(tls, held[2], 25<<10)
				requireFilled(t, same, 24<<10, byte(g*50+2+round))
				held[2] = same
				requireFilled(t, held[4], takenBack+16, byte(g*50+4+round))
				for _, p := range held {
					scratchFree(tls, p)
				}
			}
		})
	}
	all.Wait()

	scratch.Lock()
	defer scratch.Unlock()
	second := scratch.from + uintptr(pieces[0].number)*uintptr(pieces[0].most)
	for i, free := range scratch.free {
		for _, p := range free {
			require.Equal(t, i == 1, p >= second, "a piece came back as one of another size")
		}
	}
}

func fill(p uintptr, n int32, b byte) {
	for i := range bytesAt(p, n) {
		bytesAt(p, n)[i] = b
	}
}

func requireFilled(t *testing.T, p uintptr, n int32, b byte) {
	for i, got := range bytesAt(p, n) {
		if got != b {
			require.Fail(t, fmt.Sprintf("byte %d of %d is another's", i, n))
		}
	}
}

// bytesAt is memory that is not Go's.
func bytesAt(p uintptr, n int32) []byte {
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&p)), n)
}

package ledger

import (
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// scratch hands out pieces of one block to SQLite, and what fits none of them to
// the allocator that SQLite had. Few are needed at once, and for short.
var scratch struct {
	sync.Mutex
	from, to uintptr // the block
	free     [len(pieces)][]uintptr
	before   sqlite3.Tsqlite3_mem_methods
}

// pieces are the sizes, the smaller ones first in the block.
var pieces = [...]struct {
	least, most int32 // that is asked for
	number      int
}{
	{8 << 10, 32 << 10, 8},                // to split a page
	{takenBack / 2, takenBack + 4<<10, 2}, // what a statement may take back
}

// setAsideScratch puts scratch between SQLite and its allocator. What SQLite is
// given the address of lies in its own memory, as Go's may not be passed so.
func setAsideScratch(tls *libc.TLS) {
	total := 0
	for _, p := range pieces {
		total += p.number * int(p.most)
	}
	list := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(scratch.before)))
	block := libc.Xmalloc(tls, libc.Tsize_t(total))
	if list == 0 || block == 0 || !configure(tls, sqlite3.SQLITE_CONFIG_GETMALLOC, list) {
		return
	}
	defer libc.Xfree(tls, list) // SQLite copies it
	methods := *(**sqlite3.Tsqlite3_mem_methods)(unsafe.Pointer(&list))
	scratch.before = *methods
	scratch.from, scratch.to = block, block
	for i, p := range pieces {
		for range p.number {
			scratch.free[i] = append(scratch.free[i], scratch.to)
			scratch.to += uintptr(p.most)
		}
	}
	methods.FxMalloc = pointerTo(scratchMalloc)
	methods.FxFree = pointerTo(scratchFree)
	methods.FxRealloc = pointerTo(scratchRealloc)
	methods.FxSize = pointerTo(scratchSize)
	configure(tls, sqlite3.SQLITE_CONFIG_MALLOC, list)
}

func scratchMalloc(tls *libc.TLS, n int32) uintptr {
	for i := range pieces {
		if n >= pieces[i].least && n <= pieces[i].most {
			if p := takeScratch(i); p != 0 {
				return p
			}
		}
	}
	return function[func(*libc.TLS, int32) uintptr](scratch.before.FxMalloc)(tls, n)
}

func scratchFree(tls *libc.TLS, p uintptr) {
	if !isScratch(p) {
		function[func(*libc.TLS, uintptr)](scratch.before.FxFree)(tls, p)
		return
	}
	i := pieceOf(p)
	scratch.Lock()
	scratch.free[i] = append(scratch.free[i], p)
	scratch.Unlock()
}

func scratchRealloc(tls *libc.TLS, p uintptr, n int32) uintptr {
	if !isScratch(p) {
		return function[func(*libc.TLS, uintptr, int32) uintptr](scratch.before.FxRealloc)(tls, p, n)
	}
	has := scratchSize(tls, p)
	if n <= has {
		return p
	}
	larger := scratchMalloc(tls, n)
	if larger != 0 {
		libc.Xmemcpy(tls, larger, p, libc.Tsize_t(has))
		scratchFree(tls, p)
	}
	return larger
}

func scratchSize(tls *libc.TLS, p uintptr) int32 {
	if isScratch(p) {
		return pieces[pieceOf(p)].most
	}
	return function[func(*libc.TLS, uintptr) int32](scratch.before.FxSize)(tls, p)
}

func takeScratch(i int) (p uintptr) {
	scratch.Lock()
	defer scratch.Unlock()
	if n := len(scratch.free[i]); n > 0 {
		p, scratch.free[i] = scratch.free[i][n-1], scratch.free[i][:n-1]
	}
	return p
}

// pieceOf is which of pieces a piece of scratch is.
func pieceOf(p uintptr) int {
	if p < scratch.from+uintptr(pieces[0].number)*uintptr(pieces[0].most) {
		return 0
	}
	return 1
}

func isScratch(p uintptr) bool { return p >= scratch.from && p < scratch.to }

// pointerTo and function turn Go's functions into C's pointers to functions, as
// SQLite's translation holds them, and back.
func pointerTo[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

func function[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&pointer)) }

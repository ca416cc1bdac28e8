package ledger

import (
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite takes its memory from an allocator that rounds up to a power of two, so
// that a cached page would take twice its size. Room for the cache is set aside
// here, once a process; what is never used of it is never taken from the system.
//
// The allocator also gives a region back to the system as soon as nothing in it is
// in use, and SQLite takes and returns the scratch for splitting a page alone: each
// split asked the system twice, a seventh of what a first load costs. A few regions
// of each size keep one piece that is never returned, so that there is room in them
// beside what SQLite holds for long.
const (
	// A page with its header in the cache, with room for later versions of SQLite.
	cachedPage = 4096 + 512
	// One ledger's cache, and what a transaction holds beyond it.
	cachedPages = cacheKiB/4 + 256
	// The allocator's regions, and what it takes them for, several pieces each;
	// anything larger is a region of its own.
	region                      = 64 << 10
	smallestPiece, largestPiece = 1 << 10, 16 << 10
	keptRegions                 = 8
)

var setAside sync.Once

// setAsideMemory must come before the first connection is opened: SQLite takes
// no such word later. Should it refuse, it goes on as it would have without.
func setAsideMemory() {
	setAside.Do(func() {
		tls := libc.NewTLS()
		defer tls.Close()
		if pages := libc.Xmalloc(tls, cachedPage*cachedPages); pages != 0 {
			configure(tls, sqlite3.SQLITE_CONFIG_PAGECACHE, pages, int32(cachedPage), int32(cachedPages))
		}
		for size := smallestPiece; size <= largestPiece; size *= 2 {
			keepRegions(tls, size)
		}
	})
}

func keepRegions(tls *libc.TLS, size int) {
	each := region/size - 1 // the region's own header takes the place of one
	var returned []uintptr
	for i := range keptRegions * each {
		if piece := libc.Xmalloc(tls, libc.Tsize_t(size)); i%each != 0 {
			returned = append(returned, piece)
		}
	}
	for _, piece := range returned {
		libc.Xfree(tls, piece)
	}
}

func configure(tls *libc.TLS, option int32, values ...any) bool {
	list := libc.NewVaList(values...)
	if list == 0 {
		return false
	}
	defer libc.Xfree(tls, list)
	return sqlite3.Xsqlite3_config(tls, option, list) == sqlite3.SQLITE_OK
}

package ledger

import (
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite takes its memory from an allocator that rounds up to a power of two,
// asks the system for each piece over 16 KiB, and gives it back at once. A cached
// page then takes twice its size, and each time a page of an index is split, its
// scratch of some 24 KiB costs two calls to the system: a fourth of a first load.
// Room for both is set aside here, once a process. Room that is never used is
// never taken from the system.
const (
	// A page with its header in the cache, with room for later versions of SQLite.
	cachedPage = 4096 + 512
	// One ledger's cache, and what a transaction holds beyond it.
	cachedPages = cacheKiB/4 + 256
	// What a statement of many rows keeps, to take it back should it fail, stays in
	// memory up to here, in one piece. SQLite's own 64 KiB went into a file with
	// every batch; of a piece of 128 KiB it would write nothing, and say that the
	// disk is full.
	takenBack = 120 << 10
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
		configure(tls, sqlite3.SQLITE_CONFIG_STMTJRNL_SPILL, int32(takenBack))
		setAsideScratch(tls)
	})
}

func configure(tls *libc.TLS, option int32, values ...any) bool {
	list := libc.NewVaList(values...)
	if list == 0 {
		return false
	}
	defer libc.Xfree(tls, list)
	return sqlite3.Xsqlite3_config(tls, option, list) == sqlite3.SQLITE_OK
}

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
// The allocator also asks the system for each piece over 16 KiB, such as the
// scratch for splitting a page, and gives it back at once. An allocator of our own
// in front of it made a first load's part of the ledger a tenth cheaper, and would
// have been one more thing that every link depends on.
const (
	// A page with its header in the cache, with room for later versions of SQLite.
	cachedPage = 4096 + 512
	// One ledger's cache, and what a transaction holds beyond it.
	cachedPages = cacheKiB/4 + 256
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

package ledger

import (
	"embed"
	"fmt"
	"io/fs"

	"zombiezen.com/go/sqlite/sqlitex"
)

// applicationID stands in the header of every ledger: "PSRL". It tells a ledger
// from any other SQLite database.
const applicationID = 0x5053524c

const (
	movesSince = 9  // the version that first kept moves: their empty list is vouched for
	pagesSince = 13 // the version that first kept results by the page
)

// One file a version, applied in the order of their names. A published file is
// never edited: a change is a new one.
//
//go:embed schema/*.sql
var schemaFiles embed.FS

// migrations are the scripts, first to last; the length is the schema's version.
func migrations() ([]string, error) {
	names, err := fs.Glob(schemaFiles, "schema/*.sql")
	if err != nil {
		return nil, err
	}
	var scripts []string
	for _, name := range names {
		text, err := schemaFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, string(text))
	}
	return scripts, nil
}

// checkSchema reports whether the database is new and empty, and refuses what is
// no ledger or a newer one. It changes nothing.
func (l *Ledger) checkSchema() (fresh bool, err error) {
	app, err := number(l.conn, "PRAGMA application_id", nil)
	if err != nil {
		return false, err
	}
	version, err := number(l.conn, "PRAGMA user_version", nil)
	if err != nil {
		return false, err
	}
	tables, err := number(l.conn, "SELECT count(*) FROM sqlite_schema", nil)
	if err != nil {
		return false, err
	}
	if app == 0 && version == 0 && tables == 0 {
		return true, nil
	}
	if app != applicationID {
		return false, unreadable(l.path, "It is the database of another program.")
	}
	scripts, err := migrations()
	if err != nil {
		return false, err
	}
	if version > int64(len(scripts)) {
		return false, tooNew(l.path)
	}
	if version < 1 || tables == 0 {
		return false, unreadable(l.path, "Its tables are missing.")
	}
	return false, nil
}

// migrate brings an existing ledger to this version's schema, whole or not at
// all.
func (l *Ledger) migrate() error {
	version, err := number(l.conn, "PRAGMA user_version", nil)
	if err != nil {
		return err
	}
	scripts, err := migrations()
	if err != nil || version == int64(len(scripts)) {
		return err
	}
	return transact(l.conn, func() error {
		if err := l.applyMigrations(version); err != nil {
			return err
		}
		return l.afterScripts(version)
	})
}

// afterScripts does what a script has no key for, in a ledger that was of that
// version.
func (l *Ledger) afterScripts(version int64) error {
	if version < movesSince {
		if err := l.vouchMoves(0, firstLink()); err != nil {
			return err
		}
	}
	if version < pagesSince {
		return l.pageOldResults()
	}
	return nil
}

// applyMigrations runs the scripts after version, within a transaction, and then
// what no script can do.
func (l *Ledger) applyMigrations(version int64) error {
	scripts, err := migrations()
	if err != nil {
		return err
	}
	for _, script := range scripts[version:] {
		if err := sqlitex.ExecuteScript(l.conn, script, nil); err != nil {
			return err
		}
	}
	if err := l.gatherLines(); err != nil {
		return err
	}
	// A pragma takes no parameter.
	return sqlitex.ExecuteScript(l.conn, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
		applicationID, len(scripts)), nil)
}

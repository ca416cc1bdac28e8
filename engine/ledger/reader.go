package ledger

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"zombiezen.com/go/sqlite"
)

// OpenReader opens an existing ledger for looking at: it takes no lock, changes
// nothing and may be used while a run writes. One that an older version wrote is
// brought up to date first, as Open does it, which takes the lock for a moment.
func OpenReader(ctx context.Context, o Options) (*Ledger, error) {
	if o.Key.IsZero() {
		return nil, missingKey("No key was given for " + o.Path + ".")
	}
	path, err := placeOf(o.Path)
	if err != nil {
		return nil, err
	}
	l := &Ledger{path: path, clock: o.Clock, turn: make(chan struct{}, 1)}
	if l.clock == nil {
		l.clock = time.Now
	}
	current, err := l.openReader(o.Key)
	if err == nil && current {
		return l, nil
	}
	l.Close()
	if err != nil {
		return nil, err
	}
	written, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := written.Close(); err != nil {
		return nil, err
	}
	return OpenReader(ctx, o)
}

func (l *Ledger) openReader(key Key) (current bool, err error) {
	const doing = "opening the ledger"
	if err := checkFile(l.path); err != nil {
		return false, err
	}
	fresh, err := l.connectReader()
	if err != nil || fresh {
		return false, l.failed(err, doing)
	}
	if err := l.identify(key); err != nil {
		return false, l.failed(err, doing)
	}
	version, err := number(l.conn, "PRAGMA user_version", nil)
	if err != nil {
		return false, l.failed(err, doing)
	}
	scripts, err := migrations()
	return version == int64(len(scripts)), l.failed(err, doing)
}

// connectReader opens the database and looks what it is. SQLite wants to put a
// file beside it, also to read; where it may not, and no log is there, the file
// alone is the whole ledger: a copy on a disk that can't be written, or another
// user's.
func (l *Ledger) connectReader() (fresh bool, err error) {
	try := func(path string, flags sqlite.OpenFlags) (bool, error) {
		if l.conn, err = sqlite.OpenConn(path, flags); err != nil {
			l.conn = nil
			return false, err
		}
		l.conn.SetBusyTimeout(busyTimeout)
		return l.checkSchema()
	}
	fresh, err = try(l.path, sqlite.OpenReadOnly)
	if code := sqlite.ErrCode(err).ToPrimary(); code == sqlite.ResultCantOpen || code == sqlite.ResultReadOnly {
		if info, statErr := os.Stat(l.path + "-wal"); statErr == nil && info.Size() > 0 {
			err = unreadableHere(l.path)
		} else if errors.Is(statErr, fs.ErrNotExist) || statErr == nil {
			if l.conn != nil {
				_ = l.conn.Close()
			}
			if fresh, err = try(aloneAt(l.path), sqlite.OpenReadOnly|sqlite.OpenURI); err != nil && sqlite.ErrCode(err).ToPrimary() == sqlite.ResultCantOpen {
				err = unreadableHere(l.path)
			}
		}
	}
	if l.conn != nil {
		l.turn <- struct{}{}
	}
	return fresh, err
}

// aloneAt names a file that nobody writes, for SQLite.
func aloneAt(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: "immutable=1"}).String()
}

// ScopeLinks is one scope and how many links it has by state.
type ScopeLinks struct {
	ID ScopeID
	Scope
	Active, Deactivated int64
}

// Scopes are all that links belong to.
func (l *Ledger) Scopes(ctx context.Context) ([]ScopeLinks, error) {
	var scopes []ScopeLinks
	err := l.read(ctx, "counting the ledger's links", func() (err error) {
		scopes, err = l.scopes()
		return err
	})
	return scopes, err
}

func (l *Ledger) scopes() (scopes []ScopeLinks, err error) {
	err = each(l.conn, `SELECT s.id, s.source_tenant, s.source_resource, s.target_tenant, s.target_resource,
			count(*) FILTER (WHERE l.state = 1), count(*) FILTER (WHERE l.state = 2)
		FROM scopes s LEFT JOIN links l ON l.scope = s.id GROUP BY s.id ORDER BY s.id`, nil,
		func(s *sqlite.Stmt) error {
			scopes = append(scopes, ScopeLinks{
				ID: ScopeID(s.ColumnInt64(0)), Scope: Scope{s.ColumnText(1), s.ColumnText(2), s.ColumnText(3), s.ColumnText(4)},
				Active: s.ColumnInt64(5), Deactivated: s.ColumnInt64(6),
			})
			return nil
		})
	return scopes, err
}

// EachLink calls f for every link, by scope and row, within one transaction of
// its own: what it sees is of one moment.
func (l *Ledger) EachLink(ctx context.Context, f func(PersonLink) error) error {
	return l.read(ctx, "reading the ledger's links", func() error {
		return each(l.conn, `SELECT l.source, l.target, l.state, l.changed, l.scope,
				s.source_tenant, s.source_resource, s.target_tenant, s.target_resource
			FROM links l JOIN scopes s ON s.id = l.scope ORDER BY l.scope, l.number`, nil,
			func(s *sqlite.Stmt) error {
				return f(PersonLink{
					Scope: ScopeID(s.ColumnInt64(4)), Changed: s.ColumnInt64(3),
					Of:   Scope{s.ColumnText(5), s.ColumnText(6), s.ColumnText(7), s.ColumnText(8)},
					Link: Link{SourceID: s.ColumnText(0), TargetID: s.ColumnText(1), State: State(s.ColumnInt64(2))},
				})
			})
	})
}

// CheckPages asks SQLite whether the file is whole: its pages, its indexes and
// its references; and looks whether results and last lines are of whom a search
// would find them by. It fails with ledger-unreadable, and with
// sealed-text-unreadable where people or lines can't be opened.
func (l *Ledger) CheckPages(ctx context.Context) error {
	return l.read(ctx, "checking the ledger's file", func() error {
		sound := true
		err := each(l.conn, "PRAGMA integrity_check(1)", nil, func(s *sqlite.Stmt) error {
			sound = sound && s.ColumnText(0) == "ok"
			return nil
		})
		if err != nil {
			return err
		}
		err = each(l.conn, "PRAGMA foreign_key_check", nil, func(*sqlite.Stmt) error {
			sound = false
			return nil
		})
		if err == nil && !sound {
			err = unreadable(l.path, "Its contents are damaged.")
		}
		if err == nil {
			err = l.checkResultPages()
		}
		if err == nil {
			err = l.checkLinePages()
		}
		return err
	})
}

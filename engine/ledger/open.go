package ledger

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"
)

// busyTimeout is how long to wait for a backup program or a reader's shell that
// holds the database for a moment; another run is kept out by the lock.
const busyTimeout = 5 * time.Second

// cacheKiB is how much of the database is kept in memory. Four times as much
// made a million records no faster.
const cacheKiB = 16 << 10

// sqliteMagic is how every SQLite 3 database begins.
const sqliteMagic = "SQLite format 3\x00"

// Options of Open.
type Options struct {
	Path    string
	Key     Key
	Command string           // what the lock tells others is running: "engine run people". No secret
	Clock   func() time.Time // nil: time.Now
}

// Ledger is an open ledger. It is safe for concurrent use; calls take turns on
// one connection. An iterator doesn't hold its turn between two elements.
type Ledger struct {
	path  string
	clock func() time.Time
	lock  *os.File
	id    string
	keys  keys

	turn chan struct{} // holds one token while conn is free
	conn *sqlite.Conn  // nil when closed
}

// Exists reports whether there is a ledger at path: then a key may not be made
// for it.
func Exists(path string) (bool, error) {
	path, err := placeOf(path)
	if err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, unreadable(path, "The system says: "+systemSays(err)+".")
	}
	return info.IsDir() || info.Size() > 0, nil
}

// Open opens the ledger, or creates it with mode 0600 and its directory with
// mode 0700, and takes the one-writer lock. Runs that a killed process left
// running are ended as failed.
//
// It fails with missing-ledger-key, wrong-ledger-key, ledger-locked,
// ledger-too-new, ledger-unreadable, ledger-not-writable or disk-full.
func Open(ctx context.Context, o Options) (*Ledger, error) {
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
	if err := l.open(ctx, o); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context, o Options) error {
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return fileFailed(l.path, err)
	}
	err := checkFile(l.path)
	if err != nil {
		return err
	}
	if l.lock, err = takeLock(l.path, o.Command, l.clock()); err != nil {
		return err
	}
	if err := createPrivate(l.path); err != nil {
		return fileFailed(l.path, err)
	}
	setAsideMemory()
	l.conn, err = sqlite.OpenConn(l.path, sqlite.OpenReadWrite|sqlite.OpenNoMutex)
	if err != nil {
		return l.failed(err, "opening the ledger")
	}
	l.turn <- struct{}{}
	l.conn.SetBusyTimeout(busyTimeout)
	if err := l.prepare(o.Key); err != nil {
		return l.failed(err, "opening the ledger")
	}
	return l.endAbandoned(ctx)
}

// checkFile refuses what SQLite would not: it takes a file of a few bytes for an
// empty database and writes over it.
func checkFile(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fileFailed(path, err)
	}
	if !info.Mode().IsRegular() {
		return unreadable(path, "It is not a regular file.")
	}
	f, err := os.Open(path)
	if err != nil {
		return fileFailed(path, err)
	}
	defer f.Close()
	start := make([]byte, len(sqliteMagic))
	n, err := io.ReadFull(f, start)
	if errors.Is(err, io.EOF) {
		return nil // empty: new
	}
	if string(start[:n]) != sqliteMagic {
		return unreadable(path, "It is not a SQLite database.")
	}
	return nil
}

// createPrivate makes an empty file of mode 0600, which SQLite takes for a new
// database; its -wal and -shm get the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// prepare checks what the file is before it changes anything in it.
func (l *Ledger) prepare(key Key) error {
	fresh, err := l.checkSchema()
	if err != nil {
		return err
	}
	if !fresh {
		if err := l.identify(key); err != nil {
			return err
		}
	}
	for _, pragma := range []string{
		"PRAGMA journal_mode = WAL",
		"PRAGMA synchronous = FULL", // a commit outlives a power cut
		fmt.Sprintf("PRAGMA cache_size = -%d", cacheKiB),
		"PRAGMA foreign_keys = OFF", // looked for by CheckPages: at each row it would be a fifth of writing
		"PRAGMA trusted_schema = OFF",
		"PRAGMA secure_delete = FAST",
	} {
		if err := run(l.conn, pragma); err != nil {
			return err
		}
	}
	if fresh {
		return l.create(key)
	}
	return l.migrate()
}

// identify reads who the ledger is and refuses another's key.
func (l *Ledger) identify(key Key) error {
	var check []byte
	err := each(l.conn, "SELECT id, key_check FROM ledger", nil, func(s *sqlite.Stmt) error {
		l.id, check = s.ColumnText(0), columnBytes(s, 1)
		return nil
	})
	if err != nil {
		return err
	}
	if l.id == "" {
		return unreadable(l.path, "It doesn't say which ledger it is.")
	}
	if l.keys, err = deriveKeys(key, l.id); err != nil {
		return err
	}
	if !hmac.Equal(l.keys.check, check) {
		return wrongKey(l.path)
	}
	return nil
}

// create makes the tables and the ledger's identity in one transaction: there
// is never a ledger without its key's check.
func (l *Ledger) create(key Key) error {
	l.id = uuid.NewString()
	var err error
	if l.keys, err = deriveKeys(key, l.id); err != nil {
		return err
	}
	err = transact(l.conn, func() error {
		if err := l.applyMigrations(0); err != nil {
			return err
		}
		err := exec(l.conn, "INSERT INTO ledger (one, id, key_check, generation, chain_mac, created) VALUES (1, ?, ?, 0, ?, ?)", func(s *sqlite.Stmt) {
			s.BindText(1, l.id)
			s.BindBytes(2, l.keys.check)
			s.BindBytes(3, l.keys.chainMAC(0, nil))
			s.BindInt64(4, l.now())
		})
		if err != nil {
			return err
		}
		return l.afterScripts(0)
	})
	if err != nil {
		return err
	}
	// Who it is stands in the file itself from now on, and not in the log alone: a
	// copy without the log would be taken for a new, empty ledger.
	return run(l.conn, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// Close writes back the write-ahead log and gives back the lock. It may be
// called more than once; not while another call is under way.
func (l *Ledger) Close() error {
	var err error
	if l.conn != nil {
		<-l.turn
		err = l.failed(l.conn.Close(), "closing the ledger")
		l.conn = nil
		close(l.turn)
	}
	dropLock(l.lock)
	l.lock = nil
	return err
}

// ID names this ledger, for as long as it lives.
func (l *Ledger) ID() string { return l.id }

// Path is where it is, whatever link led to it.
func (l *Ledger) Path() string { return l.path }

// Sealer seals what belongs to this ledger and lies outside it: spools and saved
// plans.
func (l *Ledger) Sealer() *Sealer { return l.keys.spool }

// Generation goes up with each change of a link or a fingerprint; a saved plan
// holds for one generation.
func (l *Ledger) Generation(ctx context.Context) (int64, error) {
	var n int64
	err := l.read(ctx, "reading the ledger's generation", func() (err error) {
		n, err = generation(l.conn)
		return err
	})
	return n, err
}

func (l *Ledger) now() int64 { return l.clock().UnixMicro() }

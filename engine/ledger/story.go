package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"
)

// SaveStory keeps, sealed, what a run says besides its results. A run has one:
// a later one takes its place.
func (l *Ledger) SaveStory(ctx context.Context, runID string, text []byte) error {
	return l.record(ctx, "keeping what a run says", func() error {
		return exec(l.conn, `INSERT INTO stories (run, text) SELECT number, ? FROM runs WHERE id = ?
			ON CONFLICT DO UPDATE SET text = excluded.text`, func(s *sqlite.Stmt) {
			s.BindBytes(1, l.keys.names.Seal(nil, text, storyOf(runID)))
			s.BindText(2, runID)
		})
	})
}

// Story is what SaveStory kept; nil where there is none.
func (l *Ledger) Story(ctx context.Context, runID string) ([]byte, error) {
	var text []byte
	err := l.read(ctx, "reading what a run says", func() error {
		return each(l.conn, "SELECT text FROM stories WHERE run = (SELECT number FROM runs WHERE id = ?)",
			func(s *sqlite.Stmt) { s.BindText(1, runID) },
			func(s *sqlite.Stmt) (err error) {
				text, err = l.keys.names.Open(nil, columnBytes(s, 0), storyOf(runID))
				return err
			})
	})
	return text, err
}

func storyOf(runID string) []byte { return []byte("story of " + runID) }

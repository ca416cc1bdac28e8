package ledger

import (
	"context"
	"crypto/rand"
	"time"

	"zombiezen.com/go/sqlite"
)

// Forgotten is how much Forget erased.
type Forgotten struct{ Links, Results, Held, Approvals int64 }

// Forget erases what the ledger has about a source id in these scopes and
// mappings. Results and approvals stay counted, under a random word in the place
// of both ids and without the name. The file's free pages and its log are
// overwritten.
func (l *Ledger) Forget(ctx context.Context, sourceID string, ways []Way) (Forgotten, error) {
	var gone Forgotten
	const doing = "forgetting a person"
	word := "forgotten-" + rand.Text()
	err := l.write(ctx, doing, func() error {
		for _, way := range ways {
			if err := l.forget(sourceID, word, way, &gone); err != nil {
				return err
			}
		}
		if gone.Links == 0 {
			return nil
		}
		return nextGeneration(l.conn)
	})
	if err != nil {
		return Forgotten{}, err
	}
	// VACUUM writes the file anew, without what was deleted in its free pages.
	return gone, l.read(ctx, doing, func() error {
		if err := run(l.conn, "VACUUM"); err != nil {
			return err
		}
		return run(l.conn, "PRAGMA wal_checkpoint(TRUNCATE)")
	})
}

func (l *Ledger) forget(sourceID, word string, way Way, gone *Forgotten) error {
	bind := func(s *sqlite.Stmt) {
		s.BindText(1, sourceID)
		s.BindText(2, way.Mapping)
	}
	var beside int64 // goes with the rest: nobody counts it
	for _, step := range []struct {
		count *int64
		query string
		bind  func(*sqlite.Stmt)
	}{
		{&gone.Links, "DELETE FROM links WHERE source = ?1 AND scope = ?2", func(s *sqlite.Stmt) {
			s.BindText(1, sourceID)
			s.BindInt64(2, int64(way.Scope))
		}},
		{&beside, "DELETE FROM kept_lines WHERE source = ?1 AND scope = ?2", func(s *sqlite.Stmt) {
			s.BindText(1, sourceID)
			s.BindInt64(2, int64(way.Scope))
		}},
		{&beside, "DELETE FROM unfinished WHERE source = ?1 AND mapping = ?2", bind},
		{&gone.Held, "DELETE FROM held WHERE source = ?1 AND mapping = ?2", bind},
		{&gone.Results, `UPDATE results SET source = ?3, target = '', name = x'', answer = '', left_out = ''
			WHERE source = ?1 AND run IN (SELECT number FROM runs WHERE mapping = ?2)`, func(s *sqlite.Stmt) { bind(s); s.BindText(3, word) }},
		{&gone.Approvals, "UPDATE approvals SET source = ?3 WHERE source = ?1 AND mapping = ?2", func(s *sqlite.Stmt) { bind(s); s.BindText(3, word) }},
	} {
		if err := exec(l.conn, step.query, step.bind); err != nil {
			return err
		}
		*step.count += int64(l.conn.Changes())
	}
	return nil
}

// Keep is how long things stay.
type Keep struct{ Runs, Held time.Time } // what is older goes

// Prune removes what was kept long enough: what runs did person by person, with
// names, approvals and stories; and held records that no run has met since. The
// runs themselves stay, as lines of counts: the chain goes through them. What is
// ambiguous never lapses by itself, nor what somebody has yet to settle.
func (l *Ledger) Prune(ctx context.Context, keep Keep) error {
	return l.write(ctx, "removing what was kept long enough", func() error {
		for _, step := range []struct {
			query  string
			before time.Time
		}{
			{"DELETE FROM held WHERE last_seen < ? AND outcome <> 'ambiguous'", keep.Held},
			{"DELETE FROM results WHERE run IN (SELECT number FROM runs WHERE ended < ?)", keep.Runs},
			{"DELETE FROM stories WHERE run IN (SELECT number FROM runs WHERE ended < ?)", keep.Runs},
			{"DELETE FROM approvals WHERE expires < ?", keep.Runs},
		} {
			if step.before.IsZero() {
				continue
			}
			if err := exec(l.conn, step.query, func(s *sqlite.Stmt) { s.BindInt64(1, step.before.UnixMicro()) }); err != nil {
				return err
			}
		}
		return nil
	})
}

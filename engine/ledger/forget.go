package ledger

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"
)

// Forgotten is how much Forget erased.
type Forgotten struct{ Links, Results, Held, Approvals int64 }

// Forgetting is what is erased of one mapping and scope.
type Forgetting struct {
	Way
	SourceIDs []string
}

// Forget erases what the ledger has about these source ids. Results and approvals
// stay counted, under a random word in the place of both ids and without the name,
// a word for each id. The generation goes up: a plan that was saved before would
// send them again. The file is then written anew, and its log emptied, so that
// nothing erased is left in free pages. It fails with ledger-in-use where another
// program keeps the log from being emptied: everything is erased then, but for
// what the log still holds.
func (l *Ledger) Forget(ctx context.Context, of []Forgetting) (Forgotten, error) {
	var gone Forgotten
	const doing = "forgetting a person"
	words := map[string]string{}
	err := l.write(ctx, doing, func() error {
		for _, f := range of {
			if err := l.eraseLines(f.Scope, f.SourceIDs); err != nil {
				return err
			}
			for _, id := range f.SourceIDs {
				if words[id] == "" {
					words[id] = "forgotten-" + rand.Text()
				}
				if err := l.forget(id, words[id], f.Way, &gone); err != nil {
					return err
				}
			}
			if err := l.forgetResults(f, words, &gone); err != nil {
				return err
			}
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
		busy, err := number(l.conn, "PRAGMA wal_checkpoint(TRUNCATE)", nil) // waits as long as busyTimeout
		if err == nil && busy != 0 {
			err = logInUse(l.path)
		}
		return err
	})
}

func (l *Ledger) forget(sourceID, word string, way Way, gone *Forgotten) error {
	bind := func(s *sqlite.Stmt) {
		s.BindText(1, sourceID)
		s.BindText(2, way.Mapping)
	}
	scoped := func(s *sqlite.Stmt) {
		s.BindText(1, sourceID)
		s.BindInt64(2, int64(way.Scope))
	}
	worded := func(s *sqlite.Stmt) { bind(s); s.BindText(3, word) }
	var uncounted int64
	for _, step := range []struct {
		count *int64
		query string
		bind  func(*sqlite.Stmt)
	}{
		{&gone.Links, "DELETE FROM links WHERE source = ?1 AND scope = ?2", scoped},
		{&uncounted, "DELETE FROM unfinished WHERE source = ?1 AND mapping = ?2", bind},
		{&gone.Held, "DELETE FROM held WHERE source = ?1 AND mapping = ?2", bind},
		{&gone.Approvals, "UPDATE approvals SET source = ?3 WHERE source = ?1 AND mapping = ?2", worded},
		// "… under another id, too: ID" is said of whoever has the same name and birth date.
		{&uncounted, `UPDATE held SET summary = substr(summary, 1, length(summary) - length(?1)) || ?3
			WHERE mapping = ?2 AND substr(summary, -length(?1) - 2) = ': ' || ?1`, worded},
		{&uncounted, `UPDATE result_pages SET summary = substr(summary, 1, length(summary) - length(?1)) || ?3
			WHERE run IN (SELECT number FROM runs WHERE mapping = ?2) AND substr(summary, -length(?1) - 2) = ': ' || ?1`, worded},
	} {
		if err := exec(l.conn, step.query, step.bind); err != nil {
			return err
		}
		*step.count += int64(l.conn.Changes())
	}
	return nil
}

// forgetResults puts the words in the place of the ids in the results of a
// mapping. Each page that has one of them is written anew.
func (l *Ledger) forgetResults(f Forgetting, words map[string]string, gone *Forgotten) error {
	var pages []pageKey
	err := l.eachPageAbout(f.SourceIDs, "JOIN runs u ON u.number = p.run WHERE u.mapping = ?",
		func(s *sqlite.Stmt) { s.BindText(1, f.Mapping) },
		func(at pageKey) error {
			pages = append(pages, at)
			return nil
		})
	if err != nil {
		return err
	}
	named := make(map[string]struct{}, len(f.SourceIDs))
	for _, id := range f.SourceIDs {
		named[id] = struct{}{}
	}
	for _, at := range pages {
		w := pageWriter{ledger: l, run: at.run}
		err := l.pageAt(at, func(k *keptPage) error {
			without := k.said // what a target said of somebody is theirs: who stays has a page without
			without.answer, without.leftOut = "", ""
			for _, a := range k.people {
				if _, forgotten := named[a.source]; !forgotten {
					w.add(&k.said, a)
					continue
				}
				gone.Results++
				w.add(&without, about{number: a.number, position: a.position, source: words[a.source]})
			}
			return exec(l.conn, "DELETE FROM result_pages WHERE run = ? AND until = ? AND first = ?", at.bind)
		})
		if err != nil {
			return err
		}
		if err := w.write(at.until); err != nil {
			return err
		}
	}
	return nil
}

// SourceIDs are those of a mapping and scope, linked, held, approved or in any
// result, of which keep says so. It goes through all of them.
func (l *Ledger) SourceIDs(ctx context.Context, way Way, keep func(string) bool) (ids []string, err error) {
	meet := func(id string) {
		if keep(id) {
			ids = append(ids, id)
		}
	}
	err = l.read(ctx, "looking for records of a person", func() error {
		err := each(l.conn, `SELECT source FROM links WHERE scope = ?1
			UNION SELECT source FROM stale_lines WHERE scope = ?1
			UNION SELECT source FROM held WHERE mapping = ?2
			UNION SELECT source FROM approvals WHERE mapping = ?2`,
			func(s *sqlite.Stmt) {
				s.BindInt64(1, int64(way.Scope))
				s.BindText(2, way.Mapping)
			},
			func(s *sqlite.Stmt) error {
				meet(s.ColumnText(0))
				return nil
			})
		if err != nil {
			return err
		}
		if err := l.linedIDs(way.Scope, meet); err != nil {
			return err
		}
		return l.eachPage("WHERE u.mapping = ?", func(s *sqlite.Stmt) { s.BindText(1, way.Mapping) }, func(k *keptPage) error {
			for i := range k.people {
				meet(k.people[i].source)
			}
			return nil
		})
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
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
			{"DELETE FROM result_pages WHERE run IN (SELECT number FROM runs WHERE ended < ?)", keep.Runs},
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

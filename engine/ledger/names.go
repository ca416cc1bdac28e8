package ledger

import (
	"cmp"
	"context"
	"slices"

	"zombiezen.com/go/sqlite"
)

// Name is how a person was last shown in a mapping.
type Name struct{ Mapping, SourceID, Shown string }

// Named are the last names that fit, as NamesOf gives them. It goes through every
// name that results and held records have kept: a million in 0.1 s, and what fits
// takes.
func (l *Ledger) Named(ctx context.Context, fits func(shown string) bool) ([]Name, error) {
	var ids []string
	met := map[string]struct{}{}
	err := l.read(ctx, "looking for people of a name", func() error {
		meet := func(source, shown string) {
			if shown == "" || !fits(shown) {
				return
			}
			if _, again := met[source]; !again {
				met[source] = struct{}{}
				ids = append(ids, source)
			}
		}
		err := l.eachPage("", nil, func(k *keptPage) error {
			for i := range k.people {
				meet(k.people[i].source, k.people[i].name)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return each(l.conn, "SELECT source, name FROM held WHERE name <> x''", nil, func(s *sqlite.Stmt) error {
			source := s.ColumnText(0)
			shown, err := l.keys.openName(columnBytes(s, 1), source)
			meet(source, shown)
			return err
		})
	})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	names, err := l.NamesOf(ctx, ids...)
	// Somebody may be called otherwise by now.
	return slices.DeleteFunc(names, func(n Name) bool { return !fits(n.Shown) }), err
}

// NamesOf are the last names that the kept results and held records give of
// source ids, one a mapping and id, in that order.
func (l *Ledger) NamesOf(ctx context.Context, sourceIDs ...string) ([]Name, error) {
	type of struct{ mapping, source string }
	type dated struct {
		shown string
		at    int64
	}
	wanted := make(map[string]struct{}, len(sourceIDs))
	for _, id := range sourceIDs {
		wanted[id] = struct{}{}
	}
	last := map[of]dated{}
	note := func(mapping, source, shown string, at int64) {
		if shown == "" {
			return
		}
		if old, known := last[of{mapping, source}]; !known || at >= old.at {
			last[of{mapping, source}] = dated{shown, at}
		}
	}
	err := l.read(ctx, "reading the names of people", func() error {
		err := l.eachPageAbout(sourceIDs, "", nil, func(at pageKey) error {
			return l.pageAt(at, func(k *keptPage) error {
				for i := range k.people {
					if _, asked := wanted[k.people[i].source]; asked {
						note(k.mapping, k.people[i].source, k.people[i].name, k.at)
					}
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
		return each(l.conn, "SELECT mapping, source, name, last_seen FROM held WHERE name <> x''", nil, func(s *sqlite.Stmt) error {
			source := s.ColumnText(1)
			if _, asked := wanted[source]; !asked {
				return nil
			}
			shown, err := l.keys.openName(columnBytes(s, 2), source)
			note(s.ColumnText(0), source, shown, s.ColumnInt64(3))
			return err
		})
	})
	names := make([]Name, 0, len(last))
	for of, name := range last {
		names = append(names, Name{of.mapping, of.source, name.shown})
	}
	slices.SortFunc(names, func(a, b Name) int {
		return cmp.Or(cmp.Compare(a.Mapping, b.Mapping), cmp.Compare(a.SourceID, b.SourceID))
	})
	return names, err
}

package ledger

import (
	"context"
	"encoding/json"

	"zombiezen.com/go/sqlite"
)

// Profiles are where people open one record at the source and at the target: web
// addresses in which {id} stands for its id; "" where none is known.
type Profiles struct {
	Source string `json:"source,omitempty"`
	Target string `json:"target,omitempty"`
}

// KeepProfiles keeps, sealed, where the people of a run can be opened. They are
// not part of the chain of runs.
func (l *Ledger) KeepProfiles(ctx context.Context, runID string, p Profiles) error {
	if p == (Profiles{}) {
		return nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return l.record(ctx, "keeping where people can be opened", func() error {
		return exec(l.conn, "UPDATE runs SET profiles = ? WHERE id = ?", func(s *sqlite.Stmt) {
			s.BindBytes(1, l.keys.names.Seal(nil, text, profilesOf(runID)))
			s.BindText(2, runID)
		})
	})
}

func (l *Ledger) openProfiles(sealed []byte, runID string) (p Profiles, err error) {
	if len(sealed) == 0 {
		return p, nil
	}
	text, err := l.keys.names.Open(nil, sealed, profilesOf(runID))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

func profilesOf(runID string) []byte { return []byte("profiles of " + runID) }

// TargetsOf are the target's ids of those of a mapping's source ids that are
// linked now.
func (l *Ledger) TargetsOf(ctx context.Context, mapping string, sourceIDs []string) (map[string]string, error) {
	out := map[string]string{}
	err := l.read(ctx, "reading the links of people", func() error {
		return each(l.conn, `SELECT l.source, l.target FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value
			WHERE l.scope = (SELECT p.scope FROM runs r JOIN plans p ON p.id = r.plan WHERE r.mapping = ?2 ORDER BY r.number DESC LIMIT 1)`,
			func(s *sqlite.Stmt) {
				s.BindText(1, jsonArray(sourceIDs))
				s.BindText(2, mapping)
			},
			func(s *sqlite.Stmt) error {
				out[s.ColumnText(0)] = s.ColumnText(1)
				return nil
			})
	})
	return out, err
}

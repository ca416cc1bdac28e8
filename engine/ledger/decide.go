package ledger

import (
	"context"

	"zombiezen.com/go/sqlite"

	"passerelle/engine/diag"
)

// Decide ends an ambiguous record as a person says who looked. With a target id
// it is there under it: that is the link from now on. Without, it is to be sent
// again; of a link that exists, nothing more is known of what the target holds,
// so that the next plan sends all of it.
func (l *Ledger) Decide(ctx context.Context, scope ScopeID, mapping, sourceID, targetID string) error {
	return l.write(ctx, "recording what became of a record", func() error {
		decided := &Applied{SourceID: sourceID, TargetID: targetID, DropPrints: true}
		if targetID != "" {
			if err := l.freeTarget(scope, sourceID, targetID); err != nil {
				return err
			}
			decided.State = Active
		}
		w := linkWriter{ledger: l, scope: scope, now: l.now()}
		if err := w.settleAll([]*Applied{decided}); err != nil {
			return err
		}
		if w.changed {
			if err := nextGeneration(l.conn); err != nil {
				return err
			}
		}
		return clearHeld(l.conn, mapping, sourceID)
	})
}

func (l *Ledger) freeTarget(scope ScopeID, sourceID, targetID string) error {
	taken, err := number(l.conn, "SELECT count(*) FROM links WHERE scope = ? AND target = ? AND source <> ?", func(s *sqlite.Stmt) {
		s.BindInt64(1, int64(scope))
		s.BindText(2, targetID)
		s.BindText(3, sourceID)
	})
	if err != nil || taken == 0 {
		return err
	}
	return diag.Diagnostic{
		Code: "already-linked", Summary: "That record of the target belongs to another record of the source",
		Detail: "Two people can't share one record there. Nothing was changed.",
		Remedy: "Look at the target again, and give the id of this person's own record; engine who ID says whose that one is.",
	}
}

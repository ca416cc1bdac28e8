package apply

import (
	"context"
	"time"

	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// A plan's batches are small, so that a kill leaves few people to look up again.
// Around each are two commits and a wait for its answer, which is nothing where
// the target is an API, and half of the work where it takes records as fast as
// they come. Such a target is given several batches in one message: they are
// intended in one commit and answered in another, each with its own number, so
// that the journal and what a later run does with it stay as they are.
const (
	// Together they are one message of the protocol.
	mostTogether = protocol.BatchRecords / plan.BatchRecords
	// A target that answers sooner gets twice as many the next time; a slower one
	// gets one, and so does one that refused something.
	soon = 100 * time.Millisecond
)

// together are batches on their way into one message.
type together struct {
	numbers []int64
	entries []plan.Entry
	bytes   int
	most    int // batches at a time, at present
}

// mayGroup: not where a later batch refers to what an earlier one makes, and not
// where a person would have to look at everybody who was sent and not answered.
func (a *applier) mayGroup() bool {
	abilities := &a.Mapping.Target.Abilities
	return a.referrer == nil && abilities.UpdateReconciled > protocol.Reconcile_RECONCILE_NONE && createReconciled(abilities) > protocol.Reconcile_RECONCILE_NONE
}

// take sends a batch, now or with those after it.
func (a *applier) take(ctx context.Context, number int64, entries []plan.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	g := &a.group
	size := 0
	for i := range entries {
		size += len(entries[i].Body)
	}
	if g.bytes+size > protocol.BatchBytes {
		if err := a.sendGroup(ctx); err != nil {
			return err
		}
	}
	g.numbers, g.entries, g.bytes = append(g.numbers, number), append(g.entries, entries...), g.bytes+size
	if len(g.numbers) < g.most {
		return nil
	}
	return a.sendGroup(ctx)
}

// sendGroup sends what take has gathered.
func (a *applier) sendGroup(ctx context.Context) error {
	g := &a.group
	if len(g.numbers) == 0 {
		return nil
	}
	begun, failed := time.Now(), len(a.outcome.Failed)
	err := a.batch(ctx, g.numbers, g.entries)
	if a.mayGroup() && len(a.outcome.Failed) == failed && time.Since(begun) < soon {
		g.most = min(mostTogether, 2*max(1, g.most))
	} else {
		g.most = 1
	}
	g.numbers, g.entries, g.bytes = g.numbers[:0], g.entries[:0], 0
	return err
}

package apply

import (
	"context"
	"crypto/sha1"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// lastWords is how long a batch under way may take to be answered once the run
// was told to stop. What is unanswered then, the next run settles.
const lastWords = 20 * time.Second

// unavailableInARow is the error budget: after so many records in a row that the
// target was too busy for, it is down, and asking on only harms it.
const unavailableInARow = 10

// Input is what a plan is applied with.
type Input struct {
	Mapping *compile.Mapping
	Target  *host.Connection
	Ledger  *ledger.Ledger
	RunID   string
	Plan    *plan.Plan
	Watch   func(Progress)
}

// Progress of an application.
type Progress struct{ Done, Total int64 }

// Apply sends a plan's operations; each is tried once, and a plan is applied
// once. Diagnostics with errors say why it stopped before the end; what was done
// until then stays done and is in the outcome. Without errors the plan has ended
// and its spool is needed no more.
func Apply(ctx context.Context, in Input) (Outcome, diag.Diagnostics) {
	a := &applier{Input: in, total: in.Plan.Summary.Counts.Changes()}
	var err error
	if a.referrer, err = newReferrer(ctx, in.Mapping, in.Plan, in.Ledger); err != nil {
		return a.outcome, diag.From(err, "applying the plan")
	}
	// The run may be told to stop, but a batch that was sent deserves its answer.
	writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })
	defer stop()
	if in.Plan.Summary.Snapshot != nil {
		return applySnapshot(ctx, writing, in)
	}
	defer a.close()

	err = in.Plan.Batches(func(batch int64, entries []plan.Entry) error {
		if ctx.Err() != nil {
			return interrupted()
		}
		return a.take(writing, batch, entries)
	})
	if err == nil && ctx.Err() != nil && len(a.group.numbers) > 0 {
		err = interrupted()
	}
	if err == nil {
		err = a.sendGroup(writing)
	}
	a.outcome.Unsent = max(0, a.total-a.outcome.known())
	if err != nil {
		return a.outcome, diag.From(err, "applying the plan")
	}
	err = in.Ledger.SetPlanState(writing, in.Plan.Summary.ID, ledger.PlanDone)
	return a.outcome, diag.From(err, "ending the plan")
}

// applier carries one plan out.
type applier struct {
	Input
	outcome  Outcome
	stream   *host.WriteStream
	resolver *resolver
	referrer *referrer // nil: nothing refers to another record
	total    int64
	tried    int64 // operations of the batches so far
	group    together
	results  []result         // of the batch, reused
	settled  []ledger.Applied // as well
	busy     int              // records in a row that the target was unavailable for
}

// batch intends, sends, learns and settles batches that go together. An error
// ends the run.
func (a *applier) batch(ctx context.Context, numbers []int64, entries []plan.Entry) error {
	entries, unsent, err := a.referrer.fill(ctx, entries)
	if err != nil {
		return err
	}
	answers, stop, err := a.send(ctx, numbers, entries)
	if err != nil {
		return err
	}
	results, found := a.learn(ctx, entries, answers)
	a.results = results
	a.referrer.sayPending(entries, results)
	if found.HasErrors() {
		// Somebody's fate is unknown and can't be learnt now. The batches stay open;
		// the next run settles everybody in them, which does no harm.
		a.outcome.Unsettled += int64(len(entries))
		if stop == nil {
			stop = found.Err()
		}
		return stop
	}
	a.settled = appendApplied(appendApplied(a.settled[:0], results), unsent.results())
	if err := a.Ledger.SettleAll(ctx, a.RunID, a.Plan.Summary.ID, numbers, a.settled); err != nil {
		a.outcome.Unsettled += int64(len(entries)) // sent, and not remembered: the disk is full, perhaps
		return err
	}
	a.count(entries, results)
	a.countUnsent(unsent)
	if stop == nil {
		stop = a.stopReason(entries, answers)
	}
	return stop
}

// send intends and writes what batches have to send, and gathers the answers.
// stop is why some are missing and nothing more can be sent on this stream; err
// means that nothing was sent.
func (a *applier) send(ctx context.Context, numbers []int64, entries []plan.Entry) (answers map[int64]*protocol.WriteResult, stop, err error) {
	batch := outgoing(a.Plan, entries)
	if len(batch.Records) == 0 {
		return nil, nil, nil
	}
	if a.stream == nil {
		stream, found := openWrite(ctx, a.Target, a.Mapping, a.Plan)
		if found.HasErrors() {
			return nil, nil, found.Err()
		}
		a.stream = stream
	}
	if err := a.Ledger.Intend(ctx, a.Plan.Summary.ID, numbers...); err != nil {
		return nil, nil, err
	}
	answers, stop = converse(a.stream, batch)
	return answers, stop, nil
}

// learn turns answers into what the ledger has to remember, and makes up for
// those that are missing. Diagnostics with errors mean that it couldn't.
func (a *applier) learn(ctx context.Context, entries []plan.Entry, answers map[int64]*protocol.WriteResult) ([]result, diag.Diagnostics) {
	results := a.results[:0]
	var unknown []plan.Entry
	for i := range entries {
		e := &entries[i]
		answer := answers[e.Position]
		switch {
		case len(e.Body) == 0:
			results = append(results, nothingSent(e))
		case lost(e, answer):
			unknown = append(unknown, *e)
		default:
			r := answered(a.Target.Plugin(), e, answer)
			r.leftOut(a.Target.Plugin(), a.Plan, e, answer)
			results = append(results, r)
		}
	}
	if len(unknown) == 0 {
		return results, nil
	}
	if a.resolver == nil {
		var err error
		if a.resolver, err = newResolver(a.Mapping, a.Target, a.Plan); err != nil {
			return nil, diag.From(err, "settling what was not answered")
		}
	}
	resolved, found := a.resolver.resolve(ctx, unknown)
	return append(results, resolved...), found
}

// stopReason is why nothing more should be sent after these answers; nil to go
// on.
func (a *applier) stopReason(entries []plan.Entry, answers map[int64]*protocol.WriteResult) error {
	for i := range entries {
		answer := answers[entries[i].Position]
		if answer == nil {
			continue
		}
		if answer.GetOutcome() == protocol.Outcome_OUTCOME_APPLIED {
			a.busy = 0
			continue
		}
		complaint := a.Target.Plugin().Complaint(answer.GetDiagnostic())
		switch complaint.Retry {
		case protocol.Retry_RETRY_CREDENTIALS:
			return complaint.Diagnostic
		case protocol.Retry_RETRY_LATER:
			a.busy++
			if a.busy >= unavailableInARow || neverLeft(answer) {
				return complaint.Diagnostic
			}
		default:
			a.busy = 0 // it answered
		}
	}
	return nil
}

// neverLeft: the connector did not even try, or nobody was there to take it.
func neverLeft(answer *protocol.WriteResult) bool {
	return answer.GetOutcome() == protocol.Outcome_OUTCOME_NOT_SENT
}

// count adds a batch's results to the outcome and tells whoever watches.
func (a *applier) count(entries []plan.Entry, results []result) {
	byPosition := make(map[int64]*plan.Entry, len(entries))
	for i := range entries {
		byPosition[entries[i].Position] = &entries[i]
	}
	for _, r := range results {
		entry := byPosition[r.Position]
		a.outcome.LeftOut = append(a.outcome.LeftOut, r.missing...)
		if r.Outcome == ledger.Succeeded {
			a.outcome.countCells(entry, len(a.Plan.Summary.Fields))
		}
		switch {
		case r.notTried: // Unsent is what remains
		case entry.Operation == plan.Note: // nothing was sent, and nothing happened
		case r.Outcome == ledger.Ambiguous:
			a.outcome.Ambiguous = append(a.outcome.Ambiguous, r.failed(entry))
		case r.Outcome != ledger.Succeeded:
			a.outcome.Failed = append(a.outcome.Failed, r.failed(entry))
		case entry.Position < 0: // the second operation of one record: the first is counted
		case entry.Operation == plan.Create:
			a.outcome.Created++
		case entry.Operation == plan.Update:
			a.outcome.Updated++
		case entry.Operation == plan.Deactivate:
			a.outcome.Deactivated++
		case entry.Operation == plan.Reactivate:
			a.outcome.Reactivated++
		case entry.Operation == plan.Delete:
			a.outcome.Deleted++
		case entry.Operation == plan.Unlink:
			a.outcome.Unlinked++
		default:
			a.outcome.Linked++
		}
	}
	a.tried += int64(len(entries))
	if a.Watch != nil {
		a.Watch(Progress{Done: a.tried, Total: a.total})
	}
}

func (a *applier) close() {
	if a.stream != nil {
		a.stream.Finish()
	}
}

// idempotencyKey is the same whenever the same operation of the same plan is
// sent again, and new in every plan.
func idempotencyKey(planID string, position int64) string {
	namespace, err := uuid.Parse(planID)
	if err != nil {
		namespace = uuid.NewSHA1(uuid.Nil, []byte(planID))
	}
	sum := sha1.Sum(binary.BigEndian.AppendUint64(namespace[:], uint64(position)))
	key := uuid.UUID(sum[:16])
	key[6], key[8] = key[6]&0x0f|5<<4, key[8]&0x3f|0x80 // version and variant, as uuid.NewSHA1 sets them in four allocations
	return key.String()
}

func interrupted() error {
	return diag.Diagnostic{
		Code: "interrupted", Class: diag.Interrupted,
		Summary: "The run was interrupted",
		Detail:  "What was sent until then is recorded; nothing is lost and nothing will be done twice.",
		Remedy:  "Run again: the next run goes on where this one stopped.",
	}
}

package apply

import (
	"context"
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

// Outcome is what became of a plan. Who was held before anything was sent isn't
// in it: the plan knows.
type Outcome struct {
	Created, Updated, Linked int64
	Failed                   []Failed
	// Ambiguous were sent, and nobody knows what became of them.
	Ambiguous []Failed
	// Unsent is how many operations were not tried, because the run had to stop.
	Unsent int64
}

// Done is how many operations took effect.
func (o *Outcome) Done() int64 { return o.Created + o.Updated + o.Linked }

// Failed is one record that the target did not take, and why.
type Failed struct {
	plan.Person
	Code, Summary, Detail, Remedy string
	Status                        int
	Retry                         protocol.Retry
}

// Apply sends a plan's operations. Diagnostics with errors say why it stopped
// before the end; what was done until then stays done and is in the outcome.
func Apply(ctx context.Context, in Input) (Outcome, diag.Diagnostics) {
	a := &applier{Input: in, total: in.Plan.Summary.Counts.Changes()}
	// The run may be told to stop, but a batch that was sent deserves its answer.
	writing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })
	defer stop()
	defer a.close()

	err := in.Plan.Batches(func(batch int64, entries []plan.Entry) error {
		if ctx.Err() != nil {
			return interrupted()
		}
		return a.batch(writing, batch, entries)
	})
	a.outcome.Unsent = max(0, a.total-a.done)
	if err != nil {
		return a.outcome, append(a.found, diag.From(err, "applying the plan")...)
	}
	if len(a.found) > 0 || a.unanswered {
		return a.outcome, a.found
	}
	if err := in.Ledger.SetPlanState(writing, in.Plan.Summary.ID, ledger.PlanDone); err != nil {
		return a.outcome, diag.From(err, "ending the plan")
	}
	return a.outcome, nil
}

// applier carries one plan out.
type applier struct {
	Input
	outcome     Outcome
	found       diag.Diagnostics
	stream      *host.WriteStream
	resolver    *resolver
	total, done int64
	busy        int  // records in a row that the target was unavailable for
	unanswered  bool // some batch stays open for the next run
}

// batch intends, sends, learns and settles one batch.
func (a *applier) batch(ctx context.Context, number int64, entries []plan.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	toSend := sending(entries)
	var answers map[int64]*protocol.WriteResult
	if len(toSend) > 0 {
		if err := a.Ledger.Intend(ctx, a.Plan.Summary.ID, number); err != nil {
			return err
		}
		var err error
		if answers, err = a.send(ctx, toSend); err != nil {
			a.unanswered = true
			a.count(entries, nil)
			return err
		}
	}
	results, open := a.learn(ctx, entries, answers)
	if open {
		// Somebody's fate is unknown and can't be learnt now. The batch stays open;
		// the next run looks everybody in it up again, which does no harm.
		a.unanswered = true
		a.count(entries, results)
		return a.stopReason(answers)
	}
	if err := a.Ledger.Settle(ctx, a.RunID, a.Plan.Summary.ID, number, results); err != nil {
		return err
	}
	a.count(entries, results)
	return a.stopReason(answers)
}

// sending are the entries that have something to send.
func sending(entries []plan.Entry) []plan.Entry {
	var out []plan.Entry
	for _, e := range entries {
		if len(e.Body) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// learn turns answers into what the ledger has to remember. open: one is
// missing and could not be made up for.
func (a *applier) learn(ctx context.Context, entries []plan.Entry, answers map[int64]*protocol.WriteResult) (results []ledger.Applied, open bool) {
	var unknown []plan.Entry
	for _, e := range entries {
		answer := answers[e.Position]
		switch {
		case len(e.Body) == 0:
			results = append(results, adoptedAsIs(&e))
		case answer == nil || lost(&e, answer):
			unknown = append(unknown, e)
		default:
			results = append(results, a.answered(&e, answer))
		}
	}
	if len(unknown) == 0 {
		return results, false
	}
	resolved, ds := a.resolve(ctx, unknown)
	if ds.HasErrors() {
		for _, e := range unknown {
			results = append(results, ambiguous(&e))
		}
		return results, true
	}
	return append(results, resolved...), false
}

func (a *applier) resolve(ctx context.Context, unknown []plan.Entry) ([]ledger.Applied, diag.Diagnostics) {
	if a.resolver == nil {
		var err error
		if a.resolver, err = newResolver(a.Mapping, a.Target, a.Plan); err != nil {
			return nil, diag.From(err, "settling what was not answered")
		}
	}
	return a.resolver.resolve(ctx, unknown)
}

// stopReason is why nothing more should be sent after these answers; nil to go
// on.
func (a *applier) stopReason(answers map[int64]*protocol.WriteResult) error {
	for _, answer := range answers {
		complaint := a.Target.Plugin().Complaint(answer.GetDiagnostic())
		switch {
		case answer.GetOutcome() == protocol.Outcome_OUTCOME_APPLIED:
			a.busy = 0
		case complaint.Retry == protocol.Retry_RETRY_CREDENTIALS:
			return complaint.Diagnostic
		case complaint.Retry == protocol.Retry_RETRY_LATER:
			if a.busy++; a.busy >= unavailableInARow {
				return complaint.Diagnostic
			}
		}
	}
	return nil
}

// count adds a batch's results to the outcome and tells whoever watches.
func (a *applier) count(entries []plan.Entry, results []ledger.Applied) {
	shown := make(map[int64]*plan.Entry, len(entries))
	for i := range entries {
		shown[entries[i].Position] = &entries[i]
	}
	for _, r := range results {
		entry := shown[r.Position]
		who := plan.Person{SourceID: entry.SourceID, Shown: entry.Shown}
		failed := Failed{Person: who, Code: r.Code, Summary: r.Summary, Remedy: r.Remedy, Status: r.Status, Retry: protocol.Retry(protocol.Retry_value[r.Retry])}
		switch {
		case r.Outcome == ledger.Ambiguous:
			a.outcome.Ambiguous = append(a.outcome.Ambiguous, failed)
		case r.Outcome != ledger.Succeeded:
			a.outcome.Failed = append(a.outcome.Failed, failed)
		case entry.Operation == plan.Create:
			a.outcome.Created++
		case entry.Operation == plan.Update:
			a.outcome.Updated++
		default:
			a.outcome.Linked++
		}
	}
	a.done += int64(len(entries))
	if a.Watch != nil {
		a.Watch(Progress{Done: a.done, Total: a.total})
	}
}

func (a *applier) close() {
	if a.stream != nil {
		a.stream.Close()
	}
}

// idempotencyKey is the same whenever the same operation of the same plan is
// sent again, and new in every plan.
func idempotencyKey(planID string, position int64) string {
	namespace, err := uuid.Parse(planID)
	if err != nil {
		namespace = uuid.NewSHA1(uuid.Nil, []byte(planID))
	}
	return uuid.NewSHA1(namespace, []byte{
		byte(position >> 56), byte(position >> 48), byte(position >> 40), byte(position >> 32),
		byte(position >> 24), byte(position >> 16), byte(position >> 8), byte(position),
	}).String()
}

func interrupted() error {
	return diag.Diagnostic{
		Code: "interrupted", Class: diag.Interrupted,
		Summary: "The run was interrupted",
		Detail:  "What was sent until then is recorded; nothing is lost and nothing will be done twice.",
		Remedy:  "Run again: the next run goes on where this one stopped.",
	}
}

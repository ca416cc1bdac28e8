package apply

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// A target that is written as a whole is sent all its lines, and nothing of it is
// seen before the commit. Batch 0 of the plan stands for the whole in the
// journal: intended before the commit, answered when everything is recorded. As
// long as it is open the next run repeats the whole, which changes nothing if it
// was put in place already.
const wholeBatch = 0

// maxTries bounds how often lines are sent: once, once more without those that
// the target refused, and once with whatever their last lines brought up.
const maxTries = 3

// recordedTogether is how many batches are answered in one commit. Nothing is sent
// any more, so that a kill leaves no more to do than to record them again. Each
// commit writes the ledger's index pages anew: with a quarter of them it was 0.8 µs
// a record more, of 18.
const recordedTogether = 4 * mostTogether

// whole writes one plan's snapshot.
type whole struct {
	target *host.Connection
	ledger *ledger.Ledger
	plan   *plan.Plan
	scope  ledger.ScopeID
	runID  string
	watch  func(Progress)

	results []result           // of the batches that are settled together, reused
	applied []ledger.Applied   // as well
	refused map[string]refusal // by source id
	others  map[string]refusal // those of them that no operation is about
}

// refusal is a line that the target did not take, and what stands in for it.
type refusal struct {
	result
	shown   string
	instead []byte // its last line; nil: never in it, left out
}

// applySnapshot carries out a plan whose target is written as a whole.
func applySnapshot(ctx, writing context.Context, in Input) (Outcome, diag.Diagnostics) {
	a := &applier{Input: in, total: in.Plan.Summary.Counts.Changes()}
	scope, err := in.Ledger.Scope(writing, in.Plan.Summary.Scope)
	if err != nil {
		return a.outcome, diag.From(err, "reading the ledger")
	}
	w := &whole{target: in.Target, ledger: in.Ledger, plan: in.Plan, scope: scope, runID: in.RunID, watch: in.Watch, refused: map[string]refusal{}}
	a.outcome.Unsent = a.total
	if in.Plan.Summary.Snapshot.Write {
		sent, err := w.put(ctx, writing)
		if err != nil {
			a.outcome.Failed = w.failed(w.refused)
			if sent {
				a.outcome.Unsettled, a.outcome.Unsent = a.total, 0
			}
			return a.outcome, diag.From(err, "writing "+in.Mapping.Target.Resource.GetName())
		}
	}
	err = w.record(writing, func(entries []plan.Entry, results []result) {
		a.count(entries, results)
		for i := range entries {
			if entries[i].Operation != plan.Note {
				a.outcome.Unsent--
			}
		}
	})
	a.outcome.Failed = append(a.outcome.Failed, w.failed(w.others)...)
	if err == nil {
		err = in.Ledger.SetPlanState(writing, in.Plan.Summary.ID, ledger.PlanDone)
	}
	return a.outcome, diag.From(err, "recording what was written")
}

// put sends every line and commits. sent means that the commit left and what
// became of it is not known.
func (w *whole) put(ctx, writing context.Context) (sent bool, err error) {
	var stream *host.WriteStream
	var records int64
	for try := 1; ; try++ {
		known := len(w.refused)
		if stream, records, err = w.lines(ctx, writing); err != nil {
			return false, err
		}
		if len(w.refused) == known {
			break
		}
		abandon(stream)
		if try == maxTries {
			return false, refusedAgain()
		}
		if err := w.standIns(writing); err != nil {
			return false, err
		}
	}
	defer stream.Finish()
	if err := w.ledger.Intend(writing, w.plan.Summary.ID, wholeBatch); err != nil {
		return false, err
	}
	if err := commit(stream, records); err != nil {
		return w.uncommitted(writing, err)
	}
	return false, nil
}

// abandon ends a stream without a commit, so that nothing is put in place, and
// waits until the connector has let go of the place: it lets one writer in.
func abandon(stream *host.WriteStream) {
	defer stream.Close()
	if stream.CloseSend() != nil {
		return
	}
	for {
		if _, err := stream.Recv(); err != nil {
			return
		}
	}
}

// failed are refusals as the run tells them, by id.
func (w *whole) failed(refused map[string]refusal) []Failed {
	var out []Failed
	for _, id := range slices.Sorted(maps.Keys(refused)) {
		r := refused[id]
		out = append(out, r.failed(&plan.Entry{SourceID: id, Shown: r.shown}))
	}
	return out
}

// uncommitted tells a commit that was refused, after which nothing has changed,
// from one of which nothing is known.
func (w *whole) uncommitted(ctx context.Context, err error) (unknown bool, _ error) {
	d := diag.From(err, "putting it in place")[0]
	if d.Class != diag.Refused && d.Class != diag.Credentials {
		return true, err
	}
	if settled := w.ledger.Settle(ctx, w.runID, w.plan.Summary.ID, wholeBatch, nil); settled != nil {
		return true, settled
	}
	return false, err
}

// lines opens a stream and sends every line on it; records is how many are in
// the whole. Who is refused is noted.
func (w *whole) lines(ctx, writing context.Context) (stream *host.WriteStream, records int64, err error) {
	open := &protocol.WriteOpen{}
	if err := proto.Unmarshal(w.plan.Summary.Snapshot.Open, open); err != nil {
		return nil, 0, err
	}
	open.PlanId = w.plan.Summary.ID
	stream, found := w.target.Write(writing, open)
	if found.HasErrors() {
		return nil, 0, found.Err()
	}
	err = w.plan.Lines(func(lines []plan.Line) error {
		if ctx.Err() != nil {
			return interrupted()
		}
		n, err := w.batch(stream, lines)
		records += n
		if w.watch != nil && err == nil {
			w.watch(Progress{Done: lines[len(lines)-1].Number + 1, Total: w.plan.Summary.Snapshot.Lines})
		}
		return err
	})
	if err != nil {
		stream.Close()
		return nil, 0, err
	}
	return stream, records, nil
}

// batch sends some lines and says how many of them the whole now holds.
func (w *whole) batch(stream stream, lines []plan.Line) (int64, error) {
	records := make([]protocol.WriteRecord, len(lines)) // one allocation a batch
	batch := &protocol.WriteBatch{Records: make([]*protocol.WriteRecord, 0, len(lines))}
	for i := range lines {
		body := w.body(&lines[i])
		if body == nil {
			continue
		}
		// No idempotency key: a line is nothing alone, and the whole is put in place once.
		records[i].Position, records[i].Data = lines[i].Number, body
		batch.Records = append(batch.Records, &records[i])
	}
	if len(batch.Records) == 0 {
		return 0, nil
	}
	answers, err := converse(stream, batch)
	if err != nil {
		return 0, err
	}
	var taken int64
	for _, sent := range batch.Records {
		line := &lines[sent.Position-lines[0].Number]
		switch answer := answers[line.Number]; answer.GetOutcome() {
		case protocol.Outcome_OUTCOME_APPLIED:
			taken++
		case protocol.Outcome_OUTCOME_REFUSED:
			if _, again := w.refused[line.SourceID]; again {
				return 0, refusedAgain()
			}
			e := plan.Entry{Position: line.Number, SourceID: line.SourceID, Shown: line.Shown}
			w.refused[line.SourceID] = refusal{result: answered(w.target.Plugin(), &e, answer), shown: line.Shown}
		default: // the stream's own complaint, told once a record
			return 0, w.target.Plugin().Complaint(answer.GetDiagnostic()).Diagnostic
		}
	}
	return taken, nil
}

// body is what the whole holds of a record: its line, or what stands in for one
// that was refused; nil where it is left out.
func (w *whole) body(line *plan.Line) []byte {
	if r, refused := w.refused[line.SourceID]; refused {
		return r.instead
	}
	return line.Body
}

// standIns finds the last lines of those who were refused. Who was never in the
// whole is left out; who was and has none can't be.
func (w *whole) standIns(ctx context.Context) error {
	never := !w.plan.Summary.Snapshot.KeepLines
	ids := make([]string, 0, len(w.refused))
	for id := range w.refused {
		ids = append(ids, id)
	}
	links, err := w.ledger.Links(ctx, w.scope, ids, nil)
	if err != nil {
		return err
	}
	lines := make([][]byte, len(ids))
	if !never {
		err = w.ledger.KeptLines(ctx, w.scope, ids, func(at int, kept ledger.KeptLine) error {
			if w.plan.Summary.Created.Sub(kept.Since) <= plan.KeepFor {
				lines[at] = kept.Line
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	missing := 0
	for i, id := range ids {
		if links[i].Row == 0 && !never {
			continue
		}
		if len(lines[i]) == 0 {
			missing++
		}
		r := w.refused[id]
		r.instead = lines[i]
		w.refused[id] = r
	}
	if missing > 0 {
		return nobodyInstead(missing)
	}
	return nil
}

// commit puts the whole in place. What ends a stream without a word is no answer.
func commit(stream *host.WriteStream, records int64) error {
	if err := stream.Commit(&protocol.Commit{Records: records}); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	_, err := stream.Recv()
	if found := stream.Diagnostics(); found.HasErrors() {
		return found.Err()
	}
	if errors.Is(err, io.EOF) {
		return wrongAnswers("It stopped before it had said that the whole was put in place.")
	}
	return err
}

func refusedAgain() error {
	return diag.Diagnostic{
		Code: "snapshot-refused", Class: diag.Refused,
		Summary: "The list was not written: the target refuses a line, and the one before it too",
		Detail:  "The list is read as all there is: without that line it would have left. What is there stays as it was.",
		Remedy:  "Correct what the target refuses at the source, or the settings of the target block.",
	}
}

func nobodyInstead(n int) error {
	lines, those := "a line", "that line it"
	if n > 1 {
		lines, those = strconv.Itoa(n)+" lines", "those lines they"
	}
	return diag.Diagnostic{
		Code: "snapshot-refused", Class: diag.Refused,
		Summary: "The list was not written: the target refuses " + lines + ", and no last line may stand in",
		Detail:  "The list is read as all there is: without " + those + " would have left. What is there stays as it was.",
		Remedy:  "Correct what the target refuses at the source, or the settings of the target block. They are named with the run.",
	}
}

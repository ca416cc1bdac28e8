package apply

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

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

// record writes down what is at the target now. A run that is killed meanwhile
// leaves batch 0 open, and the next one goes on behind what is recorded.
func (w *whole) record(ctx context.Context, done func([]plan.Entry, []result)) error {
	s := w.plan.Summary.Snapshot
	var first []plan.Entry
	recorded, err := w.ledger.Answered(ctx, w.plan.Summary.ID)
	if err != nil {
		return err
	}
	var numbers []int64
	var entries []plan.Entry
	settle := func() error {
		if len(numbers) == 0 {
			return nil
		}
		err := w.settle(ctx, numbers, entries, done)
		numbers, entries = numbers[:0], entries[:0]
		return err
	}
	err = w.plan.Batches(func(batch int64, of []plan.Entry) error {
		switch {
		case batch == wholeBatch:
			first = of
			return nil
		case batch <= recorded:
			return nil
		}
		numbers, entries = append(numbers, batch), append(entries, of...)
		if len(numbers) < recordedTogether {
			return nil
		}
		return settle()
	})
	if err == nil {
		err = settle()
	}
	if err != nil {
		return err
	}
	kept, err := w.keepLines(ctx)
	if err != nil {
		return err
	}
	if err := w.recordOthers(ctx); err != nil {
		return err
	}
	var stale []string
	if s.KeepLines {
		stale = slices.AppendSeq(slices.Clone(s.Stale), maps.Keys(w.refused))
	}
	now := ledger.Snapshot{Content: s.Content, Fresh: w.plan.Summary.Created, Kept: kept}
	if err := w.ledger.SaveSnapshot(ctx, w.scope, now, stale, plan.KeepFor); err != nil {
		return err
	}
	if !s.Write && len(first) == 0 {
		return nil
	}
	return w.settle(ctx, []int64{wholeBatch}, first, done)
}

func (w *whole) settle(ctx context.Context, batches []int64, entries []plan.Entry, done func([]plan.Entry, []result)) error {
	w.results, w.applied = w.results[:0], w.applied[:0]
	for i := range entries {
		r := w.result(&entries[i])
		w.results, w.applied = append(w.results, r), append(w.applied, r.Applied)
	}
	if err := w.ledger.SettleAll(ctx, w.runID, w.plan.Summary.ID, batches, w.applied); err != nil {
		return err
	}
	done(entries, w.results)
	return nil
}

// result of one operation, once the whole is in place.
func (w *whole) result(e *plan.Entry) result {
	if e.Operation == plan.Note {
		return nothingSent(e)
	}
	if r, refused := w.refused[e.SourceID]; refused {
		out := r.result
		out.Position, out.Operation = e.Position, e.Operation.String()
		return out
	}
	out := applied(e)
	if e.Operation != plan.Delete {
		out.TargetID = keyText(e.Key) // there is no other id
	}
	return out
}

// recordOthers records the refusals that no operation is about: of lines that
// had not changed.
func (w *whole) recordOthers(ctx context.Context) error {
	if len(w.refused) == 0 {
		return nil
	}
	w.others = maps.Clone(w.refused)
	err := w.plan.Batches(func(_ int64, entries []plan.Entry) error {
		for i := range entries {
			if entries[i].Operation != plan.Note {
				delete(w.others, entries[i].SourceID)
			}
		}
		return nil
	})
	if err != nil || len(w.others) == 0 {
		return err
	}
	var results []ledger.Applied
	for _, r := range w.others {
		results = append(results, r.Applied)
	}
	return w.ledger.Record(ctx, w.runID, results)
}

// keepLines remembers the lines of the whole, for the day when their records are
// held, where they are not those that are remembered.
func (w *whole) keepLines(ctx context.Context) (kept bool, err error) {
	s := w.plan.Summary.Snapshot
	if !s.KeepLines {
		return false, w.ledger.ForgetLines(ctx, w.scope)
	}
	if !s.Write && !s.Rekeep {
		return false, nil
	}
	return true, w.ledger.KeepLines(ctx, w.scope, func(keep func(string, []byte) error) error {
		return w.plan.Lines(func(lines []plan.Line) error {
			for i := range lines {
				body := w.body(&lines[i])
				if body == nil {
					continue
				}
				if err := keep(lines[i].SourceID, body); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// keyText is a key as a target id: the value of a single field, else all of it.
func keyText(key []byte) string {
	if text, ok := plainKey(string(key)); ok {
		return text
	}
	var fields map[string]any
	if json.Unmarshal(key, &fields) != nil || len(fields) != 1 {
		return string(key)
	}
	for _, value := range fields {
		if text, ok := value.(string); ok {
			return text
		}
	}
	return string(key)
}

// plainKey takes a key of the commonest form apart, {"name":"value"} with nothing
// in it that JSON writes in another way: to parse each took 0.8 µs.
func plainKey(key string) (value string, ok bool) {
	key, opens := strings.CutPrefix(key, `{"`)
	key, ends := strings.CutSuffix(key, `"}`)
	name, value, parts := strings.Cut(key, `":"`)
	return value, opens && ends && parts && !strings.ContainsAny(name, `"\`) && !strings.ContainsAny(value, `"\`)
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

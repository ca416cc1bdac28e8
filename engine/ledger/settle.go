package ledger

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
)

// Outcome of a record in a run.
const (
	Succeeded  = "succeeded"
	Failed     = "failed"
	Unchanged  = "unchanged"
	OutOfScope = "out of scope"
	Skipped    = "skipped"
	Waiting    = "waiting"
	Held       = "held"
	Blocked    = "blocked"
	Ambiguous  = "ambiguous"
	Gone       = "gone"
)

// CodeByHand marks a result that is a note beside what else became of somebody: a
// field changed at the source and is not sent to who is there already.
const CodeByHand = "by-hand"

// Applied is what became of one record, and what the ledger has to remember of
// it. Code, Field, Summary and Remedy hold no value of a record.
type Applied struct {
	Position  int64 // in the plan
	SourceID  string
	TargetID  string // "": as the link has it
	Outcome   string // Succeeded…; "": nothing happened, and only the link is settled
	Operation string
	Why       string // it counts against no limit, or against which other one

	// The link. With NoLink an existing link keeps its state and none is made;
	// its prints follow what is said below all the same.
	State         State
	Prints        []Print    // sorted by field; Sum 0 takes a field's away
	PrintsReplace bool       // Prints are all there are; false: merged into those there
	MovedFrom     string     // the source id whose link this record takes over; "": none
	Person        PersonMark // zero: as the link has it
	DropPrints    bool       // first forget those there: nobody knows what the target holds

	Code, Field, Summary, Remedy string
	Retry                        string // retry class
	Place                        string // of the expression that held it: people.hcl:12:5
	Answer                       string // the target's own words, without any value
	LeftOut                      []LeftOut
	Status                       int    // the answer's own, such as 422
	ShownName                    string // sealed at rest
	Attempts                     int    // in this run
}

// Settle records the answer to a batch, whole or not at all: results, links,
// fingerprints, held records, and that the batch is answered. A batch that sent
// nothing may be settled without having been intended. The end of ctx doesn't
// interrupt it. One that was answered already is refused.
//
// runID is the run that learned the answer, perhaps a later one than the plan's.
func (l *Ledger) Settle(ctx context.Context, runID, planID string, batch int64, results []Applied) error {
	return l.SettleAll(ctx, runID, planID, []int64{batch}, results)
}

// SettleAll is Settle for batches that were sent together, in one commit.
func (l *Ledger) SettleAll(ctx context.Context, runID, planID string, batches []int64, results []Applied) error {
	return l.record(ctx, "recording the results of a batch", func() error {
		_, scope, err := l.planState(planID)
		if err != nil {
			return err
		}
		for _, batch := range batches {
			if err := l.answer(planID, batch); err != nil {
				return err
			}
		}
		if err := l.settleLinks(scope, results); err != nil {
			return err
		}
		return l.settleResults(runID, planID, results)
	})
}

// Record keeps results that no batch carries: who is held, waiting, blocked or
// gone. State, prints and TargetID change no link.
func (l *Ledger) Record(ctx context.Context, runID string, results []Applied) error {
	return l.record(ctx, "recording results", func() error { return l.settleResults(runID, "", results) })
}

func (l *Ledger) answer(planID string, batch int64) error {
	_, answered, err := l.batchState(planID, batch)
	if err != nil {
		return err
	}
	if answered {
		return misuse("A batch can't be settled twice", fmt.Sprintf("Batch %d of plan %s was answered.", batch, planID))
	}
	return exec(l.conn, `INSERT INTO batches (plan, batch, intended, answered) VALUES (?1, ?2, ?3, ?3)
		ON CONFLICT DO UPDATE SET answered = excluded.answered`,
		func(s *sqlite.Stmt) {
			s.BindText(1, planID)
			s.BindInt64(2, batch)
			s.BindInt64(3, l.now())
		})
}

// settleLinks applies what the results say of links; the generation goes up once
// if anything changed.
func (l *Ledger) settleLinks(scope ScopeID, results []Applied) error {
	touched, prints := make([]*Applied, 0, len(results)), 0
	for i := range results {
		a := &results[i]
		if a.State == NoLink && len(a.Prints) == 0 && !a.PrintsReplace && !a.DropPrints && a.MovedFrom == "" && a.Person == (PersonMark{}) {
			continue
		}
		if !sortedByField(a.Prints) {
			return misuse("Fingerprints are out of order", fmt.Sprintf("Those of position %d aren't sorted by field.", a.Position))
		}
		touched = append(touched, a)
		prints += len(a.Prints)
	}
	w := linkWriter{ledger: l, scope: scope, now: l.now(), packed: make([]byte, 0, prints*packedPrint), fresh: make([]freshLink, 0, len(touched))}
	for len(touched) > 0 {
		n := distinct(touched)
		if err := w.settleAll(touched[:n]); err != nil {
			return err
		}
		touched = touched[n:]
	}
	if !w.changed {
		return nil
	}
	return nextGeneration(l.conn)
}

// distinct is how many of the first results are of different records: what is
// read for them in one go is not stale before it is used. A record whose link
// another one took over is met, too: its row is the other's now.
func distinct(results []*Applied) int {
	met := make(map[string]struct{}, len(results))
	for i, a := range results {
		if _, again := met[a.SourceID]; again {
			return i
		}
		met[a.SourceID] = struct{}{}
		if a.MovedFrom != "" {
			met[a.MovedFrom] = struct{}{}
		}
	}
	return len(results)
}

// linkWriter brings the links of one batch up to date.
type linkWriter struct {
	ledger  *Ledger
	scope   ScopeID
	now     int64
	changed bool
	prints  []Print
	packed  []byte // the prints of fresh, one after the other
	fresh   []freshLink
}

// freshLink is a link to be made; its prints end in linkWriter.packed where the
// next one's begin.
type freshLink struct {
	source, target string
	state          State
	person         PersonMark
	begin, end     int
}

// settleAll does so for results of different records.
func (w *linkWriter) settleAll(results []*Applied) error {
	ids := make([]string, len(results))
	for i, a := range results {
		ids[i] = a.SourceID
	}
	olds := make([]Link, len(ids))
	if err := w.ledger.links(w.scope, ids, olds); err != nil {
		return err
	}
	for i, a := range results {
		if err := w.settle(a, &olds[i]); err != nil {
			return err
		}
	}
	return w.makeFresh()
}

// settle brings one link from what the ledger had to what a says.
func (w *linkWriter) settle(a *Applied, old *Link) error {
	if a.MovedFrom != "" && old.Row == 0 {
		if err := w.makeFresh(); err != nil { // among them may be the one it is moved from
			return err
		}
		taken, err := w.moved(a)
		if err != nil {
			return err
		}
		if taken != nil {
			old = taken
		}
	}
	exists := old.Row != 0
	if !exists && (a.State == NoLink || a.State == Deleted) {
		return nil
	}
	if a.State == Deleted {
		w.changed = true
		return exec(w.ledger.conn, "DELETE FROM links WHERE number = ?", func(s *sqlite.Stmt) { s.BindInt64(1, old.Row) })
	}
	before := old.Prints
	if a.PrintsReplace || a.DropPrints {
		before = nil
	}
	w.prints = merge(w.prints[:0], before, a.Prints)
	next := Link{Row: old.Row, SourceID: a.SourceID, TargetID: a.TargetID, State: a.State, Prints: w.prints, Person: a.Person}
	if next.State == NoLink {
		next.State = old.State
	}
	if next.TargetID == "" {
		next.TargetID = old.TargetID
	}
	if next.Person == (PersonMark{}) {
		next.Person = old.Person
	}
	if exists && sameLink(old, &next) {
		return nil
	}
	w.changed = true
	return w.put(&next, old)
}

func sameLink(a, b *Link) bool {
	if a.TargetID != b.TargetID || a.State != b.State || a.Person != b.Person || len(a.Prints) != len(b.Prints) {
		return false
	}
	for i := range a.Prints {
		if a.Prints[i] != b.Prints[i] {
			return false
		}
	}
	return true
}

// put writes a link; one whose Row is 0 is new, and made with the others that
// are.
func (w *linkWriter) put(link, old *Link) error {
	begin := len(w.packed)
	w.packed = pack(w.packed, link.Prints)
	if link.Row == 0 {
		w.fresh = append(w.fresh, freshLink{link.SourceID, link.TargetID, link.State, link.Person, begin, len(w.packed)})
		return nil
	}
	packed := w.packed[begin:]
	w.packed = w.packed[:begin]
	err := exec(w.ledger.conn, "UPDATE links SET state = ?, changed = ?, prints = ? WHERE number = ?",
		func(s *sqlite.Stmt) {
			s.BindInt64(1, int64(link.State))
			s.BindInt64(2, w.now)
			s.BindBytes(3, packed)
			s.BindInt64(4, link.Row)
		})
	if err != nil || link.TargetID == old.TargetID && link.Person == old.Person {
		return err
	}
	// Apart, for indexes are written anew for what is set, also to what it was: a
	// fifth of an ordinary update.
	return exec(w.ledger.conn, "UPDATE links SET target = ?, person = ? WHERE number = ?",
		func(s *sqlite.Stmt) {
			s.BindText(1, link.TargetID)
			bindMark(s, 2, link.Person)
			s.BindInt64(3, link.Row)
		})
}

var linkRows = newRows("links (scope, source, target, state, changed, prints, person)", "(?, ?, ?, ?, ?, ?, ?)", "")

// makeFresh makes the links that are new, in the order in which they came.
func (w *linkWriter) makeFresh() error {
	err := linkRows.insert(w.ledger.conn, len(w.fresh), func(s *sqlite.Stmt, row, at int) {
		link := &w.fresh[row]
		s.BindInt64(at, int64(w.scope))
		s.BindText(at+1, link.source)
		s.BindText(at+2, link.target)
		s.BindInt64(at+3, int64(link.state))
		s.BindInt64(at+4, w.now)
		s.BindBytes(at+5, w.packed[link.begin:link.end])
		bindMark(s, at+6, link.person)
	})
	w.fresh, w.packed = w.fresh[:0], w.packed[:0]
	return err
}

package plan

import (
	"cmp"
	"context"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"passerelle/engine/compile"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// planner holds what comparing needs from batch to batch.
type planner struct {
	Input
	today   record.Value
	scope   ledger.ScopeID
	fields  []ledger.FieldID
	encoder *record.Encoder
	finder  *Finder
	out     *spoolWriter
	path    string

	summary    Summary
	linkReader *ledger.LinkReader
	links      []ledger.Link   // reused from batch to batch
	unsettled  map[string]bool // source ids of which nobody knows what became
	seen       ledger.RowSet
	present    int64 // of the active links, those whose record was read
	duplicates *duplicates
	pilot      *pilot
	since      *since   // nil: everybody is read
	calls      int64    // of the read, as far as it told
	pending    []string // who goes without a reference, of a mapping that is read by what changed
	persons    persons
	holds      *atTarget // what is at the target, where it is put right; nil: not read
	there      byMatch   // the whole target, where nobody can be looked up there; nil: not read
	days       dayNotes
	everSent   []bool      // by field: some linked record was sent it before
	refs       *references // nil: no field refers to another record
	compared   bool        // some linked record was compared at all

	// What guards judge.
	history      history
	departures   []departure
	creations    []creation
	expectedLeft struct{ removals, creates int64 }
	cells        []cells    // by field, facts last
	values       []oneValue // by target field
	before       []uint64   // definitions of the target's fields, as they were last kept
	facts        []factField
	inScope      ledger.FieldID // where today's filter marks those it selected; 0: nobody asks
	noted        struct {
		prints          []ledger.Print
		appeared, moved []int
	}
	canonical []byte
	key       []byte
	keys      []byte // of the batch, one after the other
	body      []byte
	changed   []int            // of the last create
	sums      []ledger.Print   // as well
	snapshot  *snapshotPlanner // nil: the target is written record by record
	moved     *moved           // of links that came from another tenant's name
}

func newPlanner(ctx context.Context, in Input, scope ledger.Scope) (*planner, error) {
	m := in.Mapping
	p := &planner{Input: in, today: Today(in.Now, in.Zone), everSent: make([]bool, len(m.Target.Fields)), duplicates: newDuplicates(cmp.Or(in.FirstsInMemory, mostFirsts)), pilot: newPilot(in.Who)}
	p.summary.Pilot, p.summary.Records = p.pilot != nil, !m.People
	var err error
	if p.scope, err = in.Ledger.Scope(ctx, scope); err != nil {
		return nil, err
	}
	p.linkReader = in.Ledger.LinkReader(p.scope)
	names := make([]string, len(m.Target.Fields))
	for i, f := range m.Target.Fields {
		names[i] = f.Name
		p.summary.Fields = append(p.summary.Fields, FieldCount{Name: f.Name})
	}
	ids, err := in.Ledger.FieldIDs(ctx, p.scope, append(names, FactNames(in.Ledger, m)...))
	if err != nil {
		return nil, err
	}
	p.fields = ids[:len(names)]
	facts := len(ids) - len(m.SamePerson)
	p.setFacts(ids[len(names):facts])
	p.persons = persons{fields: ids[facts:], moves: map[int64]bool{}}
	p.cells, p.values = make([]cells, len(names)+len(p.facts)), make([]oneValue, len(names))
	if p.before, err = in.Ledger.Definitions(ctx, p.fields); err != nil {
		return nil, err
	}
	if p.encoder, err = record.NewEncoder(m.Target.Layout()); err != nil {
		return nil, err
	}
	if p.finder, err = NewFinder(m, in.Target); err != nil {
		return nil, err
	}
	if err := p.openHeld(ctx); err != nil {
		return nil, err
	}
	if err := p.openHistory(ctx); err != nil {
		return nil, err
	}
	p.expectedLeft.removals, p.expectedLeft.creates = p.expected(expectedRemovals), p.expected(expectedCreates)
	generation, err := in.Ledger.Generation(ctx)
	if err != nil {
		return nil, err
	}
	year, month, day := p.today.Civil()
	p.summary.ID = uuid.NewString()
	p.summary.Mapping = m.Address
	p.summary.LedgerID = in.Ledger.ID()
	p.summary.Scope = scope
	p.summary.Generation = generation
	p.summary.Created = in.Now.UTC()
	p.summary.Today = time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	p.path = in.Path
	if p.path == "" {
		p.path = filepath.Join(in.Dir, p.summary.ID+".plan")
	}
	if p.out, err = createSpool(p.path, p.summary.ID, in.Ledger.Sealer()); err != nil {
		return nil, err
	}
	p.duplicates.open(p.dir(), p.summary.ID, in.Ledger.Sealer())
	if err = p.openSnapshot(ctx); err == nil {
		p.refs, err = newReferences(ctx, p, scope)
	}
	if err == nil {
		p.moved, err = newMoved(ctx, in.Ledger, p.scope)
	}
	if err != nil {
		p.discard()
	}
	return p, err
}

// openHeld looks up who was held after an earlier run. Ambiguous are those whom
// it sent something, without ever learning what became of it, and whose endpoint
// offers no way to find out.
func (p *planner) openHeld(ctx context.Context) error {
	now, err := p.Ledger.HeldNow(ctx, p.Mapping.Address)
	if err != nil {
		return err
	}
	p.unsettled, p.history.known = map[string]bool{}, make(map[string]ledger.HeldRecord, len(now))
	for _, h := range now {
		p.history.known[h.SourceID] = h
		if h.Outcome == ledger.Ambiguous {
			p.unsettled[h.SourceID] = true
		}
	}
	return nil
}

func stillAmbiguous() *compile.Failure {
	return &compile.Failure{
		Code:    "ambiguous",
		Summary: "An earlier run sent this record, and the target never answered",
		Detail:  "Sent again, it might take effect twice.",
		Remedy:  "Look at the target whether it is there as it should be.",
	}
}

// Today is the day that it is in a zone; UTC where there is none.
func Today(now time.Time, zone *time.Location) record.Value {
	if zone == nil {
		zone = time.UTC
	}
	return record.NewDate(now.In(zone).Date())
}

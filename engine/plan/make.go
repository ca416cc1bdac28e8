package plan

import (
	"cmp"
	"context"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/plugins/record"
)

// Input is what a plan is made of.
type Input struct {
	Mapping *compile.Mapping
	Source  *host.Connection
	Others  flow.Connections // of the sources beside the first; nil: none
	Target  *host.Connection
	Ledger  *ledger.Ledger
	// Basis gives the hash of mapping files, inputs and plugins. It is asked after
	// the read: hashing executables takes longer than the first request.
	Basis func() (string, error)
	// Reads gives the hash of all that makes a record what it is: the Basis, and what
	// is secret. Asked of a mapping that is read by what changed; nil: it is read whole.
	Reads func() (string, error)
	Now   time.Time
	Zone  *time.Location // of the integration
	Dir   string         // where the spool is written
	Path  string         // or exactly there; wins over Dir
	Watch func(flow.Progress)
	Who   []string // these people alone, by source id or shown name; empty: everybody
	// Scopes are those of the mappings whose records this one refers to.
	Scopes map[*compile.Mapping]ledger.Scope
	// Expected, in a preview, says of a record that is not linked yet that a mapping
	// which runs before this one will link it. Nil: what is not linked won't be.
	Expected func(scope ledger.Scope, sourceID string) bool
	// Became is told, in the order of the read, what is to be done with each record;
	// who turns out to have a twin is held all the same. Nil: nobody asks.
	Became func(sourceID, what string)
	// Example: a handful of records made up to show what a mapping does. The guards
	// that look for accidents among everybody ask nothing of them.
	Example bool
	// FirstsInMemory is how many new ids, and how many keys, are compared in memory;
	// 0: mostFirsts. The others are on disk.
	FirstsInMemory int
}

// Make reads everything, compares it with the ledger and writes the plan down.
// Nothing is written to the target. Diagnostics with errors mean that there is
// no plan; a plan that a guard blocked is a plan.
func Make(ctx context.Context, in Input) (*Plan, diag.Diagnostics) {
	scope := ledger.Scope{
		SourceTenant: in.Source.Tenant().GetId(), SourceResource: in.Mapping.Identifies(),
		TargetTenant: in.Target.Tenant().GetId(), TargetResource: in.Mapping.Target.Resource.GetName(),
	}
	if err := otherTenant(ctx, in, scope); err != nil {
		return nil, diag.From(err, "looking up whom the ledger belongs to")
	}
	made, found, whole := attempt(ctx, in, scope, everybody{})
	if whole.why != "" {
		made, found, _ = attempt(ctx, in, scope, whole)
	}
	return made, found
}

// attempt makes the plan from one read. Where that was of what changed alone and
// did not do, it gives no plan but why everybody is to be read.
func attempt(ctx context.Context, in Input, scope ledger.Scope, must everybody) (*Plan, diag.Diagnostics, everybody) {
	p, err := newPlanner(ctx, in, scope)
	if err != nil {
		return nil, diag.From(err, "preparing the plan"), everybody{}
	}
	defer p.close()
	if err := p.goOn(ctx, must); err != nil {
		p.discard()
		return nil, diag.From(err, "looking up where the last read ended"), everybody{}
	}
	watch := func(progress flow.Progress) {
		p.calls = progress.Calls
		if in.Watch != nil {
			in.Watch(progress)
		}
	}
	end, found := flow.ReadSince(ctx, in.connections(), in.Mapping, p.today, p.since.from(), func(items []flow.Item) error {
		return p.batch(ctx, items)
	}, watch)
	if p.since.refused(found) {
		p.since.must = WholeRefused
	}
	var made *Plan
	if !found.HasErrors() {
		if made, err = p.finish(ctx, end); err != nil {
			found = append(found, diag.From(err, "finishing the plan")...)
		}
	}
	if !found.HasErrors() {
		return made, found, everybody{}
	}
	p.discard()
	if must := p.since.mustBe(); must != "" {
		return nil, nil, everybody{why: must, calls: max(p.calls, end.Calls)}
	}
	return nil, found, everybody{}
}

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

// batch plans one batch of items: who is linked, who must be looked up at the
// target, what changed.
func (p *planner) batch(ctx context.Context, items []flow.Item) error {
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	var err error
	if p.links, err = p.linkReader.Links(ctx, ids, p.links); err != nil {
		return err
	}
	if err := p.noteDays(ctx, items); err != nil {
		return err
	}
	if err := p.refs.look(ctx, p, items); err != nil {
		return err
	}
	if err := p.recognise(ctx, items); err != nil {
		return err
	}
	if err := p.readTarget(ctx); err != nil {
		return err
	}
	if p.history.first {
		if _, err := p.mayCreate(ctx); err != nil {
			return err
		}
	}
	keys, err := p.admit(items)
	if err != nil {
		return err
	}
	if err := p.askMoved(ctx, items, keys); err != nil {
		return err
	}
	if p.since != nil && p.besideOthers(items, keys) {
		return p.since.giveUp(WholeBeside)
	}
	found, err := p.adoptable(ctx, items, keys)
	if err != nil {
		return err
	}
	for i := range items {
		p.noteFacts(&items[i], &p.links[i])
		p.notePerson(&items[i], &p.links[i])
		if err := p.item(&items[i], &p.links[i], keys[i], found[i], p.persons.known[i]); err != nil {
			return err
		}
		if err := p.spoolFacts(&items[i], &p.links[i]); err != nil {
			return err
		}
		if err := p.line(&items[i], &p.links[i]); err != nil {
			return err
		}
	}
	return nil
}

// admit marks everybody who was read as present, the held ones too, and holds
// those who share an id or a key. It gives the key of each who goes on.
func (p *planner) admit(items []flow.Item) ([]keyOf, error) {
	keys := make([]keyOf, len(items))
	p.keys = make([]byte, 0, len(p.keys)) // who waits for the end of the read keeps a key
	for i := range items {
		item := &items[i]
		p.since.meet(item.ID)
		if p.links[i].State == ledger.Active && !p.seen.Has(p.links[i].Row) {
			p.present++
		}
		if err := p.duplicates.id(item, p.links[i].Row, &p.seen); err != nil {
			return nil, err
		}
		if item.Values != nil && !item.Left && !item.Out { // who has left leaves the key to others
			keys[i] = p.claim(item)
		}
		// Before any other reason: forgotten for a moment, it would be sent twice.
		if p.unsettled[item.ID] && (!item.Out || item.Values != nil) {
			item.Held = stillAmbiguous()
		}
		if item.Held != nil || !p.pilot.has(item) {
			item.Values = nil
		}
	}
	return keys, nil
}

// claim takes a record's key, also for one that is held: nobody else may have
// it.
func (p *planner) claim(item *flow.Item) keyOf {
	var key keyOf
	if len(p.Mapping.Target.Key) > 0 {
		var failure *compile.Failure
		if key, failure = p.keyFields(item); failure == nil {
			p.duplicates.key(item, key, &p.Mapping.Target)
		} else if item.Held == nil {
			item.Held = failure
		}
	}
	p.matchFields(item, &key)
	return key
}

// item writes down what is to be done with one record.
func (p *planner) item(item *flow.Item, link *ledger.Link, key keyOf, found *foundRecord, known []ledger.Link) error {
	if !p.pilot.has(item) {
		p.became(item, aside)
		return nil
	}
	if r := unmet(item, link); r != nil && !p.unsettled[item.ID] {
		p.notReady(item, r)
		return nil
	}
	switch {
	case item.Held != nil:
		p.hold(item, *item.Held)
		return nil
	case p.persons.swapped:
		p.stopSwap(item)
		return nil
	case item.Out:
		return p.outOfScope(item, link)
	case item.Left:
		return p.leaving(item, link)
	case link.Row != 0:
		return p.linked(item, link, key)
	case len(known) > 0:
		p.comesBack(item, key, known)
		return nil
	case key.lacks != nil:
		p.hold(item, noMatch(key.lacks))
		return nil
	case found != nil && found.failure != nil:
		p.hold(item, *found.failure)
		return nil
	case found == nil:
		return p.create(item, key)
	}
	if p.duplicates.target(item, found.id, &p.Mapping.Target); item.Held != nil {
		p.hold(item, *item.Held)
		return nil
	}
	return p.adopt(item, key, found)
}

func (p *planner) hold(item *flow.Item, why compile.Failure) {
	p.became(item, held)
	p.summary.Held = append(p.summary.Held, Held{Person: Person{item.ID, item.Shown}, Failure: why})
}

// became counts what is done with an item and remembers it: a twin that comes
// later may undo it.
func (p *planner) became(item *flow.Item, what outcome) {
	*p.summary.Counts.of(what)++
	p.duplicates.outcomes.add(what)
	if p.Became != nil {
		p.Became(item.ID, what.String())
	}
}

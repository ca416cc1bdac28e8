package plan

import (
	"time"

	"passerelle/engine/flow"
)

// judgeHeld stops what the map writes when suddenly too many records can't be
// mapped: then something is wrong with the source or the mapping rather than
// with people, and what passed is no safer. Departures go on: no map holds them.
// Who waits for another record's link is counted apart. Who has been held for longer than a week, or is known to somebody, is a known
// sorrow, not a sudden one.
func (p *planner) judgeHeld() {
	var open []Held
	for _, h := range p.summary.Held {
		before, known := p.history.known[h.SourceID]
		long := known && before.FirstSeen.Before(p.Now.Add(-limitDays*24*time.Hour))
		if !long && before.KnownUntil.IsZero() && h.Code != "ambiguous" && h.Code != "reference-missing" && !p.history.approved[pair{h.SourceID, PartHeld}] {
			open = append(open, h)
		}
	}
	c := &p.summary.Counts
	of := max(p.people(), p.summary.Read.Received-c.Out-c.Left)
	l := limited{open: int64(len(open)), limit: p.limit(PartHeld, of), of: of}
	if !l.exceeded() {
		return
	}
	waits := int64(0)
	for position, what := range p.duplicates.outcomes.all() {
		if what == created || what == updated || what == adopted || what == reactivated {
			p.drop(position)
			waits++
		}
	}
	for i := range p.summary.Fields {
		f := &p.summary.Fields[i]
		f.Changed, f.Added, f.Cleared, f.PutBack = 0, 0, 0, 0
	}
	p.summary.Definitions = nil
	for _, h := range open {
		p.stop(h.Person, PartHeld, PartHeld, "")
	}
	p.summary.Blocked = append(p.summary.Blocked, Block{Part: PartHeld, Ask: true, Code: "held", Say: p.voice().sayHeld(l, waits), Do: doHeld})
}

// judgeFill says which fields are less full than the mapping declares.
func (p *planner) judgeFill(fields []flow.Filled) {
	for _, f := range fields {
		field := &p.Mapping.Source.Fields[f.Field]
		declared := field.Decl.Fill
		met := f.Of-f.Count <= 1
		if !declared.AllButOne {
			met = float64(f.Count)*100 >= declared.Percent*float64(f.Of)
		}
		if !met {
			p.summary.Unfilled = append(p.summary.Unfilled, Unfilled{Field: field.Name, Declared: declared.Text, Filled: f.Count, Of: f.Of})
		}
	}
}

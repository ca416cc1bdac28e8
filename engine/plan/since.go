package plan

import (
	"context"
	"errors"
	"slices"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// Reading what changed alone. Nothing is concluded from who is not read then; and
// what can be judged only beside everybody else makes the same run read everybody.

// wholeAfter is how long what changed alone may be read: a day, less what a clock
// that is put forward and an unpunctual cron take from it, so that whoever runs
// once a day reads everybody each time.
const wholeAfter = 22 * time.Hour

// mostUnfinished is how many records are asked for by id before reading everybody
// is the lesser work.
const mostUnfinished = 1000

// Why a mapping that is read by what changed was read whole.
const (
	WholeFirst   = "first"      // there is no earlier read to go on from
	WholeMapping = "mapping"    // the mapping, an input, a secret or a connector is another one
	WholeDay     = "day"        // everybody is read at least once a day
	WholePilot   = "pilot"      // named people are looked for among everybody
	WholeOpen    = "unfinished" // more are unfinished than can be asked for one by one
	WholeRefused = "refused"    // the source could not go on from there
	WholeNoPlace = "no-place"   // the source did not say where the next read goes on
	WholeBeside  = "beside"     // somebody is to be judged beside everybody else
	WholeAgreed  = "agreed"     // somebody agreed to what is done with one who was not given
)

// Resume is where the next read goes on, as the ledger keeps it with the end of
// the run that carries the plan out.
type Resume struct {
	Cursor     string    // "": the next read is of everybody
	Basis      string    // of Input.Reads
	Read       time.Time // when this read began
	Whole      time.Time // when the last one of everybody began
	Unfinished []string  // source ids: not at the target as they should be, whatever becomes of the plan
}

// everybody says that a plan is to be made from a read of everybody, and what the
// read before it cost.
type everybody struct {
	why   string // WholeRefused…; "": it is not known yet
	calls int64
}

// since is a read of what changed alone.
type since struct {
	ledger.Reading
	met  map[string]bool // by id, of those who were held before: whether they were read
	must string          // why everybody must be read after all
}

// errEverybody ends a read of what changed alone that does not do.
var errEverybody = errors.New("everybody must be read")

// goOn decides what is read.
func (p *planner) goOn(ctx context.Context, must everybody) error {
	if !p.Mapping.Incremental() || p.Reads == nil {
		return nil
	}
	p.summary.Read.Whole, p.summary.Read.Calls = must.why, must.calls
	if must.why != "" {
		return nil
	}
	last, ok, err := p.Ledger.LastReading(ctx, p.scope, p.Mapping.Address)
	if err != nil {
		return err
	}
	age := p.Now.Sub(last.Whole)
	switch {
	case p.pilot != nil:
		p.summary.Read.Whole = WholePilot
	case !ok || p.history.first:
		p.summary.Read.Whole = WholeFirst
	case age >= wholeAfter || age < 0: // a clock that was put back knows nothing
		p.summary.Read.Whole = WholeDay
	case len(last.Unfinished) > mostUnfinished:
		p.summary.Read.Whole = WholeOpen
	default:
		basis, err := p.Reads()
		if err != nil {
			return err
		}
		if basis != last.Basis {
			p.summary.Read.Whole = WholeMapping
			return nil
		}
		p.summary.Read.Since = last.Read
		p.since = &since{Reading: last, met: map[string]bool{}}
		for id := range p.history.known {
			p.since.met[id] = false
		}
		for _, id := range last.Unfinished {
			p.since.met[id] = false
		}
	}
	return nil
}

// from is where the read goes on.
func (s *since) from() flow.Since {
	if s == nil {
		return flow.Since{}
	}
	return flow.Since{Cursor: s.Cursor, Also: s.Unfinished}
}

// meet notes that somebody was read.
func (s *since) meet(id string) {
	if s == nil {
		return
	}
	if _, asked := s.met[id]; asked {
		s.met[id] = true
	}
}

// giveUp says why everybody must be read.
func (s *since) giveUp(why string) error {
	s.must = why
	return errEverybody
}

func (s *since) mustBe() string {
	if s == nil {
		return ""
	}
	return s.must
}

// agreedUnread reports whether somebody's word about a person waits for a read of
// everybody: who is gone is asked for by id, and never comes.
func (s *since) agreedUnread(approved map[pair]bool) bool {
	return s != nil && slices.ContainsFunc(s.Unfinished, func(id string) bool {
		return !s.met[id] && approved[pair{id, Deactivate.String()}]
	})
}

// refused: the connector can't go on from the cursor.
func (s *since) refused(found diag.Diagnostics) bool {
	return s != nil && slices.ContainsFunc(found.Errors(), func(d diag.Diagnostic) bool { return d.Code == "bad-cursor" })
}

// besideOthers reports whether somebody of a batch can be judged only beside
// everybody else: another one may have the same key, or be the same person, and
// not have changed. Who is new may be asked for at the target instead, where all
// that tells one from another is what it is asked by.
func (p *planner) besideOthers(items []flow.Item, keys []keyOf) bool {
	target := &p.Mapping.Target
	for i := range items {
		item, link := &items[i], &p.links[i]
		if item.Values == nil || item.Held != nil || item.Left || item.Out || unmet(item, link) != nil {
			continue
		}
		asked := target.Match != nil && len(target.Key) == 0 ||
			target.Match == nil && target.Abilities.FindByKey && keys[i].find != nil
		switch {
		case link.Row != 0:
			if p.hasAnotherKey(item, link) || link.State == ledger.Deactivated {
				return true // who had left gave the key up to others
			}
		case len(p.persons.known[i]) > 0 || !asked:
			return true
		}
	}
	return false
}

// hasAnotherKey: another one than was sent last, by which nobody else may be known.
func (p *planner) hasAnotherKey(item *flow.Item, link *ledger.Link) bool {
	fields := p.Mapping.Target.Key
	if m := p.Mapping.Target.Match; m != nil {
		fields = append(slices.Clone(fields), m.By...)
	}
	return slices.ContainsFunc(fields, func(at int) bool {
		now := p.print(at, item.ID, item.Values[at])
		return now != 0 && now != printOf(link.Prints, p.fields[at])
	})
}

// read says how the source was read.
func (p *planner) read(end flow.End) {
	now := readingOf(end)
	now.Since, now.Whole = p.summary.Read.Since, p.summary.Read.Whole
	now.Calls += p.summary.Read.Calls
	now.NoPlace = now.Whole != "" && end.Complete && end.Cursor == ""
	p.summary.Read = now
}

// resume writes down where the next read goes on, and whom it reads again: who is
// held, waits, was stopped, or goes without a field until another one is linked.
func (p *planner) resume(end flow.End) error {
	if !p.Mapping.Incremental() || p.Reads == nil || p.pilot != nil {
		return nil
	}
	basis, err := p.Reads()
	if err != nil {
		return err
	}
	p.summary.Resume = &Resume{Cursor: end.Cursor, Basis: basis, Read: p.Now, Whole: p.Now}
	open := map[string]bool{}
	if p.since != nil {
		p.summary.Resume.Whole = p.since.Whole
		for _, id := range p.since.Unfinished {
			if !p.since.met[id] {
				open[id] = true
			}
		}
		for id := range p.history.known {
			if !p.since.met[id] {
				p.summary.Unread = append(p.summary.Unread, id)
			}
		}
	}
	for _, who := range p.summary.Stopped {
		open[who.SourceID] = true
	}
	for _, id := range p.pending {
		open[id] = true
	}
	if c := &p.summary.Counts; c.Held+c.Missing+c.Waiting+c.Blocked > 0 {
		err = p.duplicates.roll.each(func(position int64, who Person) {
			switch p.duplicates.outcomes.at(position) {
			case held, waiting, blockedOut:
				open[who.SourceID] = true
			}
		})
	}
	for id := range open {
		p.summary.Resume.Unfinished = append(p.summary.Resume.Unfinished, id)
	}
	slices.Sort(p.summary.Resume.Unfinished)
	return err
}

// goesWithout notes that somebody goes without a field until another one is
// linked, which changes nothing in his own record.
func (p *planner) goesWithout(id string) {
	if p.Mapping.Incremental() {
		p.pending = append(p.pending, id)
	}
}

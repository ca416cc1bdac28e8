package plan

import (
	"context"
	"maps"
	"strings"

	"passerelle/engine/flow"
	"passerelle/engine/ledger"
)

// connections are those of all sources.
func (in Input) connections() flow.Connections {
	out := flow.Connections{}
	maps.Copy(out, in.Others)
	out[in.Mapping.Source.Connection] = in.Source
	return out
}

func readingOf(end flow.End) Reading {
	out := Reading{Expected: end.Expected, Received: end.Received, Calls: end.Calls, Short: end.Short}
	for _, other := range end.Others {
		out.Others = append(out.Others, OtherReading{Name: other.Name, Expected: other.Expected, Received: other.Received})
	}
	return out
}

// dayNotes are what is learnt of where records lie in their window.
type dayNotes struct {
	later []ledger.Day // of those who have no link yet
	hides []string     // beginnings of ids that held records may have
}

// noteDays keeps the day of each record that has one: once it is absent, that
// says whether it fell out of the window or is gone. Of a linked record the
// ledger is told at once; it is a fact of the source, whatever becomes of the
// plan.
func (p *planner) noteDays(ctx context.Context, items []flow.Item) error {
	var now []ledger.Day
	for i := range items {
		item := &items[i]
		if item.Hides != nil {
			p.days.hides = append(p.days.hides, *item.Hides)
		}
		if item.Day.IsEmpty() || !p.pilot.has(item) {
			continue
		}
		day := ledger.Day{SourceID: item.ID, Day: item.Day.Days()}
		if p.links[i].Row != 0 {
			now = append(now, day)
		} else if item.Held == nil && !item.Out && !item.Left {
			p.days.later = append(p.days.later, day)
		}
	}
	if len(now) == 0 {
		return nil
	}
	return p.Ledger.NoteDays(ctx, p.scope, now)
}

// knownGone: who is absent from a windowed read is gone only if he is known to
// lie inside the window today, and from any read only if he is none of those who
// were held before they could be told.
func (p *planner) knownGone(ctx context.Context, link *ledger.Link) (bool, error) {
	for _, begins := range p.days.hides {
		if strings.HasPrefix(link.SourceID, begins) {
			return false, nil
		}
	}
	from, to, windowed := flow.Window(p.Mapping, p.today)
	if !windowed {
		return true, nil
	}
	day, known, err := p.Ledger.DayOf(ctx, link.Row)
	return known && day >= from.Days() && day <= to.Days(), err
}

// NoteDays tells the ledger the days of records that the plan has linked. Call
// it once they are.
func (p *Plan) NoteDays(ctx context.Context, l *ledger.Ledger) error {
	if len(p.days) == 0 {
		return nil
	}
	scope, err := l.Scope(ctx, p.Summary.Scope)
	if err != nil {
		return err
	}
	return l.NoteDays(ctx, scope, p.days)
}

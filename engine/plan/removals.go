package plan

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"passerelle/engine/lang"
)

// PartRemovals are deactivations and deletions, as approve names them.
const PartRemovals = "removals"

// Parts are what can be approved.
func Parts() []string { return []string{PartRemovals} }

// OperationsOf are the operations of a part; nil when there is no such part.
func OperationsOf(part string) []string {
	if part == PartRemovals {
		return []string{Deactivate.String(), Delete.String()}
	}
	return nil
}

// limitDays is how far back a limit counts, so that it can't be taken in slices.
const limitDays = 7

// The default limit of removals: the greater of two people and 5 % of those
// linked.
const (
	removalsCount   = 2
	removalsPercent = 5
)

// removal is one planned deactivation or deletion.
type removal struct {
	who       Person
	position  int64
	operation Operation
	what      outcome
}

// judgeRemovals blocks the removals that nobody approved when, with those of the
// last seven days, they are more than the limit. Who was approved goes on either
// way.
func (p *planner) judgeRemovals(ctx context.Context) error {
	if len(p.removals) == 0 {
		return nil
	}
	approved, err := p.approved(ctx)
	if err != nil {
		return err
	}
	var open []removal
	for _, r := range p.removals {
		if p.duplicates.outcomes[r.position] == r.what && !approved[pair{r.who.SourceID, r.operation.String()}] {
			open = append(open, r)
		}
	}
	done, err := p.Ledger.CountSince(ctx, p.scope, p.Now.Add(-limitDays*24*time.Hour), OperationsOf(PartRemovals)...)
	if err != nil {
		return err
	}
	_, active, err := p.Ledger.LinkCount(ctx, p.scope)
	if err != nil {
		return err
	}
	limit := limitOf(p.Mapping.Decl.Guard.Removals, removalsCount, removalsPercent, active)
	expected := p.expectedRemovals()
	if int64(len(open))+done <= limit+expected {
		return nil
	}
	for _, r := range open {
		*p.summary.Counts.of(r.what)--
		p.summary.Counts.Blocked++
		p.summary.Dropped = append(p.summary.Dropped, r.position)
		p.summary.Stopped = append(p.summary.Stopped, Stopped{Person: r.who, Operation: r.operation.String(), Part: PartRemovals})
	}
	p.summary.Blocked = append(p.summary.Blocked, Block{
		Part: PartRemovals,
		Code: "removals",
		Say:  sayRemovals(int64(len(open)), done, limit, expected, active),
		Do:   "If it is right, agree to it; else correct the record at the source: whoever is no longer leaving is gone from this list at the next run.",
	})
	return nil
}

type pair struct{ sourceID, operation string }

func (p *planner) approved(ctx context.Context) (map[pair]bool, error) {
	list, err := p.Ledger.Approvals(ctx, p.Mapping.Address)
	if err != nil {
		return nil, err
	}
	out := make(map[pair]bool, len(list))
	for _, a := range list {
		out[pair{a.SourceID, a.Operation}] = true
	}
	return out, nil
}

// limitOf is the greater of a number and a percentage of those linked. A mapping
// may set another one; it can't switch the guard off.
func limitOf(set *lang.Limit, count int64, percent float64, of int64) int64 {
	if set != nil {
		count, percent = set.Count, set.Percent
	}
	return max(count, int64(math.Floor(float64(of)*percent/100)))
}

// expectedRemovals are those that an expect block announces for today.
func (p *planner) expectedRemovals() int64 {
	year, month, day := p.today.Civil()
	today := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	var n int64
	for _, e := range p.Mapping.Decl.Guard.Expects {
		if !today.Before(e.From) && !today.After(e.Until) {
			n += e.Removals
		}
	}
	return n
}

func sayRemovals(open, done, limit, expected, active int64) string {
	text := fmt.Sprintf("%s would leave the target at once. ", people(open))
	if done > 0 {
		text += fmt.Sprintf("%s left in the last %d days. ", people(done), limitDays)
	}
	text += fmt.Sprintf("Without somebody's word, at most %d of the %d who are linked may leave within %d days", limit, active, limitDays)
	if expected > 0 {
		text += fmt.Sprintf(", and %d more that were announced", expected)
	}
	return text + "."
}

func people(n int64) string {
	if n == 1 {
		return "1 person"
	}
	return strconv.FormatInt(n, 10) + " people"
}

package report

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// ForgetOptions say how far forgetting goes.
type ForgetOptions struct {
	Grouped bool // also groups of records whose id has the person's id in it
	Decided bool // Grouped was said; where it wasn't, and there are such groups, nothing is erased
}

// Erased is what was erased of a person, and what was left.
type Erased struct {
	Person
	ledger.Forgotten
	Children int            // records beneath the person, of each blocks
	Grouped  map[string]int // groups with the person's id in theirs, by collection; left without ForgetOptions.Grouped
}

// Forget erases what the ledger has about one person, and about the elements that
// each blocks made of their record. The target is not touched. Plans that were cut
// short go, too: the next run makes its own.
//
// A group is known by the fields that it is grouped by. Whether one that equals
// the person's id is the person's, or a department's with the same number, only
// whoever wrote the mapping can say: grouped-records asks.
func Forget(ctx context.Context, l *ledger.Ledger, asked string, o ForgetOptions) (*Erased, error) {
	person, err := One(ctx, l, asked)
	if err != nil {
		return nil, err
	}
	erased := &Erased{Person: *person, Grouped: map[string]int{}}
	of, err := erased.reach(ctx, l, o)
	if err != nil {
		return nil, err
	}
	if len(erased.Grouped) > 0 && !o.Decided {
		return nil, groupedRecords(person.Called(), erased.Grouped)
	}
	for _, f := range of {
		if err := dropPlans(ctx, l, f.Scope); err != nil {
			return nil, err
		}
	}
	erased.Forgotten, err = l.Forget(ctx, of)
	return erased, err
}

// reach finds everything that is the person's.
func (e *Erased) reach(ctx context.Context, l *ledger.Ledger, o ForgetOptions) ([]ledger.Forgetting, error) {
	var of []ledger.Forgetting
	for _, way := range e.ways {
		of = append(of, ledger.Forgetting{Way: way, SourceIDs: []string{e.SourceID}})
	}
	ways, err := l.Ways(ctx)
	if err != nil {
		return nil, err
	}
	for _, way := range ways {
		if way.Of.SourceTenant != e.Tenant || way.Of.SourceResource == e.Resource {
			continue
		}
		switch {
		case strings.HasPrefix(way.Of.SourceResource, e.Resource+" > "):
			ids, err := l.SourceIDs(ctx, way, func(id string) bool {
				parts, composed := partsOf(id)
				return id == e.SourceID || composed && parts[0] == e.SourceID
			})
			if err != nil {
				return nil, err
			}
			e.Children += len(ids)
			of = append(of, ledger.Forgetting{Way: way, SourceIDs: ids})
		case strings.Contains(way.Of.SourceResource, " by "):
			ids, err := l.SourceIDs(ctx, way, func(id string) bool {
				parts, _ := partsOf(id)
				return id == e.SourceID || slices.Contains(parts, e.SourceID)
			})
			if err != nil {
				return nil, err
			}
			if len(ids) == 0 {
				continue
			}
			e.Grouped[way.Of.SourceResource] += len(ids)
			if o.Grouped {
				of = append(of, ledger.Forgetting{Way: way, SourceIDs: ids})
			}
		}
	}
	return of, nil
}

func groupedRecords(called string, grouped map[string]int) error {
	var what []string
	for _, collection := range slices.Sorted(maps.Keys(grouped)) {
		what = append(what, fmt.Sprintf("%d of %s", grouped[collection], collection))
	}
	return diag.Diagnostic{
		Code: "grouped-records", Summary: "There are groups of records whose id has this " + called + "'s id in it",
		Detail: "There are " + strings.Join(what, ", ") + ". Whether they are the " + called + "'s, or only have the same number in them, the mapping says. Nothing was erased.",
		Remedy: "Add --grouped to erase them, too, or --grouped=false to leave them.",
	}
}

// partsOf takes an identity of several parts apart: each behind its length in
// bytes and a colon. ok is false for any other.
func partsOf(id string) (parts []string, ok bool) {
	for id != "" {
		size, rest, found := strings.Cut(id, ":")
		n, err := strconv.Atoi(size)
		if !found || err != nil || n < 0 || n > len(rest) {
			return nil, false
		}
		parts, id = append(parts, rest[:n]), rest[n:]
	}
	return parts, len(parts) > 0
}

// dropPlans drops plans that a run began and did not end: their spools hold
// everybody. What was sent and never answered must be settled first: later, that
// would write down again what was just forgotten.
func dropPlans(ctx context.Context, l *ledger.Ledger, scope ledger.ScopeID) error {
	open, err := l.Unanswered(ctx, scope)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return diag.Diagnostic{
			Code: "unsettled", Summary: "An earlier run was interrupted, and what it had sent is not settled yet",
			Detail: "Settled later, it would write down again what was just forgotten. Nothing was erased.",
			Remedy: "Run engine run first, then forget.",
		}
	}
	plans, err := l.OpenPlans(ctx, scope)
	if err != nil {
		return err
	}
	for _, p := range plans {
		if err := l.SetPlanState(ctx, p.ID, ledger.PlanDropped); err != nil {
			return err
		}
		_ = os.Remove(p.SpoolPath) // swept by whoever opens the ledger next, if it stays
	}
	return nil
}

package plan

import (
	"math"
	"slices"

	"passerelle/engine/lang"
)

// Parts of a plan, as a mapping's guard block and engine approve name them. Each
// guard blocks its own part and nothing else.
const (
	PartRead     = "read"     // the whole plan: what was read is no picture of the company
	PartRemovals = "removals" // deactivations and deletions of those who have left
	PartGone     = "gone"     // deactivations of those who are no longer read
	PartScope    = "scope"    // deactivations because the filter was edited
	PartCreates  = "creates"
	PartSharp    = "sharp"    // changed cells of one sharp field
	PartChanges  = "changes"  // changed cells of one other field
	PartNulls    = "nulls"    // emptied cells of one field
	PartIdentity = "identity" // whatever would be done with an id that has become another person
	PartHeld     = "held"     // all that the map would write: creations, adoptions, updates, returns
)

// Parts are what can be approved.
func Parts() []string {
	return []string{PartRead, PartRemovals, PartGone, PartScope, PartCreates, PartSharp, PartChanges, PartNulls, PartIdentity, PartHeld}
}

// limitDays is how far back a limit counts, so that it can't be taken in slices.
const limitDays = 7

// readDays is how far back the largest read is looked for.
const readDays = 30

// aHandful is how many may always come to share one value.
const aHandful = 5

// The limits where a mapping sets none: the greater of a number and a share of
// those who are linked.
var limits = map[string]lang.Limit{
	PartRead:     {Count: 3, Percent: 20}, // of the largest read
	PartRemovals: {Count: 2, Percent: 5},
	PartGone:     {Count: 1, Percent: 2},
	PartScope:    {},
	PartCreates:  {Count: 5, Percent: 10},
	PartSharp:    {Count: 3, Percent: 5},
	PartChanges:  {Count: 10, Percent: 30},
	PartNulls:    {Count: 5, Percent: 5}, // of a sharp field none, whatever the mapping sets
	PartIdentity: {Count: 2, Percent: 5}, // above it, nothing of the plan is done
	PartHeld:     {Count: 5, Percent: 10},
}

// limit is what a part may reach of so many; set is what the mapping says.
func limit(set map[string]*lang.Limit, part string, of int64) int64 {
	l := limits[part]
	if own := set[part]; own != nil {
		l = *own
	}
	return max(l.Count, share(l.Percent, of))
}

func share(percent float64, of int64) int64 { return int64(math.Floor(float64(of) * percent / 100)) }

// Why an operation did not count against a limit, or against which one it did, as
// the ledger keeps it with the result. One that counts as a removal or as a
// creation has none.
const (
	whyAnnounced = "announced" // the fact was in an earlier complete read
	whyExpected  = "expected"  // by an expect block
	whyFirst     = "first-run" // nobody was linked before
	whyGone      = "gone"
	whyScope     = "scope"
	WhyReturned  = "returned" // took over a record that was theirs under another id
)

// Text is what guards say, in the languages of those who answer.
type Text struct{ FR, EN string }

// Block is a part of the plan that a guard stopped. What it says is for an HR
// administrator; whom it is about is in Summary.Stopped, under the same part and
// field.
type Block struct {
	Part  string // as engine approve names it
	Field string // of a part that stops one field: the target field, or the source field of a departure
	Whole bool   // nothing of the plan is done, not even the rest
	Ask   bool   // engine approve RUN --part Part lets it go
	Code  string
	Say   Text // what looks like an accident, and why
	Do    Text // what to do when it is one, and when it isn't
}

// Concerns reports whether an operation that was stopped under a part is this
// block's.
func (b *Block) Concerns(part, operation string) bool {
	return b.Part == part && (b.Field == "" || operation == cellOperation(part, b.Field))
}

// Stopped is a person whose operation, or one of whose fields, a guard blocked.
type Stopped struct {
	Person
	Operation string // what an approval signs: deactivate, create, "sharp email", …
	Part      string
	Field     string // as the Block's
}

// Stands reports whether anything of the plan may be done.
func (s *Summary) Stands() bool {
	return !slices.ContainsFunc(s.Blocked, func(b Block) bool { return b.Whole })
}

// pair is what an approval signs.
type pair struct{ sourceID, operation string }

// cellOperation is how an approval names the change of one field.
func cellOperation(part, field string) string { return part + " " + field }

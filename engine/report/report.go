package report

import (
	"context"
	"slices"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// Report is what one run did, what is left to people, and what was not done. It
// names people as shown_as does and holds no value.
type Report struct {
	Run     ledger.Run
	Story   Story
	Whole   bool // the story was kept; otherwise the results alone are known
	Done    []Done
	Yours   []Yours
	Blocked []Blocked
	ByHand  map[string][]Someone // by target field
	Gone    []Someone
	Lines   []Line // everybody, in the order in which it happened
}

// Done are the people whom one operation took effect on.
type Done struct {
	Operation string
	People    []Someone
}

// Yours is what only a person can mend: one reason, and whom it concerns.
type Yours struct {
	Outcome, Code, Field string
	Summary, Remedy      string
	People               []Someone
	Known                time.Time // somebody acknowledged all of it until then; zero: not all
}

// Blocked is one part that a guard stopped, and whom it concerns.
type Blocked struct {
	plan.Block
	People []Someone
}

// Make gathers the report of a run.
func Make(ctx context.Context, l *ledger.Ledger, runID string) (*Report, error) {
	run, err := RunOf(ctx, l, runID)
	if err != nil {
		return nil, err
	}
	story, whole, err := storyOf(ctx, l, run.ID)
	if err != nil {
		return nil, err
	}
	r := &Report{Run: *run, Story: *story, Whole: whole, ByHand: map[string][]Someone{}}
	for _, b := range story.Blocks {
		r.Blocked = append(r.Blocked, Blocked{Block: b})
	}
	known, err := acknowledged(ctx, l, run.Mapping)
	if err != nil {
		return nil, err
	}
	if r.Lines, err = lines(ctx, l, run, story); err != nil {
		return nil, err
	}
	for i := range r.Lines {
		r.add(&r.Lines[i], known[r.Lines[i].SourceID])
	}
	slices.SortStableFunc(r.Done, func(a, b Done) int {
		return slices.Index(operations, a.Operation) - slices.Index(operations, b.Operation)
	})
	return r, nil
}

// operations in the order in which a report has them.
var operations = []string{"create", "link", "reactivate", "deactivate", "delete", "unlink", "update"}

// acknowledged are the held people of a mapping of whom somebody knows, and
// until when.
func acknowledged(ctx context.Context, l *ledger.Ledger, mapping string) (map[string]time.Time, error) {
	held, err := l.HeldNow(ctx, mapping)
	if err != nil {
		return nil, err
	}
	out := map[string]time.Time{}
	for _, h := range held {
		if !h.KnownUntil.IsZero() {
			out[h.SourceID] = h.KnownUntil
		}
	}
	return out, nil
}

func (r *Report) add(result *Line, known time.Time) {
	switch result.Outcome {
	case ledger.Succeeded:
		for _, f := range result.LeftOut {
			r.yours(&Yours{Outcome: leftOut, Code: f.Code, Field: f.Field, Summary: f.Summary, Remedy: f.Remedy}, result.here())
		}
		if result.Position < 0 {
			return // the second operation of a record: the first is counted
		}
		at := slices.IndexFunc(r.Done, func(d Done) bool { return d.Operation == result.Operation })
		if at < 0 {
			at = len(r.Done)
			r.Done = append(r.Done, Done{Operation: result.Operation})
		}
		r.Done[at].People = append(r.Done[at].People, result.there())
	case ledger.Held, ledger.Waiting, ledger.Failed, ledger.Ambiguous, ledger.Skipped:
		who := result.here()
		if result.Outcome == ledger.Failed || result.Outcome == ledger.Ambiguous {
			who = result.there()
		}
		r.yours(&Yours{
			Outcome: result.Outcome, Code: result.Code, Field: result.Field, Summary: result.Summary, Remedy: result.Remedy, Known: known,
		}, who)
	case ledger.Blocked:
		for i := range r.Blocked {
			if r.Blocked[i].Concerns(result.Field, result.Operation) {
				r.Blocked[i].People = append(r.Blocked[i].People, result.here())
			}
		}
	case ledger.Unchanged:
		if result.Code == ledger.CodeByHand {
			r.ByHand[result.Field] = append(r.ByHand[result.Field], result.there())
		}
	case ledger.Gone:
		r.Gone = append(r.Gone, result.there())
	}
}

// leftOut stands where Yours has an outcome: the record went, but for one field.
const leftOut = "left out"

// yours puts a person to those of the same reason.
func (r *Report) yours(why *Yours, who Someone) {
	for i := range r.Yours {
		y := &r.Yours[i]
		if y.Outcome == why.Outcome && y.Code == why.Code && y.Field == why.Field && y.Summary == why.Summary {
			y.People = append(y.People, who)
			if why.Known.Before(y.Known) {
				y.Known = why.Known
			}
			return
		}
	}
	why.People = []Someone{who}
	r.Yours = append(r.Yours, *why)
}

// nameOf is how a report calls somebody.
func nameOf(r *ledger.Result) string {
	if r.ShownName != "" {
		return diag.VisibleLine(r.ShownName)
	}
	return "id " + diag.VisibleLine(r.SourceID)
}

// zone is where the run's day is told.
func (r *Report) zone() *time.Location {
	if zone, err := time.LoadLocation(r.Story.Zone); err == nil {
		return zone
	}
	return time.UTC
}

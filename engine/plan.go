package engine

import (
	"context"
	"os"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
)

// PlanOptions choose what is planned and where the plan goes.
type PlanOptions struct {
	Only []string // addresses of mappings; empty: all
	Who  []string // these people alone, by source id or shown name; empty: everybody
	Out  string   // file of a saved plan; "": the plan is for looking at
}

// Planned is one mapping's plan.
type Planned struct {
	Mapping  string
	From, To string // what people call the two systems
	Plan     *plan.Plan
	Pace     Pace
	Found    diag.Diagnostics
	saved    bool
}

// Discard removes a plan that was made for looking at.
func (p *Planned) Discard() {
	if p.Plan != nil && !p.saved {
		p.Plan.Discard()
	}
}

// Plan reads, compares and judges, and writes nothing to any target. Diagnostics
// are about the workspace as a whole; those of one mapping are in its Planned.
func (w *Workspace) Plan(ctx context.Context, o PlanOptions) ([]*Planned, diag.Diagnostics) {
	mappings, found := w.prepare(ctx, o.Only)
	if found.HasErrors() {
		return nil, found
	}
	if ds := oneMapping(o.Who, mappings); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	if o.Out != "" {
		if ds := checkOut(o.Out, mappings); ds.HasErrors() {
			return nil, append(found, ds...)
		}
	}
	if ds := w.openLedger(ctx); ds.HasErrors() {
		return nil, append(found, ds...)
	}
	out := make([]*Planned, len(mappings))
	linking := expecting{}
	for i, m := range compile.Ordered(mappings) {
		out[i] = w.planned(m)
		out[i].saved = o.Out != ""
		p, err := w.openPair(ctx, m)
		if err != nil {
			out[i].Found = diag.From(err, "opening the connections of "+m.Address)
			continue
		}
		out[i].Found = w.warnUnsettled(ctx, p)
		if out[i].Found.HasErrors() {
			continue
		}
		made, ds := w.make(ctx, p, o.Out, o.Who, linking.expected)
		out[i].Plan, out[i].Found = made, append(out[i].Found, ds...)
		if made != nil {
			out[i].Pace = w.pace(m, made.Summary.Counts.Changes())
		}
		out[i].Found = append(out[i].Found, diag.From(linking.note(mappings, m, made), "reading the plan back")...)
	}
	return out, found
}

func (w *Workspace) planned(m *compile.Mapping) *Planned {
	return &Planned{
		Mapping: m.Address,
		From:    w.called(m.Source.Connection).EN,
		To:      w.called(m.Target.Connection).EN,
	}
}

// pair is a mapping with both its connections open.
type pair struct {
	mapping        *compile.Mapping
	source, target *host.Connection
	others         flow.Connections // of the sources beside the first
}

// openPair opens the connections of a mapping: the source's, the target's, and
// those of what is joined.
func (w *Workspace) openPair(ctx context.Context, m *compile.Mapping) (*pair, error) {
	source, found := w.connect(ctx, m.Source.Connection)
	if found.HasErrors() {
		return nil, found.Err()
	}
	target, found := w.connect(ctx, m.Target.Connection)
	if found.HasErrors() {
		return nil, found.Err()
	}
	others, err := w.openOthers(ctx, m)
	if err != nil {
		return nil, err
	}
	return &pair{mapping: m, source: source, target: target, others: others}, nil
}

// make reads and plans one mapping. out is where a saved plan goes; "": among
// the ledger's own. expected is what a preview says of records that earlier
// mappings will link.
func (w *Workspace) make(ctx context.Context, p *pair, out string, who []string, expected func(ledger.Scope, string) bool) (*plan.Plan, diag.Diagnostics) {
	in := w.planInput(ctx, p, out)
	in.Who, in.Expected = who, expected
	var found diag.Diagnostics
	if in.Scopes, found = w.scopes(ctx, p); found.HasErrors() {
		return nil, found
	}
	return plan.Make(ctx, in)
}

func (w *Workspace) planInput(ctx context.Context, p *pair, out string) plan.Input {
	return plan.Input{
		Mapping: p.mapping,
		Source:  p.source,
		Others:  p.others,
		Target:  p.target,
		Ledger:  w.ledger,
		Basis:   func() (string, error) { return w.basis(ctx, p.mapping) },
		Reads:   func() (string, error) { return w.reads(ctx, p.mapping) },
		Now:     w.options.Now(),
		Zone:    p.mapping.Zone,
		Dir:     w.plansDir(),
		Path:    out,
		Watch: func(progress flow.Progress) {
			w.tell(Event{Mapping: p.mapping.Address, Phase: "reading", Done: progress.Received, Expected: progress.Expected})
		},
	}
}

func (w *Workspace) tell(e Event) {
	if w.options.Watch != nil {
		w.options.Watch(e)
	}
}

// checkOut refuses to save several plans in one file, or over another file.
func checkOut(path string, mappings []*compile.Mapping) diag.Diagnostics {
	if len(mappings) != 1 {
		return diag.Diagnostics{{
			Code: "one-plan-a-file", Summary: "A saved plan holds one mapping",
			Detail: "This workspace has several, and --out names one file.",
			Remedy: "Choose one with --only NAME, and save the others beside it.",
		}}
	}
	if _, err := os.Lstat(path); err == nil {
		return diag.Diagnostics{{
			Code: "file-exists", Summary: "There is already a file " + path,
			Detail: "A plan never overwrites anything.",
			Remedy: "Remove it, or choose another name.",
		}}
	}
	return nil
}

// unsettled reports whether an interrupted run left something unanswered.
func (w *Workspace) unsettled(ctx context.Context, p *pair) (bool, error) {
	scope, err := w.ledger.Scope(ctx, scopeOf(p))
	if err != nil {
		return false, err
	}
	open, err := w.ledger.Unanswered(ctx, scope)
	return len(open) > 0, err
}

// warnUnsettled: a preview changes nothing, so it can't settle what a run that
// was killed left open.
func (w *Workspace) warnUnsettled(ctx context.Context, p *pair) diag.Diagnostics {
	unsettled, err := w.unsettled(ctx, p)
	if err != nil || !unsettled {
		return diag.From(err, "reading the journal")
	}
	return diag.Diagnostics{{
		Severity: diag.Warning, Code: "unsettled",
		Summary: "An earlier run was interrupted, and this preview may show as new what it had sent",
		Detail:  "What was sent and never answered is settled by the next run, before it plans.",
		Remedy:  "Run engine run, or read this plan with that in mind.",
	}}
}

// zoneOf is the mapping's zone, for ids of runs.
func zoneOf(m *compile.Mapping) *time.Location {
	if m.Zone == nil {
		return time.UTC
	}
	return m.Zone
}

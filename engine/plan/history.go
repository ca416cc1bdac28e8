package plan

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/flow"
	"passerelle/engine/lang"
	"passerelle/engine/ledger"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// history is what guards know of the days before.
type history struct {
	approved map[pair]bool
	known    map[string]ledger.HeldRecord // who was held or waiting after an earlier read
	runs     []ledger.Run                 // of the last month, oldest first
	week     map[string]int64             // cells of the last days, by count's name
	linked   int64                        // active links when the plan began
	first    bool                         // no earlier run linked everybody it could and came to its end
	free     *bool                        // whether a first run may create; nil: not asked yet
	today    time.Time
}

func (p *planner) openHistory(ctx context.Context) error {
	h := &p.history
	year, month, day := p.today.Civil()
	h.today = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	list, err := p.Ledger.Approvals(ctx, p.Mapping.Address)
	if err != nil {
		return err
	}
	h.approved = make(map[pair]bool, len(list))
	for _, a := range list {
		h.approved[pair{a.SourceID, a.Operation}] = true
	}
	if h.runs, err = p.Ledger.PlannedRuns(ctx, p.scope, p.Mapping.Address, p.Now.AddDate(0, 0, -readDays)); err != nil {
		return err
	}
	h.week = map[string]int64{}
	for _, r := range h.runs {
		if r.Started.Before(p.Now.AddDate(0, 0, -limitDays)) {
			continue
		}
		for name, n := range r.Counts {
			if strings.Contains(name, ":") {
				h.week[name] += n
			}
		}
	}
	total, active, err := p.Ledger.LinkCount(ctx, p.scope)
	if err != nil {
		return err
	}
	done, err := p.Ledger.EverDone(ctx, p.scope)
	h.linked, h.first = active, total == 0 || !done || h.blind()
	return err
}

// blind reports whether the last run still waited to be told who is at the
// target already. A run of named people alone does not answer that.
func (h *history) blind() bool {
	for _, r := range slices.Backward(h.runs) {
		if r.Counts[ledger.CountPilot] == 0 {
			return r.Counts[CountBlind] > 0
		}
	}
	return false
}

// The names under which a run's counts keep what changed in a field, so that
// limits reach back over days.
func CountChanged(field string) string { return "changed:" + field }
func CountFilled(field string) string  { return "filled:" + field }
func CountEmptied(field string) string { return "emptied:" + field }

// CountReceived is how many records a run read.
const CountReceived = "received"

// CountIncremental marks a run that read what changed alone: how much that was is
// not compared with other reads, and CountReceived is not kept.
const CountIncremental = "incremental"

// CountBlind marks a run that could not tell who was at the target already, and
// waits for somebody to say so: the first run is not over.
const CountBlind = "blind"

// CountHigh is the largest read of the last month, of a run that was blocked for
// having read far fewer.
const CountHigh = "high"

// readSigned is how an approval names the size of a read.
const readSigned = "read "

// SignRead is the operation that agrees to a read of a size.
func SignRead(received int64) string { return readSigned + strconv.FormatInt(received, 10) }

// largestRead is the largest read of the last month. Once somebody has agreed to
// a smaller one, and it was used, the months before say nothing any more; an
// agreement that nobody used in time is void.
func (p *planner) largestRead(ctx context.Context) (int64, error) {
	agreed, ok, err := p.Ledger.LastAgreement(ctx, p.Mapping.Address, readSigned)
	if err != nil {
		return 0, err
	}
	var before, after int64
	used := ok && p.Now.Before(agreed.Expires)
	if used {
		after, _ = strconv.ParseInt(strings.TrimPrefix(agreed.Operation, readSigned), 10, 64)
	}
	for _, r := range p.history.runs {
		if r.Counts[CountIncremental] > 0 {
			continue // it says nothing of how many there are
		}
		received := r.Counts[CountReceived]
		if !ok || r.Started.Before(agreed.At) {
			before = max(before, received)
			continue
		}
		used, after = true, max(after, received)
	}
	if used {
		return after, nil
	}
	return max(before, after), nil
}

// expecting are the expect blocks of today.
func (p *planner) expecting() []*lang.Expect {
	var out []*lang.Expect
	for _, e := range p.Mapping.Decl.Guard.Expects {
		if !p.history.today.Before(e.From) && !p.history.today.After(e.Until) {
			out = append(out, e)
		}
	}
	return out
}

func (p *planner) expected(of func(*lang.Expect) int64) (n int64) {
	for _, e := range p.expecting() {
		n += of(e)
	}
	return n
}

func expectedRemovals(e *lang.Expect) int64 { return e.Removals }
func expectedCreates(e *lang.Expect) int64  { return e.Creates }

// limit is what a part may reach of so many linked people.
func (p *planner) limit(part string, of int64) int64 {
	return limit(p.Mapping.Decl.Guard.Limits, part, of)
}

// people are those linked, and those whom this plan would link by adoption: what
// percentages are of.
func (p *planner) people() int64 { return p.history.linked + p.summary.Counts.Link }

// otherTenant refuses a ledger whose last run of this mapping was between other
// tenants: a test's ledger in production knows nobody there, and the other way
// round.
func otherTenant(ctx context.Context, in Input, now ledger.Scope) error {
	last, ok, err := in.Ledger.LastScope(ctx, in.Mapping.Address)
	if err != nil || !ok || last.SourceResource != now.SourceResource || last.TargetResource != now.TargetResource {
		return err
	}
	what, before, after := "", "", ""
	switch {
	case last.SourceTenant != now.SourceTenant:
		what, before, after = "source", last.SourceTenant, now.SourceTenant
	case last.TargetTenant != now.TargetTenant:
		what, before, after = "target", last.TargetTenant, now.TargetTenant
	default:
		return nil
	}
	return diag.Diagnostic{
		Code:    "other-tenant",
		Summary: "This ledger belongs to another tenant of the " + what,
		Detail: "The last run of " + in.Mapping.Address + " was with " + before + "; the connection now leads to " + after +
			". What the ledger knows of records there says nothing about those here.",
		Remedy: "Correct the connection's address or key, if they are wrong. If it is the same system under a new name: engine ledger move --from " + before + " --to " + after + " --side " + what +
			". If it is another system, start anew beside it: engine run --ledger OTHER.db, or set ENGINE_LEDGER.",
	}
}

// mayCreate reports whether a first run may create without being asked: whoever
// is already there is found and adopted, or overwritten by key, or nobody is
// there.
func (p *planner) mayCreate(ctx context.Context) (bool, error) {
	h := &p.history
	if h.free != nil {
		return *h.free, nil
	}
	abilities := &p.Mapping.Target.Abilities
	free := abilities.FindByKey || p.Mapping.Target.Match != nil || abilities.CreateReconciled == protocol.Reconcile_RECONCILE_UPSERT
	if !free && p.Mapping.Target.Resource.GetReadable() && p.Target != nil {
		var err error
		if free, err = p.nobodyElse(ctx); err != nil {
			return false, err
		}
	}
	h.free = &free
	return free, nil
}

// nobodyElse reads the target until somebody who is not linked, or its end: a
// first run that was cut off finds its own people there.
func (p *planner) nobodyElse(ctx context.Context) (bool, error) {
	scanner, err := record.NewScanner([]record.Slot{p.Mapping.Target.Identity})
	if err != nil {
		return false, err
	}
	stream, found := p.Target.Read(ctx, &protocol.ReadRequest{
		Resource:   p.Mapping.Target.Resource.GetName(),
		Projection: []string{p.Mapping.Target.Identity.Path.String()},
		Endpoints:  p.Mapping.Target.Endpoints,
	})
	if found.HasErrors() {
		return false, found.Err()
	}
	defer stream.Close()
	for {
		response, err := stream.Next()
		if err != nil {
			return stream.Done().GetComplete() && !stream.Diagnostics().HasErrors(), nil
		}
		ours, err := p.allLinked(ctx, scanner, response.GetBatch().GetRecords())
		if err != nil || !ours {
			return false, err
		}
	}
}

func (p *planner) allLinked(ctx context.Context, scanner *record.Scanner, records []*protocol.Record) (bool, error) {
	ids := make([]string, len(records))
	row := make([]record.Value, 1)
	for i, r := range records {
		faults, err := scanner.Scan(r.GetData(), row)
		if err != nil || len(faults) > 0 || row[0].IsEmpty() {
			return false, nil // whoever that is
		}
		ids[i] = strings.Clone(row[0].Text())
	}
	holders, err := p.Ledger.LinkedTargets(ctx, p.scope, ids)
	return !slices.Contains(holders, ""), err
}

// judgeShrunken stops a read that is far smaller than those of the last month. A
// window is as full as its days are.
func (p *planner) judgeShrunken(ctx context.Context, end flow.End) ([]Block, error) {
	if p.Mapping.Source.Window != nil {
		return nil, nil
	}
	high, err := p.largestRead(ctx)
	if err != nil {
		return nil, err
	}
	may := p.limit(PartRead, high) + p.expected(expectedRemovals)
	if high-end.Received <= may {
		return nil, nil
	}
	p.summary.Read.High = high
	return []Block{{
		Part: PartRead, Whole: true, Ask: true, Code: "read-shrunken",
		Say: p.voice().sayShrunken(end.Received, high, may),
		Do: plus(
			"Rien n'a été planifié et rien ne sera envoyé. Vérifiez ce que la clé a le droit de lire et les filtres de la source. Si l'effectif est bien celui-là, donnez votre accord : il vaut pour une lecture de cette taille.",
			"Nothing was planned and nothing will be sent. Check what the key may read, and the filters of the source. If the company is of that size now, agree to it: that stands for a read of this size."),
	}}, nil
}

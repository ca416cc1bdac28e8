package view

import (
	"maps"
	"time"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/engine/plan"
	"passerelle/engine/report"
)

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (e *events) Told(t Told) {
	event := map[string]any{"type": t.Type}
	maps.Copy(event, t.Members)
	e.write(event)
}

func (e *events) Undoing(u *engine.Undoing) diag.Diagnostics {
	e.write(map[string]any{"type": "undoing", "run": u.RunID, "created": u.Created, "updated": u.Updated, "deleted": u.Deleted})
	return e.Plan(&u.Planned, PlanOptions{})
}

func (e *events) Runs(runs []report.Run) {
	for i := range runs {
		e.write(pastRun(&runs[i]))
	}
}

func pastRun(r *report.Run) map[string]any {
	return map[string]any{
		"type": "past_run", "run": r.ID, "mapping": r.Mapping, "trigger": r.Trigger, "status": r.Status,
		"started": utc(r.Started), "ended": utc(r.Ended), "operations": report.Operations(r), "counts": r.Counts, "calls": r.Calls, "per_thousand": perThousand(r),
	}
}

// perThousand is what a run's requests come to for a thousand people read, as far
// as they were said.
func perThousand(r *report.Run) map[string]int64 {
	out := map[string]int64{}
	per := report.PerThousand(report.CallsOf(r), r.Counts[plan.CountReceived])
	if per.Made >= 0 {
		out["calls"] = per.Made
	}
	if per.Least >= 0 {
		out["least"] = per.Least
	}
	return out
}

func (e *events) RunResults(run *report.Run, lines []report.Line, lang report.Language, _ bool) {
	e.write(pastRun(run))
	for i := range lines {
		event := map[string]any{"type": "past_result", "run": run.ID, "mapping": run.Mapping}
		maps.Copy(event, pastResult(&lines[i], lang))
		e.write(event)
	}
}

func pastResult(r *report.Line, lang report.Language) map[string]any {
	leftOut := r.LeftOut
	if leftOut == nil {
		leftOut = []report.LeftOut{}
	}
	return map[string]any{
		"case": r.Case, "verdict": r.Verdict, "message": r.In(lang).Message, "source_url": r.SourceURL, "target_url": r.TargetURL, "left_out": leftOut,
		"at": utc(r.At), "person": person{r.SourceID, r.ShownName}, "target_id": r.TargetID, "operation": r.Operation, "outcome": r.Outcome,
		"code": r.Code, "field": r.Field, "summary": r.Summary, "remedy": r.Remedy, "answer": r.Answer, "status": r.Status,
		"attempts": r.Attempts, "retry": r.Retry, "place": r.Place,
	}
}

func (e *events) HeldNow(held []report.HeldRecord, keep lang.Span, _ bool) {
	for i := range held {
		event := map[string]any{"type": "held_record"}
		maps.Copy(event, heldRecord(&held[i]))
		if held[i].Outcome != report.Ambiguous {
			event["forgotten_on"] = utc(keep.After(held[i].LastSeen))
		}
		e.write(event)
	}
}

func heldRecord(h *report.HeldRecord) map[string]any {
	return map[string]any{
		"mapping": h.Mapping, "person": person{h.SourceID, h.ShownName}, "outcome": h.Outcome, "code": h.Code, "field": h.Field,
		"summary": h.Summary, "remedy": h.Remedy, "answer": h.Answer, "place": h.Place, "retry": h.Retry, "attempts": h.Attempts,
		"first_seen": utc(h.FirstSeen), "last_seen": utc(h.LastSeen), "run": h.LastRun, "known_until": utc(h.KnownUntil), "known_by": h.KnownBy,
	}
}

func (e *events) Who(w *report.Who) {
	people := []map[string]any{}
	for i := range w.People {
		p := &w.People[i]
		one := map[string]any{"id": p.SourceID, "shown": p.Shown, "source": p.Tenant, "resource": p.Resource}
		mappings := []map[string]any{}
		for j := range p.Mappings {
			mappings = append(mappings, inMapping(&p.Mappings[j]))
		}
		one["mappings"] = mappings
		people = append(people, one)
	}
	e.write(map[string]any{"type": "who", "asked": w.Asked, "near": w.Near, "people": people})
}

func inMapping(m *report.InMapping) map[string]any {
	out := map[string]any{
		"mapping": m.Mapping, "target": m.TargetTenant, "target_resource": m.TargetResource,
		"state": m.State, "target_id": m.TargetID, "since": utc(m.Since),
		"source_url": m.SourceURL, "target_url": m.TargetURL,
	}
	results := []map[string]any{}
	for i := range m.Results {
		one := pastResult(&m.Results[i].Line, report.English)
		one["run"] = m.Results[i].RunID
		results = append(results, one)
	}
	approvals := []map[string]any{}
	for _, a := range m.Approvals {
		approvals = append(approvals, map[string]any{"operation": a.Operation, "run": a.RunID, "who": a.Who, "at": utc(a.At), "until": utc(a.Expires)})
	}
	out["results"], out["approvals"] = results, approvals
	if m.Held != nil {
		out["held"] = heldRecord(m.Held)
	}
	if m.LastRun != nil {
		out["last_run"] = map[string]any{"run": m.LastRun.ID, "status": m.LastRun.Status, "started": utc(m.LastRun.Started), "told": m.Told()}
	}
	return out
}

func (e *events) Ledger(l *Ledger) {
	scopes := []map[string]any{}
	for _, s := range l.Scopes {
		scopes = append(scopes, map[string]any{
			"source": s.SourceTenant, "source_resource": s.SourceResource, "target": s.TargetTenant, "target_resource": s.TargetResource,
			"active": s.Active, "deactivated": s.Deactivated,
		})
	}
	moves := []map[string]any{}
	for _, m := range l.Moves {
		moves = append(moves, map[string]any{
			"side": m.Side, "from": m.Before, "to": m.After, "links": m.Links, "who": m.Who, "at": utc(m.At), "confirmed": m.Confirmed,
		})
	}
	e.write(map[string]any{"type": "ledger", "ledger": l.ID, "path": l.Path, "bytes": l.Bytes, "scopes": scopes, "moves": moves})
	e.Runs(l.Runs)
}

func (e *events) Moving(r report.Rename, moving []report.Moving, done bool) {
	scopes := []map[string]any{}
	for _, m := range moving {
		scopes = append(scopes, map[string]any{
			"source": m.Before.SourceTenant, "source_resource": m.Before.SourceResource, "target": m.Before.TargetTenant, "target_resource": m.Before.TargetResource,
			"active": m.Active, "deactivated": m.Deactivated,
		})
	}
	e.write(map[string]any{"type": "moving", "from": r.From, "to": r.To, "done": done, "scopes": scopes})
}

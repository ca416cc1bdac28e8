package view

import (
	"encoding/json"
	"io"
	"math"
	"runtime"
	"sync"
	"time"

	"passerelle/engine"
	"passerelle/engine/apply"
	"passerelle/engine/diag"
	"passerelle/engine/plan"
)

// Format is the version of the events. Later versions add; they don't change.
const Format = 1

// What the version event and engine version say of this program besides.
const (
	Platform = runtime.GOOS + "/" + runtime.GOARCH
	Language = 1 // the newest that it reads
)

// events writes NDJSON: one event a line, each with a type, the last one
// "result".
type events struct {
	mu  sync.Mutex // progress comes from another goroutine
	out *json.Encoder
}

// NewJSON is a view for machines. It writes the version event at once.
func NewJSON(out io.Writer, version string) View {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	e := &events{out: encoder}
	e.write(map[string]any{"type": "version", "format": Format, "version": version, "platform": Platform, "language": Language})
	return e
}

func (e *events) write(event any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.out.Encode(event) // a reader that went away can't be told so
}

func (e *events) Diagnostics(ds diag.Diagnostics, src diag.Sources) {
	for _, d := range ds {
		e.write(map[string]any{"type": "diagnostic", "diagnostic": d.JSON(src)})
	}
}

func (e *events) Progress(p engine.Event) {
	event := map[string]any{"type": "progress", "mapping": p.Mapping, "phase": p.Phase, "done": p.Done}
	if p.Expected >= 0 {
		event["expected"] = p.Expected
	}
	e.write(event)
}

func (e *events) Valid(w *engine.Workspace) {
	line := map[string]any{"type": "valid", "workspace": w.Dir}
	if replaced := replacedLines(w); len(replaced) > 0 {
		line["replaced"] = replaced
	}
	e.write(line)
}

type person struct {
	ID    string `json:"id"`
	Shown string `json:"shown,omitempty"`
}

type change struct {
	Type      string          `json:"type"` // planned_change
	Mapping   string          `json:"mapping"`
	Operation string          `json:"operation"`
	Person    person          `json:"person"`
	TargetID  string          `json:"target_id,omitempty"`
	Fields    []string        `json:"fields"`
	Cleared   []string        `json:"cleared,omitempty"`
	Values    json.RawMessage `json:"values,omitempty"`
	// References are the fields that hold the target's id of another record.
	References map[string]reference `json:"references,omitempty"`
	From       string               `json:"from,omitempty"` // the source id that the person had before
}

type reference struct {
	Mapping string `json:"mapping"`
	ID      string `json:"id"`
}

type notDone struct {
	Type    string `json:"type"` // held, failed, ambiguous
	Mapping string `json:"mapping"`
	Person  person `json:"person"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
	Status  int    `json:"status,omitempty"`
	Range   any    `json:"range,omitempty"`
}

func (e *events) Plan(p *engine.Planned, o PlanOptions) diag.Diagnostics {
	s := &p.Plan.Summary
	err := error(nil)
	if s.Stands() {
		err = p.Plan.Batches(func(_ int64, entries []plan.Entry) error {
			for _, entry := range entries {
				if entry.Operation == plan.Note {
					continue
				}
				c := change{
					Type: "planned_change", Mapping: p.Mapping, Operation: entry.Operation.String(),
					Person: person{entry.SourceID, entry.Shown}, TargetID: entry.TargetID,
					Fields: fieldsAt(s, entry.Changed), Cleared: fieldsAt(s, entry.Cleared),
				}
				c.From = entry.From
				if o.Values && len(entry.Body) > 0 {
					c.Values = entry.Body
				}
				for _, ref := range entry.References {
					if c.References == nil {
						c.References = map[string]reference{}
					}
					c.References[s.Fields[ref.Field].Name] = reference{s.References[ref.To].Mapping, ref.SourceID}
				}
				e.write(c)
			}
			return nil
		})
	}
	e.held(p.Mapping, s)
	event := e.summary("plan", p.Mapping, p.From, p.To, s)
	if p.Pace.Rate != "" {
		event["pace"] = map[string]any{"rate": p.Pace.Rate, "seconds": int64(math.Ceil(p.Pace.Takes.Seconds()))}
	}
	e.write(event)
	return diag.From(err, "reading the plan back")
}

func fieldsAt(s *plan.Summary, at []int) []string {
	names := make([]string, len(at))
	for i, n := range at {
		names[i] = s.Fields[n].Name
	}
	return names
}

func (e *events) held(mapping string, s *plan.Summary) {
	for _, who := range s.Held {
		out := notDone{
			Type: "held", Mapping: mapping, Person: person{who.SourceID, who.Shown},
			Code: who.Code, Field: who.Field, Summary: who.Summary, Detail: who.Detail, Remedy: who.Remedy,
		}
		if who.Place != nil {
			out.Range = who.Place
		}
		e.write(out)
	}
	for _, who := range s.Waiting {
		e.write(map[string]any{
			"type": "waiting", "mapping": mapping, "person": person{who.SourceID, who.Shown}, "require": who.Require,
			"say": map[string]string{"fr": who.SayFR, "en": who.SayEN}, "fields": who.Fields,
		})
	}
	for _, who := range s.Stopped {
		e.write(map[string]any{
			"type": "blocked", "mapping": mapping, "person": person{who.SourceID, who.Shown}, "operation": who.Operation, "part": who.Part, "field": who.Field,
		})
	}
	for _, who := range s.ByHand {
		e.write(map[string]any{"type": "by_hand", "mapping": mapping, "person": person{who.SourceID, who.Shown}, "field": who.Field})
	}
	for _, who := range s.Gone {
		e.write(map[string]any{"type": "gone", "mapping": mapping, "person": person{who.SourceID, who.Shown}})
	}
}

// summary is what a plan and a run have in common.
func (e *events) summary(kind, mapping, from, to string, s *plan.Summary) map[string]any {
	blocked := []map[string]string{}
	for _, b := range s.Blocked {
		blocked = append(blocked, map[string]string{
			"part": b.Part, "field": b.Field, "code": b.Code, "say": b.Say.EN, "do": b.Do.EN, "say_fr": b.Say.FR, "do_fr": b.Do.FR,
		})
	}
	fields := []map[string]any{}
	for _, f := range s.Fields {
		if f.Changed+f.Added+f.Cleared+f.Kept+f.ByHand+f.Pending+f.Expected+f.Stopped+f.PutBack > 0 || f.Unseen {
			fields = append(fields, map[string]any{
				"name": f.Name, "changed": f.Changed, "added": f.Added, "cleared": f.Cleared, "kept": f.Kept, "by_hand": f.ByHand, "stopped": f.Stopped, "new": f.New, "put_back": f.PutBack, "unseen": f.Unseen,
				"pending": f.Pending, "expected": f.Expected,
			})
		}
	}
	out := map[string]any{
		"type": kind, "mapping": mapping, "from": from, "to": to, "blocked": blocked, "fields": fields,
		"read":    readOf(&s.Read),
		"planned": countsOf(s),
	}
	if s.Snapshot != nil {
		out["snapshot"] = snapshotOf(s.Snapshot)
	}
	if len(s.Unfilled) > 0 {
		unfilled := []map[string]any{}
		for _, f := range s.Unfilled {
			unfilled = append(unfilled, map[string]any{"field": f.Field, "declared": f.Declared, "filled": f.Filled, "of": f.Of})
		}
		out["unfilled"] = unfilled
	}
	return out
}

// readOf has beside only where a mapping reads more than one source, since or
// whole only where it is read by what changed.
func readOf(r *plan.Reading) map[string]any {
	out := map[string]any{"received": r.Received, "expected": r.Expected, "calls": r.Calls}
	if !r.Since.IsZero() {
		out["since"] = r.Since.UTC().Format(time.RFC3339)
	}
	if r.Whole != "" {
		out["whole"], out["no_place"] = r.Whole, r.NoPlace
	}
	if len(r.Others) > 0 {
		beside := make([]map[string]any, len(r.Others))
		for i, other := range r.Others {
			beside[i] = map[string]any{"name": other.Name, "received": other.Received, "expected": other.Expected}
		}
		out["beside"] = beside
	}
	return out
}

func countsOf(s *plan.Summary) map[string]int64 {
	c := s.Counts
	return map[string]int64{
		"create": c.Create, "update": c.Update, "link": c.Link, "unchanged": c.Unchanged,
		"deactivate": c.Deactivate, "reactivate": c.Reactivate, "delete": c.Delete,
		"held": c.Held, "reference_missing": c.Missing, "waiting": c.Waiting, "skipped": c.Skipped, "blocked": c.Blocked,
		"out_of_scope": c.Out, "left": c.Left, "gone": c.Gone, "aside": c.Aside, "unlink": c.Unlink,
	}
}

func (e *events) Run(r *engine.Ran) {
	e.held(r.Mapping, &r.Plan)
	e.failed("failed", r.Mapping, r.Outcome.Failed)
	e.failed("ambiguous", r.Mapping, r.Outcome.Ambiguous)
	e.failed("held", r.Mapping, r.Outcome.Missing)
	e.failed("left_out", r.Mapping, r.Outcome.LeftOut)
	event := e.summary("run", r.Mapping, r.From, r.To, &r.Plan)
	event["run"], event["status"], event["settled"], event["acknowledged"] = r.RunID, r.Status, r.Settled, r.Known
	event["pending"] = r.Pending()
	event["calls"] = orEmpty(r.Calls)
	event["done"] = map[string]int64{
		"create": r.Outcome.Created, "update": r.Outcome.Updated, "link": r.Outcome.Linked,
		"deactivate": r.Outcome.Deactivated, "reactivate": r.Outcome.Reactivated, "delete": r.Outcome.Deleted, "unlink": r.Outcome.Unlinked,
		"failed": int64(len(r.Outcome.Failed)), "ambiguous": int64(len(r.Outcome.Ambiguous)), "unsettled": r.Outcome.Unsettled, "unsent": r.Outcome.Unsent,
	}
	e.write(event)
}

func orEmpty(m map[string]int64) map[string]int64 {
	if m == nil {
		return map[string]int64{}
	}
	return m
}

func (e *events) failed(kind, mapping string, list []apply.Failed) {
	for _, who := range list {
		e.write(notDone{
			Type: kind, Mapping: mapping, Person: person{who.SourceID, who.Shown},
			Code: who.Code, Summary: who.Summary, Detail: who.Detail, Remedy: who.Remedy, Status: who.Status,
		})
	}
}

func (e *events) NothingDue() { e.write(map[string]any{"type": "nothing_due"}) }

func (e *events) Result(exitCode int) {
	e.write(map[string]any{"type": "result", "exit": exitCode, "result": result(exitCode), "at": time.Now().UTC().Format(time.RFC3339)})
}

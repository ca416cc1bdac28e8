package report

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// LastRun names the latest run, whichever mapping's it is.
const LastRun = "last"

// RunOf is the run of that id. One that there is none of is refused, with the
// nearest.
func RunOf(ctx context.Context, l *ledger.Ledger, id string) (*ledger.Run, error) {
	if id == LastRun {
		last, err := l.LastRuns(ctx, "", 1)
		if err != nil {
			return nil, err
		}
		if len(last) > 0 {
			return &last[0], nil
		}
	}
	run, known, err := l.FindRun(ctx, id)
	if err != nil {
		return nil, err
	}
	if known {
		return &run, nil
	}
	d := diag.Diagnostic{
		Code: "unknown-run", Summary: "There is no run " + strconv.Quote(id),
		Detail: "This workspace's ledger knows none of that name.",
		Remedy: "engine runs list names them; a run says its name on its last line, too.",
	}
	runs, err := l.LastRuns(ctx, "", 100)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	if near := diag.DidYouMean(id, ids); near != "" {
		d.Remedy = "Did you mean " + near + "? " + d.Remedy
	}
	return nil, d
}

// Counted are the four operations as those who pay for them name them.
type Counted struct {
	Provisioning   int64 `json:"provisioning"`   // created
	Update         int64 `json:"update"`         //
	Deprovisioning int64 `json:"deprovisioning"` // deactivated or deleted
	Link           int64 `json:"link"`
	Reactivation   int64 `json:"reactivation"`
}

// Operations counts what took effect in a run.
func Operations(r *ledger.Run) Counted {
	return Counted{
		Provisioning: r.Counts["create"], Update: r.Counts["update"], Link: r.Counts["link"],
		Deprovisioning: r.Counts["deactivate"] + r.Counts["delete"], Reactivation: r.Counts["reactivate"],
	}
}

// RunsCSV writes runs as a table, one a line.
func RunsCSV(to io.Writer, runs []ledger.Run) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"run", "mapping", "trigger", "started", "ended", "status",
		"provisioning", "update", "deprovisioning", "link", "reactivation", "unchanged", "held", "waiting", "blocked", "failed", "ambiguous",
		"source_calls", "source_calls_least", "target_calls", "target_calls_least"})
	for i := range runs {
		r := &runs[i]
		n := Operations(r)
		row := []string{r.ID, cell(r.Mapping), cell(r.Trigger), stamp(r.Started), stamp(r.Ended), r.Status}
		for _, n := range []int64{n.Provisioning, n.Update, n.Deprovisioning, n.Link, n.Reactivation, r.Counts["unchanged"], r.Counts["held"],
			r.Counts["waiting"], r.Counts["blocked"], r.Counts["failed"], r.Counts["ambiguous"]} {
			row = append(row, strconv.FormatInt(n, 10))
		}
		for _, calls := range CallsOf(r) {
			row = append(row, orNothing(calls.Made), orNothing(calls.Least))
		}
		_ = w.Write(row)
	}
	w.Flush()
	return w.Error()
}

// orNothing is a number as a cell, empty where it was not said.
func orNothing(n int64) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// ResultsCSV writes the results of a run as a table, one a line. It names people
// as shown_as does. The language is that of message, case and verdict; operation
// and result are for programs.
func ResultsCSV(to io.Writer, run *ledger.Run, lines []Line, lang Language) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"run", "mapping", "at", "source_id", "target_id", "shown", "operation", "result", "code", "field", "message", "remedy", "answer", "status", "place",
		"case", "verdict", "source_url", "target_url", "left_out"})
	for i := range lines {
		r := &lines[i]
		told := r.In(lang)
		var without []string
		for _, f := range r.LeftOut {
			without = append(without, f.Field)
		}
		status := ""
		if r.Status != 0 {
			status = strconv.Itoa(r.Status)
		}
		_ = w.Write([]string{run.ID, cell(run.Mapping), stamp(r.At), cell(r.SourceID), cell(r.TargetID), cell(r.ShownName), r.Operation, r.Outcome,
			r.Code, cell(r.Field), cell(told.Message), cell(r.Remedy), cell(r.Answer), status, cell(r.Place),
			told.Case, told.Verdict, r.SourceURL, r.TargetURL, cell(strings.Join(without, " "))})
	}
	w.Flush()
	return w.Error()
}

// LinksCSV writes links as a table, one a line: ids and states, no names.
func LinksCSV(ctx context.Context, to io.Writer, l *ledger.Ledger) error {
	w := csv.NewWriter(to)
	_ = w.Write([]string{"source", "source_resource", "target", "target_resource", "source_id", "target_id", "state", "changed"})
	err := l.EachLink(ctx, func(p ledger.PersonLink) error {
		return w.Write([]string{cell(p.Of.SourceTenant), cell(p.Of.SourceResource), cell(p.Of.TargetTenant), cell(p.Of.TargetResource),
			cell(p.SourceID), cell(p.TargetID), p.State.String(), stamp(time.UnixMicro(p.Changed))})
	})
	w.Flush()
	if err != nil {
		return err
	}
	return w.Error()
}

// cell keeps a spreadsheet from taking a text for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

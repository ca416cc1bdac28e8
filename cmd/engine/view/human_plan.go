package view

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"passerelle/engine"
	"passerelle/engine/diag"
	"passerelle/engine/plan"
)

// firstOfEach is how many people of one kind are listed unless all are asked
// for.
const firstOfEach = 10

func (h *human) Plan(p *engine.Planned, o PlanOptions) diag.Diagnostics {
	h.clear()
	s := &p.Plan.Summary
	h.printf("%s\n\n", h.paint(bold, p.From+" → "+p.To+"    "+p.Mapping))
	if !s.Stands() {
		h.blocked(s, "")
		return nil
	}
	h.printf("%s\n", wrap(verdict(s), h.width, "  "))
	h.blocked(s, "")
	h.counts(s)
	h.snapshot(s.Snapshot, false, o.Everybody)
	h.fields(s)
	h.pending(s, pendingOf(s))
	if err := h.people(p.Plan, o); err != nil {
		return diag.From(err, "reading the plan back")
	}
	h.returns(s.Returns, o.Everybody)
	h.held(s.Held, o.Everybody)
	h.waiting(s.Waiting, o.Everybody)
	h.unfilled(s)
	h.byHand(s.ByHand, o.Everybody)
	h.gone(s.Gone)
	h.read(s)
	if p.Pace.Takes >= time.Minute {
		h.printf("  Sent one by one, at %s and no faster, that takes about %s.\n", p.Pace.Rate, span(p.Pace.Takes))
	}
	return nil
}

// verdict is what a person wants to know before anything else.
func verdict(s *plan.Summary) string {
	changes := s.Counts.Changes()
	one, many := folk(s.Records)
	var out []string
	switch {
	case changes == 0 && s.Counts.Held+s.Counts.Missing+s.Counts.Blocked+s.Counts.Waiting == 0:
		return nothingToDo(s)
	case changes == 0:
		out = append(out, "Nothing would be sent.")
	default:
		out = append(out, counted(changes, one, many)+" would be written.")
	}
	switch s.Counts.Held {
	case 0:
		nobody := "Nobody"
		if s.Records {
			nobody = "Nothing"
		}
		out = append(out, nobody+" is held back.")
	case 1:
		out = append(out, "1 is held back, with the reason below.")
	default:
		out = append(out, strconv.FormatInt(s.Counts.Held, 10)+" are held back, with the reasons below.")
	}
	if s.Counts.Missing > 0 {
		out = append(out, counted(s.Counts.Missing, one+" is", many+" are")+" not sent, because what they refer to is not linked.")
	}
	if s.Counts.Waiting > 0 {
		out = append(out, counted(s.Counts.Waiting, one+" waits", many+" wait")+" to be ready.")
	}
	if s.Counts.Blocked > 0 {
		out = append(out, counted(s.Counts.Blocked, one+" waits", many+" wait")+" for somebody's word.")
	}
	return strings.Join(out, " ")
}

// counts leaves out what is zero, but for the three that people look for.
func (h *human) counts(s *plan.Summary) {
	c := s.Counts
	for _, line := range []struct {
		sign, word, color string
		n                 int64
		always            bool
	}{
		{"+", "create", green, c.Create, true},
		{"~", "update", yellow, c.Update, true},
		{"&", "link", green, c.Link, false},
		{"-", "deactivate", red, c.Deactivate, false},
		{"-", "delete", red, c.Delete, false},
		{"+", "reactivate", green, c.Reactivate, false},
		{"=", "unchanged", "", c.Unchanged, true},
		{"!", "held", red, c.Held, false},
		{"!", "reference missing", red, c.Missing, false},
		{"!", "blocked", red, c.Blocked, false},
		{"…", "waiting", yellow, c.Waiting, false},
		{"·", "passed over", "", c.Skipped, false},
		{"·", "out of scope", "", c.Out, false},
		{"-", "unlink", yellow, c.Unlink, false},
		{"·", "not asked for", "", c.Aside, false},
		{"·", "left before", "", c.Left, false},
		{"?", "no longer read", yellow, c.Gone, false},
	} {
		if line.n > 0 || line.always {
			h.printf("  %s %s %6d\n", h.paint(line.color, line.sign), pad(line.word, 16), line.n)
		}
	}
	h.printf("\n")
}

func (h *human) fields(s *plan.Summary) {
	var lines []string
	for _, f := range s.Fields {
		var parts []string
		for _, part := range []struct {
			n    int64
			word string
		}{{f.Changed, "changed"}, {f.PutBack, "put back: edited at the target"}, {f.Cleared, "emptied"}, {f.Stopped, "left out: a guard stopped them"}, {f.Kept, "empty now, kept at the target"}, {f.ByHand, "to do by hand: sent at creation and return only"}} {
			if part.n > 0 {
				parts = append(parts, strconv.FormatInt(part.n, 10)+" "+part.word)
			}
		}
		if f.Added > 0 {
			word := " filled for the first time"
			if f.New {
				word = " added: the field is new to the mapping"
			}
			parts = append(parts, strconv.FormatInt(f.Added, 10)+word)
		}
		if f.Unseen {
			parts = append(parts, "not compared: the target shows it of nobody")
		}
		if len(parts) > 0 {
			lines = append(lines, "    "+pad(f.Name, 24)+" "+strings.Join(parts, ", "))
		}
	}
	if len(lines) > 0 {
		whose := "people who"
		if s.Records {
			whose = "records that"
		}
		h.printf("  Fields of %s are already there\n%s\n\n", whose, strings.Join(lines, "\n"))
	}
}

// people lists who is written, with the names of the fields, or their values
// when those were asked for.
func (h *human) people(p *plan.Plan, o PlanOptions) error {
	listed := map[plan.Operation]int{}
	left := map[plan.Operation]int64{}
	err := p.Batches(func(_ int64, entries []plan.Entry) error {
		for i := range entries {
			e := &entries[i]
			if e.Operation == plan.Note {
				continue
			}
			if !o.Everybody && listed[e.Operation] >= firstOfEach {
				left[e.Operation]++
				continue
			}
			listed[e.Operation]++
			h.person(p, e, o.Values)
		}
		return nil
	})
	more := int64(0)
	for _, n := range left {
		more += n
	}
	if more > 0 {
		h.printf("    and %d more; --all lists everybody\n", more)
	}
	if len(listed) > 0 {
		h.printf("\n")
	}
	return err
}

func (h *human) person(p *plan.Plan, e *plan.Entry, values bool) {
	sign, color := "+", green
	switch e.Operation {
	case plan.Update:
		sign, color = "~", yellow
	case plan.Link:
		sign = "&"
	case plan.Deactivate, plan.Delete, plan.Unlink:
		sign, color = "-", red
	}
	h.printf("    %s %s %s\n", h.paint(color, sign), pad(Name(e.Shown, e.SourceID), 28), fieldNames(p, e))
	if values && len(e.Body) > 0 {
		h.printf("        %s\n", h.paint(faint, diag.VisibleLine(string(e.Body))))
	}
	if values {
		for _, ref := range e.References {
			words := p.Summary.Fields[ref.Field].Name + " = linked('" + p.Summary.References[ref.To].Mapping + "', " + strconv.Quote(ref.SourceID) + ")"
			h.printf("        %s\n", h.paint(faint, diag.VisibleLine(words)))
		}
	}
}

func fieldNames(p *plan.Plan, e *plan.Entry) string {
	switch e.Operation {
	case plan.Create:
		return strconv.Itoa(len(e.Changed)) + " fields"
	case plan.Deactivate, plan.Delete, plan.Reactivate, plan.Unlink:
		return e.Operation.String()
	}
	if len(e.Changed) == 0 {
		return "already as it should be"
	}
	names := make([]string, len(e.Changed))
	for i, at := range e.Changed {
		names[i] = p.Summary.Fields[at].Name
	}
	return strings.Join(names, ", ")
}

// nothingToDo says of whom: of those who were not read nothing is known.
func nothingToDo(s *plan.Summary) string {
	whole, nobody, changed := "everybody is as they should be", "nobody has changed", "whoever changed is as they should be"
	if s.Records {
		whole, nobody, changed = "everything is as it should be", "nothing has changed", "what changed is as it should be"
	}
	switch {
	case s.Read.Since.IsZero():
		return "Nothing to do: " + whole + "."
	case s.Read.Received == 0:
		return "Nothing to do: " + nobody + "."
	}
	return "Nothing to do: " + changed + "."
}

func (h *human) read(s *plan.Summary) {
	one, many := folk(s.Records)
	announced := ""
	if s.Read.Expected >= 0 {
		announced = " of " + strconv.FormatInt(s.Read.Expected, 10) + " announced"
	}
	h.printf("  Read: %s%s, in %s.\n", counted(s.Read.Received, one, many), announced, counted(s.Read.Calls, "call", "calls"))
	if say := s.Read.Say(time.Local); say.EN != "" {
		h.printf("%s", wrap(say.EN, h.width, "  "))
	}
	for _, other := range s.Read.Others {
		h.printf("  Beside it: %s of %s.\n", counted(other.Received, "record", "records"), other.Name)
	}
}

// folk is what the records of a mapping are called.
func folk(records bool) (one, many string) {
	if records {
		return "record", "records"
	}
	return "person", "people"
}

// asTheyShouldBe counts those for whom there is nothing to do.
func asTheyShouldBe(n int64, records bool) string {
	one, many := folk(records)
	if n == 1 && records {
		return "1 " + one + " is as it should be"
	}
	return counted(n, one+" is", many+" are") + " as they should be"
}

func counted(n int64, one, many string) string {
	if n != 1 {
		one = many
	}
	return strconv.FormatInt(n, 10) + " " + one
}

// Name is how a person is called; ids are quoted so that they don't pass for one.
func Name(shown, id string) string {
	if shown != "" {
		return diag.VisibleLine(shown)
	}
	quoted, _ := json.Marshal(id)
	return "id " + diag.VisibleLine(string(quoted))
}

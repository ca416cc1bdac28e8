package compile

import (
	"fmt"
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// Fact is a source field that leavers.when reads. The ledger remembers its
// fingerprint, so that a departure that was known beforehand is no surprise.
type Fact struct {
	Ref     expr.Ref
	Whole   bool   // all that the source has for the record: a list, or whether there is one
	Name    string // person.contract_end; contracts
	EndDate bool   // that it appears is what guards watch
}

// factsOf are the fields that a program reads, each once.
func factsOf(m *Mapping, program *expr.Program) []Fact {
	if program == nil {
		return nil
	}
	var out []Fact
	add := func(f Fact) {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, ref := range program.Reads() {
		switch {
		case ref.Source == len(m.Joined)+1:
			add(Fact{Ref: ref, Name: m.Each.Decl.Name + "." + m.Each.Fields[ref.Field].Name})
		case ref.Source == 0 || !m.Joined[ref.Source-1].Many:
			s := m.Sources()[ref.Source]
			field := &s.Fields[ref.Field]
			add(Fact{Ref: ref, Name: s.Name + "." + field.Name, EndDate: field.sharp == "end-date" && len(s.Group) == 0})
		}
	}
	for _, source := range program.Sources() {
		if source > 0 && source <= len(m.Joined) {
			add(Fact{Ref: expr.Ref{Source: source}, Whole: true, Name: m.Joined[source-1].Name})
		}
	}
	slices.SortFunc(out, func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// sharpFrom makes a target field sharp that is computed from a sharp source
// field, where nobody says what it is at the target.
func (f *TargetField) sharpFrom(m *Mapping) {
	if f.Sharp || f.EndDate {
		return
	}
	for _, ref := range f.value.reads() {
		if ref.Source > len(m.Joined) {
			continue // an element's fields are nobody's own
		}
		switch m.Sources()[ref.Source].Fields[ref.Field].sharp {
		case "":
		case "end-date":
			f.EndDate = true
		default:
			f.Sharp = true
		}
	}
}

// Definition is an expression together with the values that it takes from
// outside the record: what is the same as long as nobody edits the mapping.
func (m *Mapping) Definition(text string) string {
	out := []string{text}
	for _, input := range m.Decl.Module.Inputs {
		if strings.Contains(text, "input."+input.Name) {
			out = append(out, fmt.Sprintf("input %s %#v", input.Name, input.Value))
		}
	}
	if strings.Contains(text, "local.") {
		for _, local := range m.Decl.Module.Locals() {
			out = append(out, fmt.Sprintf("local %s %#v", local.Name, local.Value))
		}
	}
	if strings.Contains(text, "lookup(") {
		for _, table := range m.Decl.Module.Tables {
			out = append(out, fmt.Sprintf("table %s %v", table.Name, table.Unknown))
			for _, entry := range table.Values {
				out = append(out, entry.Key, entry.Value)
			}
		}
	}
	for _, t := range m.Decl.Module.Transforms {
		if strings.Contains(text, t.Name+"(") && t.Value != nil {
			out = append(out, "transforms", transforms(m.Decl.Module))
			break
		}
	}
	return strings.Join(out, "\n")
}

// transforms are all of a module's, for one may call another.
func transforms(m *lang.Module) string {
	var out strings.Builder
	for _, t := range m.Transforms {
		if t.Value != nil {
			fmt.Fprintf(&out, "%s %q %q\n", t.Name, words(t.Params), t.Value.Text)
		}
	}
	return out.String()
}

// absences checks what is done with those who are out of scope or gone.
func (c *compiler) absences(out *Mapping, l *Leavers) {
	decl := c.decl.Leavers
	l.Out, l.Gone = decl.Out == "deactivate", decl.Gone == "deactivate"
	if out.Target.Resource == nil || !l.Out && !l.Gone {
		return
	}
	deactivate := protocol.Operation_OPERATION_DEACTIVATE
	if !out.Target.Abilities.Can(deactivate) {
		c.report(diag.Diagnostic{
			Code: "no-endpoint", Subject: &decl.Block,
			Summary: "The target has no way to deactivate a record",
			Detail:  "The connector " + quote(out.Target.Connection.Plugin) + " has no such endpoint for " + quote(out.Target.Resource.GetName()) + ", and the mapping declares none.",
			Remedy:  `Declare an endpoint "deactivate" in the target, or leave gone and out at "report".`,
		}, decl.Word)
		return
	}
	if setting := unsaid(&out.Target, c.decl.Target, deactivate); setting != nil && l.Do != deactivate {
		c.report(wordless(&out.Target, "deactivate", &decl.Block, setting), decl.Word)
	}
	l.OutNames = named(&out.Target, deactivate)
	if l.Out && c.needsOthers(out, l.OutNames) {
		c.report(diag.Diagnostic{
			Code: "not-yet", Subject: &decl.Block,
			Summary: "This version can't deactivate who is out of scope where that takes more than the record itself",
			Detail:  "What is joined to a record, or taken out of it by each, is not looked for once where has passed it over.",
			Remedy:  `Write out = "report", or let the endpoint deactivate name {id} and fields of the first source alone.`,
		}, decl.Word)
	}
	if l.Gone && len(l.OutNames) > 0 {
		c.report(diag.Diagnostic{
			Code: "gone-has-no-values", Subject: &decl.Block,
			Summary: "The deactivate endpoint names " + quote(out.Target.Fields[l.OutNames[0]].Name) + ", which a record that is gone no longer has",
			Detail:  "Of somebody who is no longer read, only the target's id is known: nothing else is kept here.",
			Remedy:  `Let the endpoint name {id} alone, or write gone = "report".`,
		}, decl.Word)
	}
}

// needsOthers reports whether some target fields are made of more than the first
// source's own fields.
func (c *compiler) needsOthers(m *Mapping, fields []int) bool {
	if m.Each != nil {
		return true
	}
	for _, at := range fields {
		for _, ref := range m.Target.Fields[at].value.reads() {
			if ref.Source > 0 {
				return true
			}
		}
	}
	return false
}

// fills refuses a declared fill where a record has several values or none of its
// own.
func (c *compiler) fills(m *Mapping) {
	for i, s := range m.Sources() {
		for _, f := range s.Fields {
			if f.Decl.Fill == nil || i == 0 && len(s.Group) == 0 && m.Each == nil {
				continue
			}
			place := f.Decl.Range
			c.report(diag.Diagnostic{
				Code: "not-yet", Subject: &place,
				Summary: "This version counts fill only in the first source, record by record",
				Detail:  "Of a joined source, of a group or of what each takes apart, it would have to be said how full is counted.",
				Remedy:  "Leave fill out here.",
			}, "source "+quote(s.Name))
		}
	}
}

// expectations holds the fields that are announced to change against the map.
func (c *compiler) expectations(out *Target) {
	for _, e := range c.decl.Guard.Expects {
		for _, word := range e.Fields {
			if fieldAt(out, word.Name) >= 0 {
				continue
			}
			place := word.Range
			c.report(diag.Diagnostic{
				Code: "unknown-target-field", Subject: &place,
				Summary: "expect names " + quote(word.Name) + ", which is not in map",
				Detail:  "It announces how a field that is sent will change.",
				Remedy:  suggestionOr(word.Name, targetFieldNames(out), "Name a field of map."),
			}, "guard", "expect "+quote(e.Name))
		}
	}
}

// prunedExpects leaves out the fields that a customer opted out of.
func prunedExpects(all []*lang.Expect, gone map[string]bool) []*lang.Expect {
	var out []*lang.Expect
	for _, e := range all {
		own := *e
		own.Fields = slices.DeleteFunc(slices.Clone(e.Fields), func(w lang.Word) bool { return gone[nameOf(stepsOf(w.Name))] })
		out = append(out, &own)
	}
	return out
}

// sharpOf is what guards see in a source field: the mapping's word, or the
// connector's; bank and social security are sharp by class.
func sharpOf(decl *lang.Field, described *protocol.Field) string {
	class, sharp := decl.Class, decl.Sharp
	if class == "" {
		class = described.GetClass()
	}
	if sharp == "" {
		sharp = described.GetSharp()
	}
	if sharp == "" && (class == "bank" || class == "social-security") {
		return class
	}
	return sharp
}

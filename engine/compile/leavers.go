package compile

import (
	"regexp"
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// Leavers says who has left, and what is done then.
type Leavers struct {
	Decl *lang.Leavers
	When *expr.Program
	Do   protocol.Operation // deactivate or delete; unspecified: keep
	// Names are the target fields that the endpoint's own templates name: all
	// that a departure needs, so that a failing map never holds it.
	Names []int
	// BackNames are the same for the way back.
	BackNames []int
	Back      bool // reactivate once When is no longer true
	Stays     bool // of a snapshot: the line of who has left goes on being written
	Facts     []Fact
	Out, Gone bool  // deactivate those out of scope, those no longer read
	OutNames  []int // as Names, for a deactivation whatever Do is
}

// Require is a condition that a record must meet before some operations.
type Require struct {
	Decl   *lang.Require
	Fields []int      // fields of the first source that must all be filled
	Others []expr.Ref // and fields of others, as expressions know them
	That   *expr.Program
}

// Before reports whether the condition stands before an operation of that name.
func (r *Require) Before(operation string) bool {
	return len(r.Decl.Before) == 0 || slices.Contains(r.Decl.Before, operation)
}

// leavers compiles a leavers or removed block.
func (c *compiler) leavers(out *Mapping) {
	decl := c.decl.Leavers
	if decl == nil {
		return
	}
	l := &Leavers{Decl: decl, When: c.program(decl.When, expr.Condition, decl.Word), Back: decl.Back == "reactivate"}
	switch decl.Do {
	case "deactivate":
		l.Do = protocol.Operation_OPERATION_DEACTIVATE
	case "delete":
		l.Do = protocol.Operation_OPERATION_DELETE
	}
	if out.Target.Snapshot != nil {
		c.snapshotLeavers(l, decl)
	} else if l.Do != protocol.Operation_OPERATION_UNSPECIFIED && out.Target.Resource != nil && !out.Target.Abilities.Can(l.Do) {
		at := decl.DoR
		c.report(diag.Diagnostic{
			Code: "no-endpoint", Subject: &at,
			Summary: "The target has no way to " + decl.Do + " a record",
			Detail:  "The connector " + quote(out.Target.Connection.Plugin) + " has no such endpoint for " + quote(out.Target.Resource.GetName()) + ", and the mapping declares none.",
			Remedy:  `Declare an endpoint ` + quote(decl.Do) + ` in the target, with its method, path and body, or take do out: leavers then stay as they are.`,
		}, decl.Word)
	} else if out.Target.Resource != nil {
		if setting := unsaid(&out.Target, c.decl.Target, l.Do); setting != nil {
			c.report(wordless(&out.Target, decl.Do, &decl.DoR, setting), decl.Word)
		}
	}
	l.Names = named(&out.Target, l.Do)
	l.BackNames = named(&out.Target, protocol.Operation_OPERATION_REACTIVATE)
	l.Facts = factsOf(out, l.When)
	c.absences(out, l)
	out.Leavers = l
}

var placeholder = regexp.MustCompile(`\{([^{}"]+)\}`)

// named are the target fields that the declared endpoints of an operation name
// in their templates.
func named(t *Target, operation protocol.Operation) []int {
	var out []int
	for _, e := range t.Endpoints {
		if e.GetOperation() != operation {
			continue
		}
		texts := []string{e.GetPath(), string(e.GetBodyJson())}
		for _, text := range e.GetQuery() {
			texts = append(texts, text)
		}
		for _, text := range e.GetHeaders() {
			texts = append(texts, text)
		}
		for _, match := range placeholder.FindAllStringSubmatch(strings.Join(texts, "\n"), -1) {
			if at := fieldAt(t, match[1]); at >= 0 && !slices.Contains(out, at) {
				out = append(out, at)
			}
		}
	}
	slices.Sort(out)
	return out
}

// requires compiles the require blocks.
func (c *compiler) requires(out *Mapping) {
	for _, decl := range c.decl.Requires {
		block := "require " + quote(decl.Name)
		r := &Require{Decl: decl, That: c.program(decl.That, expr.Condition, block)}
		for _, word := range decl.Fields {
			ref, ok := c.sourceName(out, word, block)
			switch {
			case ok && ref.Source == 0:
				r.Fields = append(r.Fields, ref.Field)
			case ok:
				r.Others = append(r.Others, ref)
			}
		}
		out.Requires = append(out.Requires, r)
	}
}

// sourceName finds what the language writes as source.field outside of CEL. A
// list of records has no such field.
func (c *compiler) sourceName(out *Mapping, word lang.Word, block string) (expr.Ref, bool) {
	var names []string
	detail := "Fields are named here with their source before them."
	for i, s := range c.visible(out) {
		if s.Many && strings.HasPrefix(word.Name, s.Name+".") {
			detail = quote(s.Name) + " is a list of records; that = \"…\" can ask something of all of them."
		}
		for j, f := range s.Fields {
			if s.Many {
				continue
			}
			if s.Name+"."+f.Name == word.Name {
				ref := expr.Ref{Source: i, Field: j}
				c.markRef(ref)
				return ref, true
			}
			names = append(names, s.Name+"."+f.Name)
		}
	}
	at := word.Range
	c.report(diag.Diagnostic{
		Code: "unknown-field", Subject: &at,
		Summary: "There is no source field " + quote(word.Name),
		Detail:  detail,
		Remedy:  suggestion(word.Name, names),
	}, block)
	return expr.Ref{}, false
}

// policies marks the target fields that once and never_clear name.
func (c *compiler) policies(out *Target, decl *lang.Target) {
	mark := func(words []lang.Word, policy string, set func(*TargetField)) {
		for _, word := range words {
			at := fieldAt(out, word.Name)
			if at < 0 {
				place := word.Range
				c.report(diag.Diagnostic{
					Code: "unknown-target-field", Subject: &place,
					Summary: policy + " names " + quote(word.Name) + ", which is not in map",
					Detail:  "It says how a field is sent, and this one is not.",
					Remedy:  suggestion(word.Name, targetFieldNames(out)),
				}, "target "+quote(decl.Name))
				continue
			}
			set(&out.Fields[at])
		}
	}
	mark(decl.Once, "once", func(f *TargetField) { f.Once = true })
	mark(decl.NeverClear, "never_clear", func(f *TargetField) { f.KeepsFilled = true })
}

// purpose is what the mapping says of why data of a class may be sent; nil when
// it says nothing. A reason that is left blank is none.
func (c *compiler) purpose(class string) *lang.Purpose {
	for _, p := range c.decl.Purposes {
		if p.Name == class && strings.TrimSpace(p.Why.FR+p.Why.EN) != "" {
			return p
		}
	}
	return nil
}

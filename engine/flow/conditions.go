package flow

import (
	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// where says whether the record is in scope.
func (p *mapper) where() (bool, *compile.Failure) {
	if p.m.Where == nil {
		return true, nil
	}
	return p.condition(p.m.Where, p.m.Decl.Sources[0].Where, "where")
}

// left says whether the person has left. It is a fact of the record.
func (p *mapper) left() (bool, *compile.Failure) {
	if p.m.Leavers == nil {
		return false, nil
	}
	return p.condition(p.m.Leavers.When, p.m.Leavers.Decl.When, p.m.Leavers.Decl.Word)
}

// unmet are the requirements that the record does not meet.
func (p *mapper) unmet() (out []*compile.Require, held *compile.Failure) {
	for _, r := range p.m.Requires {
		met := true
		for _, field := range r.Fields {
			met = met && p.faulty[0][field] == nil && !p.row[field].IsEmpty()
		}
		for _, ref := range r.Others {
			met = met && p.fault(ref) == nil && !p.value(ref).IsEmpty()
		}
		if r.That != nil {
			if met, held = p.condition(r.That, r.Decl.That, "require "+quote(r.Decl.Name)); held != nil {
				return nil, held
			}
		}
		if !met {
			out = append(out, r)
		}
	}
	return out, nil
}

// condition evaluates what must be true or false. An empty answer is no answer:
// it holds the record back, never lets it go.
func (p *mapper) condition(program *expr.Program, cel *lang.CEL, what string) (bool, *compile.Failure) {
	if failure := p.untold(program); failure != nil {
		return false, failure
	}
	answer, failure := program.Eval(p.in)
	if failure != nil {
		return false, compile.FailureOf(failure, what, cel)
	}
	if answer.IsEmpty() {
		return false, &compile.Failure{
			Code:    "empty-condition",
			Field:   what,
			Summary: what + " has no answer for this record",
			Detail:  p.emptyAmong(program.Reads()) + ", and empty is neither true nor false.",
			Remedy:  "Say what an empty field means, with filled(…), empty(…) or coalesce(…), or fill the field at the source.",
			Place:   &cel.Range,
		}
	}
	return answer.Bool(), nil
}

// emptyAmong says which of the fields are empty.
func (p *mapper) emptyAmong(refs []expr.Ref) string {
	var names []string
	for _, ref := range refs {
		if name := p.nameOf(ref); name != "" && p.value(ref).IsEmpty() {
			names = append(names, name)
		}
	}
	switch len(names) {
	case 0:
		return "What it reads is empty"
	case 1:
		return "The field " + quote(names[0]) + ", which it reads, is empty"
	}
	return "The fields " + quotedAll(names) + ", which it reads, are empty"
}

// untold is why an expression has no answer: a field that it reads can't be
// read, or a source that it names can't be told.
func (p *mapper) untold(program *expr.Program) *compile.Failure {
	for _, ref := range program.Reads() {
		if failure := p.fault(ref); failure != nil {
			return failure
		}
	}
	if p.broken == nil {
		return nil
	}
	for _, source := range program.Sources() {
		if source < len(p.broken) && p.broken[source] != nil {
			return p.broken[source]
		}
	}
	return nil
}

// fault is why a field can't be read; nil where it can.
func (p *mapper) fault(ref expr.Ref) *compile.Failure {
	if ref.Source < len(p.faulty) && p.faulty[ref.Source] != nil {
		return p.faulty[ref.Source][ref.Field]
	}
	return nil
}

// value is what a field holds; empty where its source has no record, and where
// it has a list of them.
func (p *mapper) value(ref expr.Ref) record.Value {
	if ref.Source >= len(p.in.Rows) || ref.Field >= len(p.in.Rows[ref.Source]) {
		return record.Value{}
	}
	return p.in.Rows[ref.Source][ref.Field]
}

// nameOf is how the file calls a field; "" in a list of records, whose own
// fields are named by no single value.
func (p *mapper) nameOf(ref expr.Ref) string {
	switch {
	case ref.Source == 0:
		return p.m.Source.Fields[ref.Field].Name
	case ref.Source <= len(p.m.Joined):
		if j := p.m.Joined[ref.Source-1]; !j.Many {
			return j.Name + "." + j.Fields[ref.Field].Name
		}
		return ""
	}
	return p.m.Each.Decl.Name + "." + p.m.Each.Fields[ref.Field].Name
}

package flow

import (
	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
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
			met = met && p.faulty[field] == nil && !p.row[field].IsEmpty()
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
	for _, ref := range program.Reads() {
		if failure := p.faulty[ref.Field]; failure != nil {
			return false, failure
		}
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
		if p.row[ref.Field].IsEmpty() {
			names = append(names, p.m.Source.Fields[ref.Field].Name)
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

package evaluate

import (
	"strconv"

	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// shown is the name, as a run finds it: a name that can't be computed holds
// nobody back.
func (a *attempt) shown() {
	if a.m.ShownAs == nil {
		return
	}
	if name, failure := a.m.ShownAs.Eval(&a.in); failure == nil && name.Kind() == record.String {
		a.out.Shown = name.Text()
	}
}

// where says whether the record is in scope; without an answer it is looked at
// all the same.
func (a *attempt) where() bool {
	if a.m.Where == nil {
		return true
	}
	answer, ok := a.condition(a.m.Where, a.m.Decl.Sources[0].Where, "where")
	return answer || !ok
}

func (a *attempt) left() bool {
	if a.m.Leavers == nil {
		return false
	}
	answer, _ := a.condition(a.m.Leavers.When, a.m.Leavers.Decl.When, a.m.Leavers.Decl.Word)
	return answer
}

func (a *attempt) unmet() {
	for _, r := range a.m.Requires {
		met := true
		for _, field := range r.Fields {
			met = met && a.faults[field] == nil && !a.row[field].IsEmpty()
		}
		if r.That != nil {
			answer, ok := a.condition(r.That, r.Decl.That, "require "+strconv.Quote(r.Decl.Name))
			met = answer || !ok
		}
		if !met {
			a.out.Unmet = append(a.out.Unmet, Unmet{Require: r.Decl.Name, Else: r.Decl.Else, Before: r.Decl.Before})
		}
	}
}

// condition evaluates what must be true or false; ok is false when there is no
// answer, for which the record is held.
func (a *attempt) condition(program *expr.Program, cel *lang.CEL, what string) (answer, ok bool) {
	if a.faulty(program.Reads()) {
		return false, false
	}
	value, failure := program.Eval(&a.in)
	switch {
	case failure != nil:
		a.hold(compile.FailureOf(failure, what, cel))
		return false, false
	case value.IsEmpty():
		a.hold(&compile.Failure{
			Code: "empty-condition", Field: what, Place: &cel.Range,
			Summary: what + " has no answer for this record",
			Detail:  "A field that it reads is empty, and empty is neither true nor false.",
			Remedy:  "Say what an empty field means, with filled(…), empty(…) or coalesce(…), or fill the field at the source.",
		})
		return false, false
	}
	return value.Bool(), true
}

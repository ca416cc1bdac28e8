package evaluate

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/plugins/record"
)

// Mapped is what a mapping makes of one record. Names in JSON are stable: later
// versions only add.
type Mapped struct {
	Mapping string          `json:"mapping"`
	Shown   string          `json:"shown,omitempty"`  // how a person is named
	InScope bool            `json:"in_scope"`         // false: where does not select the record
	Left    bool            `json:"left,omitempty"`   // leavers.when is true; only what a departure sends is computed
	Unmet   []Unmet         `json:"unmet,omitempty"`  // requirements that the record does not meet
	Held    []Held          `json:"held,omitempty"`   // every reason; one is enough to hold the record back
	Record  json.RawMessage `json:"record,omitempty"` // what would be sent, without the fields that failed
	// References are the fields that hold the target's id of another record, which
	// only a run can look up.
	References map[string]Reference `json:"references,omitempty"`
}

// Reference is the record that a field refers to.
type Reference struct {
	Mapping string `json:"mapping"`
	ID      string `json:"id"` // at the source
}

// Held is one reason why a record can't be sent. It holds no value.
type Held struct {
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Summary string `json:"summary"`
	Detail  string `json:"detail,omitempty"`
	Remedy  string `json:"remedy,omitempty"`

	place *diag.Range
}

// Unmet is a requirement that the record does not meet.
type Unmet struct {
	Require string   `json:"require"`
	Else    string   `json:"else"`             // wait, hold or skip
	Before  []string `json:"before,omitempty"` // the operations that it stands before; none: all
}

// attempt is one evaluation of a mapping.
type attempt struct {
	m      *compile.Mapping
	in     expr.Input
	row    []record.Value
	faults []*compile.Failure // by source field
	out    *Mapped
}

// Mapping computes a whole mapping over one record, which has the fields of the
// mapping's source by their names there. Unlike a run, which needs one reason to
// hold a record back, it looks for all of them; they come as diagnostics too.
// Diagnostics among found refuse the record or warn of it.
func Mapping(m *compile.Mapping, r Record, now time.Time) (out *Mapped, held, found diag.Diagnostics) {
	if !m.Streams() {
		return nil, nil, diag.Diagnostics{several(m)}
	}
	row, faults, found := rowOf(m, &r)
	if found.HasErrors() {
		return nil, nil, found
	}
	found = append(found, unknownInputs(m, "")...)
	a := &attempt{m: m, in: inputOf(m, row, now), row: row, faults: faults, out: &Mapped{Mapping: m.Address}}
	for _, fault := range faults {
		if fault != nil {
			a.hold(fault)
		}
	}
	if err := a.run(); err != nil {
		return nil, nil, append(found, diag.From(err, "writing the record")...)
	}
	for _, h := range a.out.Held {
		held = append(held, h.diagnostic())
	}
	return a.out, held, found
}

// several: one record is not enough of a mapping that puts several together.
func several(m *compile.Mapping) diag.Diagnostic {
	return diag.Diagnostic{
		Code: "several-records", Subject: &m.Decl.Block,
		Summary: "The mapping " + strconv.Quote(m.Decl.Name) + " makes its records of several records",
		Detail:  "It joins, follows references, groups, takes apart or reads a window; from one record nobody can tell what it would send.",
		Remedy:  "Try its expressions one by one, with engine eval EXPRESSION, or look at engine plan.",
	}
}

// run follows the order of a run: where, leavers, require, map.
func (a *attempt) run() error {
	a.shown()
	if a.out.InScope = a.where(); !a.out.InScope {
		return nil
	}
	if a.out.Left = a.left(); a.out.Left {
		return a.fields(func(i int) bool { return slices.Contains(a.m.Leavers.Names, i) }, false)
	}
	a.unmet()
	a.required()
	return a.fields(func(int) bool { return true }, true)
}

func (a *attempt) hold(f *compile.Failure) {
	a.out.Held = append(a.out.Held, Held{Field: f.Field, Code: f.Code, Summary: f.Summary, Detail: f.Detail, Remedy: f.Remedy, place: f.Place})
}

func (h Held) diagnostic() diag.Diagnostic {
	return diag.Diagnostic{Code: h.Code, Summary: h.Summary, Detail: h.Detail, Remedy: h.Remedy, Subject: h.place}
}

func (a *attempt) required() {
	for i, f := range a.m.Source.Fields {
		if f.Required && a.row[i].IsEmpty() && a.faults[i] == nil {
			a.hold(&compile.Failure{
				Code: "missing-required", Field: f.Name, Place: &f.Decl.Range,
				Summary: "The source field " + strconv.Quote(f.Name) + " is empty, and the mapping requires it",
				Remedy:  "Fill it at the source.",
			})
		}
	}
}

// fields computes those target fields that are wanted. Empty ones are left out,
// as on create; so are those that read a faulty source field, whose fault is
// reason enough.
func (a *attempt) fields(wanted func(i int) bool, whole bool) error {
	row := make([]record.Value, len(a.m.Target.Fields))
	for i := range a.m.Target.Fields {
		field := &a.m.Target.Fields[i]
		if !wanted(i) || a.faulty(field.Reads()) {
			continue
		}
		value, failure := field.Evaluate(&a.in)
		switch {
		case failure != nil:
			a.hold(failure)
		case value.IsEmpty() && field.Required && whole:
			a.hold(&compile.Failure{
				Code: "missing-required", Field: field.Name, Place: &field.Place,
				Summary: "The target field " + strconv.Quote(field.Name) + " would be empty, and it is required",
				Remedy:  "Fill what it comes from at the source.",
			})
		}
		if field.Linked != nil {
			a.refer(field, value)
			continue
		}
		row[i] = value
	}
	encoder, err := record.NewEncoder(a.m.Target.Layout())
	if err != nil {
		return err
	}
	a.out.Record = encoder.Append(nil, row, nil, record.OmitEmpty)
	return nil
}

func (a *attempt) refer(field *compile.TargetField, id record.Value) {
	if id.IsEmpty() {
		return
	}
	if a.out.References == nil {
		a.out.References = map[string]Reference{}
	}
	a.out.References[field.Name] = Reference{Mapping: field.Linked.Address, ID: id.Text()}
}

func (a *attempt) faulty(refs []expr.Ref) bool {
	return slices.ContainsFunc(refs, func(r expr.Ref) bool { return r.Source == 0 && a.faults[r.Field] != nil })
}

package compile

import (
	"slices"
	"unicode/utf8"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// what says which target field a value is for, in messages.
type what struct {
	name  string
	field targetType
	part  string // "each element of ", "the member "rue" of "; "" for the field itself
}

func (w what) words() string {
	if w.part != "" {
		return w.part + quote(w.name)
	}
	return "The target field " + quote(w.name)
}

// value compiles the right side of a line into something that gives the wanted
// type. On false the reason has been reported.
func (m *mapLines) value(entry *lang.MapEntry, want record.Type, w what) (valueOf, bool) {
	switch {
	case entry.CEL != nil:
		return m.computed(entry, want, w)
	case entry.Items != nil:
		return m.list(entry, want, w)
	case entry.Entries != nil:
		return m.object(entry, want, w)
	}
	return m.constant(entry, want, w)
}

func (m *mapLines) computed(entry *lang.MapEntry, want record.Type, w what) (valueOf, bool) {
	program := m.program(entry.CEL, expr.Transform, m.block)
	if program == nil {
		return valueOf{}, false
	}
	if mapping, ok := program.Linked(); ok {
		return m.reference(entry, program, mapping, want, w)
	}
	out := valueOf{want: want, place: entry.ValueR, program: program, cel: entry.CEL}
	out.copyOf, out.copies = program.CopyOf()
	of := program.Type()
	out.exact = of.Equal(want) && !holdsAny(of)
	return out, m.assign(of, want, entry, w)
}

// list compiles [ … ]: each element for itself, so that the wrong one is pointed
// at.
func (m *mapLines) list(entry *lang.MapEntry, want record.Type, w what) (valueOf, bool) {
	if want.Kind != record.List && want.Kind != record.Empty {
		return valueOf{}, m.refuse(record.Basic(record.List), want, entry, w)
	}
	out := valueOf{want: want, place: entry.ValueR, literal: record.List, items: []valueOf{}}
	w.part = "Each element of "
	ok := true
	for _, item := range entry.Items {
		value, right := m.value(item, elemOf(want), w)
		ok = ok && right
		out.items = append(out.items, value)
	}
	return out, ok
}

// object compiles { … } for a field that is one value: an object or a map.
func (m *mapLines) object(entry *lang.MapEntry, want record.Type, w what) (valueOf, bool) {
	switch want.Kind {
	case record.Object, record.Map, record.Empty:
	default:
		return valueOf{}, m.refuse(record.Basic(record.Object), want, entry, w)
	}
	out := valueOf{want: want, place: entry.ValueR, literal: record.Object, items: []valueOf{}}
	if want.Kind == record.Map {
		out.literal = record.Map
	}
	ok := true
	for _, member := range entry.Entries {
		of, known := memberOf(want, member.Name)
		if !known {
			ok = false
			var names []string
			for _, f := range want.Fields {
				names = append(names, f.Name)
			}
			m.report(diag.Diagnostic{
				Code: "unknown-target-field", Subject: &member.Range,
				Summary: quote(w.name) + " has no member " + quote(member.Name),
				Detail:  "The connector describes what this object holds, and this is not in it.",
				Remedy:  suggestionOr(member.Name, names, "Remove the line."),
			})
			m.expressions([]*lang.MapEntry{member}, m.block)
			continue
		}
		part := w
		part.part = "The member " + quote(member.Name) + " of "
		value, right := m.value(member, of, part)
		ok = ok && right
		out.keys, out.items = append(out.keys, member.Name), append(out.items, value)
	}
	return out, ok
}

func memberOf(of record.Type, name string) (record.Type, bool) {
	if of.Kind != record.Object {
		return elemOf(of), true
	}
	at := slices.IndexFunc(of.Fields, func(f record.TypeField) bool { return f.Name == name })
	if at < 0 {
		return record.Type{}, false
	}
	return of.Fields[at].Type, true
}

func elemOf(of record.Type) record.Type {
	if of.Elem == nil {
		return record.Type{}
	}
	return *of.Elem
}

// holdsAny: the type says not everything about its values.
func holdsAny(of record.Type) bool {
	return of.Kind == record.Empty || of.Elem != nil && holdsAny(*of.Elem) ||
		slices.ContainsFunc(of.Fields, func(f record.TypeField) bool { return holdsAny(f.Type) })
}

// constant compiles a bare value. What can't be sent is refused now rather than
// for every record.
func (m *mapLines) constant(entry *lang.MapEntry, want record.Type, w what) (valueOf, bool) {
	out := valueOf{want: want, place: entry.ValueR}
	if entry.Const == nil {
		return out, false // lang has said so
	}
	if !entry.Const.IsWhollyKnown() { // it names an input, before inputs are given
		return out, m.assign(typeOf(entry.Const.Type()), want, entry, w)
	}
	value := valueFrom(*entry.Const)
	if value.IsEmpty() {
		m.report(diag.Diagnostic{
			Severity: diag.Warning,
			Code:     "empty-constant", Subject: &entry.ValueR,
			Summary: "The constant of " + quote(w.name) + " is empty",
			Detail:  "An empty value is left out on create and never sent.",
			Remedy:  "Give it a value, or remove the line.",
		})
		return out, true
	}
	if !m.assign(typeOfValue(value), want, entry, w) {
		return out, false
	}
	var ok bool
	if out.fixed, ok = record.Coerce(value, want, nil); !ok {
		m.wrongConstant(entry, w.words()+" takes "+article(want)+", and this constant is none",
			"It can't become "+article(want)+" without loss, so every record would be held back.", "Write a value that is "+article(want)+".")
		return out, false
	}
	return out, m.allowed(entry, out.fixed, w)
}

// allowed holds a constant against the values and the length that the connector
// knows of.
func (m *mapLines) allowed(entry *lang.MapEntry, value record.Value, w what) bool {
	text, limit := value.Text(), int(w.field.described.GetMaxLength())
	oneOf := w.field.described.GetOneOf()
	switch {
	case value.Kind() != record.String || w.part != "":
	case len(oneOf) > 0 && !slices.Contains(oneOf, text):
		remedy := "Write one of these."
		if near := nearest(text, oneOf); near != "" && !entry.Secret {
			remedy = near
		}
		m.wrongConstant(entry, w.words()+" can't have this value", "The connector knows "+quoted(oneOf, "and")+".", remedy)
		return false
	case limit > 0 && utf8.RuneCountInString(text) > limit:
		m.wrongConstant(entry, w.words()+" takes at most "+counted(limit, "character"),
			"This constant is longer, so the target would refuse every record.", "Shorten it.")
		return false
	}
	return true
}

func (m *mapLines) wrongConstant(entry *lang.MapEntry, summary, detail, remedy string) {
	m.report(diag.Diagnostic{
		Code: "wrong-constant", Subject: &entry.ValueR, Conceal: entry.Secret,
		Summary: summary, Detail: detail, Remedy: remedy,
	})
}

// assign reports a type that never becomes the wanted one.
func (m *mapLines) assign(of, want record.Type, entry *lang.MapEntry, w what) bool {
	return assignable(of, want) || m.refuse(of, want, entry, w)
}

// refuse reports a wrong type. It is false, for its callers to return.
func (m *mapLines) refuse(of, want record.Type, entry *lang.MapEntry, w what) bool {
	d := diag.Diagnostic{
		Code: "wrong-type", Subject: &entry.ValueR,
		Summary: w.words() + " takes " + article(want) + ", not " + article(of),
		Detail:  "Nothing turns one into the other without loss.",
		Remedy:  conversion(of, want, entry),
	}
	if of.Kind == record.Object && want.Kind == record.Object {
		d.Summary = w.words() + " takes an object with other members"
		d.Detail = "It is " + want.String() + ", and this is " + of.String() + "."
		d.Remedy = "Map its members one by one: " + w.name + ` = { ` + want.Fields[0].Name + ` = "…" }.`
	}
	m.report(d)
	return false
}

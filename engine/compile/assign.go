package compile

import (
	"slices"

	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// becomes are the kinds that values of a kind can become without loss, besides
// their own; whether this record's value does shows when it is there. Rarer ways
// that record.Coerce knows, such as a date written in ISO form, are left out: an
// integrator who means them says so in CEL.
var becomes = map[record.Kind][]record.Kind{
	record.String:  {record.Int, record.Decimal, record.Double, record.Date, record.Timestamp, record.Choice},
	record.Int:     {record.String, record.Decimal, record.Double, record.Choice},
	record.Decimal: {record.String, record.Int, record.Double},
	record.Double:  {record.Int},
	record.Choice:  {record.String},
}

// assignable reports whether a value of one type can ever become another
// without loss.
func assignable(from, to record.Type) bool {
	switch {
	case from.Kind == record.Empty || to.Kind == record.Empty || from.Equal(to):
		return true
	case from.Kind == record.List && to.Kind == record.List, from.Kind == record.Map && to.Kind == record.Map:
		return assignable(elemOf(from), elemOf(to))
	case from.Kind == record.Object && to.Kind == record.Map:
		return !slices.ContainsFunc(from.Fields, func(f record.TypeField) bool { return !assignable(f.Type, elemOf(to)) })
	case from.Kind == record.Object && to.Kind == record.Object:
		// A member that the other side does not have would be lost.
		return !slices.ContainsFunc(from.Fields, func(f record.TypeField) bool {
			of, known := memberOf(to, f.Name)
			return !known || !assignable(f.Type, of)
		})
	}
	return slices.Contains(becomes[from.Kind], to.Kind)
}

// conversion says how to make one type the other.
func conversion(from, to record.Type, entry *lang.MapEntry) string {
	if entry.CEL == nil {
		return conversionOfLiteral(from, to)
	}
	switch {
	case from.Kind == record.Date && to.Kind == record.String:
		return "Write the form that the target wants: add .format('dd/MM/yyyy')."
	case from.Kind == record.List && to.Kind == record.String:
		return "Join the list: add .join(', ')."
	case from.Kind == record.Bool && to.Kind == record.String:
		return "Say which text stands for each: … ? 'oui' : 'non'."
	case to.Kind == record.String && (from.Kind == record.Double || from.Kind == record.Timestamp):
		return "Convert it: string(…)."
	case from.Kind == record.String && to.Kind == record.Bool:
		return "Compare it: … == 'oui'."
	case from.Kind == record.Double && to.Kind == record.Decimal:
		return "Convert it: decimal(…)."
	case from.Kind == record.List:
		return "Take one element, with [0], or map another field."
	case to.Kind == record.List:
		return "Put it into a list: write [ ] around it."
	}
	return "Convert the value in CEL, or map another field."
}

func conversionOfLiteral(from, to record.Type) string {
	switch {
	case from.Kind == record.List && to.Kind == record.String:
		return "Write one expression that joins them: \"[…].join(', ')\"."
	case from.Kind == record.List || from.Kind == record.Object || from.Kind == record.Map:
		return "Write a single value, without brackets or braces."
	case to.Kind == record.String:
		return `Write it as a text: text("…").`
	case to.Kind == record.List:
		return "Put it into a list: write [ ] around it."
	case to.Kind == record.Bool:
		return "Write true or false, without quotes."
	}
	return "Write a value that is " + article(to) + "."
}

// Assignable reports whether a value of one type can be sent as another.
func Assignable(from, to record.Type) bool { return assignable(from, to) }

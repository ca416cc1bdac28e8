package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/plugins/record"
)

// PersonField is a field of the first source by which a person is told apart.
type PersonField struct {
	Name  string // person.birth_date
	Field int    // of the first source
	Date  bool
}

// samePerson compiles same_person: a record by itself must say who it is, so
// that its fields are the first source's own.
func (c *compiler) samePerson(out *Mapping) {
	words := c.decl.SamePerson
	if len(words) == 0 {
		return
	}
	refuse := func(why, remedy string) {
		c.report(diag.Diagnostic{
			Code: "same-person-of-what", Subject: &words[0].Range,
			Summary: "same_person can't tell people apart here", Detail: why, Remedy: remedy,
		})
	}
	switch {
	case out.Target.Snapshot != nil:
		refuse("A target that is written as a whole has no record of its own that could be taken over.", "Remove same_person.")
		return
	case len(out.Source.Group) > 0 || out.Each != nil:
		refuse("A group of records, or an element of one, is no person.", "Remove same_person.")
		return
	}
	for _, word := range words {
		ref, ok := c.sourceName(out, word, "same_person")
		switch {
		case !ok:
		case ref.Source != 0:
			refuse("The field "+quote(word.Name)+" is of a joined source, of which there may be none, or another tomorrow.", "Name fields of the first source alone.")
		default:
			out.SamePerson = append(out.SamePerson, PersonField{
				Name: word.Name, Field: ref.Field, Date: out.Source.Fields[ref.Field].Type.Kind == record.Date,
			})
		}
	}
}

// TellsSwaps: with one field alone, a correction can't be told from another
// person.
func (m *Mapping) TellsSwaps() bool { return len(m.SamePerson) > 1 }

// IsSwap reports whether the changes of an id's person are those of another
// person: two of the fields at once, a date of birth among them where there is
// one. A marriage changes the name, a correction the date.
func (m *Mapping) IsSwap(changed []int) bool {
	dated := slices.ContainsFunc(m.SamePerson, func(f PersonField) bool { return f.Date })
	date := slices.ContainsFunc(changed, func(i int) bool { return m.SamePerson[i].Date })
	return len(changed) > 1 && (date || !dated)
}

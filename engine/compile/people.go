package compile

import (
	"slices"
	"strings"

	"passerelle/plugins/protocol"
)

// aboutPeople reports whether the records of a mapping are people, so that what
// is said of them can be said of people. It decides words and nothing else.
//
// Who writes the mapping says so with leavers, same_person or removed. Else it
// shows in what is known of the records: a field of their own that the connector,
// or the mapping, calls one of identity. A path of several steps leads to somebody
// else, as from an absence to whose it is.
func aboutPeople(m *Mapping) bool {
	switch decl := m.Decl; {
	case decl.Leavers != nil:
		return decl.Leavers.Word == "leavers"
	case len(decl.SamePerson) > 0:
		return true
	case m.Each != nil, len(m.Source.Group) > 0:
		return false
	}
	named := func(f *protocol.Field) bool { return f.GetClass() == "identity" && !strings.Contains(f.GetPath(), ".") }
	if slices.ContainsFunc(m.Source.Resource.GetFields(), named) || slices.ContainsFunc(m.Target.Resource.GetFields(), named) {
		return true
	}
	return slices.ContainsFunc(m.Source.Fields, func(f SourceField) bool { return f.Decl != nil && f.Decl.Class == "identity" })
}

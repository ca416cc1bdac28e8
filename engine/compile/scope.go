package compile

import (
	"slices"
	"strings"
)

// Identifies is what the source ids of this mapping's links identify, for the
// ledger: the resource, the groups that its records make, or the elements that
// they are taken apart into. These are other things than the records themselves:
// an id of one must never be taken for an id of the other. It is made of the
// connectors' names, so that renaming something in a file loses no link.
func (m *Mapping) Identifies() string {
	s := &m.Source
	name := s.Resource.GetName()
	switch {
	case len(s.Group) > 0:
		var paths []string
		for _, at := range s.Group {
			paths = append(paths, s.Slots[at].Path.String())
		}
		return name + " by " + strings.Join(paths, ", ")
	case m.Each == nil:
		return name
	case m.Each.Of >= 0:
		return name + " > " + m.Joined[m.Each.Of-1].Resource.GetName()
	}
	var paths []string
	for _, ref := range m.Each.In.Reads() {
		if path := m.Sources()[ref.Source].Slots[ref.Field].Path.String(); !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return name + " > " + strings.Join(paths, ", ")
}

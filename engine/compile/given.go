package compile

import (
	"slices"

	"google.golang.org/protobuf/proto"

	"passerelle/engine/expr"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// Given is the mapping as it reads records that are given by hand: each source
// is a resource of its own name, and a record has the fields of the source by
// their names there. An identity that no field reads has the name of its path.
// Everything else is the mapping's own. seen, where not nil, is told of each
// target field that is computed, and from what.
func (m *Mapping) Given(seen func(field int, in *expr.Input)) *Mapping {
	out := *m
	out.Source = m.Source.given()
	out.Joined, out.Tables = slices.Clone(m.Joined), nil // a path into another record is given as its value
	for i, j := range out.Joined {
		joined := *j
		joined.Source = j.Source.given()
		out.Joined[i] = &joined
	}
	out.Target.Fields = slices.Clone(m.Target.Fields)
	if seen != nil {
		for i := range out.Target.Fields {
			out.Target.Fields[i].seen = func(in *expr.Input) { seen(i, in) }
		}
	}
	return &out
}

func (s *Source) given() Source {
	out := *s
	out.Resource = proto.Clone(s.Resource).(*protocol.Resource)
	out.Resource.Name = s.Name
	out.Settings, out.Projection = nil, nil
	out.Slots, out.Fields = slices.Clone(s.Slots), slices.Clone(s.Fields)
	for i := range out.Slots {
		name := s.GivenName(i)
		out.Slots[i].Path = record.Path{{Name: name}}
		if i < len(out.Fields) {
			out.Slots[i].Type, out.Fields[i].Walk = out.Fields[i].Type, nil
		}
		if !slices.Contains(out.Projection, name) {
			out.Projection = append(out.Projection, name)
		}
	}
	return out
}

// GivenName is by what name a slot is given by hand.
func (s *Source) GivenName(slot int) string {
	if slot < len(s.Fields) {
		return s.Fields[slot].Name
	}
	path := s.Slots[slot].Path.String()
	for i, f := range s.Fields {
		if f.Walk == nil && s.Slots[i].Path.String() == path {
			return f.Name
		}
	}
	for _, f := range s.Fields {
		if f.Name == path { // a field of that name reads something else
			return "identity " + path
		}
	}
	return path
}

package plan

import (
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"passerelle/engine/compile"
	"passerelle/engine/flow"
	"passerelle/plugins/record"
)

// matchFields writes what a record is looked up by where the mapping says so
// itself. Nobody else may have the same; who has one of these fields empty can't
// be looked up, which matters as long as he is not linked.
func (p *planner) matchFields(item *flow.Item, key *keyOf) {
	m := p.Mapping.Target.Match
	if m == nil {
		return
	}
	key.json, key.find = nil, nil
	bits := record.NewBits(len(p.fields))
	for _, at := range m.By {
		if item.Values[at].IsEmpty() {
			key.lacks = &p.Mapping.Target.Fields[at]
			return
		}
		bits.Set(at)
	}
	key.json = p.encoder.Append(nil, item.Values, bits, record.OmitEmpty)
	key.find = key.json
	p.duplicates.match(item, p.duplicates.hash(p.sameAs(item.Values, m.By)), &p.Mapping.Target)
}

// sameAs is what values are compared by when two records are held against each
// other.
func (p *planner) sameAs(values []record.Value, fields []int) []byte {
	p.key = p.key[:0]
	for _, at := range fields {
		p.key = append(appendFolded(p.key, values[at]), 0)
	}
	return p.key
}

// appendFolded is a value as people tell them apart: a text but for case and
// spaces around it, anything else exactly. Accents count: Jérôme is not Jerome.
func appendFolded(dst []byte, v record.Value) []byte {
	if v.IsEmpty() {
		return dst
	}
	if v.Kind() == record.String {
		return append(dst, cases.Fold().String(norm.NFC.String(strings.TrimSpace(v.Text())))...)
	}
	return v.AppendCanonical(dst)
}

// unconfirmed are the names of the fields in which the target's record differs
// from the source's, of those that must be the same.
func (p *planner) unconfirmed(values []record.Value, found *Found) []string {
	if p.Mapping.Target.Match == nil {
		return nil
	}
	var out []string
	for _, at := range p.Mapping.Target.Match.Confirm {
		here, there := appendFolded(nil, values[at]), appendFolded(nil, found.Values[at])
		if len(here) == 0 || !slices.Equal(here, there) {
			out = append(out, p.Mapping.Target.Fields[at].Name)
		}
	}
	return out
}

func notConfirmed(target *compile.Target, differ []string) *compile.Failure {
	field := &target.Fields[target.Match.Confirm[0]]
	return &compile.Failure{
		Code: "match-not-confirmed", Field: differ[0], Place: &field.Place,
		Summary: "The target has a record with the same " + fieldNames(target, target.Match.By) + ", which differs in " + quotedNames(differ),
		Detail:  "It may be the same or another; the mapping takes it only if both agree.",
		Remedy:  "Look at both. If they are the same, correct the one that is wrong; if not, correct what both have in common.",
	}
}

func noMatch(field *compile.TargetField) compile.Failure {
	return compile.Failure{
		Code: "empty-match", Field: field.Name, Place: &field.Place,
		Summary: "The field \"" + field.Name + "\" is empty, by which the target is asked whether this record is there already",
		Detail:  "Created unasked, they might be there twice.",
		Remedy:  "Fill what it comes from at the source.",
	}
}

func quotedNames(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = `"` + name + `"`
	}
	return strings.Join(out, " and ")
}

func fieldNames(target *compile.Target, fields []int) string {
	names := make([]string, len(fields))
	for i, at := range fields {
		names[i] = target.Fields[at].Name
	}
	return quotedNames(names)
}

// match is for two records by which one record of the target would be found.
func (d *duplicates) match(item *flow.Item, hash fingerprint, target *compile.Target) {
	d.see(&d.matches, hash, item, func() *compile.Failure {
		field := &target.Fields[target.Match.By[0]]
		return &compile.Failure{
			Code:    "duplicate-key",
			Field:   field.Name,
			Summary: "Another record of the source has the same " + fieldNames(target, target.Match.By),
			Detail:  "The target is asked by it who is there already: both would be found as one.",
			Remedy:  "Correct it at the source, or match by more fields.",
			Place:   &field.Place,
		}
	})
}

package flow

import (
	"slices"

	"passerelle/engine/compile"
	"passerelle/plugins/record"
)

// Filled is how many of those present have a field that declares how full it is
// meant to be.
type Filled struct {
	Field int // of the source
	Count int64
	Of    int64
}

// fillCounts counts them while reading.
type fillCounts struct{ fields []Filled }

func newFillCounts(fields []compile.SourceField) fillCounts {
	var out fillCounts
	for i := range fields {
		if fields[i].Decl.Fill != nil {
			out.fields = append(out.fields, Filled{Field: i})
		}
	}
	return out
}

// present counts one record that is in scope and has not left.
func (f *fillCounts) present(row []record.Value) {
	for i := range f.fields {
		f.fields[i].Of++
		if !row[f.fields[i].Field].IsEmpty() {
			f.fields[i].Count++
		}
	}
}

// facts copies what leavers.when has read of the row: the row is used again.
func (p *mapper) facts() []record.Value {
	if p.m.Leavers == nil {
		return nil
	}
	if p.factsOf == nil {
		p.factsOf = []record.Value{} // to have read nothing is not the same as not to have asked
	}
	start := len(p.factsOf)
	for _, fact := range p.m.Leavers.Facts {
		value := p.value(fact.Ref)
		if fact.Whole {
			value = p.whole(fact.Ref.Source)
		}
		p.factsOf = append(p.factsOf, value)
	}
	return p.factsOf[start:len(p.factsOf):len(p.factsOf)]
}

// whole is all that a joined source has for the record; empty where it has
// nothing.
func (p *mapper) whole(source int) record.Value {
	if source >= len(p.in.Rows) || p.in.Rows[source] == nil {
		return record.Value{}
	}
	return record.NewList(slices.Clone(p.in.Rows[source]))
}

// roomForFacts uses that of the last batch again.
func (p *mapper) roomForFacts(records int) {
	if p.m.Leavers != nil {
		p.factsOf = slices.Grow(p.factsOf[:0], records*len(p.m.Leavers.Facts))
	}
}

// departs maps what the deactivation of somebody out of scope names, where that
// is what the mapping asks for.
func (p *mapper) departs(item *Item, values []record.Value) {
	if item.Out && p.m.Leavers != nil && p.m.Leavers.Out {
		item.Values, item.Held = p.some(values, p.m.Leavers.OutNames)
	}
}

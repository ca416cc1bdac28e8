package engine

import "passerelle/engine/ledger"

// profiles are where people can open the records of a mapping, as its connectors
// say. The id of a record that is made of several, or of a part of one, opens
// nothing.
func (p *pair) profiles() ledger.Profiles {
	m := p.mapping
	out := ledger.Profiles{Target: p.target.ProfileURL(m.Target.Resource.GetName())}
	if len(m.Source.Group) == 0 && m.Each == nil {
		out.Source = p.source.ProfileURL(m.Source.Resource.GetName())
	}
	return out
}

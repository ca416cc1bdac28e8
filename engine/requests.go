package engine

import (
	"passerelle/engine/host"
	"passerelle/engine/ledger"
)

// takeRequests is how many requests a mapping's connections made since they were
// last asked, as a run keeps it. What a plugin did not say has no entry. What is
// read beside the first source counts with it, and so does a connection that is
// written, too.
func (p *pair) takeRequests() map[string]int64 {
	out := map[string]int64{}
	source := p.source.TakeRequests()
	for _, other := range p.others {
		if other != p.target {
			source = together(source, other.TakeRequests())
		}
	}
	keep := func(r host.Requests, made, least string) {
		if !r.Unsaid {
			out[made] = r.Made
		}
		if !r.LeastUnsaid {
			out[least] = r.Least
		}
	}
	keep(source, ledger.CallsSource, ledger.LeastSource)
	if p.target != p.source {
		keep(p.target.TakeRequests(), ledger.CallsTarget, ledger.LeastTarget)
	}
	return out
}

func together(a, b host.Requests) host.Requests {
	return host.Requests{
		Made: a.Made + b.Made, Least: a.Least + b.Least,
		Unsaid: a.Unsaid || b.Unsaid, LeastUnsaid: a.LeastUnsaid || b.LeastUnsaid,
	}
}

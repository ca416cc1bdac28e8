package lang

import "slices"

// Match says how somebody who is at the target already is recognised.
type Match struct {
	Named
	By      []Word // target fields by which the target is asked
	Confirm []Word // target fields that must be the same, too
}

// match reads the block, which has no name and stands once.
func (c *content) match() *Match {
	var out *Match
	c.each("match", matchWords, func(n Named, b *content) {
		if out != nil {
			c.duplicate(place{n.Range, c.in}, "What says who is there already", out.Range)
			return
		}
		b.need("by")
		out = &Match{Named: n, By: b.words("by"), Confirm: b.words("confirm")}
		if a := b.attrs["by"]; a != nil && len(out.By) == 0 && b.clean {
			b.refuse(place{rangeOf(a.NameRange), b.in}, "wrong-value", "by names no field",
				"Nobody could be recognised by nothing.", `Name target fields: by = ["email"].`)
		}
	})
	return out
}

// hasMatch: the block is there, though it may be wrong.
func (c *content) hasMatch() bool {
	for _, b := range c.blocks {
		if b.Type == "match" {
			return true
		}
	}
	return false
}

// identifying needs a key, unless a match says who is who.
func (t *Target) identifying(c *content) {
	t.Key, t.Match = c.words("key"), c.match()
	if !c.hasMatch() {
		c.need("key")
	}
}

// extendMatch takes the whole block, and the word for who is right.
func (r *reader) extendMatch(t, e *Target, of string) {
	if e.Match != nil {
		if t.Match != nil {
			r.replaced("match "+of, t.Match.Range, e.Match.Range)
		}
		t.Match = e.Match
	}
	if e.AuthorityR.File != "" {
		if t.AuthorityR.File != "" {
			r.replaced("authority "+of, t.AuthorityR, e.AuthorityR)
		}
		t.Authority, t.AuthorityR = e.Authority, e.AuthorityR
	}
}

// extendSamePerson takes the whole list.
func (r *reader) extendSamePerson(m, e *Mapping, of string) {
	if len(e.SamePerson) == 0 {
		return
	}
	if len(m.SamePerson) > 0 {
		r.replaced("same_person "+of, m.SamePerson[0].Range, e.SamePerson[0].Range)
	}
	m.SamePerson = slices.Clone(e.SamePerson)
}

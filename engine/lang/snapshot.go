package lang

// Snapshot says how a target is written that is replaced as a whole.
type Snapshot struct {
	Named
	Held   string // last_good or block
	Always bool   // write it also when nothing changed
	SortBy []Word // target fields
}

// snapshot reads the block, which has no name and stands once.
func (c *content) snapshot() *Snapshot {
	var out *Snapshot
	c.each("snapshot", snapshotWords, func(n Named, b *content) {
		if out != nil {
			c.duplicate(place{n.Range, c.in}, "What says how the whole is written", out.Range)
			return
		}
		out = &Snapshot{Named: n, Held: "last_good", SortBy: b.words("sort_by")}
		b.choose("held", &out.Held, "last_good", "block")
		out.Always, _ = b.boolean("always")
	})
	return out
}

// extendSnapshot takes the whole block: half of one and half of another would be
// nobody's.
func (r *reader) extendSnapshot(t, e *Target) {
	if e.Snapshot == nil {
		return
	}
	if t.Snapshot != nil {
		r.replaced("snapshot", t.Snapshot.Range, e.Snapshot.Range)
	}
	t.Snapshot = e.Snapshot
}

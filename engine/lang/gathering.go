package lang

import "fmt"

// On is one key of a join: a field of the joined source equals an expression
// over the sources before it.
type On struct {
	Word  // the field
	Value *CEL
}

// Window says which days of a field are read, both ends included.
type Window struct {
	Named    // of the field
	From, To *CEL
}

// Each makes one target record of each element of a list.
type Each struct {
	Named // of the variable that holds the element
	In    *CEL
	ID    *CEL
}

// gathering reads what a source says of records beside each other: joins, groups
// and windows.
func (c *content) gathering(s *Source, partial bool) {
	c.each("window", windowWords, func(n Named, b *content) {
		switch {
		case partial:
			c.keepsReading(n, "window")
		case s.Window != nil:
			b.duplicate(place{n.Block, c.in}, "The window", s.Window.Block)
		default:
			b.need("from", "to")
			s.Window = &Window{Named: n, From: b.celOf("from"), To: b.celOf("to")}
		}
	})
	if partial {
		return // endOf has refused them
	}
	s.Many, _ = c.boolean("many")
	if a := c.attrs["many"]; a != nil {
		s.ManyR = rangeOf(a.NameRange)
	}
	s.Incremental, _ = c.boolean("incremental")
	if a := c.attrs["incremental"]; a != nil {
		s.IncrementalR = rangeOf(a.NameRange)
	}
	s.Group = c.words("group")
	if a := c.attrs["on"]; a != nil {
		s.OnR = rangeOf(a.NameRange)
		c.on(s)
	}
}

func (c *content) on(s *Source) {
	a := c.attrs["on"]
	pairs, ok := c.object(a.Expr)
	if !ok || len(pairs) == 0 {
		c.wrongType(a.Expr, `one key or several: { owner_id = "person.id" }`)
		return
	}
	for _, p := range pairs {
		name, at, ok := c.key(p.Key)
		if !ok {
			continue
		}
		s.On = append(s.On, &On{Word: Word{Name: name, Range: at}, Value: c.cel(p.Value)})
	}
}

func (c *content) celOf(name string) *CEL {
	if a := c.attrs[name]; a != nil {
		return c.cel(a.Expr)
	}
	return nil
}

// taking reads each.
func (c *content) taking(m *Mapping, partial bool) {
	c.each("each", eachWords, func(n Named, b *content) {
		switch {
		case partial:
			c.keepsReading(n, "each")
		case m.Each != nil:
			b.duplicate(place{n.Block, c.in}, "The block each", m.Each.Block)
		default:
			c.checkSourceName(n, c.in)
			b.need("in", "id")
			m.Each = &Each{Named: n, In: b.celOf("in"), ID: b.celOf("id")}
		}
	})
}

// keepsReading: an extension can't change which records a package makes.
func (c *content) keepsReading(n Named, word string) {
	c.refuse(place{n.Block, c.in}, "not-extendable", fmt.Sprintf("%q can't be changed by an extension", word),
		"Links are kept for what the package reads and writes; with another one it would be another mapping.",
		"Take it out, or write a mapping of your own.")
}

// joins holds the sources of a mapping against each other.
func (c *content) joins(m *Mapping) {
	for i, s := range m.Sources {
		in := append(c.in, fmt.Sprintf("source %q", s.Name))
		switch {
		case i == 0 && s.OnR.File != "":
			c.misplaced(place{s.OnR, in}, "on", "The first source is the record itself; the others are joined to it.", "Move on to the source that is joined, below this one.")
		case i == 0 && s.ManyR.File != "":
			c.misplaced(place{s.ManyR, in}, "many", "The first source is the record itself; the others are joined to it.", "Move many to the source that is joined, below this one.")
		case i > 0 && s.OnR.File == "":
			c.refuse(place{s.Block, in}, "missing-on", fmt.Sprintf("Nothing says which records of source %q belong to a record", s.Name),
				fmt.Sprintf("It is joined to %q, and a join needs a key.", m.Sources[0].Name),
				fmt.Sprintf("Add on = { field_of_%s = \"%s.id\" }: a field of this source, and what it must equal.", s.Name, m.Sources[0].Name))
		}
		if i > 0 && s.IncrementalR.File != "" {
			c.misplaced(place{s.IncrementalR, in}, "incremental", "What a record is joined to must be there whenever the record is.", "Take incremental out here.")
		}
		if i > 0 && len(s.Group) > 0 {
			c.misplaced(place{s.Group[0].Range, in}, "group", "Only the records of the first source can be gathered into groups.", "Say many = true instead: the records that match are then a list.")
		}
		if i > 0 && s.IDR.File != "" {
			c.misplaced(place{s.IDR, in}, "id", "Links are kept on the records of the first source; a joined one is only read.", "Take id out here.")
		}
	}
	if e := m.Each; e != nil {
		c.eachBeside(e, m)
	}
}

// eachBeside: the element's name is a name like a source's, and what is gathered
// is not taken apart again.
func (c *content) eachBeside(e *Each, m *Mapping) {
	for _, s := range m.Sources {
		if s.Name == e.Name {
			c.duplicate(place{e.Range, c.in}, fmt.Sprintf("The name %q", e.Name), s.Range)
		}
		if len(s.Group) > 0 {
			c.misplaced(place{e.Block, c.in}, "each", "The first source has group: it makes one record of several, and each makes several of one.",
				"Keep one of the two. To send each record of the source for itself, take group out.")
		}
	}
}

func (c *content) misplaced(where place, word, why, remedy string) {
	c.refuse(where, "misplaced-word", fmt.Sprintf("%q has no place here", word), why, remedy)
}

package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// Window is what is read of a source: the days From to To of a date field, both
// included.
type Window struct {
	Decl     *lang.Window
	Field    int
	From, To *expr.Program // over today, inputs and locals alone
	// Applied: the connector leaves out itself what lies outside. The engine looks
	// all the same.
	Applied bool
}

// Each makes one target record of each element of In, a list of objects.
type Each struct {
	Decl   *lang.Each
	In, ID *expr.Program
	Fields []expr.Field // of an element
	Source int          // expressions read the element as this one of their sources
	Of     int          // the source whose records the elements are; -1: they lie in a field
	// Windowed is the joined source, by its place in Joined, whose window decides
	// which elements there are; -1: none.
	Windowed int
}

// Streams: nothing is read beside the first source and nothing of it is set
// aside, so that its records can be mapped as they come.
func (m *Mapping) Streams() bool {
	return len(m.Joined) == 0 && len(m.Tables) == 0 && m.Each == nil && len(m.Source.Group) == 0 && m.Source.Window == nil
}

// Sources are those in the order of the file.
func (m *Mapping) Sources() []*Source {
	out := []*Source{&m.Source}
	for _, j := range m.Joined {
		out = append(out, &j.Source)
	}
	return out
}

// scope is what expressions may name: an environment, and whose fields its
// sources are.
type scope struct {
	env     *expr.Env
	sources []int // of the environment's sources: the place among the mapping's
}

// sources checks the source blocks. False when one of them is not known.
func (c *compiler) sources(out *Mapping) bool {
	known := c.source(&out.Source, c.decl.Sources[0])
	for _, decl := range c.decl.Sources[1:] {
		j := &Joined{Many: decl.Many}
		known = c.source(&j.Source, decl) && known
		out.Joined = append(out.Joined, j)
	}
	return known
}

// gather compiles what is read beside the first source and what is made of it,
// each with the names that it may use: a source's own for where, those before it
// for on. It leaves the names of all in scope.
func (c *compiler) gather(out *Mapping) bool {
	c.feed(out)
	c.bounds(out)
	for i, s := range out.Sources() {
		c.scope = c.open(sourceOf(s, false)) // one record of it, also where on takes many
		c.scope.sources = []int{i}
		where := c.program(s.Decl.Where, expr.Condition, "source "+quote(s.Name))
		if i == 0 {
			out.Where = where
			continue
		}
		out.Joined[i-1].Where = where
		c.scope = c.open(c.named(out)[:i]...)
		c.keys(out.Joined[i-1], i)
	}
	c.scope = c.open(c.named(out)...)
	c.each(out)
	return c.scope.env != nil && (out.Each != nil || c.decl.Each == nil)
}

// named are the mapping's sources as expressions know them.
func (c *compiler) named(m *Mapping) []expr.Source {
	out := []expr.Source{sourceOf(&m.Source, false)}
	for _, j := range m.Joined {
		out = append(out, sourceOf(&j.Source, j.Many))
	}
	return out
}

// visible are all that a line of map may name: the sources, and the element.
func (c *compiler) visible(m *Mapping) []expr.Source {
	out := c.named(m)
	if m.Each != nil {
		out = append(out, expr.Source{Name: m.Each.Decl.Name, Fields: m.Each.Fields, Always: true})
	}
	return out
}

// sourceOf is a source as expressions know it: of a group, the fields that don't
// make it are lists.
func sourceOf(s *Source, many bool) expr.Source {
	out := expr.Source{Name: s.Name, Many: many}
	for i, f := range s.Fields {
		field := expr.Field{Name: f.Name, Type: f.Type, MayBeEmpty: !f.Required && !f.filled}
		switch {
		case slices.Contains(s.Group, i):
			field.MayBeEmpty = false
		case len(s.Group) > 0:
			field.Type, field.MayBeEmpty = record.ListOf(f.Type), false
		}
		out.Fields = append(out.Fields, field)
	}
	return out
}

// open makes the environment of some sources, the first ones of the mapping.
func (c *compiler) open(sources ...expr.Source) scope {
	options := c.shared
	options.Sources = sources
	out := scope{}
	for i := range sources {
		out.sources = append(out.sources, i)
	}
	env, err := expr.New(options)
	if err != nil {
		c.found = append(c.found, diag.From(err, "preparing the expressions of mapping "+quote(c.decl.Name))...)
		return out
	}
	out.env = env
	return out
}

// mark notes the fields that an expression reads.
func (c *compiler) mark(program *expr.Program) {
	for _, ref := range program.Reads() {
		c.markRef(ref)
	}
}

func (c *compiler) markRef(ref expr.Ref) {
	if at := c.scope.sources[ref.Source]; at >= 0 && at < len(c.used) && ref.Field < len(c.used[at]) {
		c.used[at][ref.Field] = true
	}
}

// fieldNamed finds a field of a source by its name; -1, with a diagnostic, where
// there is none.
func (c *compiler) fieldNamed(s *Source, word lang.Word, what, block string) int {
	at := slices.IndexFunc(s.Fields, func(f SourceField) bool { return f.Name == word.Name })
	if at < 0 {
		place := word.Range
		c.report(diag.Diagnostic{
			Code: "unknown-name", Subject: &place,
			Summary: what + " names " + quote(word.Name) + ", which is no field of this source",
			Detail:  "It names the fields declared in this source, not paths of the connector.",
			Remedy:  suggestionOr(word.Name, sourceFieldNames(s), "Declare the field."),
		}, block)
	}
	return at
}

// walks refuses what must be known of a record before it is put beside others.
func (c *compiler) walks(f *SourceField, what string, at diag.Range, block string) bool {
	if f.Walk == nil {
		return false
	}
	c.report(diag.Diagnostic{
		Code: "needs-own-field", Subject: &at,
		Summary: what + " can't use " + quote(f.Name) + ", whose path leads into another record",
		Detail:  "It is needed before the other record is looked for.",
		Remedy:  "Use a field that the record holds itself, such as the id of the other.",
	}, block)
	return true
}

// single refuses lists and objects where one value is compared.
func (c *compiler) single(f *SourceField, what string, at diag.Range, block string) bool {
	switch f.Type.Kind {
	case record.List, record.Map, record.Object:
		c.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &at,
			Summary: what + " can't use " + quote(f.Name) + ", which is " + article(f.Type),
			Detail:  "Records are compared by single values.",
			Remedy:  "Use a field with a single value.",
		}, block)
		return false
	}
	return true
}

func (c *compiler) group(out *Source, decl *lang.Source, block string) {
	for _, word := range decl.Group {
		at := c.fieldNamed(out, word, "group", block)
		if at < 0 || c.walks(&out.Fields[at], "group", word.Range, block) || !c.single(&out.Fields[at], "group", word.Range, block) {
			continue
		}
		c.used[len(c.used)-1][at] = true
		out.Group = append(out.Group, at)
	}
}

func (c *compiler) window(out *Source, decl *lang.Source, block string) {
	w := decl.Window
	if w == nil {
		return
	}
	at := c.fieldNamed(out, lang.Word{Name: w.Name, Range: w.Range}, "window", block)
	if at < 0 || c.walks(&out.Fields[at], "window", w.Range, block) {
		return
	}
	c.used[len(c.used)-1][at] = true
	if of := out.Fields[at].Type; of.Kind != record.Date {
		place := w.Range
		c.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &place,
			Summary: "window can't use " + quote(w.Name) + ", which is " + article(of),
			Detail:  "A window is made of whole days, so that it needs a date.",
			Remedy:  "Use a date; of a timestamp, type = date reads the day that is written in it.",
		}, block)
		return
	}
	out.Window = &Window{
		Decl: w, Field: at,
		Applied: slices.Contains(out.Resource.GetWindow(), out.Slots[at].Path.String()),
	}
}

// bounds compiles from and to of the windows, which name no record.
func (c *compiler) bounds(out *Mapping) {
	for _, s := range out.Sources() {
		if s.Window == nil {
			continue
		}
		if c.scope.env == nil || len(c.scope.sources) > 0 {
			c.scope = c.open()
		}
		w := s.Window
		w.From = c.bound(w.Decl.From, s)
		w.To = c.bound(w.Decl.To, s)
	}
}

func (c *compiler) bound(cel *lang.CEL, s *Source) *expr.Program {
	blocks := []string{"source " + quote(s.Name), "window " + quote(s.Window.Decl.Name)}
	program := c.program(cel, expr.Transform, blocks...)
	if program != nil && program.Type().Kind != record.Date && program.Type().Kind != record.Empty {
		place := cel.Range
		c.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &place,
			Summary: "The end of a window must be a date",
			Detail:  "This expression gives " + article(program.Type()) + ".",
			Remedy:  "Write it from today(), such as today().addMonths(-12), or as date(2026, 1, 1).",
		}, blocks...)
	}
	return program
}

// each compiles the list, then the element's id beside it.
func (c *compiler) each(out *Mapping) {
	decl := c.decl.Each
	if decl == nil || c.scope.env == nil {
		return
	}
	block := "each " + quote(decl.Name)
	e := &Each{Decl: decl, Source: len(out.Sources()), Windowed: -1}
	e.In = c.program(decl.In, expr.Transform, block)
	if e.In == nil {
		return
	}
	of := e.In.Type()
	if of.Kind != record.List || elemOf(of).Kind != record.Object {
		place := decl.In.Range
		c.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &place,
			Summary: "each needs a list of records",
			Detail:  "This expression gives " + article(of) + ", whose elements have no fields to name.",
			Remedy:  "Name a source that is joined with many = true, or a field that is a list of objects.",
		}, block)
		return
	}
	for _, f := range elemOf(of).Fields {
		e.Fields = append(e.Fields, expr.Field{Name: f.Name, Type: f.Type, MayBeEmpty: true})
	}
	e.Of = c.elementsOf(out, e)
	c.elements(out, e, block)
	out.Each = e
	whole := c.open(c.visible(out)...)
	whole.sources[e.Source] = e.Of
	c.scope = whole
	if c.scope.env == nil {
		return
	}
	if e.ID = c.program(decl.ID, expr.Transform, block); e.ID == nil {
		return
	}
	switch e.ID.Type().Kind {
	case record.List, record.Map, record.Object:
		place := decl.ID.Range
		c.report(diag.Diagnostic{
			Code: "wrong-type", Subject: &place,
			Summary: "The id of an element must be a single value",
			Detail:  "This expression gives " + article(e.ID.Type()) + ".",
			Remedy:  "Name what tells the elements of one record apart, such as " + decl.Name + ".id.",
		}, block)
	}
}

// elementsOf is the source whose records the elements are; -1: they lie in a
// field.
func (c *compiler) elementsOf(m *Mapping, e *Each) int {
	for _, at := range e.In.Sources() {
		if at > 0 && m.Joined[at-1].Many {
			return at
		}
	}
	return -1
}

// elements finds out which window decides what elements there are. Two windows
// would leave nobody knowing which of them an absent element fell out of.
func (c *compiler) elements(out *Mapping, e *Each, block string) {
	at := e.Of
	if at < 0 || out.Joined[at-1].Source.Window == nil {
		return
	}
	if out.Source.Window != nil {
		place := e.Decl.In.Range
		c.report(diag.Diagnostic{
			Code: "two-windows", Subject: &place,
			Summary: "Two windows would decide which elements there are",
			Detail:  "An element that is no longer there may have fallen out of either, so that nobody could tell what is gone.",
			Remedy:  "Keep the window of " + quote(out.Joined[at-1].Name) + ", or that of " + quote(out.Source.Name) + ".",
		}, block)
	}
	e.Windowed = at - 1
}

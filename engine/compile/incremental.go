package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

// Incremental reports whether the mapping is to be read by what changed since its
// last read, where that is known.
func (m *Mapping) Incremental() bool { return m.Source.Decl != nil && m.Source.Decl.Incremental }

// incremental checks a source that is to be read from where the last read ended.
// What it would leave out must not matter to anybody: a record that did not
// change at the source may still be another one today, beside another one, or in
// a file that holds everybody.
func (c *compiler) incremental(out *Mapping) {
	source := c.decl.Sources[0]
	if !source.Incremental {
		return
	}
	block := "source " + quote(source.Name)
	refuse := func(why, remedy string) {
		c.report(diag.Diagnostic{
			Code: "not-incremental", Subject: &source.IncrementalR,
			Summary: "This mapping can't be read by what changed alone",
			Detail:  why,
			Remedy:  remedy,
		}, block)
	}
	if out.Source.Resource.GetIncremental() == nil {
		refuse("The connector "+quote(out.Source.Connection.Plugin)+" can't tell what changed of "+quote(out.Source.Resource.GetName())+".", c.whereIncremental(&out.Source))
	}
	walks := slices.ContainsFunc(out.Source.Fields, func(f SourceField) bool { return len(f.Walk) > 0 })
	if len(out.Sources()) > 1 || walks {
		refuse("It looks at other records too, and one of those may change while this one does not.",
			"Remove incremental, or what is joined.")
	}
	if source.Window != nil || len(source.Group) > 0 {
		refuse("A window moves from day to day, and a group needs all of its records.", "Remove incremental, or the window and the group.")
	}
	if out.Each != nil {
		refuse("A record is taken apart into several, and which of them is no more shows only beside all the others.", "Remove incremental, or each.")
	}
	if out.Target.PutsBack {
		refuse("What was edited at the target is put back for whoever is read, and who did not change at the source would not be.",
			`Remove incremental, or authority = "source".`)
	}
	if out.Target.Snapshot != nil {
		refuse("The target is replaced as a whole, so that who was not read would be missing from it.", "Remove incremental.")
	}
	if at := c.readsToday(); at != nil {
		refuse("An expression of it asks which day it is, in line "+line(at.Range)+", and gives another answer tomorrow for a record that nobody changed.",
			"Remove incremental: who leaves by a date in the past is found by a whole read.")
	}
}

// whereIncremental says which resources of the connector can be read so.
func (c *compiler) whereIncremental(s *Source) string {
	var names []string
	for _, r := range c.schemas[s.Connection.Plugin].GetResources() {
		if r.GetReadable() && r.GetIncremental() != nil {
			names = append(names, r.GetName())
		}
	}
	if len(names) == 0 {
		return "Remove incremental: everything is read each time."
	}
	return "Remove incremental, so that everything is read each time. Of this connector it can be said for " + quoted(names, "and") + "."
}

// readsToday is an expression of the mapping whose result depends on the day.
func (c *compiler) readsToday() *lang.CEL {
	for _, compiled := range c.cels {
		if compiled.program != nil && compiled.program.Today() {
			return compiled.cel
		}
	}
	return nil
}

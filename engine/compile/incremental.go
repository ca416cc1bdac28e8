package compile

import (
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
)

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
	before := len(c.found)
	walks := slices.ContainsFunc(out.Source.Fields, func(f SourceField) bool { return len(f.Walk) > 0 })
	if len(out.Sources()) > 1 || walks {
		refuse("It looks at other records too, and one of those may change while this one does not.",
			"Remove incremental, or what is joined.")
	}
	if source.Window != nil || len(source.Group) > 0 {
		refuse("A window moves from day to day, and a group needs all of its records.", "Remove incremental, or the window and the group.")
	}
	if out.Target.Snapshot != nil {
		refuse("The target is replaced as a whole, so that who was not read would be missing from it.", "Remove incremental.")
	}
	if at := c.readsToday(); at != nil {
		refuse("An expression of it asks which day it is, in line "+line(at.Range)+", and gives another answer tomorrow for a record that nobody changed.",
			"Remove incremental: who leaves by a date in the past is found by a whole read.")
	}
	if len(c.found) > before {
		return
	}
	c.report(diag.Diagnostic{
		Code: "not-yet", Subject: &source.IncrementalR,
		Summary: "`incremental` belongs to the language, but this version can't carry it out yet",
		Detail:  "Reading everything instead would do the same, more slowly than the file says.",
		Remedy:  "Take it out, or use a version of engine that knows it.",
	}, block)
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

package compile

import (
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
)

// compiledCEL is one expression of a mapping and what became of it.
type compiledCEL struct {
	cel     *lang.CEL
	program *expr.Program // nil: it is wrong
	blocks  []string
}

// choice is one value that leaves parts of a mapping out where it is false.
type choice struct {
	text  string
	known bool // its value is
	off   bool
	of    []*lang.Enabled
}

// withChoices compiles a mapping with all its parts, so that everything in it is
// checked, and then without those that are off. Before lang.Bind nobody knows
// which are: the mapping is whole, and each choice is tried alone and all of them
// together. Other combinations are seen when the values are.
//
// A purpose is wanted for what is sent: what is off, or may be, goes nowhere yet.
func withChoices(module *lang.Module, decl *lang.Mapping, shared expr.Options, schemas Schemas) (*Mapping, diag.Diagnostics) {
	whole := &compiler{module: module, decl: decl, shared: shared}
	out := whole.mapping(schemas)
	choices := choicesOf(decl)
	whole.needed(choices, out)
	if len(choices) == 0 {
		whole.found = append(whole.found, whole.silent...)
	}
	if out == nil || whole.found.HasErrors() || decl.Enabled.Off() {
		return nil, whole.found
	}
	var off, open []*lang.Enabled
	for _, c := range choices {
		switch {
		case c.off:
			off = append(off, c.of...)
		case !c.known:
			open = append(open, c.of...)
		}
	}
	found, silent := whole.found, whole.silent
	try := func(without []*lang.Enabled, because string) *Mapping {
		mapping, again := whole.without(without, schemas)
		silent = again.silent
		for _, d := range again.found.Errors() {
			if !said(found, d) {
				d.Detail = join(d.Detail, because)
				found = append(found, d)
			}
		}
		return mapping
	}
	if len(off) > 0 {
		out = try(off, "It is so because "+inWords(choices, func(c choice) bool { return c.off })+" is false.")
	}
	for _, c := range choices {
		if !c.known {
			try(slices.Concat(off, c.of), "It is so where "+c.text+" is false.")
		}
	}
	if len(open) > 0 && out != nil && !found.HasErrors() {
		try(slices.Concat(off, open), "It is so where "+inWords(choices, func(c choice) bool { return !c.known })+" are false.")
	}
	for _, d := range silent { // of what is left where everything that may be off is
		if !said(found, d) {
			found = append(found, d)
		}
	}
	if found.HasErrors() {
		return nil, found
	}
	return out, found
}

func said(found diag.Diagnostics, d diag.Diagnostic) bool {
	return slices.ContainsFunc(found, func(o diag.Diagnostic) bool {
		return o.Code == d.Code && o.Summary == d.Summary && (o.Subject == nil) == (d.Subject == nil) && (o.Subject == nil || *o.Subject == *d.Subject)
	})
}

func inWords(choices []choice, wanted func(choice) bool) string {
	var texts []string
	for _, c := range choices {
		if wanted(c) {
			texts = append(texts, c.text)
		}
	}
	return strings.Join(texts, " and ")
}

// choicesOf gathers the choices inside a mapping. Those with one text are one.
func choicesOf(decl *lang.Mapping) []choice {
	var out []choice
	add := func(e *lang.Enabled) {
		if e == nil {
			return
		}
		at := slices.IndexFunc(out, func(c choice) bool { return c.text == e.Text })
		if at < 0 {
			at, out = len(out), append(out, choice{text: e.Text, known: e.Known(), off: e.Off()})
		}
		out[at].of = append(out[at].of, e)
	}
	for _, s := range decl.Sources {
		add(s.Enabled)
		for _, f := range s.Fields {
			for _, e := range f.Enabled {
				add(e)
			}
		}
	}
	return out
}

// needed refuses what can't do without something that may be left out: a
// condition has no other meaning without it, and a required field, a key, nothing
// to be.
func (c *compiler) needed(choices []choice, out *Mapping) {
	if len(c.decl.Sources) > 0 && c.decl.Sources[0].Enabled != nil {
		c.neededSource(c.decl.Sources[0])
		return
	}
	var all []*lang.Enabled
	for _, choice := range choices {
		all = append(all, choice.of...)
	}
	left := leftOut(c.decl, all)
	if left.nothing() {
		return
	}
	inMap := map[*lang.CEL]bool{}
	if c.decl.Target != nil {
		celsOf(c.decl.Target.Map, inMap)
	}
	for _, compiled := range c.cels {
		if compiled.program == nil || inMap[compiled.cel] {
			continue
		}
		for _, name := range compiled.program.Names() {
			if e := left.by(name.Source, name.Field); e != nil && !goesWith(compiled, name.Source, left) {
				at := compiled.cel.RangeOf(name.Start, name.End)
				c.report(needsOptional("This expression", name.Source+dotted(name.Field), e, at,
					"Without it the expression would mean something else, for everybody."), compiled.blocks...)
				break
			}
		}
	}
	if c.decl.Target != nil {
		for _, choice := range choices {
			c.neededWords(choice, out)
		}
	}
}

// goesWith: an expression of a source that is left out goes with it.
func goesWith(compiled compiledCEL, source string, left omissions) bool {
	return left.sources[source] != nil && slices.Contains(compiled.blocks, "source "+quote(source))
}

func dotted(field string) string {
	if field == "" {
		return ""
	}
	return "." + field
}

// neededSource: without the first source there is nothing to read.
func (c *compiler) neededSource(s *lang.Source) {
	at := s.Enabled.Range
	c.report(diag.Diagnostic{
		Code: "needs-optional", Subject: &at,
		Summary: "The mapping needs its first source, " + quote(s.Name),
		Detail:  "Without it there is nothing to read. Only a source that is joined to it can be left out.",
		Remedy:  "Write enabled = " + s.Enabled.Text + " in the mapping itself.",
	}, "source "+quote(s.Name))
}

func (c *compiler) neededWords(of choice, out *Mapping) {
	gone := lostNames(c.decl.Target.Map, c.prunedTarget(leftOut(c.decl, of.of)).Map)
	for _, list := range []struct {
		what, why string
		words     []lang.Word
	}{
		{"required", "A record would then be held back for the lack of a field that nobody sends.", c.decl.Target.Required},
		{"The key", "A record can't be found again without its key.", c.decl.Target.Key},
		{"match", "Nobody who is there already could be recognised without.", matchWords(c.decl.Target)},
	} {
		for _, word := range list.words {
			if gone[nameOf(stepsOf(word.Name))] {
				c.report(needsOptional(list.what, word.Name, of.of[0], word.Range, list.why), "target "+quote(c.decl.Target.Name))
				delete(gone, nameOf(stepsOf(word.Name))) // said
			}
		}
	}
	for _, word := range c.decl.SamePerson {
		source, field, _ := strings.Cut(word.Name, ".")
		if leftOut(c.decl, of.of).by(source, field) != nil {
			c.report(needsOptional("same_person", word.Name, of.of[0], word.Range, "A person could not be told from another without."), "same_person")
		}
	}
	if out == nil {
		return
	}
	for _, f := range out.Target.Fields {
		if f.Required && gone[f.Name] {
			c.report(needsOptional("The target", f.Name, of.of[0], f.Place, "It refuses a record without this field, says its connector."), "target "+quote(c.decl.Target.Name))
		}
	}
}

func needsOptional(what, name string, e *lang.Enabled, at diag.Range, why string) diag.Diagnostic {
	where := " where it is false"
	if e.Off() {
		where = ""
	}
	return diag.Diagnostic{
		Code: "needs-optional", Subject: &at,
		Summary: what + " needs " + quote(name) + ", which may be left out",
		Detail:  "enabled = " + e.Text + ", in " + e.Range.File + ", line " + line(e.Range) + ", leaves it out" + where + ". " + why,
		Remedy:  "Take enabled away there, or do without it here.",
	}
}

// celsOf collects the expressions of map lines.
func celsOf(lines []*lang.MapEntry, into map[*lang.CEL]bool) {
	for _, l := range lines {
		if l.CEL != nil {
			into[l.CEL] = true
		}
		celsOf(l.Entries, into)
		celsOf(l.Items, into)
	}
}

// certain are the mappings of which it is known that they take part. Two that
// never take part together may send one field to one resource.
func certain(mappings []*Mapping) []*Mapping {
	return slices.DeleteFunc(slices.Clone(mappings), func(m *Mapping) bool { return m.Decl.Enabled != nil && !m.Decl.Enabled.Known() })
}

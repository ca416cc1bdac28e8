package compile

import (
	"cmp"
	"slices"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// Schemas are what the connectors say of themselves, by plugin name. A plugin
// that could not be asked is absent: what needs it is then not checked, for its
// absence has been reported already.
type Schemas map[string]*protocol.Description

// Plugins names the plugins that a workspace's connections need, in order,
// packages included.
func Plugins(m *lang.Module) []string {
	var names []string
	for _, module := range Modules(m) {
		for _, c := range module.Connections {
			if c.Plugin != "" && !slices.Contains(names, c.Plugin) {
				names = append(names, c.Plugin)
			}
		}
	}
	return names
}

// AtPlugin gives what is wrong with a plugin its place: where a connection first
// names it.
func AtPlugin(m *lang.Module, name string, found diag.Diagnostics) diag.Diagnostics {
	out := slices.Clone(found)
	for _, module := range Modules(m) {
		for _, c := range module.Connections {
			if c.Plugin != name {
				continue
			}
			for i := range out {
				out[i].Subject = cmp.Or(out[i].Subject, &c.PluginR)
			}
			return out
		}
	}
	return out
}

// Workspace compiles every mapping of a workspace and its packages. Mappings
// with an error are left out. Before lang.Bind, what only a value could show
// (the content of a setting) is not checked. It may be given a module that
// lang.Load found errors in: what lang has said is not said again.
func Workspace(m *lang.Module, schemas Schemas) ([]*Mapping, diag.Diagnostics) {
	var found diag.Diagnostics
	var mappings []*Mapping
	for _, module := range Modules(m) {
		options, ds := moduleOptions(module)
		found = append(found, ds...)
		found = append(found, validations(module, options)...)
		for _, c := range module.Connections {
			found = append(found, checkConnection(module, c, schemas[c.Plugin])...)
		}
		for _, decl := range module.Mappings {
			compiled, ds := withChoices(module, decl, options, schemas)
			found = append(found, ds...)
			if compiled != nil {
				mappings = append(mappings, compiled)
			}
		}
	}
	found = append(found, link(mappings)...)
	befores(mappings)
	found = append(found, checkCycles(mappings)...)
	found = append(found, checkOverlaps(certain(mappings))...)
	found = append(found, checkSharedLinks(certain(mappings))...)
	found.Sort()
	return mappings, found
}

// Modules are the workspace and the packages it uses, outermost first.
func Modules(m *lang.Module) []*lang.Module {
	out := []*lang.Module{m}
	for _, p := range m.Packages {
		if p.Module != nil {
			out = append(out, Modules(p.Module)...)
		}
	}
	return out
}

// compiler holds what the parts of one mapping share.
type compiler struct {
	module  *lang.Module
	decl    *lang.Mapping
	schemas Schemas
	shared  expr.Options // what every expression of the module may name
	found   diag.Diagnostics
	silent  diag.Diagnostics // data that goes without a purpose, see withChoices
	scope   scope            // what the expressions being compiled may name besides
	cels    []compiledCEL
	used    [][]bool // source fields that something reads, by source
	tables  []*Table
	broken  bool // lang has refused a part without which there is no mapping
}

// mapping compiles one mapping; nil when it has an error, or when too little is
// known to compile it.
func (c *compiler) mapping(schemas Schemas) *Mapping {
	decl := c.decl
	if len(decl.Sources) == 0 || decl.Target == nil {
		return nil // lang has said so
	}
	c.schemas = schemas
	out := &Mapping{Address: decl.Address(), Decl: decl, Zone: c.shared.Zone, shared: c.shared}
	sourceKnown := c.sources(out)
	targetKnown := c.target(&out.Target, decl.Target, schemas)
	if !sourceKnown || !c.gather(out) {
		return nil
	}
	out.ShownAs = c.program(decl.ShownAs, expr.Name)
	if targetKnown {
		c.mapped(&out.Target, decl.Target)
		for i := range out.Target.Fields {
			out.Target.Fields[i].sharpFrom(out)
		}
	} else {
		c.expressions(decl.Target.Map, "target "+quote(decl.Target.Name))
	}
	c.leavers(out)
	if targetKnown && !c.found.HasErrors() { // else they would miss the lines that are wrong
		c.expectations(&out.Target)
	}
	c.requires(out)
	c.fills(out)
	c.samePerson(out)
	c.incremental(out)
	if !targetKnown || c.broken || c.found.HasErrors() {
		return nil
	}
	out.People = aboutPeople(out)
	for i, s := range out.Sources() {
		c.warnUnused(i, s)
	}
	return out
}

// in are the blocks around a place of this mapping, outermost first.
func (c *compiler) in(blocks ...string) []string {
	return append(append(inModule(c.module), "mapping "+quote(c.decl.Name)), blocks...)
}

func inModule(m *lang.Module) []string {
	if m.Name == "" {
		return nil
	}
	return []string{"package " + quote(m.Name)}
}

// report keeps a diagnostic, which lies in these blocks of the mapping unless it
// says itself where it lies.
func (c *compiler) report(d diag.Diagnostic, blocks ...string) {
	if d.In == nil {
		d.In = c.in(blocks...)
	}
	if d.Code == codePurposeNeeded {
		c.silent = append(c.silent, d)
		return
	}
	c.found = append(c.found, d)
}

// program compiles one CEL string that lies in these blocks; nil when there is
// none or it is wrong.
func (c *compiler) program(cel *lang.CEL, use expr.Use, blocks ...string) *expr.Program {
	if cel == nil || cel.Text == "" { // lang has refused an empty one
		return nil
	}
	program, problems := c.scope.env.Compile(cel.Text, use)
	for _, p := range problems {
		c.report(problemAt(c.module, cel, p, c.in(blocks...)))
	}
	c.cels = append(c.cels, compiledCEL{cel, program, blocks})
	if program == nil {
		return nil
	}
	c.mark(program)
	return program
}

// expressions checks the CEL of map lines whose target is not known.
func (c *compiler) expressions(lines []*lang.MapEntry, blocks ...string) {
	for _, line := range lines {
		c.program(line.CEL, expr.Transform, blocks...)
		c.expressions(line.Items, blocks...)
		c.expressions(line.Entries, blocks...)
	}
}

// warnUnused: a field that nobody reads is personal data asked for in vain, and
// perhaps a right asked for in vain.
func (c *compiler) warnUnused(source int, s *Source) {
	for i, f := range s.Fields {
		if c.used[source][i] || f.Required {
			continue
		}
		c.report(diag.Diagnostic{
			Severity: diag.Warning,
			Code:     "unused-field",
			Summary:  "The source field " + quote(f.Name) + " is read but never used",
			Detail:   "It is asked of the source for every record, with whatever right that takes, and sent nowhere.",
			Remedy:   "Use it in map, or remove it.",
			Subject:  &f.Decl.Range,
		}, "source "+quote(s.Name))
	}
}

func tables(m *lang.Module) []expr.Table {
	out := make([]expr.Table, len(m.Tables))
	for i, t := range m.Tables {
		values := make(map[string]string, len(t.Values))
		for _, entry := range t.Values {
			values[entry.Key] = entry.Value
		}
		out[i] = expr.Table{Name: t.Name, Values: values, Unknown: t.Unknown.Do, Text: t.Unknown.Text}
	}
	return out
}

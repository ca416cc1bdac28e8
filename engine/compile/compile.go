package compile

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/diag"
	"passerelle/engine/expr"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
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
			if !slices.Contains(names, c.Plugin) {
				names = append(names, c.Plugin)
			}
		}
	}
	return names
}

// Workspace compiles every mapping of a workspace and its packages. Mappings
// with an error are left out. Before lang.Bind, what only a value could show
// (the content of a setting) is not checked.
func Workspace(m *lang.Module, schemas Schemas) ([]*Mapping, diag.Diagnostics) {
	var found diag.Diagnostics
	var mappings []*Mapping
	for _, module := range Modules(m) {
		for _, c := range module.Connections {
			found = append(found, checkConnection(c, schemas[c.Plugin])...)
		}
		for _, decl := range module.Mappings {
			compiled, ds := mapping(module, decl, schemas)
			found = append(found, ds...)
			if compiled != nil && !ds.HasErrors() {
				mappings = append(mappings, compiled)
			}
		}
	}
	found = append(found, checkOverlaps(mappings)...)
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
	module *lang.Module
	decl   *lang.Mapping
	found  diag.Diagnostics
	env    *expr.Env
	used   []bool // source fields that some expression reads
}

func mapping(module *lang.Module, decl *lang.Mapping, schemas Schemas) (*Mapping, diag.Diagnostics) {
	c := &compiler{module: module, decl: decl}
	if len(decl.Sources) == 0 || decl.Target == nil {
		return nil, nil // lang has said so
	}
	if len(decl.Sources) > 1 {
		second := decl.Sources[1]
		c.report(diag.Diagnostic{
			Code:    "not-yet",
			Summary: "A second source belongs to the language, but this version can't join yet",
			Detail:  "The mapping reads " + quote(decl.Sources[0].Name) + " and " + quote(second.Name) + ".",
			Remedy:  "Read one resource per mapping for now.",
			Subject: &second.Range,
		})
		return nil, c.found
	}
	out := &Mapping{Address: decl.Address(), Decl: decl, Zone: zone(module)}
	sourceKnown := c.source(&out.Source, decl.Sources[0], schemas)
	targetKnown := c.target(&out.Target, decl.Target, schemas)
	if !sourceKnown || !c.openEnv(&out.Source) {
		return nil, c.found
	}
	out.ShownAs = c.program(decl.ShownAs, expr.Name)
	out.Where = c.program(decl.Sources[0].Where, expr.Condition)
	if targetKnown {
		c.mapped(&out.Target, decl.Target)
		c.warnUnused(&out.Source)
	}
	if c.found.HasErrors() {
		return nil, c.found
	}
	return out, c.found
}

func (c *compiler) report(d diag.Diagnostic) {
	if d.In == nil {
		d.In = []string{"mapping " + quote(c.decl.Name)}
	}
	c.found = append(c.found, d)
}

// openEnv makes the CEL environment: the source's fields, the module's inputs,
// locals and tables.
func (c *compiler) openEnv(s *Source) bool {
	fields := make([]expr.Field, len(s.Fields))
	for i, f := range s.Fields {
		described := describedField(s.Resource, f.Decl.Path)
		filled := described != nil && described.GetFilled()
		fields[i] = expr.Field{Name: f.Name, Type: f.Type, MayBeEmpty: !f.Required && !filled}
	}
	options := expr.Options{
		Sources: []expr.Source{{Name: s.Name, Fields: fields}},
		Tables:  tables(c.module),
		Zone:    zone(c.module),
	}
	for _, input := range c.module.Inputs {
		options.Inputs = append(options.Inputs, constant(input.Name, input.Type, input.Value))
	}
	for _, local := range c.module.Locals() {
		options.Locals = append(options.Locals, constant(local.Name, local.Value.Type(), local.Value))
	}
	env, err := expr.New(options)
	if err != nil {
		c.found = append(c.found, diag.From(err, "preparing the expressions of mapping "+quote(c.decl.Name))...)
		return false
	}
	c.env = env
	c.used = make([]bool, len(s.Fields))
	return true
}

// program compiles one CEL string; nil when there is none or it is wrong.
func (c *compiler) program(cel *lang.CEL, use expr.Use) *expr.Program {
	if cel == nil {
		return nil
	}
	program, problems := c.env.Compile(cel.Text, use)
	for _, p := range problems {
		subject := cel.RangeOf(p.Start, p.End)
		severity := diag.Error
		if p.Warning {
			severity = diag.Warning
		}
		c.report(diag.Diagnostic{
			Severity: severity, Code: p.Code, Summary: p.Summary, Detail: p.Detail, Remedy: p.Remedy, Subject: &subject,
		})
	}
	if program == nil {
		return nil
	}
	for _, ref := range program.Reads() {
		c.used[ref.Field] = true
	}
	return program
}

// warnUnused: a field that nobody reads is personal data asked for in vain, and
// perhaps a right asked for in vain.
func (c *compiler) warnUnused(s *Source) {
	for i, f := range s.Fields {
		if c.used[i] || f.Required {
			continue
		}
		place := f.Decl.Range
		c.report(diag.Diagnostic{
			Severity: diag.Warning,
			Code:     "unused-field",
			Summary:  "The source field " + quote(f.Name) + " is read but never used",
			Detail:   "It is asked of the source for every record, with whatever right that takes, and sent nowhere.",
			Remedy:   "Use it in map, or remove it.",
			Subject:  &place,
		})
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

func constant(name string, of cty.Type, value cty.Value) expr.Constant {
	out := expr.Constant{Name: name, Type: typeOf(of)}
	if value == cty.NilVal || !value.IsWhollyKnown() {
		return out
	}
	out.Value, out.Known = valueFrom(value), true
	if out.Type.Kind == record.Empty {
		out.Type = record.Basic(out.Value.Kind())
	}
	return out
}

package compile

import (
	"cmp"
	"slices"
	"strings"

	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// targetType is a field that may be sent: the connector's, or one the mapping
// declares.
type targetType struct {
	of        record.Type // any type where lang or compile refused it
	described *protocol.Field
	declared  *lang.TargetField
}

func (f targetType) class() string {
	if f.declared != nil {
		return f.declared.Class
	}
	return f.described.GetClass()
}

func (f targetType) sharp() string {
	if f.declared != nil {
		return f.declared.Sharp
	}
	return f.described.GetSharp()
}

// keepsFilled is the default of never_clear: bank, social security, login and
// e-mail.
func (f targetType) keepsFilled() bool {
	return f.class() == "bank" || f.class() == "social-security" || f.sharp() == "login" || f.sharp() == "e-mail"
}

// isSharp: what guards watch closest. An end date is so in its own way.
func (f targetType) isSharp() bool {
	return f.sharp() != "" && f.sharp() != "end-date" || f.class() == "bank" || f.class() == "social-security"
}

// mapLines compiles the lines of one map.
type mapLines struct {
	*compiler
	out    *Target
	block  string
	fields map[string]targetType // what may be sent, by name
	lines  []mapLine             // those seen, wrong ones included
}

type mapLine struct {
	path record.Path
	word lang.Word
}

// nameOf is how people and the ledger call a target field: its steps, joined by
// dots.
func nameOf(path record.Path) string {
	var out []string
	for _, step := range path {
		if strings.ContainsAny(step.Name, `.["`) {
			return path.String()
		}
		out = append(out, step.Name)
	}
	return strings.Join(out, ".")
}

// mapped compiles the map, then checks key and required against it.
func (c *compiler) mapped(out *Target, decl *lang.Target) {
	m := &mapLines{compiler: c, out: out, block: "target " + quote(decl.Name), fields: map[string]targetType{}}
	m.schema(decl)
	for _, entry := range decl.Map {
		m.line(nil, entry)
	}
	m.keyOf(decl)
	m.matchOf(decl)
	m.requiredOf(decl)
	if !c.found.HasErrors() { // else they would miss the lines that are wrong
		c.policies(out, decl)
		c.snapshotFields(out, decl, m.block)
	}
}

func (m *mapLines) report(d diag.Diagnostic) { m.compiler.report(d, m.block) }

// schema collects all fields that map may name.
func (m *mapLines) schema(decl *lang.Target) {
	for _, f := range m.out.Resource.GetFields() {
		if of, err := record.ParseType(f.GetType()); err == nil {
			m.fields[nameOf(stepsOf(f.GetPath()))] = targetType{of: of, described: f}
		}
	}
	for _, f := range decl.Fields {
		name := nameOf(stepsOf(f.Name))
		if known, ok := m.fields[name]; ok && known.described != nil {
			m.report(diag.Diagnostic{
				Code: "known-field", Subject: &f.Range,
				Summary: "The connector already knows the field " + quote(f.Name),
				Detail:  "It is " + article(known.of) + " there.",
				Remedy:  "Remove this declaration.",
			})
			continue
		}
		of, err := record.ParseType(f.Type)
		if err != nil && f.Type != "" { // an empty one lang has refused
			m.report(*unknownType(f.Name, f.TypeR, err))
		}
		m.fields[name] = targetType{of: of, declared: f}
	}
}

// line compiles one line of map, and those nested in it.
func (m *mapLines) line(above record.Path, entry *lang.MapEntry) {
	path := append(slices.Clone(above), stepsOf(entry.Name)...)
	name := nameOf(path)
	field, known := m.fields[name]
	if entry.Entries != nil && !known && len(entry.Entries) > 0 {
		for _, nested := range entry.Entries {
			m.line(path, nested)
		}
		return
	}
	if twice := m.overlapping(path); twice != nil {
		m.report(diag.Diagnostic{
			Code: "mapped-twice", Subject: &entry.Range,
			Summary: quote(name) + " is mapped twice",
			Detail:  "Line " + line(twice.word.Range) + " sends it, or a part of it, already.",
			Remedy:  "Keep one of the two.",
		})
		return
	}
	m.lines = append(m.lines, mapLine{path, entry.Word})
	if d := m.refused(name, field, known, entry); d != nil {
		m.report(*d)
		m.expressions([]*lang.MapEntry{entry}, m.block)
		return
	}
	if needsPurpose(field.class()) && m.purpose(field.class()) == nil {
		m.report(*purposeNeeded("target field", name, field.class(), entry.Range))
	}
	value, ok := m.value(entry, field.of, what{name: name, field: field})
	if !ok {
		return
	}
	m.add(path, field, entry, value)
}

// meant is a hint at the field that a name was meant for: by the fields' names,
// else by what the connector calls them.
func (m *mapLines) meant(name string) string {
	hint := nearest(name, m.writable())
	for _, field := range m.writable() {
		label := m.fields[field].described.GetLabel()
		if hint == "" && (sameThing(name, label.GetEn()) || sameThing(name, label.GetFr())) {
			hint = "Did you mean " + quote(field) + "?"
		}
	}
	return hint
}

// refused says why a line's field can't be sent.
func (m *mapLines) refused(name string, field targetType, known bool, entry *lang.MapEntry) *diag.Diagnostic {
	resource := quote(m.out.Resource.GetName())
	switch {
	case !known:
		d := &diag.Diagnostic{
			Code: "unknown-target-field", Subject: &entry.Range,
			Summary: "Unknown target field " + quote(name),
			Detail:  "The connector does not know this field of " + resource + ".",
			Remedy:  join(m.meant(name), `If the target really has it, declare it in this target: field `+quote(name)+` { type = string }.`),
		}
		if inner := m.within(name); len(inner) > 0 {
			d.Detail = "In " + resource + ", " + quote(name) + " holds " + quoted(inner, "and") + "."
			d.Remedy = "Map what it holds: " + name + " = { " + inner[0] + ` = "…" }.`
		}
		return d
	case field.described.GetReadOnly():
		return &diag.Diagnostic{
			Code: "read-only-field", Subject: &entry.Range,
			Summary: "The target field " + quote(name) + " can't be sent",
			Detail:  cmp.Or(field.described.GetWhyReadOnly(), "The target sets it itself."),
			Remedy:  "Remove the line.",
		}
	}
	return nil
}

// add puts a line that is right among the fields that are sent.
func (m *mapLines) add(path record.Path, field targetType, entry *lang.MapEntry, value valueOf) {
	steps := make([]string, len(path))
	for i, step := range path {
		steps[i] = step.Name
	}
	name := nameOf(path)
	m.out.Fields = append(m.out.Fields, TargetField{
		Name:        name,
		Path:        steps,
		Type:        field.of,
		KeepsFilled: field.keepsFilled(),
		Sharp:       field.isSharp(),
		EndDate:     field.sharp() == "end-date",
		Place:       entry.ValueR,
		reference:   field.described.GetReference(),
		value:       value,
	})
	schema := field.described
	if schema == nil {
		schema = &protocol.Field{Path: name, Type: field.of.String(), Class: field.class(), Sharp: field.sharp()}
	}
	m.out.Schema = append(m.out.Schema, schema)
}

// overlapping is an earlier line for the same field, for one inside it or for
// one around it.
func (m *mapLines) overlapping(path record.Path) *mapLine {
	for i, l := range m.lines {
		if beginsWith(path, l.path) || beginsWith(l.path, path) {
			return &m.lines[i]
		}
	}
	return nil
}

// sends: some line maps the field, rightly or not, or a part of it.
func (m *mapLines) sends(name string) bool {
	return slices.ContainsFunc(m.lines, func(l mapLine) bool { return nameOf(l.path) == name })
}

func (m *mapLines) names() []string {
	var out []string
	for _, l := range m.lines {
		out = append(out, nameOf(l.path))
	}
	return out
}

// writable are the names that map may hold.
func (m *mapLines) writable() []string {
	var out []string
	for name, f := range m.fields {
		if !f.described.GetReadOnly() {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// within are the names of fields inside an object that has itself no type.
func (m *mapLines) within(name string) []string {
	var out []string
	for _, other := range m.writable() {
		if inner, ok := strings.CutPrefix(other, name+"."); ok {
			out = append(out, inner)
		}
	}
	return out
}

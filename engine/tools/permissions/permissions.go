package permissions

import (
	"slices"

	"github.com/zclconf/go-cty/cty"

	"passerelle/engine/compile"
	"passerelle/engine/lang"
	"passerelle/engine/tools/load"
	"passerelle/plugins/protocol"
)

// Text is a text for people. Names in JSON are stable: later versions only add.
type Text struct {
	FR string `json:"fr"`
	EN string `json:"en"`
}

// In is the text in a language, or the other one where there is none.
func (t Text) In(language string) string {
	if language == "en" && t.EN != "" || t.FR == "" {
		return t.EN
	}
	return t.FR
}

// Need is all that a workspace needs of one connection's resource, to read it or
// to write it.
type Need struct {
	Connection string   `json:"connection"`
	Plugin     string   `json:"plugin"`
	System     Text     `json:"system"`
	Resource   string   `json:"resource"`
	Label      Text     `json:"label"`
	Write      bool     `json:"write"`
	Mappings   []string `json:"mappings"`
	Rights     []*Right `json:"rights"` // none: the connector names none
}

// Right is one right to grant.
type Right struct {
	ID      string `json:"id,omitempty"` // none: of a section
	Name    Text   `json:"name"`
	Section string `json:"section,omitempty"` // that it is to be granted for
	// Whole: the resource can't be read, or written, without it.
	Whole    bool     `json:"whole"`
	Fields   []Field  `json:"fields,omitempty"`   // those that need it
	Settings []string `json:"settings,omitempty"` // those that ask for what needs it: include = "future", incremental = true
	// Optional: nobody needs it where what these say is false.
	Optional []string `json:"optional,omitempty"`
}

// Field is one field that needs a right.
type Field struct {
	Name     string `json:"name"` // as expressions write it
	Path     string `json:"path"`
	Label    Text   `json:"label"`
	Optional string `json:"optional,omitempty"` // what decides: input.with_bank
}

// Of lists what the mappings of a workspace need, reads first.
func Of(w *load.Workspace) []*Need {
	c := &collector{w: w}
	for _, m := range w.Mappings {
		for _, s := range m.Sources() {
			c.source(m, s)
		}
	}
	for _, m := range w.Mappings {
		c.target(m)
	}
	for _, n := range c.needs {
		n.settle()
	}
	return c.needs
}

type collector struct {
	w     *load.Workspace
	needs []*Need
}

// need is what is asked of a resource so far.
func (c *collector) need(m *compile.Mapping, of *lang.Connection, r *protocol.Resource, write bool) *Need {
	at := slices.IndexFunc(c.needs, func(n *Need) bool {
		return n.Connection == of.Name && n.Resource == r.GetName() && n.Write == write
	})
	if at < 0 {
		at = len(c.needs)
		c.needs = append(c.needs, &Need{
			Connection: of.Name, Plugin: of.Plugin, System: text(c.w.Schemas[of.Plugin].GetTitle(), of.Plugin),
			Resource: r.GetName(), Label: text(r.GetLabel(), r.GetName()), Write: write, Rights: []*Right{},
		})
	}
	n := c.needs[at]
	if !slices.Contains(n.Mappings, m.Address) {
		n.Mappings = append(n.Mappings, m.Address)
	}
	for _, id := range r.GetRightRefs() {
		n.right(r, id).Whole = true
	}
	return n
}

func (c *collector) source(m *compile.Mapping, s *compile.Source) {
	n := c.need(m, s.Connection, s.Resource, false)
	n.settings(s.Resource, s.Decl.Settings)
	if s.Decl.Incremental {
		for _, id := range s.Resource.GetIncremental().GetRightRefs() {
			n.right(s.Resource, id).asks("incremental = true")
		}
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		needed := Field{
			Name: s.Name + "." + f.Name, Path: s.Slots[i].Path.String(), Label: LabelOf(m, s, i), Optional: choiceOf(f.Decl),
		}
		c.walk(m, f, needed)
		if section := f.Decl.Section; section != nil {
			n.section(s.Resource, section.Name).add(needed)
			continue
		}
		if described := Described(s.Resource, needed.Path); described.GetRight() != "" {
			n.right(s.Resource, described.GetRight()).add(needed)
		}
	}
}

// walk is what a path into other records needs of their resources.
func (c *collector) walk(m *compile.Mapping, f *compile.SourceField, needed Field) {
	for _, hop := range f.Walk {
		table := m.Tables[hop.Table]
		n := c.need(m, table.Connection, table.Resource, false)
		needed.Path = table.Slots[hop.Slot].Path.String()
		if described := Described(table.Resource, needed.Path); described.GetRight() != "" {
			n.right(table.Resource, described.GetRight()).add(needed)
		}
	}
}

func (c *collector) target(m *compile.Mapping) {
	t := &m.Target
	n := c.need(m, t.Connection, t.Resource, true)
	for _, e := range t.Resource.GetEndpoints() {
		if !does(m, e.GetOperation()) {
			continue
		}
		for _, id := range e.GetRightRefs() {
			n.right(t.Resource, id).Whole = true
		}
	}
	n.settings(t.Resource, m.Decl.Target.Settings)
	for i := range t.Fields {
		f := &t.Fields[i]
		described := Described(t.Resource, f.Name)
		for _, id := range append([]string{described.GetRight()}, described.GetWriteRights()...) {
			if id != "" {
				n.right(t.Resource, id).add(Field{Name: f.Name, Path: f.Name, Label: text(described.GetLabel(), f.Name)})
			}
		}
	}
}

// does reports whether runs of a mapping may need an operation.
func does(m *compile.Mapping, operation protocol.Operation) bool {
	l := m.Leavers
	switch operation {
	case protocol.Operation_OPERATION_DEACTIVATE:
		return l != nil && (l.Do == operation || l.Out || l.Gone)
	case protocol.Operation_OPERATION_REACTIVATE:
		return l != nil && l.Back
	case protocol.Operation_OPERATION_DELETE:
		return l != nil && l.Do == operation
	}
	return true
}

// settings are those whose values a right is named after: a population that
// must be granted. A value that an input decides is not known here.
func (n *Need) settings(r *protocol.Resource, given []*lang.Setting) {
	for _, setting := range given {
		value, problems := setting.Expr.Value(nil)
		if problems.HasErrors() {
			continue
		}
		for _, text := range texts(value) {
			if !slices.ContainsFunc(r.GetRights(), func(right *protocol.Right) bool { return right.GetId() == text }) {
				continue
			}
			n.right(r, text).asks(setting.Name + " = " + text)
		}
	}
}

func texts(value cty.Value) []string {
	switch {
	case value.IsNull() || !value.IsWhollyKnown():
		return nil
	case value.Type() == cty.String:
		return []string{value.AsString()}
	case value.CanIterateElements():
		var out []string
		for _, v := range value.AsValueSlice() {
			out = append(out, texts(v)...)
		}
		return out
	}
	return nil
}

func (n *Need) right(r *protocol.Resource, id string) *Right {
	for _, right := range n.Rights {
		if right.ID == id {
			return right
		}
	}
	name := Text{FR: id, EN: id}
	for _, right := range r.GetRights() {
		if right.GetId() == id {
			name = text(right.GetLabel(), id)
		}
	}
	n.Rights = append(n.Rights, &Right{ID: id, Name: name})
	return n.Rights[len(n.Rights)-1]
}

func (n *Need) section(r *protocol.Resource, section string) *Right {
	for _, right := range n.Rights {
		if right.Section == section {
			return right
		}
	}
	n.Rights = append(n.Rights, &Right{Section: section, Name: text(r.GetSectionRight(), "section")})
	return n.Rights[len(n.Rights)-1]
}

// asks notes what of the source block asks for a right.
func (r *Right) asks(setting string) {
	if !slices.Contains(r.Settings, setting) {
		r.Settings = append(r.Settings, setting)
	}
}

func (r *Right) add(f Field) {
	if !slices.ContainsFunc(r.Fields, func(known Field) bool { return known.Name == f.Name && known.Path == f.Path }) {
		r.Fields = append(r.Fields, f)
	}
}

// settle says which rights are needed for nothing but what a customer may leave
// out.
func (n *Need) settle() {
	for _, r := range n.Rights {
		if r.Whole || len(r.Settings) > 0 || len(r.Fields) == 0 || slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Optional == "" }) {
			continue
		}
		for _, f := range r.Fields {
			if !slices.Contains(r.Optional, f.Optional) {
				r.Optional = append(r.Optional, f.Optional)
			}
		}
	}
}

// choiceOf is what decides whether a field is read; "" when it always is.
func choiceOf(f *lang.Field) string {
	for _, e := range f.Enabled {
		return e.Text
	}
	return ""
}

// Described is what the connector says of a path; nil where it says nothing.
func Described(r *protocol.Resource, path string) *protocol.Field {
	for _, f := range r.GetFields() {
		if f.GetPath() == path {
			return f
		}
	}
	return nil
}

// LabelOf is how people call a source field: as the mapping says, else as the
// connector does, else by its name. A path that leads into another record is
// shown beside.
func LabelOf(m *compile.Mapping, s *compile.Source, field int) Text {
	f := &s.Fields[field]
	resource, path, beside := s.Resource, s.Slots[field].Path.String(), ""
	for _, hop := range f.Walk {
		table := m.Tables[hop.Table]
		resource, path, beside = table.Resource, table.Slots[hop.Slot].Path.String(), " ("+f.Decl.Path+")"
	}
	label := text(Described(resource, path).GetLabel(), f.Name)
	label.FR, label.EN = label.FR+beside, label.EN+beside
	if own := (Text{FR: f.Decl.Label.FR, EN: f.Decl.Label.EN}); own != (Text{}) {
		label = Text{FR: own.In("fr"), EN: own.In("en")}
	}
	return label
}

func text(t *protocol.Text, without string) Text {
	out := Text{FR: t.GetFr(), EN: t.GetEn()}
	if out.FR == "" {
		out.FR = out.EN
	}
	if out.EN == "" {
		out.EN = out.FR
	}
	if out == (Text{}) {
		out = Text{FR: without, EN: without}
	}
	return out
}

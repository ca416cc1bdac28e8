package lineage

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"passerelle/engine/compile"
	"passerelle/engine/expr"
	"passerelle/engine/tools/load"
)

// Mapping is one mapping's lineage. Names in JSON are stable: later versions
// only add.
type Mapping struct {
	Name   string   `json:"mapping"`
	From   End      `json:"from"`
	To     End      `json:"to"`
	Fields []Field  `json:"fields"`           // in the order of map
	Uses   []Use    `json:"uses,omitempty"`   // what else reads source fields
	Unused []Source `json:"unused,omitempty"` // read and used by nothing
}

// End is what a mapping reads or writes.
type End struct {
	System     string `json:"system"`
	Plugin     string `json:"plugin"`
	Connection string `json:"connection"`
	Resource   string `json:"resource"`
}

// Field is one target field with what it is computed from.
type Field struct {
	Target     string   `json:"target"`
	Type       string   `json:"type"`
	Key        bool     `json:"key,omitempty"`
	Required   bool     `json:"required,omitempty"`
	Sources    []Source `json:"sources"`          // none: a constant
	Expression string   `json:"expression"`       // CEL; JSON of a constant, "" when it is given from outside
	Copied     bool     `json:"copied,omitempty"` // one source field, as it stands
}

// Use is what a source field decides without being sent.
type Use struct {
	Word       string   `json:"word"` // where, leavers, require "name", shown_as
	Sources    []Source `json:"sources"`
	Expression string   `json:"expression,omitempty"`
}

// Source is one source field.
type Source struct {
	Name    string `json:"name"` // as expressions write it: person.email
	Path    string `json:"path"` // in the connector's record
	Type    string `json:"type"`
	Section string `json:"section,omitempty"`
}

// Of reads the lineage of a workspace off its mappings, in their order. only
// names mappings; without, all.
func Of(w *load.Workspace, only []string) []Mapping {
	out := []Mapping{}
	for _, m := range w.Mappings {
		if len(only) > 0 && !slices.Contains(only, m.Address) {
			continue
		}
		out = append(out, of(w, m))
	}
	return out
}

func of(w *load.Workspace, m *compile.Mapping) Mapping {
	s := &m.Source
	out := Mapping{
		Name: m.Address,
		From: End{w.Title(s.Connection), s.Connection.Plugin, s.Connection.Name, s.Resource.GetName()},
		To:   End{w.Title(m.Target.Connection), m.Target.Connection.Plugin, m.Target.Connection.Name, m.Target.Resource.GetName()},
	}
	used := map[expr.Ref]bool{}
	sources := func(refs []expr.Ref) []Source {
		named := []Source{}
		for _, ref := range refs {
			used[declared(m, ref)] = true
			named = append(named, sourceOf(m, ref))
		}
		return named
	}
	for i := range m.Target.Fields {
		f := &m.Target.Fields[i]
		out.Fields = append(out.Fields, Field{
			Target: f.Name, Type: f.Type.String(), Key: slices.Contains(m.Target.Key, i), Required: f.Required,
			Sources: sources(f.Reads()), Expression: oneLine(f.Text()), Copied: f.Copies(),
		})
	}
	if m.Where != nil {
		out.Uses = append(out.Uses, Use{"where", sources(m.Where.Reads()), oneLine(m.Decl.Sources[0].Where.Text)})
	}
	if m.Leavers != nil {
		decl := m.Leavers.Decl
		out.Uses = append(out.Uses, Use{decl.Word, sources(m.Leavers.When.Reads()), oneLine(decl.When.Text)})
	}
	for _, r := range m.Requires {
		use := Use{Word: "require " + strconv.Quote(r.Decl.Name)}
		var refs []expr.Ref
		for _, field := range r.Fields {
			refs = append(refs, expr.Ref{Field: field})
		}
		refs = append(refs, r.Others...)
		if r.That != nil {
			refs = append(refs, r.That.Reads()...)
			use.Expression = oneLine(r.Decl.That.Text)
		}
		use.Sources = sources(refs)
		out.Uses = append(out.Uses, use)
	}
	if m.ShownAs != nil {
		out.Uses = append(out.Uses, Use{"shown_as", sources(m.ShownAs.Reads()), oneLine(m.Decl.ShownAs.Text)})
	}
	gathered(m, func(word string, refs []expr.Ref, expression string) {
		out.Uses = append(out.Uses, Use{word, sources(refs), oneLine(expression)})
	})
	for at, source := range m.Sources() {
		for i := range source.Fields {
			if !used[expr.Ref{Source: at, Field: i}] {
				out.Unused = append(out.Unused, sourceAt(source, i))
			}
		}
	}
	return out
}

func sourceAt(s *compile.Source, i int) Source {
	f := s.Fields[i]
	out := Source{Name: s.Name + "." + f.Name, Path: s.Slots[i].Path.String(), Type: f.Type.String()}
	if f.Walk != nil {
		out.Path = f.Decl.Path // through other records
	}
	if f.Decl.Section != nil {
		out.Section = f.Decl.Section.Name
	}
	return out
}

// oneLine writes an expression of several lines, as a heredoc has, in one. White
// space between words is one space; inside the quotes of a text it stays, with
// its line breaks as \n.
func oneLine(text string) string {
	var b strings.Builder
	quote, escaped, space := rune(0), false, false
	for _, r := range strings.TrimSpace(text) {
		switch {
		case quote == 0 && unicode.IsSpace(r):
			space = true
			continue
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case r == quote:
			quote = 0
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		if r == '\n' {
			b.WriteString(`\n`)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

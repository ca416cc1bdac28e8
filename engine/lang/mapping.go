package lang

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"passerelle/engine/diag"
)

// mapping reads a mapping block, or an extend block (partial), in which nothing
// is required because it adds to what is shipped.
func (c *content) mapping(n Named, m *Module, partial bool) *Mapping {
	out := &Mapping{Named: n, Module: m, After: c.references("after", "mapping"), Trigger: Trigger{Kind: "manual"}, Enabled: c.enabled(), SamePerson: c.words("same_person")}
	if a := c.attrs["shown_as"]; a != nil {
		out.ShownAs = c.cel(a.Expr)
	}
	c.each("trigger", triggerWords, func(n Named, b *content) {
		if out.Trigger.Range.File != "" {
			b.duplicate(place{n.Range, c.in}, "The block trigger", out.Trigger.Range)
			return
		}
		out.Trigger = b.trigger()
	})
	c.each("source", sourceWords, func(n Named, b *content) { out.Sources = append(out.Sources, b.source(n, partial)) })
	c.each("target", targetWords, func(n Named, b *content) {
		if out.Target != nil {
			b.refuse(place{n.Block, c.in}, "second-target", "A mapping has one target",
				fmt.Sprintf("The first one is in line %d.", out.Target.Block.Start.Line), "Write a second mapping for the second target.")
			return
		}
		out.Target = b.target(n, partial)
	})
	unique(c.problems, "The source", c.in, out.Sources, func(s *Source) Named { return s.Named })
	c.taking(out, partial)
	c.leaving(out)
	c.each("require", requireWords, func(n Named, b *content) { out.Requires = append(out.Requires, b.require(n)) })
	unique(c.problems, "The require block", c.in, out.Requires, func(r *Require) Named { return r.Named })
	c.each("purpose", purposeWords, func(n Named, b *content) { out.Purposes = append(out.Purposes, b.purpose(n)) })
	unique(c.problems, "The purpose", c.in, out.Purposes, func(p *Purpose) Named { return p.Named })
	c.guards(out)
	if !partial {
		c.complete(out)
	}
	return out
}

func (c *content) complete(m *Mapping) {
	if len(m.Sources) == 0 {
		c.missingBlock("source", "It says what is read.")
	}
	if m.Target == nil {
		c.missingBlock("target", "It says what is written.")
	}
	c.joins(m)
}

func (c *content) missingBlock(kind, why string) {
	for _, b := range c.blocks {
		if b.Type == kind {
			return // it is there, but wrong, which has been said
		}
	}
	c.refuse(place{c.header, c.in}, "missing-block", fmt.Sprintf("The block %q is missing", kind), why, fmt.Sprintf("Add %s \"name\" { … }.", kind))
}

func (c *content) source(n Named, partial bool) *Source {
	c.checkSourceName(n, c.in)
	s := &Source{Named: n, Settings: c.allSettings(), uses: c.references("use", "fieldset"), Enabled: c.enabled()}
	s.Connection, s.Resource, s.ResourceR = c.endOf(partial)
	ids := c.words("id")
	s.ID = names(ids)
	if a := c.attrs["id"]; a != nil {
		s.IDR = rangeOf(a.Expr.Range())
	}
	if a := c.attrs["where"]; a != nil {
		s.Where = c.cel(a.Expr)
	}
	s.Fields = c.fieldsAndSections()
	c.gathering(s, partial)
	return s
}

// endOf reads which connection and resource a source or target is about. An
// extension can't change them: it would be another mapping.
func (c *content) endOf(partial bool) (ref Reference, resource string, at diag.Range) {
	if partial {
		for _, name := range []string{"connection", "resource", "key", "id", "on", "many", "group"} {
			if a := c.attrs[name]; a != nil {
				c.refuse(place{rangeOf(a.NameRange), c.in}, "not-extendable", fmt.Sprintf("%q can't be changed by an extension", name),
					"Links are kept for what the package reads and writes; with another one it would be another mapping.",
					"Take it out, or write a mapping of your own.")
			}
		}
		return ref, "", at
	}
	c.need("connection", "resource")
	if a := c.attrs["connection"]; a != nil {
		ref, _ = c.reference(a.Expr, "connection")
	}
	resource, at = c.fullText("resource")
	return ref, resource, at
}

// fieldsAndSections keeps the order of the file, sections included.
func (c *content) fieldsAndSections() []*Field {
	var out []*Field
	for _, b := range c.blocks {
		n := c.named(b)
		in := append(slices.Clip(c.in), fmt.Sprintf("%s %q", b.Type, n.Name))
		switch b.Type {
		case "field":
			out = append(out, open(c.problems, c.file, b.Body, fieldWords, n.Block, in).field(n, nil))
		case "section":
			s := open(c.problems, c.file, b.Body, sectionWords, n.Block, in)
			enabled := s.enabled()
			for _, f := range s.fields(&n) {
				f.choose(enabled)
				out = append(out, f)
			}
		}
	}
	return out
}

func (c *content) fields(section *Named) []*Field {
	var out []*Field
	c.each("field", fieldWords, func(n Named, b *content) { out = append(out, b.field(n, section)) })
	if section == nil {
		unique(c.problems, "The field", c.in, out, func(f *Field) Named { return f.Named })
	}
	return out
}

func (c *content) field(n Named, section *Named) *Field {
	c.checkFieldName(n, c.in)
	c.need("path")
	f := &Field{Named: n, Section: section, Label: c.label("label")}
	f.choose(c.enabled())
	f.Path, f.PathR = c.fullText("path")
	if a := c.attrs["type"]; a != nil {
		f.Type, f.TypeR = c.declared(a)
	}
	f.Required, _ = c.boolean("required")
	f.Class, f.ClassR = c.oneOf("class", classes...)
	f.Sharp, _ = c.oneOf("sharp", sharps...)
	f.Fill = c.fill()
	return f
}

func (c *content) declared(a *hcl.Attribute) (string, diag.Range) {
	at := c.file.inner(a.Expr.Range())
	if t := c.valueType(a.Expr); t != nil {
		return t.String(), at
	}
	return "", at
}

var (
	classes = []string{"identity", "contact", "bank", "social-security", "health", "pay"}
	sharps  = []string{"login", "e-mail", "status", "end-date"}
)

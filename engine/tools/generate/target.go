package generate

import (
	"fmt"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

func (g *generator) target() {
	g.line("target %s {", quote(identifier(g.to.Resource.GetName())))
	g.line("connection = connection.%s", g.to.Connection)
	g.line("resource = %s", quote(g.to.Resource.GetName()))
	if key := g.key(); key != "" {
		g.line("key = %s # what identifies a record there: is it this?", quote(key))
	}
	for _, s := range g.to.Resource.GetWriteSettings() {
		g.comment(s.GetName() + ": " + s.GetAbout())
	}
	if g.to.Resource.GetWriteForm() == protocol.WriteForm_WRITE_FORM_SNAPSHOT {
		g.line("")
		g.comment("It is read as \"this is everybody\": say when somebody has left (leavers), or nobody ever leaves it.")
		g.line("snapshot {")
		g.line("}")
	}
	if len(g.to.Resource.GetFields()) == 0 {
		g.line("")
		for _, p := range g.pairs {
			g.line("field %s { type = %s }", quote(p.target.GetPath()), p.source.of.String())
		}
	}
	g.line("")
	g.line("map = {")
	g.lines(g.tree())
	g.unpaired()
	g.line("}")
	g.line("}")
}

// key is the field that identifies a record: a unique one that must be there,
// else a unique one, else one that must be there.
func (g *generator) key() string {
	best, rank := "", 0
	for _, p := range g.pairs {
		of := 1
		if p.target.GetUnique() {
			of += 4
		}
		if p.target.GetRequired() {
			of += 2
		}
		if of > rank {
			best, rank = p.target.GetPath(), of
		}
	}
	return best
}

// node is a line of map, or what is nested under its name.
type node struct {
	name   string
	pair   *pair
	nested []*node
}

// tree puts the pairs under the names of their paths.
func (g *generator) tree() []*node {
	root := &node{}
	for i := range g.pairs {
		path, err := record.ParsePath(g.pairs[i].target.GetPath())
		if err != nil || len(g.to.Resource.GetFields()) == 0 {
			path = record.Path{{Name: g.pairs[i].target.GetPath()}}
		}
		at := root
		for _, step := range path {
			next := slices.IndexFunc(at.nested, func(n *node) bool { return n.name == step.Name })
			if next < 0 {
				next = len(at.nested)
				at.nested = append(at.nested, &node{name: step.Name})
			}
			at = at.nested[next]
		}
		at.pair = &g.pairs[i]
	}
	return root.nested
}

func (g *generator) lines(nodes []*node) {
	for _, n := range nodes {
		if n.pair == nil {
			g.line("%s = {", keyOf(n.name))
			g.lines(n.nested)
			g.line("}")
			continue
		}
		g.line("%s = %s%s", keyOf(n.name), quote(g.value(n.pair)), doubtful(n.pair))
	}
}

// short is the length up to which a target probably takes codes, not words.
const short = 10

// doubtful is what somebody must look at in a line.
func doubtful(p *pair) string {
	switch {
	case p.source.of.Kind == record.Date && p.target.GetType() == "string":
		return " # a date as text: is this the form that is wanted?"
	case p.target.GetMaxLength() > 0 && p.target.GetMaxLength() <= short && !choosesOf(p):
		return fmt.Sprintf(" # at most %d characters there", p.target.GetMaxLength())
	}
	return ""
}

func keyOf(name string) string {
	if identifier(name) == strings.ToLower(name) && name != "for" {
		return name
	}
	return quote(name)
}

func (g *generator) value(p *pair) string {
	value := sourceName + "." + p.source.name
	if choosesOf(p) {
		return "lookup('" + tableOf(p) + "', " + value + ")"
	}
	of, err := record.ParseType(p.target.GetType())
	if err != nil {
		return value
	}
	if text, ok := convert(value, p.source.of, of); ok {
		return text
	}
	return value
}

// unpaired are the target's other fields, as comments.
func (g *generator) unpaired() {
	for _, t := range g.to.Resource.GetFields() {
		if t.GetReadOnly() || g.pairOf(t) != nil {
			continue
		}
		text := t.GetPath() + ` = "…" # ` + labelOf(t)
		switch {
		case t.GetRequired():
			text += " (the target refuses a record without it)"
		case slices.Contains(needsPurpose, t.GetClass()):
			text += " (" + t.GetClass() + ": needs a block purpose " + quote(t.GetClass()) + ")"
		}
		g.comment(text)
	}
}

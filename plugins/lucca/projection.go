package main

import (
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
)

// node is one property to ask for, with those below it. The root has no name.
type node struct {
	name     string
	children []*node
	// moment: a date-time, to which an offset belongs; version 3 and 4 give none.
	moment bool
}

// child finds or adds a property, whatever its case: the API ignores it.
func (n *node) child(name string) *node {
	for _, c := range n.children {
		if strings.EqualFold(c.name, name) {
			return c
		}
	}
	c := &node{name: name}
	n.children = append(n.children, c)
	return c
}

func (n *node) has(name string) bool { return n.named(name) != nil }

func (n *node) named(name string) *node {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// projection is what a read asks for and hands on.
type projection struct {
	root     *node
	sections []string // codes of custom fields, e_…
	// added are root properties that the connector needs and nobody declared:
	// asked for, and not handed on.
	added map[string]bool
}

// parseProjection turns declared paths into a tree. The id always belongs to it.
// What lies below section are codes of custom fields; "": the resource has none.
func parseProjection(paths []string, section string) (*projection, *sdk.Error) {
	p := &projection{root: &node{}, added: map[string]bool{}}
	p.root.child("id")
	for _, text := range paths {
		path, err := record.ParsePath(text)
		if err != nil {
			return nil, &sdk.Error{Code: "bad-path", Summary: "a path can't be read", Detail: text,
				Remedy: "write it like department.name", Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
		at := p.root
		for i, step := range path {
			if step.IsIndex {
				continue // an index chooses in what came; there is nothing less to ask for
			}
			if i == 0 && section != "" && strings.EqualFold(step.Name, section) {
				p.section(section, path[1:])
				break
			}
			if !isProperty(step.Name) {
				return nil, &sdk.Error{Code: "bad-path", Summary: "a path names no property of Lucca's", Detail: text,
					Remedy: "custom fields stand below extendedData, or in a section block", Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
			at = at.child(step.Name)
		}
	}
	return p, nil
}

func (p *projection) section(section string, rest record.Path) {
	p.root.child(section)
	for _, step := range rest {
		if !step.IsIndex {
			for _, code := range p.sections {
				if code == step.Name {
					return
				}
			}
			p.sections = append(p.sections, step.Name)
			return
		}
	}
}

// moments notes which of the properties are published as timestamps.
func (p *projection) moments(fields []*sdk.Field) {
	for _, field := range fields {
		if field.GetType() != "timestamp" {
			continue
		}
		at := p.root
		for _, name := range strings.Split(field.GetPath(), ".") {
			if at = at.named(name); at == nil {
				break
			}
		}
		if at != nil {
			at.moment = true
		}
	}
}

// need asks for a root property that the connector itself has to see.
func (p *projection) need(name string) {
	if !p.root.has(name) {
		p.root.child(name)
		p.added[name] = true
	}
}

// forgo takes out a property that the connector can do without, and says whether
// it had been asked for on its own account.
func (p *projection) forgo(name string) bool {
	if !p.added[name] || name == "dtContractStart" {
		return false
	}
	delete(p.added, name)
	p.root.children = slices.DeleteFunc(p.root.children, func(c *node) bool { return c.name == name })
	return true
}

// isProperty keeps what would change the meaning of fields= out of it: commas,
// brackets, dots.
func isProperty(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return name != ""
}

// fields is the parameter of that name: nested properties in brackets. Lucca
// sends extendedData whole: what was not declared of it is dropped on arrival.
func (p *projection) fields() string {
	return p.root.list() + ",collection.count"
}

func (n *node) list() string {
	parts := make([]string, len(n.children))
	for i, c := range n.children {
		parts[i] = c.name
		if len(c.children) > 0 {
			parts[i] += "[" + c.list() + "]"
		}
	}
	return strings.Join(parts, ",")
}

// find gives a property below n as it was declared, whatever its case; "" when
// none is called so.
func (n *node) find(property string) string {
	for _, c := range n.children {
		if strings.EqualFold(c.name, property) {
			return c.name
		}
		if name := c.find(property); name != "" {
			return name
		}
	}
	return ""
}

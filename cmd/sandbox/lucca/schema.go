package lucca

import (
	"fmt"
	"strings"
)

// kind is what a property holds, as far as filters and nesting care.
type kind int

const (
	text kind = iota
	number
	date // 2006-01-02T15:04:05
	boolean
	reference  // another entity's subject, or nil
	list       // several subjects
	dictionary // members with free names: an object
)

// property is one named value of an entity. value gives nil where there is
// none, else a string, an int, a bool, anything JSON, a subject (reference),
// []any of subjects (list) or an object (dictionary).
type property struct {
	name      string
	irregular string // the other casing seen in the wild
	section   string // the right it needs
	expenses  bool   // exists only with Lucca Expenses
	kind      kind
	entity    *entity
	value     func(v view, subject any) any
}

func (p *property) spelt(style Style) string {
	if style.Casing == "irregular" && p.irregular != "" {
		return p.irregular
	}
	return p.name
}

// entity is a type of resource: its name in messages, its properties in order.
type entity struct {
	name       string
	path       string // of the collection, for url
	inline     bool   // part of another: unless asked otherwise, all of it shows
	properties []property
}

// find looks a property up, whatever its case; installed or it doesn't exist.
func (e *entity) find(v view, name string) (*property, error) {
	for i := range e.properties {
		p := &e.properties[i]
		if strings.EqualFold(p.name, name) && (v.style.Expenses || !p.expenses) {
			return p, nil
		}
	}
	return nil, badRequest(fmt.Sprintf("Selected property %s does not exist on objet of type %s", name, e.name))
}

// validate refuses a selection that names what doesn't exist.
func (v view) validate(e *entity, s *selection) error {
	for _, name := range s.names {
		p, err := e.find(v, name)
		if err != nil {
			return err
		}
		child := s.children[name]
		switch {
		case child.leaf() || p.kind == dictionary:
		case p.entity == nil || p.isPlain(v):
			return badRequest(fmt.Sprintf("Selected property %s does not exist on objet of type %s", child.names[0], p.name))
		default:
			if err := v.validate(p.entity, child); err != nil {
				return err
			}
		}
	}
	return nil
}

// isPlain: a nationality that this tenant writes as text has nothing inside.
func (p *property) isPlain(v view) bool {
	return p.name == "nationality" && v.style.Nationality == "string"
}

// render writes what a valid selection asks for; an empty one is id, name, url.
func (v view) render(e *entity, subject any, s *selection) object {
	if s.leaf() && e.inline {
		return v.everything(e, subject)
	}
	if s.leaf() {
		s = idNameURL
	}
	out := make(object, 0, len(s.names))
	for _, name := range s.names {
		p, err := e.find(v, name)
		if err != nil {
			continue // of the default three: an entity without a name
		}
		if m, shown := v.member(p, subject, s.children[name]); shown {
			out = append(out, m)
		}
	}
	return out
}

// everything renders all properties, what is nested by its id, name and url.
func (v view) everything(e *entity, subject any) object {
	all := &selection{}
	for i := range e.properties {
		if v.style.Expenses || !e.properties[i].expenses {
			all.child(e.properties[i].name)
		}
	}
	return v.render(e, subject, all)
}

var idNameURL = &selection{
	names:    []string{"id", "name", "url"},
	children: map[string]*selection{"id": nil, "name": nil, "url": nil},
}

func (v view) member(p *property, subject any, child *selection) (member, bool) {
	name := p.spelt(v.style)
	if !v.rights.section(p.section) {
		return member{name, nil}, v.rights.Missing == "null"
	}
	value := p.value(v, subject)
	if value == nil {
		return member{name, nil}, true
	}
	switch p.kind {
	case reference:
		if p.isPlain(v) {
			return member{name, v.render(p.entity, value, nameOnly)[0].value}, true
		}
		return member{name, v.render(p.entity, value, child)}, true
	case list:
		subjects := value.([]any)
		items := make([]object, 0, len(subjects))
		for _, each := range subjects {
			items = append(items, v.render(p.entity, each, child))
		}
		return member{name, items}, true
	case dictionary:
		return member{name, value.(object).only(child)}, true
	default:
		return member{name, value}, true
	}
}

var nameOnly = &selection{names: []string{"name"}, children: map[string]*selection{"name": nil}}

// only keeps the members of a dictionary that were asked for by name. An
// unknown name is no error: a dictionary has no declared ones.
func (o object) only(s *selection) object {
	if s.leaf() {
		return o
	}
	kept := object{}
	for _, m := range o {
		if _, asked := s.children[strings.ToLower(m.name)]; asked {
			kept = append(kept, m)
		}
	}
	return kept
}

package flow

import (
	"slices"
	"strings"

	"passerelle/engine/compile"
	"passerelle/plugins/record"
)

// elements takes a record apart: one item for each element of its list, of which
// the record's own where, leavers and requirements hold.
func (g *gatherer) elements(items []Item, r *gathered) []Item {
	each := g.m.Each
	hides := composed(r.item.ID)
	list, failure := g.list()
	if failure != nil { // which elements there are can't be told
		r.item.Held, r.item.Hides, r.item.Out = failure, &hides, false
		return g.put(items, r.item)
	}
	r.rows = append(r.rows, nil)
	for _, element := range list {
		r.rows[each.Source] = g.element(element)
		g.use(r)
		item := r.item
		id, failure := g.elementID()
		item.ID = composed(r.item.ID, id)
		if each.Windowed >= 0 {
			item.Day = g.elementDay(r.rows[each.Source])
		}
		switch {
		case failure != nil:
			item.Held, item.Hides, item.Out = failure, &hides, false
		case item.Held == nil && !r.out:
			item.Shown = g.p.shown()
			g.p.judge(&item, make([]record.Value, len(g.m.Target.Fields)))
		}
		items = g.put(items, item)
	}
	return items
}

// composed is the identity of an element: the record's, and its own.
func composed(parts ...string) string {
	var id strings.Builder
	for _, part := range parts {
		prefixed(&id, part)
	}
	return id.String()
}

func (g *gatherer) list() ([]record.Value, *compile.Failure) {
	each := g.m.Each
	if failure := g.p.untold(each.In); failure != nil {
		return nil, failure
	}
	list, failure := each.In.Eval(g.p.in)
	if failure != nil {
		return nil, compile.FailureOf(failure, "each "+quote(each.Decl.Name), each.Decl.In)
	}
	return list.Items(), nil
}

// element is a row of the element's fields; nil for an empty element.
func (g *gatherer) element(v record.Value) []record.Value {
	if v.IsEmpty() {
		return nil
	}
	row := make([]record.Value, len(g.m.Each.Fields))
	for i, field := range g.m.Each.Fields {
		if at := slices.Index(v.Keys(), field.Name); at >= 0 {
			row[i] = v.Items()[at]
		}
	}
	return row
}

func (g *gatherer) elementID() (string, *compile.Failure) {
	each := g.m.Each
	what := "each " + quote(each.Decl.Name)
	if failure := g.p.untold(each.ID); failure != nil {
		return "", failure
	}
	value, failure := each.ID.Eval(g.p.in)
	switch {
	case failure != nil:
		return "", compile.FailureOf(failure, what, each.Decl.ID)
	case value.IsEmpty():
		return "", &compile.Failure{
			Code:    "empty-id",
			Field:   what,
			Summary: "An element of " + quote(each.Decl.Name) + " has no id",
			Detail:  "Without one, it can't be told from the other elements of its record.",
			Remedy:  "Fill what id names at the source.",
			Place:   &each.Decl.ID.Range,
		}
	}
	return scalar(value), nil
}

// elementDay is the day by which the window of the joined source took the
// element; empty where the list was made without it.
func (g *gatherer) elementDay(row []record.Value) record.Value {
	window := g.m.Joined[g.m.Each.Windowed].Window
	name := g.m.Joined[g.m.Each.Windowed].Fields[window.Field].Name
	for i, field := range g.m.Each.Fields {
		if field.Name == name && i < len(row) && row[i].Kind() == record.Date {
			return row[i]
		}
	}
	return record.Value{}
}

package compile

import (
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
)

// catalogue are the fields that a connector describes of one resource, found by
// path.
type catalogue struct {
	resource *protocol.Resource
	paths    []record.Path // of resource.Fields
}

// found is what a connector says of a path.
type found struct {
	field *protocol.Field // nil: nothing
	of    record.Type     // of the value at the path
	exact bool            // the field is at the path itself, not around it
	err   error           // the connector's type is none
}

func catalogueOf(r *protocol.Resource) *catalogue {
	c := &catalogue{resource: r}
	for _, f := range r.GetFields() {
		c.paths = append(c.paths, stepsOf(f.GetPath()))
	}
	return c
}

// stepsOf reads the name of a field as a path. A name that is no path, such as
// one with spaces, is a single step.
func stepsOf(name string) record.Path {
	path, err := record.ParsePath(name)
	if err != nil || slices.ContainsFunc(path, func(s record.Step) bool { return s.IsIndex }) {
		return record.Path{{Name: name}}
	}
	return path
}

// at finds the field at a path, or the one that holds it: a path may go on
// inside a described object, map or list.
func (c *catalogue) at(path record.Path) found {
	best, length := -1, 0
	for i, p := range c.paths {
		if len(p) > length && beginsWith(path, p) {
			best, length = i, len(p)
		}
	}
	if best < 0 {
		return found{}
	}
	field := c.resource.GetFields()[best]
	of, err := record.ParseType(field.GetType())
	if length == len(path) || err != nil {
		return found{field: field, of: of, exact: length == len(path), err: err}
	}
	if of, ok := inside(of, path[length:]); ok {
		return found{field: field, of: of}
	}
	return found{}
}

// inside is the type of what a path finds in a value of a type.
func inside(of record.Type, path record.Path) (record.Type, bool) {
	if len(path) == 0 {
		return of, true
	}
	step := path[0]
	switch {
	case of.Kind == record.List && step.IsIndex:
		return inside(*of.Elem, path[1:])
	case of.Kind == record.List:
		elem, ok := inside(*of.Elem, path)
		return record.ListOf(elem), ok
	case of.Kind == record.Map && !step.IsIndex:
		return inside(*of.Elem, path[1:])
	case of.Kind == record.Object:
		for _, f := range of.Fields {
			if !step.IsIndex && f.Name == step.Name {
				return inside(f.Type, path[1:])
			}
		}
	}
	return record.Type{}, false
}

func beginsWith(path, prefix record.Path) bool {
	return len(path) >= len(prefix) && slices.Equal(path[:len(prefix)], prefix)
}

// sensitiveClass is the first class at a path, around it or inside it that needs
// a purpose; "" without one.
func (c *catalogue) sensitiveClass(path record.Path) string {
	for i, p := range c.paths {
		class := c.resource.GetFields()[i].GetClass()
		if needsPurpose(class) && (beginsWith(path, p) || beginsWith(p, path)) {
			return class
		}
	}
	return ""
}

// readable are the paths that a source may name.
func (c *catalogue) readable() []string {
	var out []string
	for _, f := range c.resource.GetFields() {
		if !f.GetWriteOnly() {
			out = append(out, f.GetPath())
		}
	}
	return out
}

func needsPurpose(class string) bool {
	return slices.Contains([]string{"bank", "social-security", "health", "pay"}, class)
}

package record

import (
	"slices"
	"strings"
)

// Kind is the basic kind of a Type or Value.
type Kind uint8

const (
	// Empty is the kind of the empty value alone: null, missing and "" are one.
	// As the kind of a Type it means any type.
	Empty Kind = iota
	Bool
	Int       // 64 bits, exact
	Double    // IEEE 754
	Decimal   // exact, canonical text: "1234.5"
	String    // never "": that is Empty
	Date      // civil, no zone
	Timestamp // an instant, kept in UTC with nanoseconds
	Choice    // an entry of a list of choices: a code and a label
	List
	Map    // string keys, one type of values, in the order read
	Object // named fields, each of its own type
)

var kindNames = [...]string{"any", "bool", "int", "double", "decimal", "string", "date", "timestamp", "choice", "list", "map", "object"}

// String is the kind's name in the language; "any" for Empty.
func (k Kind) String() string { return kindNames[k] }

// Type is a type of the language. The zero Type means "not declared".
type Type struct {
	Kind   Kind
	Elem   *Type       // of a List or Map
	Fields []TypeField // of an Object, in declared order
}

// TypeField is one field of an object type.
type TypeField struct {
	Name string
	Type Type
}

// Basic is a type without parts.
func Basic(k Kind) Type { return Type{Kind: k} }

// ListOf is list(elem).
func ListOf(elem Type) Type { return Type{Kind: List, Elem: &elem} }

// MapOf is map(elem).
func MapOf(elem Type) Type { return Type{Kind: Map, Elem: &elem} }

// String writes a type as the language does: list(string), object({a = int}).
// ParseType reads it back.
func (t Type) String() string {
	switch t.Kind {
	case List, Map:
		if t.Elem == nil {
			return t.Kind.String()
		}
		return t.Kind.String() + "(" + t.Elem.String() + ")"
	case Object:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = typeFieldName(f.Name) + " = " + f.Type.String()
		}
		return "object({" + strings.Join(parts, ", ") + "})"
	}
	return t.Kind.String()
}

// Equal reports whether both are the same type.
func (t Type) Equal(u Type) bool {
	if t.Kind != u.Kind || (t.Elem == nil) != (u.Elem == nil) {
		return false
	}
	if t.Elem != nil && !t.Elem.Equal(*u.Elem) {
		return false
	}
	return slices.EqualFunc(t.Fields, u.Fields, func(a, b TypeField) bool {
		return a.Name == b.Name && a.Type.Equal(b.Type)
	})
}

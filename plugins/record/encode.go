package record

import "fmt"

// OutField is one leaf of the objects that an Encoder writes.
type OutField struct {
	Path []string
	Type Type // what its values are; they are written as they are, never converted
}

// Empties says what an included field without a value becomes.
type Empties uint8

const (
	OmitEmpty  Empties = iota // left out
	NullEmpty                 // null
	BlankEmpty                // ""
)

// Encoder writes rows as JSON objects. It is safe for concurrent use.
type Encoder struct{ root outNode }

// outNode is a member of the object written: a leaf, or an object of its own.
type outNode struct {
	name     string
	key      string // "name": as written
	leaf     int    // place in the row; -1 for an object
	children []*outNode
}

// NewEncoder prepares an encoder. Members come in the order in which the fields
// name them first. It refuses an empty path, a path given twice, and one that is
// a field and also holds others.
func NewEncoder(fields []OutField) (*Encoder, error) {
	e := &Encoder{root: outNode{leaf: -1}}
	for i, field := range fields {
		if len(field.Path) == 0 {
			return nil, fmt.Errorf("field %d: its path is empty", i)
		}
		at := &e.root
		for depth, name := range field.Path {
			last := depth == len(field.Path)-1
			child := at.child(name)
			switch {
			case child == nil:
				child = &outNode{name: name, key: string(append(appendText(nil, name), ':')), leaf: -1}
				if last {
					child.leaf = i
				}
				at.children = append(at.children, child)
			case last && child.leaf >= 0:
				return nil, fmt.Errorf("the field %s is given twice", dotted(field.Path))
			case last || child.leaf >= 0:
				return nil, fmt.Errorf("%s can't be both a field and an object that holds fields", dotted(field.Path[:depth+1]))
			}
			at = child
		}
	}
	return e, nil
}

func (n *outNode) child(name string) *outNode {
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func dotted(path []string) string {
	steps := make(Path, len(path))
	for i, name := range path {
		steps[i].Name = name
	}
	return steps.String()
}

// Append writes the row, which has a value for each field, as one JSON object
// at the end of dst: only the included fields (nil: all), empty ones as empties
// says, and no nested object without a written field.
func (e *Encoder) Append(dst []byte, row []Value, include Bits, empties Empties) []byte {
	dst = append(dst, '{')
	dst, _ = e.root.append(dst, row, include, empties)
	return append(dst, '}')
}

// append writes the members, and reports whether there was one.
func (n *outNode) append(dst []byte, row []Value, include Bits, empties Empties) ([]byte, bool) {
	written := false
	for _, c := range n.children {
		start := len(dst)
		if c.leaf >= 0 && (!include.Has(c.leaf) || empties == OmitEmpty && row[c.leaf].kind == Empty) {
			continue
		}
		if written {
			dst = append(dst, ',')
		}
		dst = append(dst, c.key...)
		switch {
		case c.leaf < 0:
			var filled bool
			dst = append(dst, '{')
			if dst, filled = c.append(dst, row, include, empties); !filled {
				dst = dst[:start]
				continue
			}
			dst = append(dst, '}')
		case row[c.leaf].kind == Empty && empties == BlankEmpty:
			dst = append(dst, `""`...)
		default:
			dst = row[c.leaf].AppendJSON(dst)
		}
		written = true
	}
	return dst, written
}

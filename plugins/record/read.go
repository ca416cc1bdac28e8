package record

import "time"

// read makes the value at p one of the wanted shape. A fault does not stop it:
// the rest of the value is still checked.
func (s *Scanner) read(p int, want *shape, zone *time.Location, depth int) (Value, trouble, int) {
	var v Value
	var bad problem
	switch c := s.data[p]; c {
	case '{':
		return s.readObject(p, want, zone, depth+1)
	case '[':
		return s.readList(p, want, zone, depth+1)
	case '"':
		var text string
		if text, p = s.text(p); p >= 0 && text != "" {
			v, bad = fromText(want.kind, text, zone)
		}
	case 't':
		p = s.word(p, "true")
		v, bad = fromBool(want.kind, true)
	case 'f':
		p = s.word(p, "false")
		v, bad = fromBool(want.kind, false)
	case 'n':
		p = s.word(p, "null")
	default:
		end, plain := s.number(p)
		if end >= 0 {
			v, bad = fromNumber(want.kind, s.all[p:end], plain)
		}
		p = end
	}
	return v, trouble{problem: bad, want: want}, p
}

func (s *Scanner) readList(p int, want *shape, zone *time.Location, depth int) (Value, trouble, int) {
	if want.kind != List && want.kind != Empty {
		return Value{}, trouble{problem: isList, want: want}, s.skipList(p, depth)
	}
	var first trouble
	var items []Value
	p, done := s.open(p, ']', depth)
	for !done {
		if p < 0 {
			return Value{}, trouble{}, -1
		}
		var v Value
		var t trouble
		if v, t, p = s.read(p, want.elem, zone, depth); p < 0 {
			return Value{}, trouble{}, -1
		}
		if first.problem == fine {
			first = t
		}
		items = append(items, v)
		p, done = s.more(p, ']')
	}
	return NewList(items), first, p
}

func (s *Scanner) readObject(p int, want *shape, zone *time.Location, depth int) (Value, trouble, int) {
	switch want.kind {
	case String, Choice:
		return s.readChoice(p, want, depth)
	case Map, Object, Empty:
	default:
		return Value{}, trouble{problem: isObject, want: want}, s.skipObject(p, depth)
	}
	e := newEntries(want)
	p, done := s.open(p, '}', depth)
	for !done {
		if p < 0 {
			return Value{}, trouble{}, -1
		}
		var key string
		if key, p = s.key(p); p < 0 {
			return Value{}, trouble{}, -1
		}
		if at, elem := e.place(key); at < 0 {
			p = s.skip(p, depth)
		} else {
			var t trouble
			e.values[at], t, p = s.read(p, elem, zone, depth)
			e.note(at, t)
		}
		if p < 0 {
			return Value{}, trouble{}, -1
		}
		p, done = s.more(p, '}')
	}
	return e.value(), e.first(), p
}

// readChoice reads {"code": …, "label": …}: one of the two at least and nothing
// else, so that no other object is taken for one. Of an object that ends at a
// string field it is the label, or the code without one.
func (s *Scanner) readChoice(p int, want *shape, depth int) (Value, trouble, int) {
	var parts [2]Value // code, label
	var wrong [3]bool  // beside parts; another key
	seen := false
	p, done := s.open(p, '}', depth)
	for !done {
		if p < 0 {
			return Value{}, trouble{}, -1
		}
		var key string
		if key, p = s.key(p); p < 0 {
			return Value{}, trouble{}, -1
		}
		at := 2
		switch key {
		case "code":
			at = 0
		case "label":
			at = 1
		}
		seen = true
		if at == 2 || s.data[p] == '{' {
			wrong[at] = true
			p = s.skip(p, depth)
		} else {
			var t trouble
			parts[at], t, p = s.read(p, textShape, nil, depth)
			wrong[at] = t.problem != fine
		}
		if p < 0 {
			return Value{}, trouble{}, -1
		}
		p, done = s.more(p, '}')
	}
	if !seen || wrong != [3]bool{} {
		return Value{}, trouble{problem: isObject, want: want}, p
	}
	choice := NewChoice(parts[0].str, parts[1].str)
	if want.kind == String {
		choice = choiceText(choice)
	}
	return choice, trouble{}, p
}

// textShape is what a choice's code and label are.
var textShape = &shape{kind: String, typ: Basic(String)}

// entries gathers the members of an object as they are read; of one key twice
// the last value counts, in the place of the first.
type entries struct {
	want     *shape
	keys     []string
	values   []Value
	places   map[string]int // once there are many keys
	troubles []trouble      // beside values; nil while there is none
}

// manyKeys is where a map begins to beat looking at each key.
const manyKeys = 16

func newEntries(want *shape) entries {
	if want.kind != Object {
		return entries{want: want}
	}
	return entries{want: want, keys: want.keys, values: make([]Value, len(want.keys)), places: want.index}
}

// place is where the key's value goes, and its shape; -1 when it is not wanted.
func (e *entries) place(key string) (int, *shape) {
	if e.want.kind == Object {
		if at, ok := e.places[key]; ok {
			return at, e.want.fields[at]
		}
		return -1, nil
	}
	if at := e.find(key); at >= 0 {
		return at, e.want.elem
	}
	e.keys = append(e.keys, key)
	e.values = append(e.values, Value{})
	if e.places != nil {
		e.places[key] = len(e.keys) - 1
	}
	return len(e.keys) - 1, e.want.elem
}

func (e *entries) find(key string) int {
	if e.places == nil && len(e.keys) >= manyKeys {
		e.places = make(map[string]int, 2*manyKeys)
		for i, k := range e.keys {
			e.places[k] = i
		}
	}
	if e.places != nil {
		if at, ok := e.places[key]; ok {
			return at
		}
		return -1
	}
	for i, k := range e.keys {
		if k == key {
			return i
		}
	}
	return -1
}

func (e *entries) note(at int, t trouble) {
	if t.problem == fine && at >= len(e.troubles) {
		return
	}
	for len(e.troubles) <= at {
		e.troubles = append(e.troubles, trouble{})
	}
	e.troubles[at] = t
}

func (e *entries) first() trouble {
	for _, t := range e.troubles {
		if t.problem != fine {
			return t
		}
	}
	return trouble{}
}

func (e *entries) value() Value {
	if e.want.kind == Map {
		return NewMap(e.keys, e.values)
	}
	return NewObject(e.keys, e.values)
}

// FromJSON reads one JSON value of any kind as the type wants it; timestamps
// need an offset. The error is a *Malformed or a Fault of slot 0. It keeps
// nothing of data. Records on the hot path go through a Scanner instead.
func FromJSON(data []byte, t Type) (Value, error) {
	want, err := newShape(t)
	if err != nil {
		return Value{}, err
	}
	text := string(data)
	s := Scanner{data: []byte(text), all: text}
	p := s.space(0)
	if p < 0 {
		return Value{}, s.err
	}
	v, bad, p := s.read(p, want, nil, 0)
	if p >= 0 {
		s.end(p)
	}
	if s.err != nil {
		return Value{}, s.err
	}
	if bad.problem != fine {
		return Value{}, bad.fault(0)
	}
	return v, nil
}

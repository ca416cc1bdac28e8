package record

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// shape is a Type made ready for the hot path.
type shape struct {
	kind   Kind
	typ    Type
	elem   *shape         // of a list or map; of any, itself
	keys   []string       // of an object
	fields []*shape       // of an object, beside keys
	index  map[string]int // of an object: place in keys
}

func newShape(t Type) (*shape, error) {
	s := &shape{kind: t.Kind, typ: t}
	switch {
	case t.Kind > Object:
		return nil, fmt.Errorf("a type of an unknown kind")
	case t.Kind == Empty:
		s.elem = s
	case t.Kind == List || t.Kind == Map:
		var elem Type
		if t.Elem != nil {
			elem = *t.Elem
		}
		var err error
		if s.elem, err = newShape(elem); err != nil {
			return nil, err
		}
	case t.Kind == Object:
		s.index = make(map[string]int, len(t.Fields))
		for i, f := range t.Fields {
			if _, twice := s.index[f.Name]; twice {
				return nil, fmt.Errorf("an object type has the field %q twice", f.Name)
			}
			field, err := newShape(f.Type)
			if err != nil {
				return nil, err
			}
			s.index[f.Name] = i
			s.keys = append(s.keys, f.Name)
			s.fields = append(s.fields, field)
		}
	}
	return s, nil
}

// fromText makes a non-empty JSON string what is wanted.
func fromText(want Kind, text string, zone *time.Location) (Value, problem) {
	switch want {
	case String, Empty:
		return Value{kind: String, str: text}, fine
	case Date:
		return dateOf(text)
	case Timestamp:
		return timestampOf(text, zone)
	case Choice:
		return NewChoice(text, text), fine
	case Int:
		end, plain := scanNumber(text, 0)
		if end != len(text) || !plain || text == "-0" {
			return Value{}, textNoInt
		}
		return intOf(text, true)
	case Decimal, Double:
		end, plain := scanNumber(text, 0)
		if end != len(text) || mantissaOf(text) != text {
			return Value{}, textNoNumber
		}
		return fromNumber(want, text, plain)
	}
	return Value{}, isText
}

// fromNumber makes the text of a JSON number what is wanted; plain: it has
// neither fraction nor exponent.
func fromNumber(want Kind, text string, plain bool) (Value, problem) {
	switch want {
	case Int:
		return intOf(text, plain)
	case Double:
		return doubleOf(text, plain)
	case String, Choice:
		canonical, ok := CanonicalDecimal(text)
		if !ok {
			return Value{}, numberRange
		}
		if canonical != text {
			return Value{}, numberForm
		}
		return fromText(want, text, nil)
	case Decimal:
		canonical, ok := CanonicalDecimal(text)
		if !ok {
			return Value{}, numberRange
		}
		return Value{kind: Decimal, str: canonical}, fine
	case Empty:
		if v, bad := intOf(text, plain); bad == fine {
			return v, fine
		}
		return fromNumber(Decimal, text, plain)
	}
	return Value{}, isNumber
}

func fromBool(want Kind, b bool) (Value, problem) {
	if want == Bool || want == Empty {
		return NewBool(b), fine
	}
	return Value{}, isBool
}

// Coerce makes an already typed value one of type to by the rules of the
// scanner, without loss or not at all: int 12 and string "12" become each
// other, a string becomes a date, a choice its label, a list its elements.
// Empty stays empty; the zero Type takes anything. zone is for timestamps
// without offset and may be nil. A timestamp never becomes a date: the day that
// its source wrote is no longer known.
func Coerce(v Value, to Type, zone *time.Location) (Value, bool) {
	if v.kind == Empty || to.Kind == Empty {
		return v, true
	}
	switch to.Kind {
	case List:
		return coerceList(v, to, zone)
	case Map:
		return coerceMap(v, to, zone)
	case Object:
		return coerceObject(v, to, zone)
	}
	if v.kind == to.Kind {
		return v, true
	}
	out, p := coerceScalar(v, to.Kind, zone)
	return out, p == fine
}

func coerceScalar(v Value, to Kind, zone *time.Location) (Value, problem) {
	switch v.kind {
	case String:
		return fromText(to, v.str, zone)
	case Int:
		return fromNumber(to, strconv.FormatInt(v.num, 10), true)
	case Decimal:
		return fromNumber(to, v.str, strings.IndexByte(v.str, '.') < 0)
	case Double:
		return coerceDouble(v.Double(), to)
	case Choice:
		if to == String {
			return choiceText(v), fine
		}
	case Date, Timestamp:
		if to == String {
			text := string(v.AppendJSON(nil))
			return NewString(text[1 : len(text)-1]), fine
		}
	case Map, Object:
		if choice, ok := choiceOf(v); ok {
			if to == Choice {
				return choice, fine
			}
			if to == String {
				return choiceText(choice), fine
			}
		}
	}
	return Value{}, isObject
}

func coerceDouble(f float64, to Kind) (Value, problem) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}, numberRange
	}
	text := doubleText(f)
	return fromNumber(to, text, strings.IndexByte(text, '.') < 0)
}

// choiceText is what a choice is as text: its label, or the code without one.
func choiceText(v Value) Value {
	if label := v.Label(); label != "" {
		return NewString(label)
	}
	return NewString(v.str)
}

// choiceOf reads {code, label}: one of the two at least and nothing else.
func choiceOf(v Value) (Value, bool) {
	var code, label string
	for i, key := range v.Keys() {
		item := v.Items()[i]
		text, ok := Coerce(item, Basic(String), nil)
		if !ok || item.kind == Choice || item.kind == Map || item.kind == Object {
			return Value{}, false
		}
		switch key {
		case "code":
			code = text.str
		case "label":
			label = text.str
		default:
			return Value{}, false
		}
	}
	return NewChoice(code, label), len(v.Keys()) > 0
}

func elemOf(t Type) Type {
	if t.Elem == nil {
		return Type{}
	}
	return *t.Elem
}

func coerceList(v Value, to Type, zone *time.Location) (Value, bool) {
	if v.kind != List {
		return Value{}, false
	}
	items, ok := coerceAll(v.Items(), elemOf(to), zone)
	if !ok {
		return Value{}, false
	}
	return NewList(items), true
}

func coerceMap(v Value, to Type, zone *time.Location) (Value, bool) {
	if v.kind != Map && v.kind != Object {
		return Value{}, false
	}
	items, ok := coerceAll(v.Items(), elemOf(to), zone)
	if !ok {
		return Value{}, false
	}
	return NewMap(v.Keys(), items), true
}

func coerceAll(items []Value, to Type, zone *time.Location) ([]Value, bool) {
	out := make([]Value, len(items))
	for i, item := range items {
		var ok bool
		if out[i], ok = Coerce(item, to, zone); !ok {
			return nil, false
		}
	}
	return out, true
}

func coerceObject(v Value, to Type, zone *time.Location) (Value, bool) {
	if v.kind != Map && v.kind != Object {
		return Value{}, false
	}
	keys, values := make([]string, len(to.Fields)), make([]Value, len(to.Fields))
	for i, field := range to.Fields {
		keys[i] = field.Name
		for j, key := range v.Keys() {
			if key != field.Name {
				continue
			}
			var ok bool
			if values[i], ok = Coerce(v.Items()[j], field.Type, zone); !ok {
				return Value{}, false
			}
		}
	}
	return NewObject(keys, values), true
}

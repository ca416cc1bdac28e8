package record

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// This file is the specification a second time, by the standard library and
// without a thought for speed. The scanner must agree with it.

var (
	jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	plainInt   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	plainNum   = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	isoMoment  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])?$`)
)

// naiveRecord decodes data as a record; false when it must be refused.
func naiveRecord(data []byte) (map[string]any, bool) {
	if !utf8.Valid(data) || !json.Valid(data) || nesting(data) > 1000 {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, false
	}
	m, ok := v.(map[string]any)
	return m, ok
}

func nesting(valid []byte) int {
	depth, deepest, text := 0, 0, false
	for i := 0; i < len(valid); i++ {
		switch c := valid[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// naiveWalk is what a slot holds; false is a fault.
func naiveWalk(v any, path Path, t Type, zone *time.Location) (Value, bool) {
	switch {
	case v == nil || v == "":
		return Value{}, true
	case len(path) == 0:
		return naiveCoerce(v, t, zone)
	}
	list, isList := v.([]any)
	if path[0].IsIndex {
		if !isList {
			return Value{}, false
		}
		if path[0].Index >= len(list) {
			return Value{}, true
		}
		return naiveWalk(list[path[0].Index], path[1:], t, zone)
	}
	if isList {
		return naiveList(list, path, t, zone)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return Value{}, false
	}
	return naiveWalk(m[path[0].Name], path[1:], t, zone)
}

func naiveList(list []any, path Path, t Type, zone *time.Location) (Value, bool) {
	if t.Kind != List && t.Kind != Empty {
		return Value{}, false
	}
	items := []Value{}
	for _, v := range list {
		item, ok := naiveWalk(v, path, elemOf(t), zone)
		if !ok {
			return Value{}, false
		}
		items = append(items, item)
	}
	return NewList(items), true
}

func naiveCoerce(v any, t Type, zone *time.Location) (Value, bool) {
	switch v := v.(type) {
	case bool:
		return NewBool(v), t.Kind == Bool || t.Kind == Empty
	case json.Number:
		return naiveNumber(string(v), t.Kind)
	case string:
		return naiveText(v, t.Kind, zone)
	case []any:
		return naiveList(v, nil, t, zone)
	}
	return naiveObject(v.(map[string]any), t, zone)
}

func naiveNumber(s string, want Kind) (Value, bool) {
	switch want {
	case Int, Decimal, String, Choice:
		canonical, ok, _ := naiveDecimal(s)
		if !ok {
			return Value{}, false
		}
		switch want {
		case Decimal:
			return NewDecimal(canonical), true
		case String:
			return NewString(s), canonical == s
		case Choice:
			return NewChoice(s, s), canonical == s
		}
		n, err := strconv.ParseInt(canonical, 10, 64)
		return NewInt(n), err == nil
	case Double:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return Value{}, false
		}
		if canonical, ok, _ := naiveDecimal(s); f == 0 && (!ok || canonical != "0") {
			return Value{}, false
		}
		exact, shortest := strconv.FormatFloat(f, 'f', 0, 64), strconv.FormatFloat(f, 'f', -1, 64)
		if plainInt.MatchString(s) && s != exact && s != shortest {
			return Value{}, false
		}
		return NewDouble(f), true
	case Empty:
		if n, ok := naiveNumber(s, Int); ok {
			return n, true
		}
		return naiveNumber(s, Decimal)
	}
	return Value{}, false
}

func naiveText(s string, want Kind, zone *time.Location) (Value, bool) {
	switch want {
	case String, Empty:
		return NewString(s), true
	case Choice:
		return NewChoice(s, s), true
	case Int:
		n, err := strconv.ParseInt(s, 10, 64)
		return NewInt(n), err == nil && strconv.FormatInt(n, 10) == s
	case Decimal, Double:
		if !plainNum.MatchString(s) {
			return Value{}, false
		}
		return naiveNumber(s, want)
	case Date:
		return naiveDate(s)
	case Timestamp:
		return naiveTimestamp(s, zone)
	}
	return Value{}, false
}

func naiveDate(s string) (Value, bool) {
	if isoMoment.MatchString(s) {
		if _, err := time.Parse("2006-01-02T15:04:05", s[:19]); err != nil {
			return Value{}, false
		}
		s = s[:10]
	}
	d, err := time.Parse("2006-01-02", s)
	return NewDate(d.Year(), d.Month(), d.Day()), err == nil
}

func naiveTimestamp(s string, zone *time.Location) (Value, bool) {
	if !isoMoment.MatchString(s) {
		return Value{}, false
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		digits := strings.TrimRight(strings.TrimRight(s[i+1:i+1+strings.IndexFunc(s[i+1:]+"Z", func(r rune) bool { return r < '0' || r > '9' })], "Z"), "0")
		if len(digits) > 9 {
			return Value{}, false
		}
	}
	instant, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		wall, err := time.Parse("2006-01-02T15:04:05.999999999", s)
		if err != nil || zone == nil {
			return Value{}, false
		}
		var found []time.Time
		for hours := -48; hours <= 48; hours++ {
			_, offset := wall.Add(time.Duration(hours) * time.Hour).In(zone).Zone()
			candidate := wall.Add(-time.Duration(offset) * time.Second)
			if candidate.In(zone).Format("2006-01-02T15:04:05") == wall.Format("2006-01-02T15:04:05") {
				found = append(found, candidate)
			}
		}
		if len(found) == 0 {
			return Value{}, false
		}
		instant = slices.MinFunc(found, time.Time.Compare)
	}
	year := instant.UTC().Year()
	return NewTimestamp(instant), year >= 0 && year <= 9999
}

func naiveObject(m map[string]any, t Type, zone *time.Location) (Value, bool) {
	var keys []string
	var values []Value
	switch t.Kind {
	case String, Choice:
		return naiveChoice(m, t.Kind)
	case Object:
		for _, field := range t.Fields {
			v, ok := naiveWalk(m[field.Name], nil, field.Type, zone)
			if !ok {
				return Value{}, false
			}
			keys, values = append(keys, field.Name), append(values, v)
		}
		return NewObject(keys, values), true
	case Map, Empty:
		for key, member := range m {
			v, ok := naiveWalk(member, nil, elemOf(t), zone)
			if !ok {
				return Value{}, false
			}
			keys, values = append(keys, key), append(values, v)
		}
		if t.Kind == Map {
			return NewMap(keys, values), true
		}
		return NewObject(keys, values), true
	}
	return Value{}, false
}

func naiveChoice(m map[string]any, want Kind) (Value, bool) {
	part := map[string]string{}
	for key, member := range m {
		if _, nested := member.(map[string]any); nested || key != "code" && key != "label" {
			return Value{}, false
		}
		v, ok := naiveWalk(member, nil, Basic(String), nil)
		if !ok {
			return Value{}, false
		}
		part[key] = v.Text()
	}
	if len(m) == 0 {
		return Value{}, false
	}
	if want == Choice {
		return NewChoice(part["code"], part["label"]), true
	}
	if part["label"] != "" {
		return NewString(part["label"]), true
	}
	return NewString(part["code"]), true
}

// costly reports a number whose exact digits would be too many to work out.
var costly = regexp.MustCompile(`[eE][+-]?[0-9]{5,}`)

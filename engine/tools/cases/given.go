package cases

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/lang"
	"passerelle/plugins/record"
)

// records writes what a case gives as the JSON that a mapping's sources read, by
// source. What no source could ever give is refused at its place; fault is the
// code of a value that may be wrong, since it is what the case is about.
func records(m *compile.Mapping, given []*lang.GivenSource, fault string) (map[string][][]byte, diag.Diagnostics) {
	out := map[string][][]byte{}
	var found diag.Diagnostics
	var names []string
	for _, s := range m.Sources() {
		names = append(names, s.Name)
	}
	for _, g := range given {
		at := slices.Index(names, g.Name)
		if at < 0 {
			found = append(found, unknown(g.Word, "The mapping has no source "+strconv.Quote(g.Name), "given names the sources of the mapping.", names))
			continue
		}
		s := m.Sources()[at]
		for i, r := range g.Records {
			data, ds := one(s, r, i, fault)
			out[g.Name] = append(out[g.Name], data)
			found = append(found, ds...)
		}
	}
	return out, found
}

// one writes a record. An identity that is not given is the record's number.
func one(s *compile.Source, r *lang.GivenRecord, number int, fault string) ([]byte, diag.Diagnostics) {
	var found diag.Diagnostics
	var names []string
	slots := make([]record.Slot, len(s.Slots))
	for i, slot := range s.Slots {
		name := s.GivenName(i)
		slots[i] = record.Slot{Path: record.Path{{Name: name}}, Type: slot.Type, Zone: slot.Zone}
		if i < len(s.Fields) {
			slots[i].Type = s.Fields[i].Type
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	out := bytes.NewBufferString("{")
	write := func(name string, json []byte) {
		if out.Len() > 1 {
			out.WriteByte(',')
		}
		out.Write(append(jsonOf(cty.StringVal(name)), ':'))
		out.Write(json)
	}
	given := map[string]*lang.GivenField{}
	for _, f := range r.Fields {
		if !slices.Contains(names, f.Name) {
			found = append(found, unknown(f.Word, "The source "+strconv.Quote(s.Name)+" has no field "+strconv.Quote(f.Name),
				"A record is given by the names of the fields that the mapping declares, not by the paths of the connector.", names))
			continue
		}
		given[f.Name] = f
		write(f.Name, jsonOf(f.Value))
	}
	for _, slot := range s.Identity {
		if name := s.GivenName(slot); given[name] == nil && slot >= len(s.Fields) {
			write(name, []byte(strconv.Itoa(number+1)))
		}
	}
	out.WriteByte('}')
	return out.Bytes(), append(found, wrong(s, slots, out.Bytes(), given, fault)...)
}

// wrong finds the values that are of another type than their field.
func wrong(s *compile.Source, slots []record.Slot, data []byte, given map[string]*lang.GivenField, fault string) diag.Diagnostics {
	if len(slots) == 0 {
		return nil
	}
	scanner, err := record.NewScanner(slots)
	if err != nil {
		return diag.From(err, "preparing to read what is given")
	}
	faults, err := scanner.Scan(data, make([]record.Value, len(slots)))
	if err != nil {
		return diag.From(err, "reading what is given")
	}
	var found diag.Diagnostics
	for _, f := range faults {
		field := given[s.GivenName(f.Slot)]
		if field == nil || f.Code == fault {
			continue
		}
		at := field.ValueR
		found = append(found, diag.Diagnostic{
			Code: "wrong-given", Subject: &at,
			Summary: "The field " + strconv.Quote(field.Name) + " can't be given " + f.Got,
			Detail:  "The mapping reads " + f.Want.String() + " there, so that such a record would be held.",
			Remedy:  "Correct the value. If the test is about a source that gives such a value, expect it: held = " + strconv.Quote(f.Code) + ".",
		})
	}
	return found
}

func unknown(w lang.Word, summary, detail string, names []string) diag.Diagnostic {
	at := w.Range
	remedy := "It can be " + list(names) + "."
	if near := diag.DidYouMean(w.Name, names); near != "" {
		remedy = "Did you mean " + strconv.Quote(near) + "?"
	}
	return diag.Diagnostic{Code: "unknown-given", Subject: &at, Summary: summary, Detail: detail, Remedy: remedy}
}

func list(names []string) string {
	var b bytes.Buffer
	for i, name := range names {
		switch {
		case i > 0 && i == len(names)-1:
			b.WriteString(" or ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(name)
	}
	return b.String()
}

// jsonOf writes a value of the file, which is known.
func jsonOf(v cty.Value) []byte {
	if v.IsNull() {
		return []byte("null")
	}
	text, err := ctyjson.SimpleJSONValue{Value: v}.MarshalJSON()
	if err != nil { // a literal always has a JSON form
		return []byte("null")
	}
	return text
}

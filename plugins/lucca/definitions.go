package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const (
	propertiesPath    = "/api/v3/userproperties"
	definitionsPath   = "/api/v3/extensionuserdefinitions"
	definitionsAtOnce = 1000

	// extension is the category of custom fields in Lucca's catalogue.
	extension = 3
)

// rows says how many values a custom field may have.
type rows int

const (
	unknownRows rows = iota
	single
	several
)

// custom is one custom field as the tenant defines it.
type custom struct {
	code, name string
	rows       rows
	kind       int    // Lucca's number: 0 bool, 1 int or entry, 2 number, 3 date, 4 text, 5 object
	format     string // select, radio, text, …
}

// isChoice: the value is the id of an entry.
func (c custom) isChoice() bool { return c.format == "select" || c.format == "radio" }

// entry is one value of a choice list.
type entry struct{ id, name string }

// choices are the tenant's custom fields and the entries of its lists, by code in
// lower case.
type choices struct {
	fields  map[string]custom // nil: the catalogue can't be read
	entries map[string]map[string]string
	order   map[string][]entry
	// refused is why the entries could not be read; a number in a custom field may
	// then be an entry's id, and is not passed on as if it were a value.
	refused *sdk.Error
}

func (c *choices) field(code string) (custom, bool) {
	if c == nil {
		return custom{}, false
	}
	f, ok := c.fields[strings.ToLower(code)]
	return f, ok
}

func (c *choices) multiple(code string) rows {
	f, _ := c.field(code)
	return f.rows
}

// mayBeEntry: all are suspects, but those that the catalogue says are no choices.
func (c *choices) mayBeEntry(code string) bool {
	f, known := c.field(code)
	return !known || f.isChoice()
}

// definitions reads what the given custom fields are; nil: all. The catalogue
// costs one request; the entries of lists a second one, where there is a choice
// among the fields. An API that is busy or away fails the read; one that refuses
// is remembered as such.
func (r *reading) definitions(codes []string) (*choices, *sdk.Error) {
	all := &choices{}
	fields, complaint := r.catalogue()
	switch {
	case complaint != nil && complaint.Retry == protocol.Retry_RETRY_LATER:
		return nil, complaint
	case complaint == nil:
		all.fields = fields
	}
	needed := codes == nil || slices.ContainsFunc(codes, all.mayBeEntry)
	if !needed {
		return all, nil
	}
	lists, complaint := r.reference.entries.get(r.now(), func() (*choices, bool, *sdk.Error) {
		lists := &choices{}
		complaint := r.lists(lists)
		return lists, lists.refused == nil, complaint
	})
	all.entries, all.order, all.refused = lists.entries, lists.order, lists.refused
	return all, complaint
}

// catalogue is which properties this tenant's users have beside the native ones.
func (r *reading) catalogue() (map[string]custom, *sdk.Error) {
	return r.reference.catalogue.get(r.now(), func() (map[string]custom, bool, *sdk.Error) {
		fields, complaint := r.readCatalogue()
		return fields, true, complaint
	})
}

func (r *reading) readCatalogue() (map[string]custom, *sdk.Error) {
	fields := map[string]custom{}
	complaint := r.items(propertiesPath, "the catalogue of properties", url.Values{"fields": {"id,name,isMultivalue,type,category,format[key],collection.count"}}, func(item json.RawMessage) bool {
		var p struct {
			ID           string
			Name         string
			IsMultivalue bool
			Category     *int
			Type         int
			Format       struct{ Key string }
		}
		if json.Unmarshal(item, &p) != nil || p.ID == "" {
			return false
		}
		if (p.Category != nil && *p.Category == extension) || strings.HasPrefix(p.ID, "e_") {
			f := custom{code: p.ID, name: p.Name, rows: single, kind: p.Type, format: strings.ToLower(p.Format.Key)}
			if p.IsMultivalue {
				f.rows = several
			}
			fields[strings.ToLower(p.ID)] = f
		}
		return true
	})
	return fields, complaint
}

// lists reads the entries of all choice lists into all.
func (r *reading) lists(all *choices) *sdk.Error {
	all.entries, all.order = map[string]map[string]string{}, map[string][]entry{}
	complaint := r.items(definitionsPath, "the definitions of custom fields", url.Values{
		"formatKey": {"select,radio"},
		"fields":    {"id,formatKey,extensionUserPropertyListEntries[id,name],collection.count"},
	}, func(item json.RawMessage) bool {
		var d struct {
			ID                               string
			ExtensionUserPropertyListEntries []struct {
				ID   json.RawMessage
				Name string
			}
		}
		if json.Unmarshal(item, &d) != nil || d.ID == "" {
			return false
		}
		code := strings.ToLower(d.ID)
		all.entries[code] = map[string]string{}
		for _, e := range d.ExtensionUserPropertyListEntries {
			all.entries[code][text(e.ID)] = e.Name
			all.order[code] = append(all.order[code], entry{text(e.ID), e.Name})
		}
		return true
	})
	if complaint != nil && complaint.Retry != protocol.Retry_RETRY_LATER && complaint.Code != "bad-answer" {
		all.refused = complaint
		return nil
	}
	return complaint
}

// items reads a small version 3 collection to its end.
func (r *reading) items(path, what string, query url.Values, each func(json.RawMessage) bool) *sdk.Error {
	for offset := 0; ; {
		query.Set("paging", paging(offset, definitionsAtOnce))
		a, complaint := r.page3(list3{path: path, what: what, query: query})
		if complaint != nil {
			return complaint
		}
		for _, item := range a.items {
			if !each(item) {
				return badAnswer(what + " can't be read")
			}
		}
		offset += len(a.items)
		if len(a.items) == 0 || (a.count >= 0 && int64(offset) >= a.count) {
			return nil
		}
	}
}

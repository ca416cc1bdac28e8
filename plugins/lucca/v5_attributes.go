package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const (
	attributesResource = "employee-attributes"
	attributesPath     = "/lucca-api/employee-attributes"
	attributeKinds     = "/lucca-api/employee-attribute-definitions"
	attributesSection  = "attributes"
	maxAttributes      = 1000
)

// attributes5 gives one record a person: Lucca gives one item a value, with its
// definition, which would leave a mapping to put people together. Whoever has none
// of the declared attributes has no record.
func attributes5() *resource {
	return &resource{
		about: described(&sdk.Resource{
			Name:     attributesResource,
			Label:    &sdk.Text{Fr: "Attributs des collaborateurs (API v5)", En: "Employee attributes (API v5)"},
			Identity: []string{"id"},
			Fields: []*sdk.Field{
				f("id", "string", "Collaborateur (identifiant)", "Employee (id)", filled, refers("employees")),
			},
			SectionPath:  attributesSection,
			SectionRight: &sdk.Text{Fr: "La section, accordée à la clé d'intégration", En: "The section, granted to the integration key"},
			ReadSettings: []*sdk.Setting{{Name: "as_of", Type: "string", Label: &sdk.Text{Fr: "À la date du", En: "As of"}, About: "The day whose values are read, as 2026-12-31. Without it: today."}},
		}, "employee-attributes.readonly"),
		api: v5, path: attributesPath, right: "employee-attributes.readonly", scopes: []string{"employee-attributes.readonly"},
		read: func(r *reading) *sdk.Error {
			return r.attributes(func(id string, data json.RawMessage) *sdk.Error { r.record(id, data); return nil })
		},
		probe: func(r *reading) (sample, *sdk.Error) {
			var s sample
			complaint := r.attributes(func(_ string, data json.RawMessage) *sdk.Error { s.items = append(s.items, data); return nil })
			return s, complaint
		},
	}
}

// attributes reads all values of the declared definitions, then hands on a record
// a person: a person's values may lie on several pages.
func (r *reading) attributes(keep func(id string, data json.RawMessage) *sdk.Error) *sdk.Error {
	if len(r.sections) == 0 {
		return &sdk.Error{Code: "no-attributes", Summary: "Lucca: no attribute is declared", Detail: "employee-attributes are asked for by name",
			Remedy: "declare them in a section block, by their id: e_diploma, or \"jobPosition.manager\" as [\"jobPosition.manager\"]", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	asOf, complaint := r.asOf()
	if complaint != nil {
		return complaint
	}
	kinds, complaint := r.kinds5()
	if complaint != nil {
		return complaint
	}
	people := &peoplesValues{several: kinds, of: map[string]map[string][]json.RawMessage{}}
	complaint = r.walk5(list5{path: attributesPath, what: attributesResource, embed: true, size: maxAttributes,
		query: url.Values{"definition.id": {strings.Join(r.sections, ",")}, "applicability.asOf": {asOf}}},
		func(item json.RawMessage, page *page5) *sdk.Error { return people.add(item, page) })
	if complaint != nil || r.end.Reason != "" || r.failed != nil {
		return complaint
	}
	r.end.Expected = int64(len(people.order))
	for _, id := range people.order {
		if complaint := keep(id, people.record(id, r.sections)); complaint != nil || r.failed != nil {
			return complaint
		}
	}
	return nil
}

func (r *reading) asOf() (string, *sdk.Error) {
	given := r.request.Settings.String("as_of")
	if given == "" {
		return r.today, nil
	}
	if _, err := time.Parse(time.DateOnly, given); err != nil {
		return "", badSetting("as_of", "it is no date", "write it like 2026-12-31")
	}
	return given, nil
}

// kinds5 says which attributes may have several values. Where that can't be read
// it is unknown, and values come as they are.
func (r *reading) kinds5() (map[string]rows, *sdk.Error) {
	kinds := map[string]rows{}
	complaint := r.walk5(list5{path: attributeKinds, what: "attribute definitions", query: url.Values{}, size: maxItems5}, func(item json.RawMessage, _ *page5) *sdk.Error {
		var d struct {
			ID                    string
			MultipleValueHandling json.RawMessage
		}
		if json.Unmarshal(item, &d) != nil || d.ID == "" {
			return badAnswer("a definition has no id")
		}
		kinds[d.ID] = single
		if !isNull(d.MultipleValueHandling) {
			kinds[d.ID] = several
		}
		return nil
	})
	if complaint != nil && complaint.Retry != protocol.Retry_RETRY_LATER && complaint.Code != "bad-answer" && complaint.Code != "unauthorized" {
		return kinds, nil
	}
	r.end.Complete = false
	return kinds, complaint
}

// peoplesValues are put together by person and definition.
type peoplesValues struct {
	several map[string]rows
	of      map[string]map[string][]json.RawMessage
	order   []string
}

func (p *peoplesValues) add(item json.RawMessage, page *page5) *sdk.Error {
	var a struct {
		Employee, Definition struct{ ID string }
		Value                json.RawMessage
	}
	if json.Unmarshal(item, &a) != nil || a.Employee.ID == "" || a.Definition.ID == "" {
		return badAnswer("an attribute has no employee or no definition")
	}
	if p.of[a.Employee.ID] == nil {
		p.of[a.Employee.ID] = map[string][]json.RawMessage{}
		p.order = append(p.order, a.Employee.ID)
	}
	values := p.of[a.Employee.ID]
	values[a.Definition.ID] = append(values[a.Definition.ID], attributeValue(a.Value, page))
	return nil
}

// attributeValue makes an entry of a list {code, label}, and of any other
// reference its id.
func attributeValue(value json.RawMessage, page *page5) json.RawMessage {
	var ref struct{ ID, Type string }
	if len(value) == 0 || value[0] != '{' || json.Unmarshal(value, &ref) != nil || ref.ID == "" || ref.Type == "" {
		return value
	}
	if !strings.HasPrefix(ref.Type, "taxonomy-label") {
		return quote(ref.ID)
	}
	var label struct{ Name string }
	if json.Unmarshal(page.Embedded["taxonomy-label"][ref.ID], &label) != nil || label.Name == "" {
		return json.RawMessage(`{"unlisted":true}`) // holds the one person back
	}
	return json.RawMessage(`{"code":` + string(quote(ref.ID)) + `,"label":` + string(quote(label.Name)) + `}`)
}

func (p *peoplesValues) record(id string, declared []string) json.RawMessage {
	n, values := &node{}, map[string]json.RawMessage{}
	for _, code := range declared {
		found := p.of[id][code]
		if len(found) == 0 {
			continue
		}
		n.children = append(n.children, &node{name: code})
		values[code] = found[0]
		if p.several[code] == several || len(found) > 1 {
			values[code] = list(slices.Clone(found))
		}
	}
	return encode(&node{children: []*node{{name: "id"}, {name: attributesSection}}},
		map[string]json.RawMessage{"id": quote(id), attributesSection: encode(n, values, nil)}, nil)
}

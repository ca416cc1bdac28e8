package main

import (
	"encoding/json"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// flat is one field of a record that v2 nests.
type flat struct {
	name, kind, fr, en string
	v1                 string   // the attribute's key, to know whether it is ticked
	path               []string // in v2's object
	more               []func(*sdk.Field)
}

var personFields = []flat{
	{"id", "string", "Identifiant Personio", "Personio id", "", []string{"id"}, with(filled, unique)},
	{"email", "string", "E-mail", "E-mail", "email", []string{"email"}, with(class("contact"), sharp("e-mail"))},
	{"first_name", "string", "Prénom", "First name", "first_name", []string{"first_name"}, with(class("identity"))},
	{"last_name", "string", "Nom", "Last name", "last_name", []string{"last_name"}, with(class("identity"))},
	{"preferred_name", "string", "Nom d'usage", "Preferred name", "preferred_name", []string{"preferred_name"}, with(class("identity"))},
	{"gender", "string", "Genre", "Gender", "gender", []string{"gender"}, with(class("identity"))},
	{"status", "string", "Statut", "Status", "status", []string{"status"}, with(sharp("status"))},
	{"created_at", "timestamp", "Créé le", "Created at", "created_at", []string{"created_at"}, nil},
	{"updated_at", "timestamp", "Modifié le", "Updated at", "last_modified_at", []string{"updated_at"}, nil},
}

var employmentFields = []flat{
	{"id", "string", "Identifiant de l'emploi", "Employment id", "", []string{"id"}, with(filled, unique)},
	{"person", "string", "Personne", "Person", "", []string{"person", "id"}, with(filled, refers(persons))},
	{"status", "string", "Statut", "Status", "", []string{"status"}, with(sharp("status"))},
	{"type", "string", "Type d'emploi", "Employment type", "employment_type", []string{"type"}, nil},
	{"hire_date", "date", "Date d'embauche", "Hire date", "hire_date", []string{"employment_start_date"}, nil},
	{"end_date", "date", "Fin de l'emploi", "Employment end", "termination_date", []string{"employment_end_date"}, with(sharp("end-date"))},
	{"contract_end_date", "date", "Fin de contrat", "Contract end", "contract_end_date", []string{"contract_end_date"}, with(sharp("end-date"))},
	{"probation_end_date", "date", "Fin de période d'essai", "Probation end", "probation_period_end", []string{"probation_end_date"}, nil},
	{"weekly_working_hours", "double", "Heures par semaine", "Weekly hours", "weekly_working_hours", []string{"weekly_working_hours"}, nil},
	{"full_time_weekly_working_hours", "double", "Heures d'un temps plein", "Full-time weekly hours", "weekly_working_hours", []string{"full_time_weekly_working_hours"}, nil},
	{"position", "string", "Poste", "Position", "position", []string{"position", "title"}, nil},
	{"supervisor", "string", "Responsable", "Supervisor", "supervisor", []string{"supervisor", "id"}, with(refers(persons))},
	{"office_id", "string", "Bureau (identifiant)", "Office (id)", "office", []string{"office", "id"}, with(refers(workplaces))},
	{"legal_entity_id", "string", "Entité légale (identifiant)", "Legal entity (id)", "subcompany", []string{"legal_entity", "id"}, with(refers(legalEntities))},
	{"department_id", "string", "Département (identifiant)", "Department (id)", "department", nil, with(refers(orgUnits))},
	{"team_id", "string", "Équipe (identifiant)", "Team (id)", "team", nil, with(refers(orgUnits))},
	{"cost_centers", "list(object({ id = string, weight = double }))", "Centres de coûts", "Cost centres", "cost_centers", []string{"cost_centers"}, nil},
	{"termination_date", "date", "Date de départ", "Termination date", "termination_date", []string{"termination", "termination_date"}, with(sharp("end-date"))},
	{"last_working_day", "date", "Dernier jour travaillé", "Last working day", "termination_date", nil, nil},
	{"terminated_at", "date", "Départ décidé le", "Terminated at", "termination_date", []string{"termination", "terminated_at"}, nil},
	{"termination_type", "string", "Type de départ", "Termination type", "termination_date", []string{"termination", "type"}, nil},
	{"termination_reason", "string", "Motif de départ", "Termination reason", "termination_date", []string{"termination", "reason"}, nil},
	{"created_at", "timestamp", "Créé le", "Created at", "created_at", []string{"created_at"}, nil},
	{"updated_at", "timestamp", "Modifié le", "Updated at", "last_modified_at", []string{"updated_at"}, nil},
}

func flatFields(all []flat) []*sdk.Field {
	var out []*sdk.Field
	for _, x := range all {
		field := f(x.name, x.kind, x.fr, x.en, append(slices.Clone(x.more), readOnly)...)
		if x.v1 != "" {
			field.Right = attributeRight(x.v1)
		}
		out = append(out, field)
	}
	return out
}

// personLabels are the rights of the fields that both resources have.
func personLabels() map[string]*sdk.Text {
	labels := map[string]*sdk.Text{}
	for _, a := range employeeAttributes {
		if a.v1 != "" && labels[a.v1] == nil {
			labels[a.v1] = attributeLabel(a.fr, a.en)
		}
	}
	return labels
}

// attributeLabel names the right to read an attribute, which is ticked by its name.
func attributeLabel(fr, en string) *sdk.Text {
	return &sdk.Text{Fr: "Attribut lisible «\u00a0" + fr + "\u00a0»", En: "Readable employee attribute “" + en + "”"}
}

// fieldV2 is a field's value in v2's object.
func (x *flat) value(item json.RawMessage) json.RawMessage {
	switch {
	case x.name == "department_id" || x.name == "team_id":
		members, _ := objectOf(item)
		if id := unitOf(members, strings.TrimSuffix(x.name, "_id")); id != "" {
			return quote(id)
		}
		return nil
	case x.name == "last_working_day": // the schema and its example disagree
		if day := at(item, "termination", "last_working_day"); !empty(day) {
			return day
		}
		return at(item, "termination", "last_working_date")
	case slices.Contains([]string{"gender", "type", "termination_type"}, x.name) && text(at(item, x.path...)) == "UNSPECIFIED":
		return null
	}
	return at(item, x.path...)
}

// persons reads v2's persons; names, hire dates and the like are on employments.
func (r *reading) persons() *sdk.Error {
	shape, complaint := r.shapeFlat(personFields)
	if complaint != nil {
		return complaint
	}
	if len(r.request.IDs) > 0 {
		return r.byID("/v2/persons", readEmployees, shape)
	}
	return r.listV2(requestV2{path: "/v2/persons", right: readEmployees}, emailsAtOnce, shape)
}

// employments reads each person's employments: a call a person, as the API has no
// list of them all.
func (r *reading) employments() *sdk.Error {
	shape, complaint := r.shapeFlat(employmentFields)
	if complaint != nil {
		return complaint
	}
	var ids []string
	whole, complaint := r.pagesV2(r, requestV2{path: "/v2/persons", right: readEmployees}, emailsAtOnce, func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
		for _, item := range items {
			ids = append(ids, text(at(item, "id")))
		}
		return true, nil
	})
	if complaint != nil || !whole {
		return complaint
	}
	for _, id := range ids {
		if complaint := r.employmentsOf(id, shape); complaint != nil || r.failed != nil {
			return complaint
		}
		if !r.end.Complete {
			return nil
		}
	}
	r.end.Complete = true
	return nil
}

// employmentsOf asks twice where the API says 404, as it does now and then for
// people who are there.
func (r *reading) employmentsOf(person string, shape func(json.RawMessage) (json.RawMessage, *sdk.Error)) *sdk.Error {
	q := employmentsRequest(person)
	complaint := r.listV2(q, emailsAtOnce, shape)
	if complaint != nil && complaint.Code == "not-found" {
		complaint = r.listV2(employmentsRequest(person), emailsAtOnce, shape)
	}
	if complaint != nil && complaint.Code == "not-found" {
		return r.incomplete("a person's employments were not found, twice")
	}
	return complaint
}

// shapeFlat makes the published record of v2's, from the declared paths alone. What
// the credential may not read is refused first: in v2 an absent field may as well
// be one that isn't filled in.
func (r *reading) shapeFlat(fields []flat) (func(json.RawMessage) (json.RawMessage, *sdk.Error), *sdk.Error) {
	var plain []flat
	var wantedCustom []string
	for _, declared := range r.request.Projection {
		path, err := record.ParsePath(declared)
		if err != nil || path[0].IsIndex {
			return nil, &sdk.Error{Code: "bad-path", Summary: "a path can't be read", Detail: declared, Remedy: "write it like email", Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
		i := slices.IndexFunc(fields, func(x flat) bool { return x.name == path[0].Name })
		switch {
		case i >= 0 && !slices.ContainsFunc(plain, func(x flat) bool { return x.name == fields[i].name }):
			plain = append(plain, fields[i])
		case i < 0 && path[0].Name == customPath && len(path) > 1:
			wantedCustom = append(wantedCustom, path[1].Name)
		}
	}
	all, listed, complaint := r.readableAttributes(r)
	if complaint != nil {
		return nil, complaint
	}
	keys := map[string]string{}
	for _, name := range wantedCustom {
		found, is, complaint := customNamed(all, name)
		switch {
		case complaint != nil:
			return nil, complaint
		case is:
			keys[name] = found.Key
		case listed || !isKey(name):
			return nil, notReadable(name, false)
		default:
			keys[name] = name
		}
	}
	for _, x := range plain {
		if listed && x.v1 != "" && !slices.ContainsFunc(all, func(a custom) bool { return a.Key == x.v1 }) {
			return nil, notReadable(x.en, true)
		}
	}
	return func(item json.RawMessage) (json.RawMessage, *sdk.Error) {
		if text(at(item, "id")) == "" {
			return nil, badAnswer("a record has no id")
		}
		out := []member{}
		if !slices.ContainsFunc(plain, func(x flat) bool { return x.name == "id" }) {
			out = append(out, member{"id", quote(text(at(item, "id")))})
		}
		for _, x := range plain {
			out = append(out, member{x.name, orNull(x.value(item))})
		}
		if len(keys) > 0 {
			out = append(out, member{customPath, customOf(item, wantedCustom, keys)})
		}
		return encode(out), nil
	}, nil
}

// customOf picks custom attributes: a list of {id, type, value}, the type in lower
// case whatever the documentation says.
func customOf(item json.RawMessage, names []string, keys map[string]string) json.RawMessage {
	var out []member
	for _, name := range names {
		value := null
		for _, a := range list(at(item, "custom_attributes")) {
			if text(at(a, "id")) == keys[name] {
				value = orNull(at(a, "value"))
			}
		}
		out = append(out, member{name, value})
	}
	return encode(out)
}

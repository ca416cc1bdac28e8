package main

import (
	"encoding/json"
	"strings"

	"passerelle/plugins/sdk"
)

// attribute is one field of the flat employee, and where it is in both generations.
type attribute struct {
	name, kind, fr, en string
	v1                 string                                // v1's key; "" where v1 doesn't have it
	shape              func(json.RawMessage) json.RawMessage // from v1's value
	more               []func(*sdk.Field)
}

// employeeAttributes are the flat employee: what persons and employments hold of
// somebody, by the names that a mapping uses.
var employeeAttributes = []attribute{
	{"id", "string", "Identifiant Personio", "Personio id", "id", asText, with(readOnly, unique, filled)},
	{"email", "string", "E-mail", "E-mail", "email", orNull, with(required, unique, class("contact"), sharp("e-mail"))},
	{"first_name", "string", "Prénom", "First name", "first_name", orNull, with(required, class("identity"))},
	{"last_name", "string", "Nom", "Last name", "last_name", orNull, with(required, class("identity"))},
	{"preferred_name", "string", "Nom d'usage", "Preferred name", "preferred_name", orNull, with(class("identity"))},
	{"gender", "string", "Genre", "Gender", "gender", upper, with(oneOf("MALE", "FEMALE", "DIVERSE", "UNKNOWN", "UNDEFINED"), class("identity"))},
	{"language", "string", "Langue", "Language", "", nil, with(required, writeOnly, oneOf("de", "en", "es", "fi", "fr", "it", "nl", "sv"))},
	{"status", "string", "Statut", "Status", "status", upper, with(oneOf("ACTIVE", "INACTIVE", "ONBOARDING", "LEAVE"), sharp("status"))},
	{"hire_date", "date", "Date d'embauche", "Hire date", "hire_date", day, with(required)},
	{"type", "string", "Type d'emploi", "Employment type", "employment_type", upper, with(required, oneOf("INTERNAL", "EXTERNAL"))},
	{"position", "string", "Poste", "Position", "position", orNull, nil},
	{"department", "string", "Département", "Department", "department", related("name"), with(resolvedWith(readOrganisation, attributeRight("team")))},
	{"department_id", "string", "Département (identifiant)", "Department (id)", "department", related("id"), with(readOnly, whyReadOnly(byName("department")))},
	{"team", "string", "Équipe", "Team", "team", related("name"), with(resolvedWith(readOrganisation, attributeRight("department")))},
	{"team_id", "string", "Équipe (identifiant)", "Team (id)", "team", related("id"), with(readOnly, whyReadOnly(byName("team")))},
	{"office", "string", "Bureau", "Office", "office", related("name"), with(resolvedWith(readOrganisation))},
	{"office_id", "string", "Bureau (identifiant)", "Office (id)", "office", related("id"), with(readOnly, whyReadOnly(byName("office")))},
	{"legal_entity", "string", "Entité légale", "Legal entity", "subcompany", related("name"), with(resolvedWith(readOrganisation))},
	{"legal_entity_id", "string", "Entité légale (identifiant)", "Legal entity (id)", "subcompany", related("id"), with(readOnly, whyReadOnly(byName("legal_entity")))},
	{"cost_center", "string", "Centre de coûts", "Cost centre", "cost_centers", onlyCostCenter, with(resolvedWith(readOrganisation))},
	{"cost_centers", "list(object({ name = string, weight = double }))", "Centres de coûts", "Cost centres", "cost_centers", costCenterList, with(resolvedWith(readOrganisation))},
	{"supervisor", "string", "Responsable", "Supervisor", "supervisor", superior("id"), with(refers(employees))},
	{"supervisor_email", "string", "Responsable (e-mail)", "Supervisor (e-mail)", "supervisor", superior("email"), with(readOnly, class("contact"), whyReadOnly(byName("supervisor")))},
	{"supervisor_name", "string", "Responsable (nom)", "Supervisor (name)", "supervisor", superiorName, with(readOnly, class("identity"), whyReadOnly(byName("supervisor")))},
	{"weekly_working_hours", "double", "Heures par semaine", "Weekly hours", "weekly_working_hours", orNull, nil},
	{"full_time_weekly_working_hours", "double", "Heures d'un temps plein", "Full-time weekly hours", "", nil, with(writeOnly)},
	{"contract_end_date", "date", "Fin de contrat", "Contract end", "contract_end_date", day, with(sharp("end-date"))},
	{"probation_end_date", "date", "Fin de période d'essai", "Probation end", "probation_period_end", day, nil},
	{"probation_period_length", "int", "Durée de la période d'essai", "Length of probation", "", nil, with(writeOnly)},
	{"termination_date", "date", "Date de départ", "Termination date", "termination_date", day, with(readOnly, sharp("end-date"), whyReadOnly(noTermination))},
	{"last_working_day", "date", "Dernier jour travaillé", "Last working day", "last_working_day", day, with(readOnly, whyReadOnly(noTermination))},
	{"termination_type", "string", "Type de départ", "Termination type", "termination_type", orNull, with(readOnly, whyReadOnly(noTermination))},
	{"termination_reason", "string", "Motif de départ", "Termination reason", "termination_reason", orNull, with(readOnly, whyReadOnly(noTermination))},
	{"fix_salary", "decimal", "Salaire fixe", "Fixed salary", "fix_salary", orNull, with(readOnly, class("pay"))},
	{"fix_salary_interval", "string", "Périodicité du salaire", "Salary interval", "fix_salary_interval", orNull, with(readOnly, class("pay"))},
	{"hourly_salary", "decimal", "Salaire horaire", "Hourly salary", "hourly_salary", orNull, with(readOnly, class("pay"))},
	{"holiday_calendar", "string", "Calendrier des jours fériés", "Holiday calendar", "holiday_calendar", related("name"), with(readOnly)},
	{"work_schedule", "string", "Horaire de travail", "Work schedule", "work_schedule", related("name"), with(readOnly)},
	{"vacation_day_balance", "double", "Solde de congés", "Vacation balance", "vacation_day_balance", orNull, with(readOnly)},
	{"created_at", "timestamp", "Créé le", "Created at", "created_at", orNull, with(readOnly)},
	{"last_modified_at", "timestamp", "Modifié le", "Last modified at", "last_modified_at", orNull, with(readOnly)},
}

// customPath is where custom attributes are in a record that is read: by key
// (custom.dynamic_305) or by label (custom["Marital status"]).
const customPath = "custom"

const noTermination = "Personio's API can't set a termination. A departure is told by deactivating: the employment's status becomes INACTIVE."

func byName(field string) string {
	return "Send " + field + " instead: it takes a name or an id."
}

func attributeNamed(name string) (attribute, bool) {
	for _, a := range employeeAttributes {
		if a.name == name {
			return a, true
		}
	}
	return attribute{}, false
}

func with(changes ...func(*sdk.Field)) []func(*sdk.Field) { return changes }

func readOnly(f *sdk.Field)  { f.ReadOnly = true }
func writeOnly(f *sdk.Field) { f.WriteOnly = true }
func required(f *sdk.Field)  { f.Required = true }
func unique(f *sdk.Field)    { f.Unique = true }
func filled(f *sdk.Field)    { f.Filled = true }

func class(c string) func(*sdk.Field)         { return func(f *sdk.Field) { f.Class = c } }
func sharp(s string) func(*sdk.Field)         { return func(f *sdk.Field) { f.Sharp = s } }
func refers(resource string) func(*sdk.Field) { return func(f *sdk.Field) { f.Reference = resource } }
func oneOf(values ...string) func(*sdk.Field) { return func(f *sdk.Field) { f.OneOf = values } }

func whyReadOnly(why string) func(*sdk.Field) { return func(f *sdk.Field) { f.WhyReadOnly = why } }

// resolvedWith: it is sent by name, and a right to read the list of its names turns
// that into an id. Department and team need each other's attribute too, because they
// are written together: see readableForWriting.
func resolvedWith(rights ...string) func(*sdk.Field) {
	return func(f *sdk.Field) { f.WriteRights = rights }
}

// asText writes v1's numeric ids as v2 has them: the same, as text.
func asText(raw json.RawMessage) json.RawMessage {
	if s := text(raw); s != "" {
		return quote(s)
	}
	return null
}

// related reads {"type":"Office","attributes":{"id":1,"name":"…"}}.
func related(what string) func(json.RawMessage) json.RawMessage {
	return func(raw json.RawMessage) json.RawMessage { return asText(at(raw, "attributes", what)) }
}

// superior reads an employee inside another: each attribute has its label.
func superior(what string) func(json.RawMessage) json.RawMessage {
	return func(raw json.RawMessage) json.RawMessage { return asText(at(raw, "attributes", what, "value")) }
}

func superiorName(raw json.RawMessage) json.RawMessage {
	name := strings.TrimSpace(text(at(raw, "attributes", "first_name", "value")) + " " + text(at(raw, "attributes", "last_name", "value")))
	if name == "" {
		return null
	}
	return quote(name)
}

// onlyCostCenter is the name of the one that has everything; of several, none is
// the cost centre.
func onlyCostCenter(raw json.RawMessage) json.RawMessage {
	if centers := list(raw); len(centers) == 1 {
		return asText(at(centers[0], "attributes", "name"))
	}
	return null
}

func costCenterList(raw json.RawMessage) json.RawMessage {
	var out []json.RawMessage
	for _, center := range list(raw) {
		weight := at(center, "attributes", "percentage")
		if empty(weight) {
			weight = null
		}
		out = append(out, encode([]member{{"name", asText(at(center, "attributes", "name"))}, {"weight", weight}}))
	}
	if out == nil {
		return null
	}
	encoded, _ := json.Marshal(out) // made of valid JSON
	return encoded
}

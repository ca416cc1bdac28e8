package lucca

import (
	"strings"

	"passerelle/cmd/sandbox/people"
)

type person = *people.Employee

// describeUser follows Lucca's catalogue of user properties: spelling, order,
// and which module or section each one depends on.
func (s *schema) describeUser() {
	plain := func(id int, name, path string) func(view, any) any {
		return always(named{id, name, path})
	}
	s.user.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, e person) any { return e.ID })},
		{name: "name", value: of(func(_ view, e person) any { return e.Name() })},
		{name: "url", value: of(func(v view, e person) any { return v.url(s.user, e.ID) })},
		{name: "displayName", value: of(func(_ view, e person) any { return e.LastName + " " + e.FirstName })},
		{name: "modifiedAt", kind: date, value: of(func(_ view, e person) any { return e.ModifiedAt })},
		{name: "lastName", value: of(func(_ view, e person) any { return e.LastName })},
		{name: "firstName", value: of(func(_ view, e person) any { return e.FirstName })},
		{name: "login", value: of(func(_ view, e person) any { return e.Login })},
		{name: "mail", value: of(func(_ view, e person) any { return e.Mail })},
		{name: "employeeNumber", value: of(func(_ view, e person) any { return e.EmployeeNumber })},
		{name: "civilTitle", value: of(func(v view, e person) any { return v.title(e.CivilTitle) })},
		{name: "directLine", value: of(func(_ view, e person) any { return e.DirectLine })},
		{name: "professionalMobile", value: of(func(_ view, e person) any { return e.ProfessionalMobile })},
		{name: "dtContractStart", kind: date, value: of(func(_ view, e person) any { return midnight(e.ContractStart) })},
		{name: "dtContractEnd", kind: date, value: of(func(_ view, e person) any { return midnight(e.ContractEnd) })},
		{name: "legalEntityId", irregular: "legalEntityID", kind: number, value: of(func(_ view, e person) any { return e.LegalEntityID })},
		{name: "legalEntity", kind: reference, entity: s.legalEntity, value: of(func(v view, e person) any { return found(v.company.Establishment(e.LegalEntityID)) })},
		{name: "departmentId", irregular: "departmentID", kind: number, value: of(func(_ view, e person) any { return e.DepartmentID })},
		{name: "department", kind: reference, entity: s.department, value: of(func(v view, e person) any { return found(v.company.Department(e.DepartmentID)) })},
		{name: "managerId", irregular: "managerID", kind: number, value: of(func(_ view, e person) any { return unlessZero(e.ManagerID) })},
		{name: "manager", kind: reference, entity: s.user, value: of(func(v view, e person) any { return found(v.company.Employee(e.ManagerID)) })},
		{name: "calendarId", irregular: "calendarID", kind: number, value: always(1)},
		{name: "calendar", kind: reference, entity: s.plain, value: plain(1, "Jours fériés en France", "publicHolidayCalendars")},
		{name: "cultureID", irregular: "cultureId", kind: number, value: always(1036)},
		{name: "culture", kind: reference, entity: s.plain, value: plain(1036, "français (France)", "cultures")},
		{name: "rolePrincipalId", irregular: "rolePrincipalID", kind: number, value: always(55)},
		{name: "rolePrincipal", kind: reference, entity: s.plain, value: plain(55, "Collaborateur", "roles")},
		{name: "habilitedRoles", kind: list, entity: s.plain, value: always([]any{named{59, "Collaborateur +", "roles"}})},
		{name: "cspId", irregular: "cspID", kind: number, value: always(3)},
		{name: "csp", kind: reference, entity: s.plain, value: plain(3, "Employés", "csps")},
		{name: "userWorkCycles", kind: list, entity: s.workCycle, value: func(_ view, subject any) any { return []any{subject} }},
		{name: "externalId", value: always(nil)},
		{name: "quote", value: always(nil)},
		{name: "allowsElectronicPayslip", kind: boolean, value: always(true)},
		{name: "applicationData", kind: dictionary, value: of(func(v view, _ person) any {
			return object{{"profile_figgo", v.render(s.plain, named{1, "Cadre (218 jours)", "leaveprofiles"}, nil)}}
		})},

		{name: "birthDate", section: SectionGeneral, kind: date, value: of(func(_ view, e person) any { return midnight(e.BirthDate) })},
		{name: "seniorityDate", section: SectionGeneral, kind: date, value: of(func(_ view, e person) any { return midnight(e.SeniorityDate) })},
		{name: "gender", section: SectionGeneral, value: of(func(_ view, e person) any { return e.Gender })},
		{name: "nationalityId", irregular: "nationalityID", section: SectionGeneral, kind: number, value: of(func(_ view, e person) any { return unlessZero(e.NationalityID) })},
		{name: "nationality", section: SectionGeneral, kind: reference, entity: s.country, value: of(func(v view, e person) any { return found(v.company.Country(e.NationalityID)) })},
		{name: "personalEmail", section: SectionGeneral, value: of(func(_ view, e person) any { return e.PersonalEmail })},
		{name: "personalMobile", section: SectionGeneral, value: always(nil)},
		{name: "address", section: SectionGeneral, value: of(func(_ view, e person) any { return e.Address })},
		{name: "insuranceNumber", section: SectionGeneral, value: of(func(_ view, e person) any { return e.InsuranceNumber })},
		{name: "jobTitle", section: SectionCareer, value: of(func(_ view, e person) any { return e.JobTitle })},
		{name: "bankName", section: SectionBank, value: of(func(_ view, e person) any { return e.BankName })},
		{name: "iban", section: SectionBank, expenses: true, value: of(func(_ view, e person) any { return e.IBAN })},
		{name: "bic", section: SectionBank, expenses: true, value: of(func(_ view, e person) any { return e.BIC })},
		{name: "rib", section: SectionBank, expenses: true, value: always(nil)},
		{name: "extendedData", kind: dictionary, value: of(func(v view, e person) any { return v.extended(e) })},
	}
	s.workCycle.properties = []property{
		{name: "id", kind: number, value: of(func(_ view, e person) any { return 1000 + e.ID })},
		{name: "ownerID", irregular: "ownerId", kind: number, value: of(func(_ view, e person) any { return e.ID })},
		{name: "workCycleID", irregular: "workCycleId", kind: number, value: always(6)},
		{name: "startsOn", kind: date, value: always("1900-01-01T00:00:00")}, // the API's own "ever since"
		{name: "endsOn", kind: date, value: always("9999-12-31T00:00:00")},
	}
}

// title spells "Mister" and "Miss" as the tenant does.
func (v view) title(title string) string {
	if v.style.Titles == "french" {
		switch title {
		case "Mister":
			return "M."
		case "Miss":
			return "Mme"
		}
	}
	return title
}

// extended renders the custom data: {id, value} by code, a list of them where
// there may be several rows, id being the row's. The value of a choice is its
// entry's id.
func (v view) extended(e person) object {
	out := object{}
	index := 0
	for _, section := range v.company.Sections {
		for _, field := range section.Fields {
			index++
			value, has := e.Extended[field.Code]
			switch {
			case !v.rights.section(section.Name):
				if v.rights.Missing == "null" {
					out = append(out, member{field.Code, nil})
				}
			case !has:
			case field.Multiple:
				rows := []any{}
				for n, row := range value.([]string) {
					rows = append(rows, v.row(e, index, n, field, row))
				}
				if len(rows) == 1 && v.style.Rows == "bare" {
					out = append(out, member{field.Code, rows[0]})
				} else {
					out = append(out, member{field.Code, rows})
				}
			default:
				out = append(out, member{field.Code, v.row(e, index, 0, field, value)})
			}
		}
	}
	return out
}

func (v view) row(e person, index, n int, field people.CustomField, value any) any {
	switch written, isText := value.(string); {
	case !isText: // composite: as it is
	case field.Format == "date":
		value = midnight(written)
	case field.Format == "select":
		if entry, ok := field.Entry(written); ok {
			value = entry.ID
		}
	}
	if v.style.Extended == "raw" {
		return value
	}
	return object{{"id", e.ID*1000 + index*20 + n}, {"value", value}}
}

// midnight writes a civil date as version 3 does: local, no offset.
func midnight(day string) any {
	if day == "" || strings.Contains(day, "T") {
		return day
	}
	return day + "T00:00:00"
}

func unlessZero(id int) any {
	if id == 0 {
		return nil
	}
	return id
}

// found turns a look-up into a subject: nil, and not a nil pointer in disguise.
func found[T any](subject *T, ok bool) any {
	if !ok {
		return nil
	}
	return subject
}

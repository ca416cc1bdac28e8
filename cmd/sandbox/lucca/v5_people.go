package lucca

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"passerelle/cmd/sandbox/people"
)

// people5 are those of the establishments that the client was given; version 5
// knows no other rights on who is seen.
func (v view) people5() []person {
	var all []person
	for _, e := range v.company.Employees() {
		if v.rights.Establishments == nil || slices.Contains(v.rights.Establishments, e.LegalEntityID) {
			all = append(all, e)
		}
	}
	return all
}

// each5 makes one item a person.
func (v view) each5(item func(person) item5) []item5 {
	staff := v.people5()
	all := make([]item5, len(staff))
	for i, e := range staff {
		all[i] = item(e)
	}
	return all
}

func (v view) employees5(url.Values) []item5 {
	return v.each5(func(e person) item5 {
		return item5{id: e.ID, show: func() object { return v.employee5(e) },
			filter: map[string]string{"id": strconv.Itoa(e.ID), "status": v.status5(e), "email": e.Mail,
				"applicableJobPosition.businessEstablishment.id": strconv.Itoa(e.LegalEntityID), "applicableJobPosition.department.id": strconv.Itoa(e.DepartmentID)},
			embed: func(add func(string, int, object)) {
				add("employment", employmentID(e), v.employment5(e))
				add("job-position", jobPositionID(e), v.jobPosition5(e))
			}}
	})
}

func (v view) status5(e person) string {
	switch {
	case e.Former(v.company.Today):
		return "deactivated"
	case e.Future(v.company.Today):
		return "upcoming"
	}
	return "active"
}

func (v view) employee5(e person) object {
	var birthday any
	if born, err := time.Parse("2006-01-02", e.BirthDate); err == nil && v.rights.section(SectionGeneral) {
		birthday = object{{"day", born.Day()}, {"month", int(born.Month())}}
	}
	return object{
		{"id", strconv.Itoa(e.ID)}, {"type", "employee"}, {"url", v.url5("employees", e.ID)}, {"remoteId", nil}, {"portrait", nil},
		{"givenName", e.FirstName}, {"familyName", e.LastName}, {"employeeNumber", orNull(e.EmployeeNumber)}, {"status", v.status5(e)},
		{"email", orNull(e.Mail)}, {"birthDay", birthday}, {"phoneNumber", orNull(e.DirectLine)},
		{"applicableEmployment", v.ref("employment", "employments", employmentID(e))},
		{"applicableJobPosition", v.ref("job-position", "job-positions", jobPositionID(e))},
		{"createdAt", e.ContractStart + "T08:00:00Z"}, {"lastUpdatedAt", e.ModifiedAt + "Z"},
		{"links", object{
			{"employments", href("%s/lucca-api/employments?employee.id=%d", v.base, e.ID)},
			{"jobPositions", href("%s/lucca-api/job-positions?employment.id=%d", v.base, employmentID(e))},
			{"personalRecord", href("%s/lucca-api/employee-personal-records?employee.id=%d", v.base, e.ID)},
			{"portrait", nil},
		}},
	}
}

func (v view) personalRecords5(url.Values) []item5 {
	return v.each5(func(e person) item5 {
		return item5{id: e.ID + 10_000_000, show: func() object { return v.personalRecord5(e) }, filter: map[string]string{"employee.id": strconv.Itoa(e.ID)}}
	})
}

func (v view) personalRecord5(e person) object {
	title := map[string]string{"Mister": "mister", "Miss": "miss"}[e.CivilTitle]
	if title == "" {
		title = "unknown"
	}
	gender := map[string]string{"Male": "male", "Female": "female"}[e.Gender]
	var insurance, bank any
	if e.InsuranceNumber != "" && v.rights.section(SectionGeneral) {
		insurance = object{{"format", "frenchSSN"}, {"value", e.InsuranceNumber}}
	}
	if e.IBAN != "" && v.rights.section(SectionBank) {
		bank = object{{"format", "iban"}, {"bankName", orNull(e.BankName)}, {"accountIdentifier", e.IBAN}, {"bankIdentifier", nil}}
	}
	nationalities := []string{}
	if code := alpha3[e.NationalityID]; code != "" {
		nationalities = []string{code}
	}
	return object{
		{"id", strconv.Itoa(e.ID + 10_000_000)}, {"type", "employee-personal-record"}, {"url", v.url5("employee-personal-records", e.ID+10_000_000)},
		{"employee", v.ref("employee", "employees", e.ID)}, {"title", title}, {"legalGender", gender}, {"birthDate", orNull(e.BirthDate)},
		{"insuranceNumber", insurance}, {"nationalitiesCountryCodes", nationalities}, {"bankAccount", bank},
		{"phoneNumber", orNull(e.ProfessionalMobile)}, {"email", orNull(e.PersonalEmail)},
		{"createdAt", e.ContractStart + "T08:00:00Z"}, {"lastUpdatedAt", e.ModifiedAt + "Z"}, {"links", object{}},
	}
}

// alpha3 are the countries' codes by ISO 3166-1 number.
var alpha3 = map[int]string{250: "FRA", 56: "BEL", 620: "PRT", 724: "ESP", 380: "ITA", 276: "DEU", 504: "MAR", 12: "DZA", 788: "TUN", 686: "SEN",
	384: "CIV", 616: "POL", 642: "ROU", 826: "GBR", 756: "CHE", 450: "MDG", 203: "CZE", 792: "TUR"}

func employmentID(e person) int  { return e.ID*10 + 2 }
func jobPositionID(e person) int { return e.ID*10 + 3 }

func (v view) employments5(url.Values) []item5 {
	var all []item5
	for _, e := range v.people5() {
		for _, c := range v.company.Contracts(e) {
			all = append(all, item5{id: c.ID, show: func() object { return v.contract5(e, c) },
				filter: map[string]string{"id": strconv.Itoa(c.ID), "employee.id": strconv.Itoa(e.ID)}})
		}
	}
	return all
}

func (v view) employment5(e person) object {
	for _, c := range v.company.Contracts(e) {
		if c.Applicable {
			return v.contract5(e, c)
		}
	}
	return nil
}

func (v view) contract5(e person, c people.Contract) object {
	status := "active"
	var end any
	if c.EndsOn != "" {
		end = object{{"date", c.EndsOn}}
	}
	switch {
	case c.EndsOn != "" && c.EndsOn < v.company.Today:
		status = "deactivated"
	case c.StartsOn > v.company.Today:
		status = "upcoming"
	}
	place, _ := v.company.Establishment(c.EstablishmentID)
	return object{
		{"id", strconv.Itoa(c.ID)}, {"type", "employment"}, {"url", v.url5("employments", c.ID)}, {"remoteId", nil},
		{"employee", v.ref("employee", "employees", e.ID)}, {"legalEntity", v.ref("legal-entity", "legal-entities", place.LegalUnitID)}, {"status", status},
		{"start", object{{"date", c.StartsOn}}}, {"end", end}, {"document", nil}, {"template", v.ref("employment-template", "employment-templates", c.TypeID)},
		{"createdAt", c.CreatedAt + "Z"}, {"lastUpdatedAt", c.ModifiedAt + "Z"}, {"links", object{{"document", nil}, {"jobPositions", nil}, {"probationaryPeriods", nil}}},
	}
}

func (v view) jobPositions5(url.Values) []item5 {
	return v.each5(func(e person) item5 {
		return item5{id: jobPositionID(e), show: func() object { return v.jobPosition5(e) },
			filter: map[string]string{"id": strconv.Itoa(jobPositionID(e)), "employment.id": strconv.Itoa(employmentID(e)), "department.id": strconv.Itoa(e.DepartmentID)}}
	})
}

func (v view) jobPosition5(e person) object {
	title := orNull(e.JobTitle)
	if !v.rights.section(SectionCareer) {
		title = nil
	}
	return object{
		{"id", strconv.Itoa(jobPositionID(e))}, {"type", "job-position"}, {"url", v.url5("job-positions", jobPositionID(e))}, {"remoteId", nil},
		{"employment", v.ref("employment", "employments", employmentID(e))}, {"employee", v.ref("employee", "employees", e.ID)}, {"status", v.status5(e)},
		{"startsOn", e.ContractStart}, {"endsOn", orNull(e.ContractEnd)}, {"businessEstablishment", v.ref("business-establishment", "business-establishments", e.LegalEntityID)},
		{"jobTitle", title}, {"jobQualification", nil}, {"manager", v.ref("employee", "employees", e.ManagerID)}, {"occupationCategory", nil},
		{"workingTimeArrangement", nil}, {"department", v.ref("department", "departments", e.DepartmentID)}, {"document", nil}, {"notes", nil}, {"t9n", object{}},
		{"updatedAttributes", []string{}}, {"createdAt", e.ContractStart + "T08:00:00Z"}, {"lastUpdatedAt", e.ModifiedAt + "Z"}, {"links", object{}},
	}
}

func (v view) departments5(url.Values) []item5 {
	var all []item5
	for _, subject := range departmentsOf(v.company) {
		d := subject.(department)
		all = append(all, item5{id: d.ID, filter: map[string]string{"isArchived": strconv.FormatBool(!d.IsActive)}, show: func() object {
			return object{{"id", strconv.Itoa(d.ID)}, {"type", "department"}, {"url", v.url5("departments", d.ID)}, {"remoteId", orNull(d.Code)}, {"isArchived", !d.IsActive},
				{"name", d.Name}, {"description", nil}, {"parent", v.ref("department", "departments", d.Parent)}, {"level", d.Level},
				{"manager", v.ref("employee", "employees", d.HeadID)}, {"sortOrder", d.Sort}, {"links", object{{"activeEmployees", nil}}}}
		}})
	}
	return all
}

func (v view) businessEstablishments5(url.Values) []item5 {
	var all []item5
	for _, e := range v.company.Establishments {
		if v.rights.Establishments != nil && !slices.Contains(v.rights.Establishments, e.ID) {
			continue
		}
		unit, _ := v.company.LegalUnit(e.LegalUnitID)
		all = append(all, item5{id: e.ID, filter: map[string]string{"legalEntity.id": strconv.Itoa(e.LegalUnitID), "isArchived": "false"},
			embed: func(add func(string, int, object)) { add("legal-entity", unit.ID, v.legalEntity5(unit)) },
			show: func() object {
				return object{{"id", strconv.Itoa(e.ID)}, {"type", "business-establishment"}, {"url", v.url5("business-establishments", e.ID)}, {"name", e.Name}, {"remoteId", nil},
					{"isArchived", false}, {"legalEntity", v.ref("legal-entity", "legal-entities", e.LegalUnitID)}, {"isHeadquarters", unit.Headquarters == e.ID},
					{"taxIdentificationNumber", object{{"format", "franceSIRET"}, {"value", v.company.SIRET(e)}}},
					{"industryCode", object{{"format", "franceAPE"}, {"value", "6201Z"}}},
					{"address", object{{"addressLines", []string{e.Street}}, {"postalCode", e.City[:5]}, {"locality", e.City[6:]}, {"administrativeArea", nil}, {"countryCode", "FRA"}}},
					{"timezoneId", "Europe/Paris"}, {"lastArchivedAt", nil}, {"createdAt", "2023-11-07T05:31:56Z"}, {"lastUpdatedAt", "2023-11-07T05:31:56Z"}, {"links", object{}}}
			}})
	}
	return all
}

func (v view) legalEntities5(url.Values) []item5 {
	var all []item5
	for _, unit := range v.company.LegalUnits {
		all = append(all, item5{id: unit.ID, filter: map[string]string{"countryCode": "FRA", "isArchived": "false"}, show: func() object { return v.legalEntity5(unit) }})
	}
	return all
}

func (v view) legalEntity5(unit people.LegalUnit) object {
	return object{{"id", strconv.Itoa(unit.ID)}, {"type", "legal-entity"}, {"url", v.url5("legal-entities", unit.ID)}, {"legalName", unit.Name}, {"remoteId", orNull(unit.Code)},
		{"isArchived", false}, {"countryCode", "FRA"}, {"currencyCode", "EUR"}, {"taxIdentificationNumber", object{{"format", "franceSIREN"}, {"value", unit.SIREN}}},
		{"industryCode", object{{"format", "franceAPE"}, {"value", "6201Z"}}}, {"createdAt", "2023-11-07T05:31:56Z"}, {"lastUpdatedAt", "2023-11-07T05:31:56Z"},
		{"lastArchivedAt", nil}, {"links", object{{"businessEstablishments", nil}}}}
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

package personio

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// employeeV1 is a person as v1 shows them: flat, every value with its label in the
// account's language. What isn't ticked on the credential is absent, without a word.
func (c *call) employeeV1(p *person, asked []string) object {
	out := object{}
	for _, a := range c.attributes() {
		if (!c.rights.readable(a.Key) && a.Key != "id") || (len(asked) > 0 && a.Key != "id" && !slices.Contains(asked, a.Key)) {
			continue
		}
		shown := object{"label": a.Labels[c.style.Language], "value": c.valueV1(p, a), "type": a.Type, "universal_id": universal(a.Key)}
		if a.Key == "fix_salary" {
			shown["currency"] = "EUR"
		}
		key := a.Key
		if c.style.OldV1 {
			delete(shown, "type")
			delete(shown, "universal_id")
			if key == "cost_centers" {
				key = "cost_center"
			}
		}
		out[key] = shown
	}
	return object{"type": "Employee", "attributes": out}
}

func (c *call) valueV1(p *person, a attribute) any {
	e := &p.Employment
	switch a.Key {
	case "id":
		return p.ID
	case "first_name":
		return p.FirstName
	case "last_name":
		return p.LastName
	case "preferred_name":
		return p.PreferredName
	case "email":
		return p.Email
	case "gender":
		return c.orEmpty(strings.ToLower(p.Gender))
	case "status":
		return strings.ToLower(e.Status)
	case "position":
		return c.orEmpty(e.Position)
	case "employment_type":
		return strings.ToLower(e.Type)
	case "weekly_working_hours":
		if e.Weekly == nil {
			return c.empty()
		}
		return strconv.FormatFloat(*e.Weekly, 'f', -1, 64) // a string, whatever the type says
	case "hire_date":
		return midnight(e.Start)
	case "contract_end_date":
		return midnight(e.ContractEnd)
	case "probation_period_end":
		return midnight(e.ProbationEnd)
	case "termination_date", "last_working_day":
		return midnight(e.TerminationDate)
	case "termination_reason":
		return e.TerminationReason
	case "created_at":
		return p.Created.In(berlin).Format(time.RFC3339)
	case "last_modified_at":
		return p.Updated.In(berlin).Format(time.RFC3339)
	case "fix_salary":
		return p.Salary
	case "fix_salary_interval":
		return "monthly"
	case "profile_picture":
		return fmt.Sprintf("%s/v1/company/employees/%d/profile-picture", c.base(), p.ID)
	case "holiday_calendar":
		return object{"type": "HolidayCalendar", "attributes": object{"id": 14, "name": "Deutschland (NRW) Feiertage", "country": "DE", "state": "NRW"}}
	case "work_schedule":
		return object{"type": "WorkSchedule", "attributes": object{"id": 145067, "name": "Full-time", "valid_from": nil, "monday": "08:00", "tuesday": "08:00",
			"wednesday": "08:00", "thursday": "08:00", "friday": "08:00", "saturday": "00:00", "sunday": "00:00"}}
	case "absence_entitlement":
		return []object{{"type": "TimeOffType", "attributes": object{"id": 155627, "name": "Paid vacation", "category": "paid_vacation", "entitlement": 0}}}
	case "vacation_day_balance":
		return "8.33" // decimals come as numbers or as text
	case "supervisor":
		if boss := c.person(e.Supervisor); boss != nil {
			return c.shortEmployee(boss)
		}
	case "subcompany":
		return c.relation("Subcompany", c.legalEntities, e.LegalEntity)
	case "office":
		return c.relation("Office", c.offices, e.Office)
	case "department", "team":
		id := e.Department
		if a.Key == "team" {
			id = e.Team
		}
		if u, ok := c.unit(a.Key, id); ok {
			return object{"type": strings.ToUpper(a.Key[:1]) + a.Key[1:], "attributes": object{"id": u.ID, "name": u.Name}}
		}
	case "cost_centers":
		list := []object{}
		for _, center := range e.CostCenters {
			name, _ := nameOf(c.costCenters, center.ID)
			list = append(list, object{"type": "CostCenter", "attributes": object{"id": numeric(center.ID), "name": name, "percentage": center.Weight}})
		}
		return list
	default:
		return c.customV1(p.Custom[a.Key], a)
	}
	return c.empty()
}

// empty is a relation that nobody filled in.
func (c *call) empty() any {
	switch c.style.Empty {
	case "string":
		return ""
	case "list":
		return []any{}
	}
	return nil
}

func (c *call) orEmpty(text string) any {
	if text == "" {
		return c.empty()
	}
	return text
}

func (c *call) relation(kind string, places []place, id string) any {
	name, ok := nameOf(places, id)
	if !ok {
		return c.empty()
	}
	return object{"type": kind, "attributes": object{"id": numeric(id), "name": name}}
}

// numeric: v1's ids are numbers; a UUID, which only v2 has, shows as 0.
func numeric(id string) int { n, _ := strconv.Atoi(id); return n }

// shortEmployee is how a person is shown inside another.
func (c *call) shortEmployee(p *person) object {
	attributes := object{}
	for key, value := range map[string]any{"id": p.ID, "first_name": p.FirstName, "last_name": p.LastName, "email": p.Email} {
		kind := "standard"
		if key == "id" {
			kind = "integer"
		}
		i := slices.IndexFunc(standard, func(a attribute) bool { return a.Key == key })
		attributes[key] = object{"label": standard[i].Labels[c.style.Language], "value": value, "type": kind, "universal_id": key}
	}
	return object{"type": "Employee", "attributes": attributes}
}

func (c *call) customV1(value any, a attribute) any {
	if value == nil {
		return c.empty()
	}
	switch a.Type {
	case "tags":
		var tags []string
		for _, tag := range value.([]any) {
			tags = append(tags, fmt.Sprint(tag))
		}
		if c.style.Tags == "joined" {
			return strings.Join(tags, ",")
		}
		text, _ := json.Marshal(tags) // strings always encode
		return string(text)
	case "date":
		return midnight(fmt.Sprint(value))
	}
	return value
}

// midnight is a date as v1 writes it: in Berlin, with the offset of that day.
func midnight(date string) any {
	day, err := time.ParseInLocation(time.DateOnly, date, berlin)
	if err != nil {
		return nil
	}
	return day.Format("2006-01-02T15:04:05-07:00")
}

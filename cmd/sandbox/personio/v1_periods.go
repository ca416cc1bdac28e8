package personio

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// periodsV1 is /company/absence-periods: absences in hours, by UUID, paged by the
// number of the page like time-offs.
func (c *call) periodsV1(rest []string) {
	if len(rest) == 1 {
		c.method(map[string]func(){http.MethodDelete: func() { c.deletePeriod(rest[0]) }})
		return
	}
	c.method(map[string]func(){http.MethodGet: c.listPeriods, http.MethodPost: c.createPeriod})
}

func (c *call) listPeriods() {
	limit, page, ok := c.limitOffset(200, 200)
	if !ok || !c.mayV1("absences", "r") {
		return
	}
	page = max(page, 1)
	for _, id := range c.r.URL.Query()["absence_types[]"] {
		if c.absenceType(id).ID == "" {
			c.fail(http.StatusNotFound, http.StatusNotFound, "models.absence-types.not-found")
			return
		}
	}
	var found []*absence
	for _, a := range c.absences {
		if types := c.r.URL.Query()["absence_types[]"]; c.absenceType(a.Type).Unit == "HOUR" && (types == nil || slices.Contains(types, a.Type)) {
			found = append(found, a)
		}
	}
	data := []object{}
	for _, a := range window(found, (page-1)*limit, limit) {
		data = append(data, c.period(a))
	}
	c.json(http.StatusOK, object{"success": true, "offset": page, "limit": limit, "data": data,
		"metadata": object{"total_elements": len(found), "current_page": page, "total_pages": pages(len(found), limit)}})
}

// period has its times in UTC and its length in minutes.
func (c *call) period(a *absence) object {
	t := c.absenceType(a.Type)
	start, _ := time.ParseInLocation("2006-01-02T15:04:05", a.Start, berlin)
	end, err := time.ParseInLocation("2006-01-02T15:04:05", a.End, berlin)
	var ends any
	minutes := 0
	if err == nil {
		ends, minutes = end.UTC().Format("2006-01-02T15:04:05.0Z"), int(end.Sub(start).Minutes())
	}
	attributes := object{"id": a.ID, "measurement_unit": "hour", "effective_duration": minutes,
		"absence_type": object{"type": "AbsenceType", "attributes": object{"id": t.ID, "name": t.Name, "time_off_type_id": t.V1}},
		"certificate":  object{"status": "not-required"}, "start": start.UTC().Format("2006-01-02T15:04:05.0Z"), "end": ends,
		"half_day_start": false, "half_day_end": false, "comment": a.Comment, "origin": "api", "status": strings.ToLower(a.Approval), "timezone": "Europe/Berlin",
		"created_by": 1, "created_at": a.Created.Format("2006-01-02T15:04:05.000Z"), "updated_at": a.Updated.Format("2006-01-02T15:04:05.000Z"), "approved_at": nil,
		"breakdowns": []object{{"date": a.Start[:10], "effective_duration": minutes}}}
	if p := c.personByID(a.Person); p != nil {
		attributes["employee"] = c.shortEmployee(p)
	}
	return object{"type": "AbsencePeriod", "attributes": attributes}
}

func (c *call) createPeriod() {
	if !c.mayV1("absences", "w") {
		return
	}
	given := c.formV1()
	t := c.absenceTypeV1(given["time_off_type_id"])
	switch {
	case t.ID == "":
		c.fail(http.StatusNotFound, 0, "Absence type not found.")
		return
	case t.Unit == "DAY":
		c.fail(http.StatusBadRequest, http.StatusBadRequest, "This API doesn't support Daily Absences. Please use the time-offs endpoint.")
		return
	}
	clock := func(name string) string {
		if given[name] == "" {
			return "T00:00:00"
		}
		return "T" + given[name] + ":00"
	}
	a := &absence{Person: given["employee_id"], Type: t.ID, Comment: given["comment"], Approval: "APPROVED",
		Start: given["start_date"] + clock("start_time"), End: given["end_date"] + clock("end_time")}
	if given["skip_approval"] == "false" {
		a.Approval = "PENDING"
	}
	for _, at := range []string{a.Start, a.End} {
		if _, err := time.Parse("2006-01-02T15:04:05", at); err != nil || c.personByID(a.Person) == nil || c.overlappingAbsence(a) {
			c.fail(http.StatusBadRequest, http.StatusBadRequest, "Error when trying to insert absence period")
			return
		}
	}
	c.addAbsence(a)
	c.json(http.StatusCreated, object{"success": true, "data": []object{c.period(a)}})
}

func (c *call) deletePeriod(id string) {
	if !c.mayV1("absences", "w") {
		return
	}
	if _, err := strconv.Atoi(id); err == nil {
		c.fail(http.StatusBadRequest, http.StatusBadRequest, "The absence period id is invalid.")
		return
	}
	i := slices.IndexFunc(c.absences, func(a *absence) bool { return a.ID == id })
	if i < 0 {
		c.fail(http.StatusNotFound, http.StatusNotFound, "The absence period was not found.")
		return
	}
	c.absences = slices.Delete(c.absences, i, i+1)
	c.json(http.StatusOK, object{"success": true, "data": object{"message": "The absence period was deleted."}})
}

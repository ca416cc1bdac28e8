package personio

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (c *call) absenceTypesV1() {
	if !c.mayV1("absences", "r") {
		return
	}
	data := []object{}
	for _, t := range c.absenceTypes {
		data = append(data, object{"type": "TimeOffType", "attributes": object{"id": t.V1, "name": t.Name, "category": t.Category,
			"unit": strings.ToLower(t.Unit), "approval_required": true}})
	}
	c.json(http.StatusOK, object{"success": true, "data": data})
}

// timeOffs is /company/time-offs: offset is a page's number from 1, and 0 is the
// first page as well.
func (c *call) timeOffs(rest []string) {
	if len(rest) == 1 {
		c.oneTimeOff(rest[0])
		return
	}
	c.method(map[string]func(){http.MethodGet: c.listTimeOffs, http.MethodPost: c.createTimeOff})
}

func (c *call) listTimeOffs() {
	limit, page, ok := c.limitOffset(200, 200)
	if !ok || !c.mayV1("absences", "r") {
		return
	}
	page = max(page, 1)
	var found []*absence
	query := c.r.URL.Query()
	for _, a := range c.absences {
		t := c.absenceType(a.Type)
		if t.Unit == "DAY" && !(query.Has("end_date") && a.Start[:10] > query.Get("end_date")) &&
			!(query.Has("start_date") && a.End != "" && a.End[:10] < query.Get("start_date")) {
			found = append(found, a)
		}
	}
	data := []object{}
	for _, a := range window(found, (page-1)*limit, limit) {
		data = append(data, c.timeOff(a))
	}
	c.json(http.StatusOK, object{"success": true, "offset": page, "limit": limit, "data": data,
		"metadata": object{"total_elements": len(found), "current_page": page, "total_pages": pages(len(found), limit)}})
}

// timeOff has half days as 0 and 1, whatever the documentation says.
func (c *call) timeOff(a *absence) object {
	t := c.absenceType(a.Type)
	end := a.End
	if end == "" {
		end = a.Start
	}
	first, _ := time.Parse(time.DateOnly, a.Start[:10])
	last, _ := time.Parse(time.DateOnly, end[:10])
	start, finish := 0, 0
	if a.StartType == "SECOND_HALF" {
		start = 1
	}
	if a.EndType == "FIRST_HALF" {
		finish = 1
	}
	attributes := object{"id": a.V1, "status": strings.ToLower(a.Approval), "comment": a.Comment,
		"start_date": c.timeOffDate(a.Start[:10]), "end_date": c.timeOffDate(end[:10]),
		"days_count": float64(int(last.Sub(first).Hours()/24)) + 1 - float64(start+finish)/2, "half_day_start": start, "half_day_end": finish,
		"time_off_type": object{"type": "TimeOffType", "attributes": object{"id": t.V1, "name": t.Name, "category": t.Category}},
		"created_by":    "API", "certificate": object{"status": "not-required"},
		"created_at": a.Created.In(berlin).Format(time.RFC3339), "updated_at": a.Updated.In(berlin).Format(time.RFC3339), "id_v2": a.ID}
	if p := c.personByID(a.Person); p != nil {
		attributes["employee"] = c.shortEmployee(p)
	}
	return object{"type": "TimeOffPeriod", "attributes": attributes}
}

func (c *call) timeOffDate(date string) any {
	text, _ := midnight(date).(string)
	if c.style.NoOffsetColon && len(text) > 3 {
		text = text[:len(text)-3] + text[len(text)-2:]
	}
	return text
}

func (c *call) deleteTimeOff(id string) {
	if !c.mayV1("absences", "w") {
		return
	}
	n, err := strconv.Atoi(id)
	if err != nil {
		c.fail(http.StatusBadRequest, http.StatusBadRequest, "The absence period id is invalid.")
		return
	}
	for i, a := range c.absences {
		if a.V1 == n {
			c.absences = append(c.absences[:i:i], c.absences[i+1:]...)
			c.json(http.StatusOK, object{"success": true, "data": object{"message": "The absence period was deleted."}})
			return
		}
	}
	c.fail(http.StatusNotFound, http.StatusNotFound, "The absence period was not found.")
}

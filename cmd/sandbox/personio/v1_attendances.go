package personio

import (
	"net/http"
	"strconv"
	"time"
)

// attendancesV1 is /company/attendances, which Personio is retiring: offset counts
// records, and is echoed with limit as text.
func (c *call) attendancesV1(rest []string) {
	if len(rest) == 0 {
		c.method(map[string]func(){http.MethodGet: c.listAttendancesV1, http.MethodPost: c.createAttendancesV1})
		return
	}
	if !c.mayV1("attendances", "w") {
		return
	}
	id, _ := strconv.Atoi(rest[0])
	for i, a := range c.attendances {
		if a.V1 != id {
			continue
		}
		c.method(map[string]func(){
			http.MethodDelete: func() {
				c.attendances = append(c.attendances[:i:i], c.attendances[i+1:]...)
				c.json(http.StatusOK, object{"success": true, "data": object{"message": "The attendance period was deleted."}})
			},
			http.MethodPatch: func() {
				var row attendanceRow
				if !c.body(&row) {
					c.fail(http.StatusBadRequest, http.StatusBadRequest, "Bad Request")
					return
				}
				row.into(a)
				a.Updated = c.now()
				c.json(http.StatusOK, object{"success": true, "data": object{"message": "The attendance period was updated."}})
			},
		})
		return
	}
	c.fail(http.StatusNotFound, http.StatusNotFound, "The attendance period was not found.")
}

func (c *call) listAttendancesV1() {
	query := c.r.URL.Query()
	if !query.Has("start_date") || !query.Has("end_date") {
		c.fail(http.StatusUnprocessableEntity, 0, "The start date field is required.")
		return
	}
	limit, offset, ok := c.limitOffset(200, 200)
	if !ok || !c.mayV1("attendances", "r") {
		return
	}
	var found []*attendance
	for _, a := range c.attendances {
		if day := a.Start[:10]; a.Kind == "WORK" && day >= query.Get("start_date") && day <= query.Get("end_date") {
			found = append(found, a)
		}
	}
	data := []object{}
	for _, a := range window(found, offset, limit) {
		var end any
		if a.End != "" {
			end = a.End[11:16]
		}
		data = append(data, object{"id": a.V1, "type": "AttendancePeriod", "attributes": object{
			"employee": numeric(a.Person), "date": a.Start[:10], "start_time": a.Start[11:16], "end_time": end,
			"updated_at": a.Updated.Format("2006-01-02T15:04:05+00:00"), "status": "confirmed", "break": a.Break, "comment": a.Comment,
			"is_holiday": false, "is_on_time_off": false}})
	}
	c.json(http.StatusOK, object{"success": true, "offset": strconv.Itoa(offset), "limit": strconv.Itoa(limit), "data": data,
		"metadata": object{"total_elements": len(found), "current_page": offset / limit, "total_pages": pages(len(found), limit)}})
}

// attendanceRow is one period as v1 takes it.
type attendanceRow struct {
	Employee  int     `json:"employee"`
	Date      string  `json:"date"`
	Start     string  `json:"start_time"`
	End       *string `json:"end_time"`
	Break     *int    `json:"break"`
	Comment   *string `json:"comment"`
	ProjectID *int    `json:"project_id"`
}

func (r *attendanceRow) into(a *attendance) {
	date := r.Date
	if date == "" {
		date = a.Start[:10]
	}
	if r.Start != "" {
		a.Start = date + "T" + r.Start + ":00"
	}
	if r.End != nil {
		a.End = date + "T" + *r.End + ":00"
	}
	if r.Break != nil {
		a.Break = *r.Break
	}
	if r.Comment != nil {
		a.Comment = *r.Comment
	}
	if r.ProjectID != nil {
		a.Project = strconv.Itoa(*r.ProjectID)
	}
}

// createAttendancesV1 keeps the good rows of a batch even where it answers 400.
func (c *call) createAttendancesV1() {
	var body struct {
		Attendances  []attendanceRow
		SkipApproval *bool `json:"skip_approval"`
	}
	if !c.mayV1("attendances", "w") {
		return
	}
	if !c.body(&body) || len(body.Attendances) == 0 {
		c.fail(http.StatusBadRequest, http.StatusBadRequest, "Bad Request")
		return
	}
	var ids []int
	var rows []object
	failed := false
	for _, row := range body.Attendances {
		said := object{"success": true, "error_msg": nil, "id": nil, "employee": row.Employee, "date": row.Date, "start_time": row.Start,
			"end_time": row.End, "break": row.Break, "comment": row.Comment, "project_id": row.ProjectID}
		a := &attendance{Person: strconv.Itoa(row.Employee), Kind: "WORK", Approval: "CONFIRMED"}
		row.into(a)
		switch _, err := time.Parse("2006-01-02T15:04:05", a.Start); {
		case err != nil:
			said["success"], said["error_msg"], failed = false, "The start time does not match the format H:i.", true
		case c.person(row.Employee) == nil:
			said["success"], said["error_msg"], failed = false, "Employee does not exist", true
		case c.overlapping(a) != nil:
			said["success"], said["error_msg"], failed = false, "Existing overlapping attendances periods", true
		default:
			c.addAttendance(a)
			said["id"] = a.V1
			ids = append(ids, a.V1)
		}
		rows = append(rows, said)
	}
	if failed {
		c.json(http.StatusBadRequest, object{"success": false, "error": object{"code": http.StatusBadRequest,
			"message": "Error when trying to insert Attendances periods rows", "detailed_message": rows}})
		return
	}
	c.json(http.StatusOK, object{"success": true, "data": object{"id": ids, "message": "Success"}})
}

package personio

import (
	"net/http"
	"slices"
	"time"
)

// attendance is a period of work or a break, in wall-clock time without offset or
// zone.
type attendance struct {
	ID, Person, Kind, Start, End, Comment, Project, Approval string
	V1, Break                                                int // minutes; v1 alone has them
	Created, Updated                                         time.Time
}

func (c *call) attendancesV2(rest []string) {
	what := "r"
	if c.r.Method != http.MethodGet {
		what = "w"
	}
	if !c.mayV2("attendances", what) {
		return
	}
	if len(rest) == 0 {
		c.method(map[string]func(){http.MethodGet: c.listAttendances, http.MethodPost: c.createAttendance})
		return
	}
	i := slices.IndexFunc(c.attendances, func(a *attendance) bool { return a.ID == rest[0] })
	if i < 0 {
		c.notFound()
		return
	}
	a := c.attendances[i]
	c.method(map[string]func(){
		http.MethodGet: func() { c.one(attendanceV2(a)) },
		http.MethodPatch: func() {
			var body map[string]any
			changed := *a
			if !c.body(&body) {
				c.badRequest("Invalid request content.")
				return
			}
			if c.applyAttendance(&changed, body) {
				changed.Updated = c.now()
				*a = changed
				c.json(http.StatusOK, object{"id": a.ID})
			}
		},
		http.MethodDelete: func() {
			c.attendances = slices.Delete(c.attendances, i, i+1)
			c.w.WriteHeader(http.StatusNoContent)
		},
	})
}

func attendanceV2(a *attendance) object {
	out := object{"id": a.ID, "type": a.Kind, "person": object{"id": a.Person}, "approval": object{"status": a.Approval},
		"start": object{"date_time": a.Start}, "end": nil, "attribution_date": a.Start[:10], "comment": nil, "project": nil, "is_auto_generated": false,
		"created_at": a.Created.Format(time.RFC3339), "updated_at": a.Updated.Format(time.RFC3339)}
	if a.End != "" {
		out["end"] = object{"date_time": a.End}
	}
	if a.Comment != "" {
		out["comment"] = a.Comment
	}
	if a.Project != "" {
		out["project"] = object{"id": a.Project}
	}
	return out
}

func (c *call) listAttendances() {
	var items []object
	for _, a := range c.attendances {
		items = append(items, attendanceV2(a))
	}
	c.list(listing{path: "/v2/attendance-periods", items: items, most: 100, otherwise: 100,
		local: []string{"start.date_time", "end.date_time", "attribution_date"},
		filters: map[string][]string{"id": {""}, "person.id": {""}, "project.id": {""}, "status": {""}, "start.date_time": {".gte", ".lte"},
			"end.date_time": {".gte", ".lte"}, "updated_at": {".gte", ".lte"}, "attribution_date": {".gte", ".lte"}}})
}

func (c *call) createAttendance() {
	var body map[string]any
	if !c.body(&body) {
		c.badRequest("Invalid request content.")
		return
	}
	a := &attendance{Approval: "PENDING"}
	if c.r.URL.Query().Get("skip_approval") == "true" {
		a.Approval = "CONFIRMED"
	}
	a.Person, _ = idIn(body["person"])
	a.Kind, _ = body["type"].(string)
	if c.personByID(a.Person) == nil || (a.Kind != "WORK" && a.Kind != "BREAK") {
		c.badRequest("Invalid request content.")
		return
	}
	if !c.applyAttendance(a, body) {
		return
	}
	c.addAttendance(a)
	c.json(http.StatusCreated, object{"id": a.ID, "affected_periods": []any{}})
}

func (c *call) applyAttendance(a *attendance, body map[string]any) bool {
	for name, into := range map[string]*string{"start": &a.Start, "end": &a.End} {
		value, named := body[name]
		if !named {
			continue
		}
		inner, _ := value.(map[string]any)
		*into, _ = inner["date_time"].(string)
	}
	if value, named := body["comment"]; named {
		a.Comment, _ = value.(string)
	}
	if value, named := body["project"]; named {
		a.Project, _ = idIn(value)
	}
	start, err := time.Parse("2006-01-02T15:04:05", a.Start)
	end := start
	if err == nil && a.End != "" {
		end, err = time.Parse("2006-01-02T15:04:05", a.End)
	}
	switch {
	case err != nil:
		c.badRequest("Invalid request content.")
		return false
	case end.Before(start) || end.Sub(start) > 24*time.Hour || len(a.Comment) > 1000,
		a.Project != "" && (a.Kind == "BREAK" || !c.projectActive(a.Project)):
		c.badRequest("Provided request parameters are invalid.")
		return false
	case c.overlapping(a) != nil:
		c.problem(http.StatusConflict, "Conflict", "The attendance period overlaps with an existing one.", "common.conflict")
		return false
	}
	return true
}

// Attendances are the account's periods as v2 shows them.
func (h *Handler) Attendances() []map[string]any {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []map[string]any{}
	for _, a := range h.attendances {
		out = append(out, attendanceV2(a))
	}
	return out
}

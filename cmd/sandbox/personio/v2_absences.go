package personio

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// absence has wall-clock times without offset, in the zone it names.
type absence struct {
	ID, Person, Type, Comment, Approval, Substitute string
	Start, End, StartType, EndType                  string // 2006-01-02T15:04:05; types only of absences in days
	V1                                              int
	Created, Updated                                time.Time
}

func (a *account) absenceType(id string) absenceType {
	for _, t := range a.absenceTypes {
		if t.ID == id {
			return t
		}
	}
	return absenceType{}
}

func (c *call) absenceTypesV2(rest []string) {
	if !c.mayV2("absences", "r") {
		return
	}
	var items []object
	for _, t := range c.absenceTypes {
		items = append(items, object{"id": t.ID, "name": t.Name, "category": t.Category, "unit": t.Unit})
	}
	c.listOrGet("/v2/absence-types", rest, listing{items: items, most: 100, otherwise: 100})
}

func (c *call) absencesV2(rest []string) {
	what := "r"
	if c.r.Method != http.MethodGet {
		what = "w"
	}
	if !c.mayV2("absences", what) {
		return
	}
	if len(rest) == 0 {
		c.method(map[string]func(){http.MethodGet: c.listAbsences, http.MethodPost: c.createAbsence})
		return
	}
	i := slices.IndexFunc(c.absences, func(a *absence) bool { return a.ID == rest[0] })
	if i < 0 {
		c.notFound()
		return
	}
	a := c.absences[i]
	if len(rest) == 2 && rest[1] == "breakdowns" {
		c.json(http.StatusOK, object{"_data": []object{{"date": a.Start[:10], "effective_duration": object{"unit": c.absenceType(a.Type).Unit, "value": 1}}}})
		return
	}
	c.method(map[string]func(){
		http.MethodGet:   func() { c.one(absenceV2(a)) },
		http.MethodPatch: func() { c.patchAbsence(a) },
		http.MethodDelete: func() {
			c.absences = slices.Delete(c.absences, i, i+1)
			c.tell("absence-period.deleted", object{"id": a.ID})
			c.w.WriteHeader(http.StatusNoContent)
		},
	})
}

func absenceV2(a *absence) object {
	moment := func(at, kind string) object {
		out := object{"date_time": at}
		if kind != "" {
			out["type"] = kind
		}
		return out
	}
	out := object{"id": a.ID, "person": object{"id": a.Person}, "starts_from": moment(a.Start, a.StartType), "ends_at": nil, "timezone_id": "Europe/Berlin",
		"comment": a.Comment, "absence_type": object{"id": a.Type}, "approval": object{"status": a.Approval},
		"created_at": a.Created.Format(time.RFC3339), "updated_at": a.Updated.Format(time.RFC3339), "_meta": object{"links": object{}}}
	if a.End != "" {
		out["ends_at"] = moment(a.End, a.EndType)
	}
	return out
}

func (c *call) listAbsences() {
	var items []object
	for _, a := range c.absences {
		items = append(items, absenceV2(a))
	}
	c.list(listing{path: "/v2/absence-periods", items: items, most: 100, otherwise: 100, filters: map[string][]string{
		"id": {""}, "absence_type.id": {""}, "person.id": {""}, "starts_from.date_time": {".gte", ".lte"}, "ends_at.date_time": {".gte", ".lte"},
		"updated_at": {".gte", ".lte"}}})
}

func (c *call) createAbsence() {
	var body map[string]any
	if !c.body(&body) {
		c.badRequest("Invalid request content.")
		return
	}
	a := &absence{Approval: "PENDING"}
	if c.r.URL.Query().Get("skip_approval") == "true" { // the default is false, unlike v1's
		a.Approval = "APPROVED"
	}
	a.Person, _ = idIn(body["person"])
	a.Type, _ = idIn(body["absence_type"])
	if c.personByID(a.Person) == nil || c.absenceType(a.Type).ID == "" {
		c.notFound()
		return
	}
	if !c.applyAbsence(a, body) {
		return
	}
	c.addAbsence(a)
	c.created(a.ID, "/v2/absence-periods/"+a.ID)
}

func (c *call) patchAbsence(a *absence) {
	var body map[string]any
	changed := *a
	if !c.body(&body) {
		c.badRequest("Invalid request content.")
		return
	}
	if !c.applyAbsence(&changed, body) {
		return
	}
	changed.Updated = c.now()
	*a = changed
	c.w.WriteHeader(http.StatusNoContent)
}

func (c *call) applyAbsence(a *absence, body map[string]any) bool {
	for _, end := range []struct {
		name     string
		at, half *string
	}{{"starts_from", &a.Start, &a.StartType}, {"ends_at", &a.End, &a.EndType}} {
		value, named := body[end.name]
		if !named {
			continue
		}
		*end.at, *end.half = "", ""
		if inner, is := value.(map[string]any); is {
			*end.at, _ = inner["date_time"].(string)
			*end.half, _ = inner["type"].(string)
			if _, err := time.Parse("2006-01-02T15:04:05", *end.at); err != nil {
				c.badRequest("Invalid request content.")
				return false
			}
		}
	}
	if text, is := body["comment"].(string); is {
		a.Comment = text
	}
	if id, is := idIn(body["substitute"]); is {
		a.Substitute = id
	}
	t := c.absenceType(a.Type)
	switch {
	case a.Start == "" || len(a.Comment) > 2000 || (t.Unit == "DAY" && a.StartType == "") || (a.End != "" && a.End < a.Start):
		c.badRequest("Provided request parameters are invalid.")
		return false
	case t.Substitute && a.Substitute == "":
		c.answer(http.StatusUnprocessableEntity, "application/problem+json", object{"personio_trace_id": "baaaaaad", "timestamp": c.now().Format(time.RFC3339),
			"errors": []object{{"title": "Substitute required", "detail": "A substitute is required for this absence type.", "type": nil}}})
		return false
	case c.overlappingAbsence(a):
		c.problem(http.StatusConflict, "Conflict", "The absence period overlaps with an existing one.", "common.conflict")
		return false
	}
	return true
}

// overlap: times of one form compare as text; no end is open.
func overlap(start, end, otherStart, otherEnd string, days bool) bool {
	late := "9999-12-31T23:59:59"
	if end == "" {
		end = late
	}
	if otherEnd == "" {
		otherEnd = late
	}
	if days {
		return start <= otherEnd && otherStart <= end
	}
	return start < otherEnd && otherStart < end
}

// Absences are the account's absences as v2 shows them.
func (h *Handler) Absences() []map[string]any {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []map[string]any{}
	for _, a := range h.absences {
		out = append(out, absenceV2(a))
	}
	return out
}

func (c *call) addAttendance(a *attendance) {
	n := c.number()
	a.ID, a.V1, a.Created, a.Updated = uuid("attendance", n), n, c.now(), c.now()
	c.attendances = append(c.attendances, a)
	c.tell("attendance-period.created", object{"id": a.ID, "person_id": a.Person})
}

func (c *call) overlapping(a *attendance) *attendance {
	for _, other := range c.attendances {
		if other.ID != a.ID && other.Person == a.Person && other.Kind == a.Kind && overlap(a.Start, a.End, other.Start, other.End, false) {
			return other
		}
	}
	return nil
}

func (c *call) projectActive(id string) bool {
	_, known := nameOf(c.projects, id)
	return known && id != strconv.Itoa(568)
}

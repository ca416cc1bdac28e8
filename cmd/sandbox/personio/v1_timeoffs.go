package personio

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// formV1 reads a form, as v1's contract wants absences, or JSON, as clients send
// them all the same: every value as its text.
func (c *call) formV1() map[string]string {
	out := map[string]string{}
	body, _ := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(body))
		for name := range form {
			out[name] = form.Get(name)
		}
		return out
	}
	var given map[string]json.RawMessage
	_ = json.Unmarshal(body, &given) // what isn't there is missed later
	for name, value := range given {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		out[name] = text
	}
	return out
}

// createTimeOff is POST /company/time-offs. Unlike v2 it approves what it isn't told
// to ask somebody about.
func (c *call) createTimeOff() {
	if !c.mayV1("absences", "w") {
		return
	}
	given := c.formV1()
	for _, name := range []string{"employee_id", "time_off_type_id", "start_date", "end_date", "half_day_start", "half_day_end"} {
		if given[name] == "" {
			c.json(http.StatusUnprocessableEntity, object{"success": false, "error": object{"code": 0, "message": "The given data failed to pass validation.",
				"error_data": object{name: []string{"The " + name + " field is required."}}}})
			return
		}
	}
	t := c.absenceTypeV1(given["time_off_type_id"])
	if t.Unit != "DAY" {
		c.fail(http.StatusNotFound, 0, "Time-off type not found.")
		return
	}
	a := &absence{Person: given["employee_id"], Type: t.ID, Comment: given["comment"], Approval: "APPROVED",
		Start: given["start_date"] + "T00:00:00", End: given["end_date"] + "T00:00:00", StartType: "FIRST_HALF", EndType: "SECOND_HALF"}
	if given["skip_approval"] == "false" || given["skip_approval"] == "0" {
		a.Approval = "PENDING"
	}
	if truthy(given["half_day_start"]) {
		a.StartType = "SECOND_HALF"
	}
	if truthy(given["half_day_end"]) {
		a.EndType = "FIRST_HALF"
	}
	_, badStart := time.Parse(time.DateOnly, given["start_date"])
	_, badEnd := time.Parse(time.DateOnly, given["end_date"])
	switch {
	case a.Start == a.End && a.StartType == "SECOND_HALF" && a.EndType == "FIRST_HALF":
		c.fail(http.StatusBadRequest, http.StatusBadRequest, "Invalid absence day. Reason: Both half day start and half day end are true for a single-day period")
		return
	case badStart != nil || badEnd != nil || c.personByID(a.Person) == nil || a.End < a.Start || c.overlappingAbsence(a):
		c.fail(http.StatusBadRequest, http.StatusBadRequest, "Error when trying to insert absence period")
		return
	}
	c.addAbsence(a)
	c.json(http.StatusOK, object{"success": true, "data": c.timeOff(a)})
}

func truthy(text string) bool { return text == "1" || text == "true" }

func (a *account) absenceTypeV1(id string) absenceType {
	for _, t := range a.absenceTypes {
		if strconv.Itoa(t.V1) == id {
			return t
		}
	}
	return absenceType{}
}

func (c *call) addAbsence(a *absence) {
	n := c.number()
	a.ID, a.V1, a.Created, a.Updated = uuid("absence", n), n, c.now(), c.now()
	c.absences = append(c.absences, a)
	c.tell("absence-period.created", object{"id": a.ID})
}

func (a *account) overlappingAbsence(of *absence) bool {
	return slices.ContainsFunc(a.absences, func(other *absence) bool {
		return other.ID != of.ID && other.Person == of.Person && overlap(of.Start, of.End, other.Start, other.End, true)
	})
}

// oneTimeOff is GET and DELETE /company/time-offs/{id}. There is no way to change
// or to approve one.
func (c *call) oneTimeOff(id string) {
	c.method(map[string]func(){
		http.MethodDelete: func() { c.deleteTimeOff(id) },
		http.MethodGet: func() {
			if !c.mayV1("absences", "r") {
				return
			}
			for _, a := range c.absences {
				if strconv.Itoa(a.V1) == id && c.absenceType(a.Type).Unit == "DAY" {
					c.json(http.StatusOK, object{"success": true, "data": c.timeOff(a)})
					return
				}
			}
			c.fail(http.StatusNotFound, http.StatusNotFound, "The absence period was not found.")
		},
	})
}

// balance is GET /company/employees/{id}/absences/balance.
func (c *call) balance(p *person) {
	if !c.mayV1("employees", "r") {
		return
	}
	data := []object{}
	for _, t := range c.absenceTypes {
		if t.Category == "paid_vacation" {
			data = append(data, object{"id": t.V1, "name": t.Name, "category": t.Category, "balance": 8.33, "available_balance": 8.33})
		}
	}
	c.json(http.StatusOK, object{"success": true, "data": data})
}

// picture is one transparent dot for everybody; a credential without the attribute
// is told that there is none.
func (c *call) picture() {
	if !c.rights.may("employees", "r") || !c.rights.readable("profile_picture") {
		c.fail(http.StatusNotFound, http.StatusNotFound, "Etwas ist schiefgelaufen ...")
		return
	}
	c.w.Header().Set("Content-Type", "image/png")
	_, _ = c.w.Write(dot) // a caller who hung up needs no answer
}

var dot = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")

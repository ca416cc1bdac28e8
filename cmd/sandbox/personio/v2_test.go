package personio

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Section 10.6: v2's lists and writes.
func TestV2Lists(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	for _, email := range []string{"a@x.example", "b@x.example", "c@x.example"} {
		s.hire(email)
	}
	next := func(body any) string { return text(body, "_meta", "links", "next", "href") }
	page := s.call("GET", "/v2/persons?limit=1&email=a@x.example,c@x.example", "", 200)
	href := next(page)
	require.Regexp(t, `^http://example\.com/personio/v2/persons\?cursor=cur_[a-z0-9]+$`, href, "the cursor, no filter, no limit")
	follow := func(href string) any {
		_, after, _ := strings.Cut(href, "/v2/")
		return s.call("GET", "/v2/"+after, "", 200)
	}
	page = follow(href)
	require.Equal(t, "c@x.example", in(page, "_data", 0, "email"))
	require.Empty(t, next(page), "the last one names none")
	for path, status := range map[string]int{"persons?limit=51": 400, "persons?limit=0": 400, "absence-periods?limit=101": 400, "absence-periods?limit=100": 200, "webhooks?limit=200": 200,
		"persons?created_at.lte=2026-01-01T00:00:00Z": 400, "persons?created_at.gt=2026-01-01T00:00:00Z": 200, "persons?created_at.gt=x": 400, "persons?cursor=x": 400,
		"attendance-periods?start.date_time.gte=2026-01-01T00:00:00Z": 400, "attendance-periods?start.date_time.gte=2026-01-01T00:00:00": 200,
		"workplaces": 404, "persons/9": 404, "persons/9/employments": 404, "nowhere": 404} {
		s.call("GET", "/v2/"+path, "", status)
	}
	require.Len(t, in(s.call("GET", "/v2/workplaces", "", 200, "Beta", "true"), "_data"), 2)
	units := s.call("GET", "/v2/org-units?type=team&limit=1", "", 200, "Beta", "true")
	require.Contains(t, next(units), "type=team", "this list repeats its filter")
	require.Equal(t, "string_list", in(s.call("GET", "/v2/persons/3001", "", 200), "custom_attributes", 0, "type"), "in lower case")
	s.like(func(style *Style) { style.RelativeNext, style.RepeatCursor = true, true })
	page = s.call("GET", "/v2/persons?limit=1", "", 200)
	require.Regexp(t, `^/v2/persons`, next(page))
	require.Equal(t, next(page), next(s.call("GET", next(page), "", 200)), "the same one for ever")

	eid := text(s.call("GET", "/v2/persons/3001/employments", "", 200), "_data", 0, "id")
	path := "/v2/persons/3001/employments/" + eid
	s.call("PATCH", path, `{"status":"LEAVE"}`, 400)
	s.call("PATCH", path, `{"status":"LEAVE","employment_start_date":"2026-01-15","type":"INTERNAL","termination":{"type":"QUIT"},"cost_centers":[{"id":"1000","weight":60}]}`, 400)
	s.call("PATCH", path, `{"status":"LEAVE","employment_start_date":"2026-01-15","type":"INTERNAL","org_units":[{"type":"department","id":"402"}],"termination":{"type":"QUIT"}}`, 204)
	held := s.Persons()[0]
	require.Equal(t, []string{"LEAVE", "Finance", "", ""}, []string{held.Status, held.Department, held.Team, held.Termination}, "the list of units is replaced; a termination can't be set")
	s.call("POST", "/v2/persons", `{"first_name":"A","last_name":"B","email":"z@x.example"}`, 400)
	for _, bad := range []string{`{"email":"b@x.example"}`, `{"gender":"X"}`, `{"language_code":"xx"}`, `{"first_name":""}`, `{"custom_attributes":[{"id":"dynamic_1","value":"x"}]}`, `{"custom_attributes":[{"id":"dynamic_307","value":"x"}]}`} {
		s.call("PATCH", "/v2/persons/3001", bad, 400)
	}
	s.call("PATCH", "/v2/persons/3001", `{"email":"new@x.example"}`, 204)
	for form, status := range map[string]int{"409": 409, "422": 422} {
		s.like(func(style *Style) { style.Duplicate = form })
		s.call("PATCH", "/v2/persons/3001", `{"email":"B@x.example"}`, status)
	}
	s.call("DELETE", "/v2/persons/3001", "", 204)
	require.Len(t, s.Persons(), 2)
	s.Reset()
	require.Empty(t, s.Persons())
}

// Section 10.7: absences and attendances of v2.
func TestV2Times(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.hire("a@x.example")
	absence := func(kind, from, to, more string) string {
		return `{"person":{"id":"3001"},"absence_type":{"id":"0a1b2c3d-0000-4000-8000-00000000000` + kind + `"},"starts_from":{"date_time":"` + from + `T00:00:00","type":"FIRST_HALF"},"ends_at":{"date_time":"` + to + `T00:00:00","type":"SECOND_HALF"}` + more + `}`
	}
	s.call("POST", "/v2/absence-periods", absence("1", "2026-06-01", "2026-06-03", ""), 201)
	require.Equal(t, "PENDING", in(s.Absences()[0]["approval"], "status"), "v2 asks for approval unless told otherwise")
	s.call("POST", "/v2/absence-periods?skip_approval=true", absence("2", "2026-06-03", "2026-06-04", ""), 409)
	require.Equal(t, "Substitute required", in(s.call("POST", "/v2/absence-periods", absence("4", "2026-06-08", "2026-06-09", ""), 422), "errors", 0, "title"))
	s.call("POST", "/v2/absence-periods?skip_approval=true", absence("4", "2026-06-08", "2026-06-09", `,"substitute":{"id":"3001"}`), 201)
	require.Equal(t, "APPROVED", in(s.Absences()[1]["approval"], "status"))
	period := func(kind, from, to, more string) string {
		return `{"person":{"id":"3001"},"type":"` + kind + `","start":{"date_time":"2026-06-02T` + from + `"},"end":{"date_time":"2026-06-02T` + to + `"}` + more + `}`
	}
	s.call("POST", "/v2/attendance-periods", period("WORK", "08:00:00", "12:00:00", `,"project":{"id":"567"}`), 201)
	s.call("POST", "/v2/attendance-periods", period("BREAK", "10:00:00", "10:15:00", ""), 201)
	for body, status := range map[string]int{period("WORK", "11:00:00", "13:00:00", ""): 409, period("WORK", "13:00:00Z", "14:00:00", ""): 400, period("REST", "13:00:00", "14:00:00", ""): 400,
		period("BREAK", "13:00:00", "14:00:00", `,"project":{"id":"567"}`): 400, period("WORK", "13:00:00", "14:00:00", `,"project":{"id":"568"}`): 400, period("WORK", "15:00:00", "14:00:00", ""): 400} {
		s.call("POST", "/v2/attendance-periods", body, status)
	}
}

// Section 10.8: limits that answers describe, refusals without Retry-After, and
// employments that fail now and then.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := open(t, true)
	s.hire("a@x.example")
	before := s.do("GET", "/v2/absence-periods", "", "")
	require.Equal(t, []string{"9", "10", "10", "1"}, []string{before.header.Get("x-ratelimit-remaining"), before.header.Get("x-ratelimit-replenish-rate"), before.header.Get("x-ratelimit-burst-capacity"), before.header.Get("x-ratelimit-requested-tokens")})
	for range 9 {
		s.call("GET", "/v2/absence-periods", "", 200)
	}
	refused := s.do("GET", "/v2/absence-periods", "", "")
	require.Equal(t, []any{429, "", "0"}, []any{refused.status, refused.header.Get("Retry-After"), refused.header.Get("x-ratelimit-remaining")})
	s.call("GET", "/v2/persons", "", 200) // a bucket for each endpoint
	s.now = s.now.Add(100 * time.Millisecond)
	s.call("GET", "/v2/absence-periods", "", 200)
	for range 15 {
		s.call("GET", "/v1/company/employees", "", 200)
	}
	a := s.do("GET", "/v1/company/employees", "", "")
	require.Equal(t, []any{429, ""}, []any{a.status, a.header.Get("Retry-After")})
	s.like(func(style *Style) { style.EmploymentsBad = []int{502, 404} })
	for _, status := range []int{502, 404, 200} {
		s.call("GET", "/v2/persons/3001/employments", "", status)
	}
}

// Section 10.9: webhooks, with a fixed header, retries and no more than that.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	received := make(chan string, 100)
	status := make(chan int, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.Header.Get("Authorization") + " " + string(body)
		w.WriteHeader(<-status)
	}))
	t.Cleanup(server.Close)
	s.call("POST", "/v2/webhooks", `{"url":"https://example.com","enabled_events":["person.created"]}`, 400) // this machine alone
	hook := s.call("POST", "/v2/webhooks", `{"url":"`+server.URL+`","token":"Bearer s3cret","enabled_events":["person.created"]}`, 201)
	require.Equal(t, "DISABLED", in(hook, "status"))
	require.NotContains(t, hook, "token")
	id := text(hook, "id")
	s.hire("a@x.example") // disabled: nothing is sent
	s.call("PATCH", "/v2/webhooks/"+id, `{"status":"ENABLED"}`, 200)
	s.may(func(r *Rights) { r.Webhooks = "" })
	status <- 503
	status <- 500
	status <- 204
	hired := s.hire("b@x.example") // the right is gone, the webhook goes on
	for range 3 {
		got := <-received
		require.True(t, strings.HasPrefix(got, "Bearer s3cret {"), got)
		require.Contains(t, got, `"payload":{"id":"`+hired+`"}`)
		require.Contains(t, got, `"event_name":"person.created"`)
	}
	require.Eventually(t, func() bool { return len(s.Deliveries()) == 3 }, 10*time.Second, time.Millisecond)
	require.Empty(t, received)
	s.call("DELETE", "/v2/webhooks/"+id, "", 403)
}

// HR's own doing, by hand.
func TestEdit(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	added, err := s.Edit(0, func(p *Person) error { p.Email, p.Department = "a@x.example", "IT"; return nil })
	require.NoError(t, err)
	_, err = s.Edit(added.ID, func(p *Person) error { p.Office = "Nowhere"; return nil })
	require.ErrorContains(t, err, "Nowhere")
	_, err = s.Edit(77, func(*Person) error { return nil })
	require.ErrorIs(t, err, ErrUnknown)
	changed, err := s.Edit(added.ID, func(p *Person) error { p.Termination = "2026-12-31"; return nil })
	require.NoError(t, err)
	require.Equal(t, "IT", changed.Department)
	require.Equal(t, "2026-12-31", in(s.call("GET", "/v2/persons/3001/employments", "", 200), "_data", 0, "termination", "termination_date"))
}

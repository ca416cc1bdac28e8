package personio

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type stand struct {
	t *testing.T
	*Handler
	now time.Time
	v1  string
	v2  string
}

// open is an account on a still day, with a token of each generation.
func open(t *testing.T, limits bool) *stand {
	t.Helper()
	s := &stand{t: t, now: time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)}
	s.Handler = New(nil, Options{Path: "/personio", NoRateLimit: !limits, Today: "2026-07-01", Now: func() time.Time { return s.now }})
	s.v1 = text(s.call("POST", "/v1/auth", credentials(DefaultClientSecret), 200), "data", "token")
	s.v2 = text(s.form("/v2/auth/token", "grant_type", "client_credentials", "client_id", DefaultClientID, "client_secret", DefaultClientSecret).body, "access_token")
	return s
}

func credentials(secret string) string {
	return `{"client_id":"` + DefaultClientID + `","client_secret":"` + secret + `"}`
}

type answer struct {
	status int
	header http.Header
	body   any
}

func (s *stand) do(method, path, contentType, body string, headers ...string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	token := s.v1
	if strings.HasPrefix(path, "/v2") {
		token = s.v2
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var decoded any
	_ = json.Unmarshal(w.Body.Bytes(), &decoded) // nil where there is nothing
	return answer{w.Code, w.Header(), decoded}
}

func (s *stand) call(method, path, body string, status int, headers ...string) any {
	s.t.Helper()
	a := s.do(method, path, "application/json", body, headers...)
	require.Equal(s.t, status, a.status, "%s %s %s: %v", method, path, body, a.body)
	return a.body
}

func (s *stand) form(path string, pairs ...string) answer {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return s.do("POST", path, "application/x-www-form-urlencoded", form.Encode())
}

func (s *stand) may(change func(*Rights)) {
	r := s.Rights()
	change(&r)
	require.NoError(s.t, s.SetRights(r))
}

func (s *stand) like(change func(*Style)) {
	style := s.Style()
	change(&style)
	require.NoError(s.t, s.SetStyle(style))
}

// in walks into a decoded document; numbers are indexes of lists.
func in(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			inner, _ := v.(map[string]any)
			v = inner[step]
		case int:
			items, _ := v.([]any)
			if step >= len(items) {
				return nil
			}
			v = items[step]
		}
	}
	return v
}

func text(v any, path ...any) string { s, _ := in(v, path...).(string); return s }

const newcomer = `{"first_name":"Ada","last_name":"Lovelace","email":"EMAIL","language_code":"en","gender":"FEMALE","custom_attributes":[{"id":"dynamic_307","value":["English","French"]}],
	"employments":[{"status":"ACTIVE","employment_start_date":"2026-01-15","type":"INTERNAL","position":{"title":"Engineer"},"office":{"id":"60302"},
	"org_units":[{"type":"department","id":"401"},{"type":"team","id":"4502"}],"cost_centers":[{"id":"1000","weight":100}],"weekly_working_hours":40}]}`

func (s *stand) hire(email string) string {
	s.t.Helper()
	return text(s.call("POST", "/v2/persons", strings.ReplaceAll(newcomer, "EMAIL", email), 201), "id")
}

// Section 10.1: both token endpoints.
func TestTokens(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	again := s.call("POST", "/v1/auth", credentials(DefaultClientSecret), 200)
	require.Equal(t, s.v1, text(again, "data", "token"), "the same for repeated calls")
	require.Equal(t, 86400.0, in(again, "data", "expires_in"))
	require.Equal(t, map[string]any{"success": false, "error": map[string]any{"code": 0.0, "message": "Wrong credentials"}}, s.call("POST", "/v1/auth", credentials("x"), 403))
	require.Equal(t, 403, s.do("POST", "/v1/auth?client_id="+DefaultClientID+"&client_secret="+DefaultClientSecret, "application/json", "").status, "never in the query")
	require.Equal(t, 200, s.form("/v1/auth", "client_id", DefaultClientID, "client_secret", DefaultClientSecret).status)

	full := map[string]string{"grant_type": "client_credentials", "client_id": DefaultClientID, "client_secret": DefaultClientSecret}
	for _, x := range []struct{ change, to, error string }{
		{"client_secret", "", "invalid_request"}, {"client_id", "x", "invalid_client"}, {"client_secret", "x", "unauthorized_client"},
		{"grant_type", "password", "unsupported_grant_type"}, {"grant_type", "x", "invalid_grant"}, {"scope", "x", "invalid_scope"},
	} {
		form := []string{}
		for name, value := range full {
			if name != x.change {
				form = append(form, name, value)
			}
		}
		a := s.form("/v2/auth/token", append(form, x.change, x.to)...)
		require.Equal(t, []any{400, x.error}, []any{a.status, in(a.body, "error")})
		require.Contains(t, text(a.body, "error_uri"), "credentials.oauth2.")
		require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	}
	a := s.do("POST", "/v2/auth/token", "application/json", credentials(DefaultClientSecret))
	require.Equal(t, 400, a.status, "a JSON body")
	require.Contains(t, text(a.body, "type"), "invalid_request_content_type")

	echoed := s.do("GET", "/v1/company/employees?limit=1", "", "")
	require.Equal(t, "Bearer "+s.v1, echoed.header.Get("Authorization"))
	require.Empty(t, s.do("GET", "/v1/company/attendances?start_date=2026-01-01&end_date=2026-01-02", "", "").header.Get("Authorization"))
	v1, v2 := s.v1, s.v2
	s.v1, s.v2 = "", ""
	require.Equal(t, "Authorization is not provided", in(s.call("GET", "/v1/company/employees", "", 401), "error", "message"))
	s.v1, s.v2 = v2, v1
	require.Equal(t, "Provided authorization is not valid", in(s.call("GET", "/v1/company/employees", "", 403), "error", "message"), "one generation's token is nothing to the other")
	s.call("GET", "/v2/persons", "", 401)
	s.v1, s.v2 = v1, v2
	s.now = s.now.Add(24 * time.Hour)
	s.call("GET", "/v1/company/employees", "", 403)
	s.call("GET", "/v2/persons", "", 401)
	require.NotEqual(t, v1, text(s.call("POST", "/v1/auth", credentials(DefaultClientSecret), 200), "data", "token"))
}

// Section 10.2: rights, and what isn't ticked.
func TestRights(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.hire("a@x.example")
	s.may(func(r *Rights) { r.Attributes = []string{"email", "dynamic_307"} })
	shown, _ := in(s.call("GET", "/v1/company/employees", "", 200), "data", 0, "attributes").(map[string]any)
	require.Len(t, shown, 3)
	first, _ := in(s.call("GET", "/v2/persons", "", 200), "_data", 0).(map[string]any)
	require.NotContains(t, first, "first_name")
	require.Contains(t, first, "email")
	s.may(func(r *Rights) { r.Attributes = []string{} })
	first, _ = in(s.call("GET", "/v2/persons", "", 200), "_data", 0).(map[string]any)
	require.Len(t, first, 3, "id, employments and _meta")
	held, _ := in(s.call("GET", "/v2/persons/3001/employments", "", 200), "_data", 0).(map[string]any)
	require.Len(t, held, 4, "id, person, status and _meta")
	require.Equal(t, []any{}, in(s.call("GET", "/v1/company/employees/attributes", "", 200), "data"))
	s.call("PATCH", "/v2/persons/3001", `{"first_name":"Written"}`, 204) // what can't be read can be written

	s.may(func(r *Rights) { *r = Rights{} })
	require.Contains(t, text(s.call("GET", "/v1/company/employees", "", 403), "error", "message"), "forbidden")
	require.Equal(t, "Unauthorized Request", in(s.call("GET", "/v2/persons", "", 401), "errors", 0, "detail"))
	require.Equal(t, "Insufficient access scope", in(s.call("GET", "/v2/absence-periods", "", 403), "errors", 0, "title"))
	require.Equal(t, "Unauthorized token", in(s.call("GET", "/v2/reports", "", 400), "errors", 0, "detail"))
	s.may(func(r *Rights) { r.Reports, r.Enabled = "r", []string{} })
	require.Contains(t, text(s.call("GET", "/v2/reports/eb7482f3-0000-4000-8000-000000000001", "", 400), "errors", 0, "detail"), "not found")
	require.Error(t, s.SetRights(Rights{Employees: "x"}))
	require.Error(t, s.SetRights(Rights{Attributes: []string{"x"}}))
	require.Error(t, s.SetStyle(Style{}))
}

// Section 10.3: v1's shapes and ways to page.
func TestV1Shapes(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	for _, email := range []string{"a@x.example", "b@x.example", "c@x.example"} {
		s.hire(email)
	}
	list := s.call("GET", "/v1/company/employees?limit=2&offset=2", "", 200)
	require.Equal(t, []any{1, 3.0, 2.0}, []any{len(in(list, "data").([]any)), in(list, "metadata", "total_elements"), in(list, "offset")})
	one := in(list, "data", 0, "attributes")
	for key, value := range map[string]any{"weekly_working_hours": "40", "hire_date": "2026-01-15T00:00:00+01:00", "gender": "female", "employment_type": "internal", "dynamic_307": "English,French", "subcompany": nil} {
		require.Equal(t, value, in(one, key, "value"), key)
	}
	require.Equal(t, "Department", in(one, "department", "label"))
	require.Nil(t, in(one, "dynamic_307", "universal_id"))
	s.like(func(style *Style) { style.Language, style.Tags, style.Empty = "de", "json", "list" })
	one = in(s.call("GET", "/v1/company/employees?email=c@x.example", "", 200), "data", 0, "attributes")
	require.Equal(t, []any{"Abteilung", `["English","French"]`, []any{}}, []any{in(one, "department", "label"), in(one, "dynamic_307", "value"), in(one, "subcompany", "value")})
	s.call("GET", "/v1/company/employees?limit=201", "", 422)
	require.Contains(t, text(s.call("GET", "/v1/company/employees/1", "", 404), "error", "message"), "Problem")
	few, _ := in(s.call("GET", "/v1/company/employees?attributes[]=email", "", 200), "data", 0, "attributes").(map[string]any)
	require.Len(t, few, 2)

	// Summer time, half days as numbers, pages counted from 1 with 0 as the first.
	absence := `{"person":{"id":"3001"},"absence_type":{"id":"0a1b2c3d-0000-4000-8000-000000000001"},"starts_from":{"date_time":"2026-07-0DT00:00:00","type":"SECOND_HALF"},"ends_at":{"date_time":"2026-07-0DT00:00:00","type":"SECOND_HALF"}}`
	for _, d := range []string{"1", "2", "3"} {
		s.call("POST", "/v2/absence-periods", strings.ReplaceAll(absence, "0DT", "0"+d+"T"), 201)
	}
	zero := s.call("GET", "/v1/company/time-offs?limit=2&offset=0", "", 200)
	firstPage := s.call("GET", "/v1/company/time-offs?limit=2&offset=1", "", 200)
	require.Equal(t, in(zero, "data"), in(firstPage, "data"))
	require.Len(t, in(s.call("GET", "/v1/company/time-offs?limit=2&offset=2", "", 200), "data"), 1)
	require.Equal(t, []any{1.0, 0.5, "2026-07-01T00:00:00+02:00"}, []any{in(zero, "data", 0, "attributes", "half_day_start"), in(zero, "data", 0, "attributes", "days_count"), in(zero, "data", 0, "attributes", "start_date")})

	s.call("GET", "/v1/company/attendances", "", 422)
	require.Equal(t, "0", in(s.call("GET", "/v1/company/attendances?start_date=2026-01-01&end_date=2026-02-01", "", 200), "offset"), "as text")
	s.like(func(style *Style) { style.RotateToken = true })
	next := s.do("GET", "/v1/company/employees", "", "").header.Get("Authorization")
	require.NotEqual(t, "Bearer "+s.v1, next)
	s.call("GET", "/v1/company/employees", "", 403)
	s.v1 = strings.TrimPrefix(next, "Bearer ")
	s.call("GET", "/v1/company/employees", "", 200)
}

// Section 10.4: writing employees through v1.
func TestV1Writes(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	created := s.call("POST", "/v1/company/employees", `{"employee":{"email":"a@x.example","first_name":"A","last_name":"B","department":"Nope","office":"Madrid","hire_date":"2026-08-01"}}`, 200)
	require.Contains(t, text(created, "meta", 0), "department")
	held := s.Persons()[0]
	require.Equal(t, []string{"ONBOARDING", "", "Madrid"}, []string{held.Status, held.Department, held.Office})
	s.call("POST", "/v1/company/employees", `{"employee":{"email":"b@x.example","first_name":"A","last_name":"B","hire_date":"2026-06-01"}}`, 200)
	require.Equal(t, "ACTIVE", s.Persons()[1].Status)
	s.call("POST", "/v1/company/employees", `{"employee":{"email":"x@x.example","first_name":"A"}}`, 422)
	s.call("POST", "/v1/company/employees", `{"employee":{"email":"A@x.example","first_name":"A","last_name":"B"}}`, 400)
	require.Equal(t, "Supervisor with ID 9 not found", in(s.call("PATCH", "/v1/company/employees/3001", `{"employee":{"supervisor_id":9,"position":"lost"}}`, 422), "error", "message"))
	require.Empty(t, s.Persons()[0].Position, "nothing of a refusal is kept")
	s.call("PATCH", "/v1/company/employees/3001", `{"employee":{"supervisor_id":3001}}`, 422)
	patched := s.call("PATCH", "/v1/company/employees/3001", `{"employee":{"email":"new@x.example","department":"IT","supervisor_id":3002,"hire_date":"2020-01-01"}}`, 200)
	require.Equal(t, []any{}, in(patched, "meta"))
	held = s.Persons()[0]
	require.Equal(t, []any{"a@x.example", "IT", 3002, "ONBOARDING"}, []any{held.Email, held.Department, held.Supervisor, held.Status}, "the e-mail stays, and hire_date doesn't change the status")
	s.call("PATCH", "/v1/company/employees/3001", `{"employee":{"department":"Nope"}}`, 200)
	require.Equal(t, "IT", s.Persons()[0].Department)
	s.call("PATCH", "/v1/company/employees/3001", `{"employee":{"supervisor_id":null}}`, 200)
	require.Zero(t, s.Persons()[0].Supervisor)
}

// Section 10.5: batches of attendances, documents.
func TestV1Batches(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.hire("a@x.example")
	row := `{"employee":3001,"date":"2026-06-02","start_time":"08:00","end_time":"17:00","break":60}`
	refused := s.call("POST", "/v1/company/attendances", `{"attendances":[`+row+`,`+row+`]}`, 400)
	require.Equal(t, []any{true, false, "Existing overlapping attendances periods"}, []any{in(refused, "error", "detailed_message", 0, "success"), in(refused, "error", "detailed_message", 1, "success"), in(refused, "error", "detailed_message", 1, "error_msg")})
	require.Len(t, s.Attendances(), 1, "the good row is kept")

	upload := func(category, name string, size int) answer {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for field, value := range map[string]string{"title": "T", "employee_id": "3001", "category_id": category} {
			require.NoError(t, form.WriteField(field, value))
		}
		file, err := form.CreateFormFile("file", name)
		require.NoError(t, err)
		_, err = file.Write(make([]byte, size))
		require.NoError(t, err)
		require.NoError(t, form.Close())
		return s.do("POST", "/v1/company/documents", form.FormDataContentType(), body.String())
	}
	require.Equal(t, 201, upload("1", "c.pdf", 4).status)
	require.Equal(t, 422, upload("1", "c.exe", 4).status)
	require.Equal(t, 422, upload("1", "c.pdf", largestFile+1).status)
	require.Contains(t, text(upload("9", "c.pdf", 4).body, "error", "message"), "DocumentCategory")
	s.may(func(r *Rights) { r.Categories = []int{12} })
	require.Equal(t, 404, upload("1", "c.pdf", 4).status)
	s.call("GET", "/v2/document-management/documents", "", 400)
	require.Len(t, in(s.call("GET", "/v2/document-management/documents?owner_id=3001", "", 200), "_data"), 1)
	s.call("POST", "/v2/document-management/documents", "{}", 405)
}

package personio

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Section 10.1: the suffix of error_uri tells the cases apart; a revoked token is
// none any more; a token may be made to end in the middle.
func TestTokenEndpoints(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	const uri = "https://developer.personio.de/reference/errors#credentials.oauth2."
	pair := []string{"client_id", DefaultClientID, "client_secret", DefaultClientSecret}
	for suffix, form := range map[string][]string{
		"invalid_request.required_parameters_missing": pair,
		"invalid_client":         {"grant_type", "client_credentials", "client_id", "x", "client_secret", "x"},
		"unauthorized_client":    {"grant_type", "client_credentials", "client_id", DefaultClientID, "client_secret", "x"},
		"unsupported_grant_type": append([]string{"grant_type", "password"}, pair...),
		"invalid_grant":          append([]string{"grant_type", "bogus"}, pair...),
		"invalid_scope":          append([]string{"grant_type", "client_credentials", "scope", "personio:moon:read"}, pair...),
	} {
		a := s.form("/v2/auth/token", form...)
		require.Equal(t, []any{400, uri + suffix}, []any{a.status, in(a.body, "error_uri")})
		require.NotEmpty(t, in(a.body, "error_description"))
		require.NotEmpty(t, in(a.body, "trace_id"))
	}
	missing := s.form("/v2/auth/token", pair...).body
	require.Equal(t, []any{"grant_type"}, in(missing, "meta", "missing_parameters"))
	require.Equal(t, "password", in(s.form("/v2/auth/token", append([]string{"grant_type", "password"}, pair...)...).body, "meta", "grant_type"))
	some := s.form("/v2/auth/token", append([]string{"grant_type", "client_credentials", "scope", "personio:persons:read"}, pair...)...)
	require.Equal(t, []any{200, "personio:persons:read", 86400.0, "Bearer"}, []any{some.status, in(some.body, "scope"), in(some.body, "expires_in"), in(some.body, "token_type")})

	s.call("GET", "/v2/persons", "", 200)
	a := s.form("/v2/auth/revoke", "token", s.v2)
	require.Equal(t, []any{200, nil}, []any{a.status, a.body})
	s.call("GET", "/v2/persons", "", 401)

	s.v2 = text(s.form("/v2/auth/token", append([]string{"grant_type", "client_credentials"}, pair...)...).body, "access_token")
	s.like(func(style *Style) { style.TokenServes = 2 })
	s.call("GET", "/v2/persons", "", 200)
	s.call("GET", "/v2/persons", "", 200)
	s.call("GET", "/v2/persons", "", 401)
}

// Section 10.2: each generation and resource has a right of its own.
func TestRightsApart(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.hire("a@x.example")
	s.call("GET", "/v1/company/employees/3001/profile-picture/75", "", 200)
	require.Equal(t, 200, s.do("GET", "/v1/company/employees/3001/profile-picture/75", "", "").status)
	require.Empty(t, s.do("GET", "/v1/company/employees/3001/profile-picture/75", "", "").header.Get("Authorization"), "pictures don't echo the token")
	s.may(func(r *Rights) { r.Attributes = []string{"email"} })
	s.call("GET", "/v1/company/employees/3001/profile-picture/75", "", 404)

	s.may(func(r *Rights) { r.Employees = "w" })
	s.call("PATCH", "/v2/persons/3001", `{"first_name":"Q"}`, 204)
	s.call("GET", "/v2/persons/3001", "", 401)
	s.call("GET", "/v1/company/employees", "", 403)
	s.may(func(r *Rights) { r.Employees, r.Organisation, r.Projects = "r", "", "" })
	s.call("PATCH", "/v2/persons/3001", `{"first_name":"Q"}`, 401)
	for _, path := range []string{"org-units", "workplaces", "cost-centers", "legal-entities", "projects"} {
		require.Equal(t, "Insufficient access scope", in(s.call("GET", "/v2/"+path, "", 403, "Beta", "true"), "errors", 0, "title"))
	}
	s.may(func(r *Rights) { *r = fullRights(); r.OnlyV1 = true })
	s.call("GET", "/v1/company/employees", "", 200)
	s.call("GET", "/v1/company/attendances?start_date=2026-01-01&end_date=2026-01-02", "", 200)
	s.call("GET", "/v2/persons", "", 401)
	s.call("GET", "/v2/attendance-periods", "", 403)
	given := s.form("/v2/auth/token", "grant_type", "client_credentials", "client_id", DefaultClientID, "client_secret", DefaultClientSecret)
	require.Contains(t, text(given.body, "scope"), "attendances:read")
	require.NotContains(t, text(given.body, "scope"), "personio:")
	s.may(func(r *Rights) { r.Disabled = true })
	s.call("POST", "/v1/auth", credentials(DefaultClientSecret), 403)
}

// Odd forms that clients met: envelopes without underscores, v1 of old.
func TestOddForms(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.hire("a@x.example")
	s.like(func(style *Style) { style.Bare, style.OldV1 = true, true })
	list := s.call("GET", "/v2/persons", "", 200)
	require.Nil(t, in(list, "_data"))
	require.Equal(t, "3001", in(list, "data", 0, "id"))
	require.NotNil(t, in(list, "meta", "links"))
	require.Equal(t, "3001", in(s.call("GET", "/v2/persons/3001", "", 200), "_data", "id"))
	shown, _ := in(s.call("GET", "/v1/company/employees", "", 200), "data", 0, "attributes").(map[string]any)
	require.NotContains(t, shown["email"], "type")
	require.Contains(t, shown, "cost_center")
	require.NotContains(t, shown, "cost_centers")
}

// Section 10.7: v1 approves what it isn't told to ask about, v2 asks.
func TestV1Absences(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	s.hire("a@x.example")
	off := func(more ...string) answer {
		return s.form("/v1/company/time-offs", append([]string{"employee_id", "3001", "time_off_type_id", "155627", "half_day_start", "0", "half_day_end", "0"}, more...)...)
	}
	first := off("start_date", "2026-06-01", "end_date", "2026-06-03")
	require.Equal(t, []any{200, "approved", 3.0}, []any{first.status, in(first.body, "data", "attributes", "status"), in(first.body, "data", "attributes", "days_count")})
	asks := off("start_date", "2026-06-08", "end_date", "2026-06-08", "skip_approval", "false")
	require.Equal(t, "pending", in(asks.body, "data", "attributes", "status"))
	s.call("POST", "/v2/absence-periods", `{"person":{"id":"3001"},"absence_type":{"id":"0a1b2c3d-0000-4000-8000-000000000001"},"starts_from":{"date_time":"2026-06-15T00:00:00","type":"FIRST_HALF"},"ends_at":{"date_time":"2026-06-15T00:00:00","type":"SECOND_HALF"}}`, 201)
	require.Equal(t, "PENDING", in(s.Absences()[2]["approval"], "status"))

	require.Equal(t, "Error when trying to insert absence period", in(off("start_date", "2026-06-03", "end_date", "2026-06-04").body, "error", "message"))
	require.Equal(t, []any{422, "The given data failed to pass validation."}, []any{off().status, in(off().body, "error", "message")})
	half := s.call("POST", "/v1/company/time-offs", `{"employee_id":3001,"time_off_type_id":155627,"start_date":"2026-07-01","end_date":"2026-07-01","half_day_start":true,"half_day_end":true}`, 400)
	require.Contains(t, text(half, "error", "message"), "single-day period")
	require.Equal(t, 404, s.form("/v1/company/time-offs", "employee_id", "3001", "time_off_type_id", "9", "start_date", "2026-07-01", "end_date", "2026-07-01", "half_day_start", "0", "half_day_end", "0").status)
	id := text(in(s.call("GET", "/v1/company/time-offs", "", 200), "data", 0), "attributes", "id_v2")
	require.Equal(t, id, in(s.call("GET", "/v1/company/time-offs/3002", "", 200), "data", "attributes", "id_v2"))
	s.call("DELETE", "/v1/company/time-offs/x", "", 400)
	s.call("DELETE", "/v1/company/time-offs/3002", "", 200)
	s.call("GET", "/v1/company/time-offs/3002", "", 404)

	period := s.call("POST", "/v1/company/absence-periods", `{"employee_id":3001,"time_off_type_id":155629,"start_date":"2026-07-02","end_date":"2026-07-02","start_time":"09:30","end_time":"11:00"}`, 201)
	attributes := in(period, "data", 0, "attributes")
	require.Equal(t, []any{90.0, "2026-07-02T07:30:00.0Z", "approved", "hour"}, []any{in(attributes, "effective_duration"), in(attributes, "start"), in(attributes, "status"), in(attributes, "measurement_unit")})
	require.Contains(t, text(s.call("POST", "/v1/company/absence-periods", `{"employee_id":3001,"time_off_type_id":155627,"start_date":"2026-07-03","end_date":"2026-07-03"}`, 400), "error", "message"), "Daily Absences")
	require.Equal(t, "Absence type not found.", in(s.call("POST", "/v1/company/absence-periods", `{"employee_id":3001,"time_off_type_id":1}`, 404), "error", "message"))
	require.Len(t, in(s.call("GET", "/v1/company/absence-periods?offset=0", "", 200), "data"), 1)
	require.Len(t, in(s.call("GET", "/v1/company/absence-periods?offset=2", "", 200), "data"), 0, "offset is a page's number, from 1")
	require.Equal(t, "models.absence-types.not-found", in(s.call("GET", "/v1/company/absence-periods?absence_types[]=x", "", 404), "error", "message"))
	s.call("DELETE", "/v1/company/absence-periods/"+text(attributes, "id"), "", 200)
	s.call("DELETE", "/v1/company/absence-periods/"+text(attributes, "id"), "", 404)
	require.Equal(t, 8.33, in(s.call("GET", "/v1/company/employees/3001/absences/balance", "", 200), "data", 0, "balance"))
	s.may(func(r *Rights) { r.Absences = "r" })
	require.Equal(t, 403, off("start_date", "2026-08-01", "end_date", "2026-08-01").status)
}

// What HR does by hand to the organisation.
func TestOrganisationByHand(t *testing.T) {
	t.Parallel()
	s := open(t, false)
	boss, one := s.hire("a@x.example"), s.hire("b@x.example")
	_, err := s.Edit(3002, func(p *Person) error { p.Supervisor = 3001; return nil })
	require.NoError(t, err)
	require.True(t, s.RenameDepartment("IT", "Informatique"))
	require.False(t, s.RenameDepartment("IT", "x"))
	require.Equal(t, "Informatique", s.Persons()[1].Department, "one id, another name")
	require.True(t, s.Erase(3001))
	require.False(t, s.Erase(3001))
	s.call("GET", "/v2/persons/"+boss, "", 404)
	require.Zero(t, s.Persons()[0].Supervisor)
	s.Reset()
	require.NotEmpty(t, one)
	require.True(t, s.RenameDepartment("IT", "x"), "Reset takes it back")
}

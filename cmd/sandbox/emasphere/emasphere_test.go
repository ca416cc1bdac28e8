package emasphere

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/contract"
)

// stand is an account whose every answer is held against the connector's contract.
type stand struct {
	*Handler
	api http.Handler
}

func open(t *testing.T) stand {
	h := New(Options{})
	return stand{h, contract.Hold(t, "../../../plugins/emasphere/openapi.yaml", "/api/v1", h)}
}

func (s stand) do(t *testing.T, method, path, body string, key ...string) (int, map[string]any) {
	t.Helper()
	request := httptest.NewRequest(method, "/api/v1/"+path, strings.NewReader(body))
	request.Header.Set("X-Access-Key", strings.Join(append(key, DefaultKey)[:1], ""))
	recorder := httptest.NewRecorder()
	s.api.ServeHTTP(recorder, request)
	var said map[string]any
	if recorder.Body.Len() > 0 {
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &said))
	}
	return recorder.Code, said
}

func (s stand) put(t *testing.T, path, body string) string {
	t.Helper()
	status, said := s.do(t, "PUT", path, body)
	require.Contains(t, []int{200, 201}, status, said)
	return said["data"].(map[string]any)["id"].(string)
}

func codeOf(said map[string]any) (code, field string) {
	trouble, _ := said["error"].(map[string]any)
	code, _ = trouble["code"].(string)
	field, _ = trouble["field"].(string)
	return code, field
}

func person(id string) string {
	return fmt.Sprintf(`{"external_id":%q,"last_name":"N'Guyen","first_name":"Zoé"}`, id)
}

func TestUpsertUpdateDelete(t *testing.T) {
	t.Parallel()
	s := open(t)
	unit := s.put(t, "legal-entities/3", `{"external_id":"3","name":"Maison Exemple"}`)
	first := s.put(t, "employees/57", `{"external_id":"57","last_name":"D'Arcy","first_name":"Loïc","job_title":"Comptable","legal_entity":"`+unit+`","contrat":"CDI"}`)
	require.Equal(t, first, s.put(t, "employees/57", person("57")), "the same key is the same record")
	require.Equal(t, []map[string]any{{"id": first, "external_id": "57", "last_name": "N'Guyen", "first_name": "Zoé"}}, s.Records("employees"), "what isn't sent is emptied")

	status, _ := s.do(t, "PATCH", "employees/"+first, `{"job_title":"Directrice","legal_entity":"`+unit+`"}`)
	require.Equal(t, 200, status)
	status, _ = s.do(t, "PATCH", "employees/"+first, `{"job_title":null}`)
	require.Equal(t, 200, status)
	status, said := s.do(t, "GET", "employees/"+first, "")
	require.Equal(t, 200, status)
	require.Equal(t, map[string]any{"id": first, "external_id": "57", "last_name": "N'Guyen", "first_name": "Zoé", "legal_entity": unit}, said["data"])

	day := s.put(t, "absences", `{"employee":"`+first+`","date":"2026-09-01","start_date":"2026-08-31"}`)
	other := s.put(t, "absences", `{"employee":"`+first+`","date":"2026-09-02"}`)
	require.Equal(t, day, s.put(t, "absences", `{"employee":"`+first+`","date":"2026-09-01"}`))
	status, _ = s.do(t, "DELETE", "absences/"+day, "")
	require.Equal(t, 204, status)
	status, _ = s.do(t, "DELETE", "absences/"+day, "")
	require.Equal(t, 404, status)
	require.Equal(t, other, s.Records("absences")[0]["id"])
	require.NotEqual(t, day, s.put(t, "absences", `{"employee":"`+first+`","date":"2026-09-01"}`), "an id is never given twice")
	s.Reset()
	for _, name := range Collections() {
		require.Empty(t, s.Records(name))
	}
}

func TestAChangedKeyIsTheSameRecord(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, second := s.put(t, "employees/1", person("1")), s.put(t, "employees/2", person("2"))
	status, said := s.do(t, "PATCH", "employees/"+first, `{"external_id":"2"}`)
	require.Equal(t, 409, status, said)
	status, _ = s.do(t, "PATCH", "employees/"+first, `{"external_id":"3"}`)
	require.Equal(t, 200, status)
	require.Equal(t, first, s.put(t, "employees/3", person("3")))
	require.NotContains(t, []string{first, second}, s.put(t, "employees/1", person("1")))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	unit := s.put(t, "legal-entities/3", `{"external_id":"3","name":"Maison Exemple"}`)
	for name, x := range map[string]struct {
		method, path, body string
		status             int
		code, field        string
	}{
		"nobody":               {"GET", "employees/emp-9", "", 404, "not_found", ""},
		"nothing there":        {"GET", "persons", "", 404, "not_found", ""},
		"deeper":               {"GET", "employees/a/b", "", 404, "not_found", ""},
		"no employee deleted":  {"DELETE", "employees/emp-000001", "", 405, "method_not_allowed", ""},
		"no unit deleted":      {"DELETE", "legal-entities/" + unit, "", 405, "method_not_allowed", ""},
		"post":                 {"POST", "employees", "{}", 405, "method_not_allowed", ""},
		"put without a key":    {"PUT", "employees", person("1"), 405, "method_not_allowed", ""},
		"absence in the path":  {"PUT", "absences/x", "{}", 405, "method_not_allowed", ""},
		"another key":          {"PUT", "employees/2", person("1"), 422, "invalid", "external_id"},
		"number as key":        {"PUT", "employees/2", `{"external_id":2}`, 422, "invalid", "external_id"},
		"no last name":         {"PUT", "employees/2", `{"external_id":"2","first_name":"Zoé"}`, 422, "invalid", "last_name"},
		"empty name":           {"PUT", "legal-entities/2", `{"external_id":"2","name":""}`, 422, "invalid", "name"},
		"name emptied":         {"PATCH", "legal-entities/" + unit, `{"name":null}`, 422, "invalid", "name"},
		"own id":               {"PATCH", "legal-entities/" + unit, `{"id":"x"}`, 422, "invalid", "id"},
		"long title":           {"PUT", "employees/2", `{"external_id":"2","last_name":"X","first_name":"Y","job_title":"` + strings.Repeat("é", 201) + `"}`, 422, "invalid", "job_title"},
		"no IBAN":              {"PUT", "employees/2", `{"external_id":"2","last_name":"X","first_name":"Y","bank_account":"FR76 3000"}`, 422, "invalid", "bank_account"},
		"unknown legal entity": {"PUT", "employees/2", `{"external_id":"2","last_name":"X","first_name":"Y","legal_entity":"le-9"}`, 422, "unknown_reference", "legal_entity"},
		"absence of nobody":    {"PUT", "absences", `{"employee":"emp-9","date":"2026-09-01"}`, 422, "unknown_reference", "employee"},
		"absence without day":  {"PUT", "absences", `{"employee":"emp-9"}`, 422, "invalid", "date"},
		"no such day":          {"PUT", "absences", `{"employee":"emp-9","date":"2026-02-30"}`, 422, "invalid", "date"},
		"no JSON":              {"PUT", "employees/2", `{"external_id":`, 422, "invalid", ""},
		"two":                  {"PUT", "employees/2", person("2") + person("2"), 422, "invalid", ""},
		"page":                 {"GET", "employees?page=0", "", 400, "bad_request", "page"},
		"page size":            {"GET", "employees?per_page=201", "", 400, "bad_request", "per_page"},
		"many":                 {"GET", "employees?" + strings.Repeat("external_id=1&", 101), "", 400, "bad_request", "external_id"},
	} {
		status, said := s.do(t, x.method, x.path, x.body)
		require.Equal(t, x.status, status, name)
		code, field := codeOf(said)
		require.Equal(t, x.code, code, name)
		require.Equal(t, x.field, field, name)
	}
	for _, key := range []string{"", "x"} {
		status, said := s.do(t, "GET", "employees", "", key)
		require.Equal(t, 401, status)
		code, _ := codeOf(said)
		require.Equal(t, "unauthorized", code)
	}
	require.Empty(t, s.Records("employees"))
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 60 {
		s.put(t, fmt.Sprintf("employees/%d", i), person(fmt.Sprint(i)))
	}
	for _, day := range []string{"2026-09-01", "2026-09-02"} {
		for _, who := range []string{"emp-000001", "emp-000002"} {
			s.put(t, "absences", `{"employee":"`+who+`","date":"`+day+`"}`)
		}
	}
	for query, want := range map[string][2]int{
		"employees": {50, 60}, "employees?page=2": {10, 60}, "employees?page=3": {0, 60}, "employees?page=9223372036854775807&per_page=200": {0, 60},
		"employees?per_page=200": {60, 60}, "employees?external_id=7&external_id=9&external_id=x": {2, 2}, "employees?external_id=07": {0, 0},
		"absences?employee=emp-000001": {2, 2}, "absences?employee=emp-000001&employee=emp-000002&date=2026-09-02": {2, 2}, "absences?date=2026-09-03": {0, 0},
	} {
		status, said := s.do(t, "GET", query, "")
		require.Equal(t, 200, status, query)
		require.Len(t, said["data"], want[0], query)
		require.EqualValues(t, want[1], said["total"], query)
	}
}

func FuzzUpsert(f *testing.F) {
	f.Add("employees/1", person("1"))
	f.Add("absences", `{"employee":"emp-000001","date":"2026-09-01"}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		request := httptest.NewRequest("PUT", "/", strings.NewReader(body))
		request.URL.Path = "/api/v1/" + path
		request.Header.Set("X-Access-Key", DefaultKey)
		h := New(Options{})
		recorder := httptest.NewRecorder()
		h.ServeHTTP(recorder, request)
		stored := 0
		for _, name := range Collections() {
			stored += len(h.Records(name))
		}
		require.Equal(t, recorder.Code == 201, stored == 1)
		require.True(t, json.Valid(recorder.Body.Bytes()))
	})
}

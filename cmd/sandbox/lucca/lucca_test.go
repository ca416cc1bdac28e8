package lucca

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/people"
)

var today = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)

type answer struct {
	Status  int
	Header  http.Header
	Message string
	Count   *int
	Items   []map[string]any
	Data    map[string]any
	Raw     string
}

type tenant struct {
	t       *testing.T
	company *people.Company
	*Handler
}

func open(t *testing.T, options Options) tenant {
	t.Helper()
	company, err := people.New(people.Options{Employees: 120, Seed: 1, Flaws: 3, Today: today})
	require.NoError(t, err)
	return tenant{t, company, New(company, options)}
}

func unlimited(t *testing.T) tenant {
	return open(t, Options{NoRateLimit: true, Path: "/lucca"})
}

func (x tenant) send(path, authorization string) answer {
	x.t.Helper()
	request := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:1"+path, nil)
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	x.ServeHTTP(recorder, request)

	a := answer{Status: recorder.Code, Header: recorder.Header(), Raw: recorder.Body.String()}
	var body struct {
		Status  int
		Message string
		Data    json.RawMessage
	}
	require.NoError(x.t, json.Unmarshal(recorder.Body.Bytes(), &body), a.Raw)
	a.Message = body.Message
	if body.Message != "" {
		require.Equal(x.t, recorder.Code, body.Status)
		return a
	}
	var list struct {
		Items []map[string]any
		Count *int
	}
	require.NoError(x.t, json.Unmarshal(body.Data, &list), a.Raw)
	a.Items, a.Count = list.Items, list.Count
	require.NoError(x.t, json.Unmarshal(body.Data, &a.Data))
	return a
}

// get builds the query from pairs, escaping them.
func (x tenant) get(path string, pairs ...string) answer {
	x.t.Helper()
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return x.send(path+"?"+query.Encode(), "lucca application="+DefaultKey)
}

func (x tenant) where(keep func(e *people.Employee) bool) []*people.Employee {
	return slices.DeleteFunc(slices.Clone(x.company.Employees()), func(e *people.Employee) bool { return !keep(e) })
}

func (x tenant) present(e *people.Employee) bool { return !e.Former(x.company.Today) }

const users = "/api/v3/users"

func TestAuthorization(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header string
		status int
	}{
		"lower case":        {"lucca application=" + DefaultKey, 200},
		"any case":          {"LuCCa application=" + strings.ToUpper(DefaultKey), 200},
		"none":              {"", 401},
		"another key":       {"lucca application=5a9db0c5-0000-4000-8000-000000000000", 401},
		"no key":            {"lucca application=", 401},
		"Application":       {"lucca Application=" + DefaultKey, 401},
		"blank after equal": {"lucca application= " + DefaultKey, 401},
		"bearer":            {"Bearer " + DefaultKey, 401},
		"another realm":     {"lucca user=" + DefaultKey, 401},
	}
	x := unlimited(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := x.send(users+"?paging=0,1", test.header)
			require.Equal(t, test.status, got.Status)
			if test.status == 401 {
				require.Equal(t, "Your token is invalid or you did not provide any", got.Message)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	for path, status := range map[string]int{
		"/api/v3/users": 200, "/API/V3/Users": 200, "/api/v3/departments": 200, "/api/v3/departments/tree": 200, "/api/v3/legalEntities": 200,
		"/api/v3/extensionuserdefinitions": 200, "/api/v3/extensionuserdefinitions/e_diploma": 200, "/api/v3/userproperties": 200,
		"/api/v3/users/101": 200, "/api/v3/users/9": 404, "/api/v3/users/me": 404, "/api/v3/leaveRequests": 200,
		"/directory/api/4.0/nothing": 404, "/api/v3/departments/99": 404, "/": 404, "/api/v3/users/101/x": 404,
	} {
		require.Equal(t, status, x.get(path).Status, path)
	}
	request := httptest.NewRequest(http.MethodPost, users, strings.NewReader("{}"))
	request.Header.Set("Authorization", "lucca application="+DefaultKey)
	recorder := httptest.NewRecorder()
	x.ServeHTTP(recorder, request)
	require.Equal(t, 405, recorder.Code)
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	now := today
	x := open(t, Options{Now: func() time.Time { return now }})
	for range budget {
		require.Equal(t, 200, x.get(users, "paging", "0,1").Status)
		now = now.Add(100 * time.Millisecond)
	}
	got := x.get(users)
	require.Equal(t, 429, got.Status)
	require.Equal(t, "55", got.Header.Get("Retry-After"))
	now = now.Add(54*time.Second + 900*time.Millisecond)
	require.Equal(t, 429, x.get(users).Status)
	now = now.Add(100 * time.Millisecond)
	require.Equal(t, 200, x.get(users).Status)
	require.Equal(t, 429, x.get(users).Status, "the second of the first fifty isn't a minute old")
	x.Reset()
	require.Equal(t, 200, x.get(users).Status)
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	got := x.get("/api/v3/departments", "fields", "id,hierarchy,parentId,position,level,isActive,headID,currentUsersCount,users[id],collection.count", "orderBy", "id,asc")
	require.Len(t, got.Items, 18)
	require.Equal(t, "/1.0/1.0/1.0/", got.Items[2]["hierarchy"])
	require.Equal(t, "/1.0/1.0/", got.Items[2]["parentId"])
	require.Equal(t, "/", got.Items[0]["parentId"])
	require.Contains(t, got.Raw, `"position":10000000000000000000,`)
	require.Equal(t, 103.0, got.Items[2]["headID"])
	require.GreaterOrEqual(t, len(got.Items[2]["users"].([]any)), int(got.Items[2]["currentUsersCount"].(float64)))
	require.Len(t, x.get("/api/v3/departments", "isActive", "false").Items, 1)

	tree := x.get("/api/v3/departments/tree").Data
	require.Nil(t, tree["node"])
	root := tree["children"].([]any)[0].(map[string]any)
	require.Equal(t, 1.0, root["node"].(map[string]any)["id"])
	require.Len(t, root["children"], 5)
	archived := x.get("/api/v3/departments/tree", "isActive", "false").Data
	require.Len(t, archived["children"], 1)
}

func TestDefinitions(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	list := x.get("/api/v3/extensionuserdefinitions", "formatKey", "select", "fields", "id,formatKey,extensionUserPropertyListEntries[id,name],collection.count")
	require.Equal(t, 1, *list.Count)
	one := x.get("/api/v3/extensionuserdefinitions/e_driving_licence").Data
	require.Equal(t, "select", one["formatKey"])
	require.Equal(t, map[string]any{"id": 84.0, "name": "Permis B"}, one["extensionUserPropertyListEntries"].([]any)[0])

	property := x.get("/api/v3/userproperties/e_languages").Data
	require.Equal(t, true, property["isMultivalue"])
	require.Equal(t, 3.0, property["category"])
	require.Equal(t, map[string]any{"key": "text"}, property["format"])
	require.Equal(t, 0.0, x.get("/api/v3/userproperties/birthDate").Data["category"])
}

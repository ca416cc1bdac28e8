package box

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/people"
)

type stand struct {
	t *testing.T
	*Box
	url    string
	client *http.Client
}

func open(t *testing.T) stand {
	t.Helper()
	b, err := New(Options{People: people.Options{Employees: 60, Seed: 1, Flaws: 3, Today: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)}})
	require.NoError(t, err)
	server, err := Listen(t.Context(), "127.0.0.1:0", b)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return stand{t, b, server.URL(), &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

// send decodes the answer into target unless that is nil, and returns the status; 0: no
// whole answer.
func (s stand) send(method, path, body string, target any) int {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	access := s.Access(s.url)
	request.Header.Set("Authorization", "lucca application="+access.LuccaKey)
	request.Header.Set("X-Api-Key", access.OppusKey)
	request.Header.Set("X-Access-Key", access.EmasphereKey)
	response, err := s.client.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0
	}
	if target != nil {
		require.NoError(s.t, json.Unmarshal(text, target), string(text))
	}
	return response.StatusCode
}

type logged struct {
	Method, Path, Query string
	Body                any
	Handled, Answered   int
}

func TestBothApisAndTheLog(t *testing.T) {
	t.Parallel()
	s := open(t)
	var list struct {
		Data struct{ Items []struct{ URL string } }
	}
	require.Equal(t, 200, s.send("GET", "/lucca/api/v3/users?paging=0,1&orderBy=id,asc", "", &list))
	require.Equal(t, s.url+"/lucca/api/v3/users/101", list.Data.Items[0].URL)
	require.Equal(t, 201, s.send("POST", "/oppus/api/v1/employees", `{"matricule":"1","nom":"X","prenom":"Y"}`, nil))
	require.Equal(t, 422, s.send("POST", "/oppus/api/v1/employees", `not JSON`, nil))
	require.Equal(t, 200, s.send("GET", "/oppus/api/v1/employees", "", nil))
	require.Equal(t, 404, s.send("GET", "/elsewhere", "", nil))

	var seen []logged
	require.Equal(t, 200, s.send("GET", "/_sandbox/lucca/requests", "", &seen))
	require.Equal(t, []logged{{Method: "GET", Path: "/api/v3/users", Query: "paging=0,1&orderBy=id,asc", Handled: 200, Answered: 200}}, seen)
	require.Equal(t, 200, s.send("GET", "/_sandbox/oppus/received", "", &seen))
	require.Len(t, seen, 2)
	require.Equal(t, map[string]any{"matricule": "1", "nom": "X", "prenom": "Y"}, seen[0].Body)
	require.Equal(t, "not JSON", seen[1].Body)
	require.Equal(t, 200, s.send("GET", "/_sandbox/oppus/requests", "", &seen))
	require.Len(t, seen, 3)

	var held []map[string]any
	require.Equal(t, 200, s.send("GET", "/_sandbox/oppus/employees", "", &held))
	require.Equal(t, "1", held[0]["matricule"])
}

func TestEmasphereAndItsLog(t *testing.T) {
	t.Parallel()
	s := open(t)
	require.Equal(t, 201, s.send("PUT", "/emasphere/api/v1/legal-entities/3", `{"external_id":"3","name":"Maison Exemple"}`, nil))
	require.Equal(t, 201, s.send("PUT", "/emasphere/api/v1/employees/57", `{"external_id":"57","last_name":"X","first_name":"Y","legal_entity":"le-000001"}`, nil))
	require.Equal(t, 201, s.send("PUT", "/emasphere/api/v1/absences", `{"employee":"emp-000001","date":"2026-09-01"}`, nil))
	require.Equal(t, 200, s.send("GET", "/emasphere/api/v1/employees", "", nil))
	for collection, id := range map[string]string{"legal-entities": "le-000001", "employees": "emp-000001", "absences": "abs-000001"} {
		var held []map[string]any
		require.Equal(t, 200, s.send("GET", "/_sandbox/emasphere/"+collection, "", &held))
		require.Len(t, held, 1)
		require.Equal(t, id, held[0]["id"])
	}
	var seen []logged
	require.Equal(t, 200, s.send("GET", "/_sandbox/emasphere/received", "", &seen))
	require.Len(t, seen, 3)
	require.Equal(t, 200, s.send("GET", "/_sandbox/emasphere/requests", "", &seen))
	require.Len(t, seen, 4)
	require.Equal(t, 201, s.send("POST", "/_sandbox/faults", `{"side":"emasphere","close":"after","times":1}`, nil))
	require.Equal(t, 0, s.send("PUT", "/emasphere/api/v1/employees/58", `{"external_id":"58","last_name":"X","first_name":"Y"}`, nil))
	require.Len(t, s.Emasphere.Records("employees"), 2)
	require.Equal(t, 204, s.send("POST", "/_sandbox/reset", "", nil))
	require.Empty(t, s.Emasphere.Records("employees"))
	require.Empty(t, s.emasphereSeen.Entries())
}

func TestTheLogTellsWhatAFaultDid(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault             string
		status, handled   int
		answered, applied int
	}{
		"closed before": {`{"side":"oppus","close":"before"}`, 0, 0, 0, 0},
		"closed after":  {`{"side":"oppus","close":"after"}`, 0, 201, 0, 1},
		"truncated":     {`{"side":"oppus","truncate":true}`, 0, 201, 0, 1},
		"refused":       {`{"side":"oppus","status":503,"headers":{"Retry-After":"0"}}`, 503, 0, 503, 0},
		"other side":    {`{"side":"lucca","status":503}`, 201, 201, 201, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			require.Equal(t, 201, s.send("POST", "/_sandbox/faults", test.fault, nil))
			require.Equal(t, test.status, s.send("POST", "/oppus/api/v1/employees", `{"matricule":"1","nom":"X","prenom":"Y"}`, nil))
			require.Equal(t, 204, s.send("DELETE", "/_sandbox/faults", "", nil))
			require.Len(t, s.Oppus.Profiles(), test.applied)
			var seen []logged
			require.Equal(t, 200, s.send("GET", "/_sandbox/oppus/received", "", &seen))
			require.Len(t, seen, 1)
			require.Equal(t, [2]int{test.handled, test.answered}, [2]int{seen[0].Handled, seen[0].Answered})
		})
	}
}

func TestTheLogKeepsNoKey(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.send("GET", "/lucca/api/v3/users", "", nil)
	s.send("GET", "/oppus/api/v1/account", "", nil)
	s.send("GET", "/emasphere/api/v1/employees", "", nil)
	text, err := json.Marshal([]any{s.luccaSeen.Entries(), s.oppusSeen.Entries(), s.emasphereSeen.Entries()})
	require.NoError(t, err)
	access := s.Access(s.url)
	require.NotContains(t, string(text), access.LuccaKey)
	require.NotContains(t, string(text), access.OppusKey)
	require.NotContains(t, string(text), access.EmasphereKey)
}

func TestChangingPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	var user struct{ Data struct{ LastName string } }
	require.Equal(t, 200, s.send("POST", "/_sandbox/lucca/employees/105", `{"lastName":"L'Hostis-Žák"}`, nil))
	require.Equal(t, 200, s.send("GET", "/lucca/api/v3/users/105?fields=lastName", "", &user))
	require.Equal(t, "L'Hostis-Žák", user.Data.LastName)

	var hired people.Employee
	require.Equal(t, 201, s.send("POST", "/_sandbox/lucca/employees", `{"firstName":"Zoé","lastName":"X","dtContractStart":"2026-01-01"}`, &hired))
	require.Equal(t, 200, s.send("GET", fmt.Sprint("/lucca/api/v3/users/", hired.ID), "", nil))
	require.Equal(t, 204, s.send("DELETE", fmt.Sprint("/_sandbox/lucca/employees/", hired.ID), "", nil))
	require.Equal(t, 404, s.send("GET", fmt.Sprint("/lucca/api/v3/users/", hired.ID), "", nil))

	require.Equal(t, 404, s.send("POST", "/_sandbox/lucca/employees/9", `{}`, nil))
	require.Equal(t, 404, s.send("POST", "/_sandbox/lucca/employees/x", `{}`, nil))
	require.Equal(t, 404, s.send("DELETE", "/_sandbox/lucca/employees/9", "", nil))
	var said struct{ Error string }
	require.Equal(t, 400, s.send("POST", "/_sandbox/lucca/employees/105", `{"birthDate":"hier"}`, &said))
	require.Contains(t, said.Error, "birthDate")
	require.Equal(t, 400, s.send("POST", "/_sandbox/lucca/employees", `{}`, nil))
}

func TestRightsAndStyle(t *testing.T) {
	t.Parallel()
	s := open(t)
	before := s.Lucca.Rights()
	require.Equal(t, 200, s.send("POST", "/_sandbox/lucca/rights", `{"former":false,"sections":["Formation"]}`, nil))
	require.Equal(t, []string{"Formation"}, s.Lucca.Rights().Sections)
	require.False(t, s.Lucca.Rights().Former)
	require.True(t, s.Lucca.Rights().Future, "what isn't named stays")
	require.Equal(t, 200, s.send("POST", "/_sandbox/lucca/style", `{"casing":"irregular"}`, nil))
	require.Equal(t, "irregular", s.Lucca.Style().Casing)
	require.True(t, s.Lucca.Style().Header)
	for path, body := range map[string]string{
		"/_sandbox/lucca/rights": `{"denial":"404"}`, "/_sandbox/lucca/style": `{"casing":"x"}`, "/_sandbox/faults": `{"side":"lucca","stauts":503}`,
	} {
		require.Equal(t, 400, s.send("POST", path, body, nil), path)
	}
	var said struct{ Error string }
	require.Equal(t, 400, s.send("POST", "/_sandbox/faults", `{"side":"lucca","times":"two"}`, &said))
	require.Contains(t, said.Error, "times can't be a JSON string")

	require.Equal(t, 204, s.send("POST", "/_sandbox/reset", "", nil))
	require.Equal(t, before, s.Lucca.Rights())
}

func TestResetBringsTheBeginningBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	original, _ := s.Company.Employee(105)
	require.Equal(t, 200, s.send("POST", "/_sandbox/lucca/employees/105", `{"lastName":"X"}`, nil))
	require.Equal(t, 201, s.send("POST", "/_sandbox/faults", `{"side":"oppus","status":503,"times":1,"method":"GET"}`, nil))
	require.Equal(t, 201, s.send("POST", "/oppus/api/v1/employees", `{"matricule":"1","nom":"X","prenom":"Y"}`, nil))
	require.Equal(t, 204, s.send("POST", "/_sandbox/reset", "", nil))
	now, _ := s.Company.Employee(105)
	require.Equal(t, original, now)
	require.Empty(t, s.Faults.Rules())
	require.Empty(t, s.Oppus.Profiles())
	require.Empty(t, s.oppusSeen.Entries())
}

func TestPageListsEveryRoute(t *testing.T) {
	t.Parallel()
	s := open(t)
	for accept, kind := range map[string]string{"text/html": "text/html; charset=utf-8", "*/*": "text/plain; charset=utf-8"} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/_sandbox/", nil)
		require.NoError(t, err)
		request.Header.Set("Accept", accept)
		response, err := s.client.Do(request)
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, kind, response.Header.Get("Content-Type"))
		for _, route := range s.Routes() {
			require.Contains(t, string(text), strings.TrimSuffix(route.Path, "{$}"))
		}
	}
}

func TestReadmeListsEveryRoute(t *testing.T) {
	t.Parallel()
	s := open(t)
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	for _, route := range s.Routes() {
		path := strings.TrimSuffix(strings.TrimPrefix(route.Path, "/_sandbox"), "{$}")
		require.Regexp(t, "(?m)^\\|.*"+route.Method+"[`, A-Z]* "+regexp.QuoteMeta(path)+"`", string(readme))
	}
}

func TestListenOnlyHere(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0", "example.com:0"} {
		_, err := Listen(t.Context(), address, http.NotFoundHandler())
		require.ErrorIs(t, err, ErrNotLoopback, address)
	}
	_, err := Listen(t.Context(), "127.0.0.1", http.NotFoundHandler())
	require.ErrorContains(t, err, "host:port")
}

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/sdk/rest"
)

// What the connector doesn't ask for itself is held against Personio's contracts
// too, so that the sandbox is what its tests take it for.
func TestSandboxKeepsToTheContracts(t *testing.T) {
	t.Parallel()
	a := open(t)
	id := strconv.Itoa(a.hire(personio.Person{Email: "a@x.example", FirstName: "A", LastName: "B", Department: "IT"}).ID)
	c := a.connect("")
	_, _, complaint := c.attributesV1(&checking{c, t.Context()}) // fetches a token
	require.Nil(t, complaint)
	token := ""
	a.instead(func(_ http.ResponseWriter, r *http.Request) bool {
		if given := r.Header.Get("Authorization"); given != "" && token == "" {
			token = given
		}
		return false
	})
	_, _, complaint = callV1(c.v1, &checking{c, t.Context()}, rest.Request{Method: "GET", Path: "/v1/company/document-categories"}, readDocuments)
	require.Nil(t, complaint)
	call := func(method, path string, status int) {
		request, err := http.NewRequestWithContext(t.Context(), method, a.url+path, nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", token)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode, "%s %s: %s", method, path, body)
	}
	// Its answer isn't as its schema says, by the file's own example: it is asked past
	// the contract.
	off := url.Values{"employee_id": {id}, "time_off_type_id": {"155627"}, "start_date": {"2026-06-01"}, "end_date": {"2026-06-03"}, "half_day_start": {"0"}, "half_day_end": {"1"}}
	request := httptest.NewRequest("POST", "/v1/company/time-offs", strings.NewReader(off.Encode()))
	request.Header.Set("Authorization", token)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	did := httptest.NewRecorder()
	a.Handler.ServeHTTP(did, request)
	made := did.Body.String()
	require.Contains(t, made, `"status":"approved"`, "v1 asks nobody unless told to")
	absence := text(at([]byte(made), "data", "attributes", "id"))
	call("GET", "/v1/company/time-offs/"+absence, 200)
	call("DELETE", "/v1/company/time-offs/"+absence, 200)
	call("GET", "/v1/company/time-offs/"+absence, 404)
	call("GET", "/v1/company/time-off-types", 200)
	call("GET", "/v1/company/employees/"+id+"/absences/balance", 200)
	call("GET", "/v1/company/employees/"+id+"/profile-picture/75", 200)
	call("GET", "/v1/company/employees/77", 404)
	call("GET", "/v1/company/employees?email=a@x.example", 200)
	call("GET", "/v1/company/custom-reports/columns", 200)
}

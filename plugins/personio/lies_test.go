package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/personio"
	"passerelle/plugins/sdk"
)

// deed lets the sandbox do what one request asks, and answers something else.
func (a *account) deed(method, path string, times int, say func(w http.ResponseWriter, did *httptest.ResponseRecorder)) {
	a.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if times == 0 || r.Method != method || !strings.HasPrefix(r.URL.Path, path) {
			return false
		}
		times--
		did := httptest.NewRecorder()
		a.Handler.ServeHTTP(did, r)
		say(w, did)
		return true
	})
}

func answerWith(status int, contentType, body string) func(http.ResponseWriter, *httptest.ResponseRecorder) {
	return func(w http.ResponseWriter, _ *httptest.ResponseRecorder) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutOff sends half of the true answer.
func cutOff(w http.ResponseWriter, did *httptest.ResponseRecorder) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(did.Body.Len()))
	w.WriteHeader(did.Code)
	_, _ = w.Write(did.Body.Bytes()[:did.Body.Len()/2])
	panic(http.ErrAbortHandler)
}

const html = "<!doctype html><title>We'll be back soon</title>"

var lies = map[string]func(http.ResponseWriter, *httptest.ResponseRecorder){
	"500":            answerWith(500, "application/problem+json", `{"errors":[{"title":"Internal Server Error"}]}`),
	"502 in HTML":    answerWith(502, "text/html", html),
	"504":            answerWith(504, "application/json", `{}`),
	"HTML under 200": answerWith(200, "text/html", html),
	"another JSON":   answerWith(200, "application/json", `["soon back"]`),
	"HTML as JSON":   answerWith(200, "application/json", html),
	"cut off":        cutOff,
	"hung up":        func(http.ResponseWriter, *httptest.ResponseRecorder) { panic(http.ErrAbortHandler) },
}

// A create whose answer got lost is not sent again: nobody knows whether it was
// done. The e-mail then says who it was.
func TestCreateThatWasNeverAnswered(t *testing.T) {
	t.Parallel()
	for name, lie := range lies {
		for _, api := range []string{"v1", "v2"} {
			a := openOdd(t)
			c := a.connect("")
			path := map[string]string{"v1": "/v1/company/employees", "v2": "/v2/persons"}[api]
			a.deed("POST", path, 1, lie)
			result := write(t, c, employees, `{"api":"`+api+`"}`, create(ada))[0]
			require.Equal(t, unknown, result.Outcome, "%s %s: %v", name, api, result.Err)
			require.Len(t, only(a.calls(), "POST "+path), 1, "%s %s: sent once", name, api)
			require.Len(t, a.Persons(), 1)
			found, end, err := read(t, c, sdk.ReadRequest{Resource: employees, Projection: []string{"email"}, Keys: []sdk.Key{{Ref: "1", Fields: map[string]any{"email": "ada@x.example"}}}}, "{}")
			require.NoError(t, err)
			require.True(t, end.Complete)
			require.Equal(t, strconv.Itoa(a.Persons()[0].ID), found[0]["id"], "settled by its e-mail")
			require.Equal(t, "duplicate-email", write(t, c, employees, "{}", create(ada))[0].Err.Code, "never twice")
		}
	}
}

// Nor is a change believed that whoever answered may never have got.
func TestChangeThatWasNotAnswered(t *testing.T) {
	t.Parallel()
	for name, lie := range lies {
		a := openOdd(t)
		id := strconv.Itoa(a.hire(personio.Person{Email: "z@x.example", FirstName: "Z", LastName: "Y"}).ID)
		c := a.connect("")
		for path, x := range map[string]struct {
			settings string
			record   sdk.WriteRecord
		}{
			"/v2/persons/" + id + "/employments": {"{}", update(id, `{"position":"x"}`, "position")},
			"/v2/persons/" + id:                  {"{}", update(id, `{"first_name":"Q"}`, "first_name")},
			"/v1/company/employees/" + id:        {`{"api":"v1"}`, update(id, `{"position":"y"}`, "position")},
		} {
			if name == "cut off" && strings.HasPrefix(path, "/v2") {
				continue // there is nothing to cut off a 204
			}
			a.deed("PATCH", path, 1, lie)
			result := write(t, c, employees, x.settings, x.record)[0]
			require.Equal(t, unknown, result.Outcome, "%s %s: %v", name, path, result.Err)
		}
		require.Equal(t, applied, write(t, c, employees, "{}", operation(opDeactivate, id))[0].Outcome)
	}
}

// A read is repeated, and never whole where the lie lasts.
func TestReadsAreNotWholeByALie(t *testing.T) {
	t.Parallel()
	for name, lie := range lies {
		a := openOdd(t)
		a.crowd(60)
		c := a.connect("")
		for resource, path := range map[string]string{employees: "/v1/company/employees", persons: "/v2/persons", absences: "/v2/absence-types"} {
			request := sdk.ReadRequest{Resource: resource, Projection: []string{"id"}}
			a.deed("GET", path, 1000, lie)
			_, end, err := read(t, c, request, "{}")
			require.Error(t, err, "%s %s", name, resource)
			require.False(t, end.Complete)
			require.NotContains(t, []string{"forbidden", "unauthorized", "attribute-not-permitted"}, code(t, err), "%s %s: it is no matter of rights", name, resource)
			a.instead(nil)
			_, end, err = read(t, c, request, "{}")
			require.NoError(t, err, "%s %s", name, resource)
			require.True(t, end.Complete)
		}
		// Half of a list of employments is nobody's whole employment.
		id := strconv.Itoa(a.Persons()[0].ID)
		a.deed("GET", "/v2/persons/"+id+"/employments", 1000, lie)
		result := write(t, c, employees, "{}", operation(opDeactivate, id))[0]
		require.Equal(t, notSent, result.Outcome, name)
		require.NotContains(t, []string{"no-employment", "not-found"}, result.Err.Code, name)
		require.Equal(t, "ACTIVE", a.Persons()[0].Status)
	}
	a := openOdd(t)
	a.crowd(1)
	c := a.connect("")
	a.deed("GET", "/v2/persons", 1000, answerWith(200, "application/json", `{"message":"ok"}`))
	_, end, err := read(t, c, sdk.ReadRequest{Resource: persons, Projection: []string{"id"}}, "{}")
	require.Equal(t, "bad-answer", code(t, err))
	require.False(t, end.Complete)
	result := write(t, c, employees, "{}", operation(opDeactivate, "3001"))[0]
	require.Equal(t, "bad-answer", result.Err.Code)
}

// Tokens that end in the middle are fetched again, and nothing is done twice.
func TestTokensThatEndInTheMiddle(t *testing.T) {
	t.Parallel()
	a := open(t)
	c := a.connect("")
	a.style(func(s *personio.Style) { s.TokenServes = 3 })
	var creates []sdk.WriteRecord
	for i := range 20 {
		creates = append(creates, create(strings.ReplaceAll(ada, "ada@", fmt.Sprintf("a%d@", i))))
	}
	for _, result := range write(t, c, employees, "{}", creates...) {
		require.Equal(t, applied, result.Outcome, "%v", result.Err)
	}
	require.Len(t, a.Persons(), 20)
	for _, result := range write(t, c, employees, `{"api":"v1"}`, update("3001", `{"position":"a"}`, "position"), update("3002", `{"position":"b"}`, "position"), update("3003", `{"position":"c"}`, "position"), update("3004", `{"position":"d"}`, "position")) {
		require.Equal(t, applied, result.Outcome, "%v", result.Err)
	}
	a.crowd(230)
	a.style(func(s *personio.Style) { s.TokenServes = 1 })
	for _, name := range []string{employees, persons} {
		records, end, err := read(t, c, sdk.ReadRequest{Resource: name, Projection: []string{"email"}}, "{}")
		require.NoError(t, err, name)
		require.True(t, end.Complete)
		require.Len(t, records, 250)
	}
}

// 429 has no Retry-After, in neither generation; it was certainly not done.
func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	for api, path := range map[string]string{"v1": "/v1/company/employees", "v2": "/v2/persons"} {
		a := openOdd(t)
		c := a.connect("")
		times := 2
		a.instead(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "POST" || r.URL.Path != path || times == 0 {
				return false
			}
			times--
			answerWith(429, "application/json", `{"success":false,"error":{"code":429,"message":"Too many requests"}}`)(w, nil)
			return true
		})
		result := write(t, c, employees, `{"api":"`+api+`"}`, create(ada))[0]
		require.Equal(t, applied, result.Outcome, "%v", result.Err)
		require.Len(t, only(a.calls(), "POST "+path), 3)
		require.Len(t, a.Persons(), 1)
		times = 99
		results := write(t, c, employees, `{"api":"`+api+`"}`, create(strings.ReplaceAll(ada, "ada@", "b@")), create(strings.ReplaceAll(ada, "ada@", "c@")))
		require.Equal(t, "rate-limited", results[0].Err.Code)
		require.Equal(t, refused, results[0].Outcome, "to be sent again later")
		require.Equal(t, notSent, results[1].Outcome)
	}
}

// Each endpoint has a bucket of its own, which its answers describe: it is kept to,
// so that nothing is refused, and the others aren't slowed down by it.
func TestEndpointsHaveTheirOwnBuckets(t *testing.T) {
	t.Parallel()
	a := openOdd(t)
	a.Handler = personio.New(nil, personio.Options{Today: "2026-09-01"})
	refusals := 0
	a.instead(func(w http.ResponseWriter, r *http.Request) bool {
		did := httptest.NewRecorder()
		a.Handler.ServeHTTP(did, r)
		if did.Code == http.StatusTooManyRequests {
			refusals++
		}
		for name, values := range did.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(did.Code)
		_, _ = w.Write(did.Body.Bytes())
		return true
	})
	c := a.connect("")
	for range 14 { // ten at once, ten a second
		_, complaint := c.callV2(&checking{c, t.Context()}, requestV2{method: "GET", path: "/v2/absence-periods", right: readAbsences})
		require.Nil(t, complaint)
	}
	for range 25 { // thirty at once
		_, complaint := c.callV2(&checking{c, t.Context()}, requestV2{method: "GET", path: "/v2/persons", right: readEmployees})
		require.Nil(t, complaint)
	}
	require.Zero(t, refusals)
}

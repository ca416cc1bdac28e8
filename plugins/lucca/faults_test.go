package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"passerelle/cmd/sandbox/fault"
	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Each way in which Lucca is known, or feared, to fail has a stable code, a remedy,
// and never ends as a whole read.
func TestFaults(t *testing.T) {
	t.Parallel()
	const fix, later = protocol.Retry_RETRY_AFTER_FIX, protocol.Retry_RETRY_LATER
	body := func(text string) *string { return &text }
	html := body("<!doctype html><title>Connexion</title>")
	soon := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		rule  fault.Rule
		code  string
		retry protocol.Retry
	}{
		"401, legacy":                {fault.Rule{Status: 401, Body: body(`{"Status":401,"Message":"Your token is invalid or you did not provide any"}`)}, "unauthorized", byKey},
		"401, problem":               {fault.Rule{Status: 401, Body: body(`{"type":"https://datatracker.ietf.org/doc/html/rfc7235#section-3.1","title":"Unauthorized","status":401}`)}, "unauthorized", byKey},
		"401 for a right, with data": {fault.Rule{Status: 401, Body: body(`{"Status":401,"Message":"You do not have sufficient permission to make a GET on type User","Data":{},"StackTrace":"at Lucca"}`)}, "forbidden", byKey},
		"403, titled Unauthorized":   {fault.Rule{Status: 403, Body: body(`{"title":"Unauthorized","status":403}`)}, "forbidden", byKey},
		"403, lower case":            {fault.Rule{Status: 403, Body: body(`{"status":403,"message":"no"}`)}, "forbidden", byKey},
		"403, empty":                 {fault.Rule{Status: 403}, "forbidden", byKey},
		"404, id and error":          {fault.Rule{Status: 404, Body: body(`{"id":42,"error":"Resource 42 not found"}`)}, "not-found", fix},
		"400, bare text":             {fault.Rule{Status: 400, Body: body(`"Offset value x not in correct format"`)}, "bad-request", fix},
		"400, plain":                 {fault.Rule{Status: 400, Body: body(`Offset value x not in correct format`)}, "bad-request", fix},
		"400, errors by field":       {fault.Rule{Status: 400, Body: body(`{"title":"One or more validation errors occurred.","status":400,"errors":{"fields":["Property 'mail' does not exist"]}}`)}, "unknown-property", fix},
		"408":                        {fault.Rule{Status: 408}, "timeout", later},
		"413":                        {fault.Rule{Status: 413}, "bad-request", fix},
		"429, for too long":          {fault.Rule{Status: 429, Headers: map[string]string{"Retry-After": "3600"}}, "rate-limited", later},
		"429, until a date too far":  {fault.Rule{Status: 429, Headers: map[string]string{"Retry-After": soon}}, "rate-limited", later},
		"500, empty":                 {fault.Rule{Status: 500}, "server-error", later},
		"500, not found, of a list":  {fault.Rule{Status: 500, Body: body(`{"Status":500,"Message":"User Not Found"}`)}, "server-error", later},
		"503":                        {fault.Rule{Status: 503}, "unavailable", later},
		"a login page":               {fault.Rule{Body: html, Headers: map[string]string{"Content-Type": "text/html"}}, "not-json", fix},
		"a login page, called JSON":  {fault.Rule{Body: html, Headers: map[string]string{"Content-Type": "application/json"}}, "not-json", fix},
		"sent to a login page":       {fault.Rule{Redirect: "https://login.example/identity"}, "redirected", fix},
		"sent in circles":            {fault.Rule{Redirect: "/api/v3/users"}, "redirected", fix},
		"cut off":                    {fault.Rule{Truncate: true}, "truncated", later},
		"hung up on":                 {fault.Rule{Close: "before"}, "no-answer", later},
		"a page that never ends":     {fault.Rule{Body: body(`{"data":{"items":[` + strings.Repeat(" ", 17<<20))}, "too-large", fix},
		"nothing at all":             {fault.Rule{Body: body(``)}, "not-json", fix},
		"another document":           {fault.Rule{Body: body(`[]`)}, "bad-answer", fix},
		"half of a document":         {fault.Rule{Body: body(`{"data":{"items":[{"id":1`)}, "truncated", later},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := settle(t, 12)
			require.NoError(t, h.faults.Add(withSide(c.rule)))
			_, end, err := h.try("users", `{"include":["future","former"]}`, "mail")
			requireCode(t, err, c.code, c.retry)
			require.False(t, end.Complete)
		})
	}
}

func withSide(rule fault.Rule) fault.Rule {
	rule.Side = "lucca"
	return rule
}

// What passes by itself is waited for, and costs a repetition only.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	soon := time.Now().UTC().Format(http.TimeFormat)
	for name, rule := range map[string]fault.Rule{
		"429, in seconds":   {Status: 429, Headers: map[string]string{"Retry-After": "0"}},
		"429, until a date": {Status: 429, Headers: map[string]string{"Retry-After": soon}},
		"429, wordless":     {Status: 429},
		"503":               {Status: 503},
		"500":               {Status: 500},
		"cut off":           {Truncate: true},
		"hung up on":        {Close: "after"},
		"JSON, called HTML": {Headers: map[string]string{"Content-Type": "text/html"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := settle(t, 12)
			rule.Times = 1
			require.NoError(t, h.faults.Add(withSide(rule)))
			records, _ := h.read("users", `{"include":["future","former"]}`, "mail")
			require.Len(t, records, 12)
		})
	}
}

// A body that dribbles on is given up when its time is up.
func TestAnAnswerThatNeverEnds(t *testing.T) {
	t.Parallel()
	h := settle(t, 12)
	h.connection.client = shortOfTime(h)
	require.NoError(t, h.faults.Add(fault.Rule{Side: "lucca", Endless: true}))
	_, end, err := h.try("users", ``, "mail")
	requireCode(t, err, "timeout", protocol.Retry_RETRY_LATER)
	require.False(t, end.Complete)
}

// Between two pages somebody is erased and somebody hired: as many people as
// before, nobody twice, and one on no page.
func TestListsThatMove(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		resource string
		change   func(*house) error
		reason   string
	}{
		"one erased, one hired": {"users", func(h *house) error {
			first := h.company.Employees()[0].ID
			_, err := h.company.Hire([]byte(`{"firstName":"A","lastName":"B","dtContractStart":"2020-01-01"}`), time.Now())
			if err != nil {
				return err
			}
			return h.company.Remove(first)
		}, "the list of users moved while it was read: some may have been missed"},
		"one hired": {"users", func(h *house) error {
			_, err := h.company.Hire([]byte(`{"firstName":"A","lastName":"B","dtContractStart":"2020-01-01"}`), time.Now())
			return err
		}, "the number of users changed while they were read (from 30 to 31)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := settle(t, 30)
			h.pageSize = 10
			var requests atomic.Int32
			h.before = func(*http.Request) {
				if requests.Add(1) == 2 {
					require.NoError(t, c.change(h))
				}
			}
			_, end, err := h.try(c.resource, `{"include":["future","former"]}`, "mail")
			require.NoError(t, err)
			require.False(t, end.Complete)
			require.Equal(t, c.reason, end.Reason)
		})
	}
}

// A server that gives fewer items than it counts, or whose limit is another than
// the documented one.
func TestPagesThatAreNotWhole(t *testing.T) {
	t.Parallel()
	h := settle(t, 12)
	require.NoError(t, h.faults.Add(fault.Rule{Side: "lucca", HalfPages: true, Match: "/directory"}))
	_, end, err := h.try("work-contracts", ``, "ownerId")
	require.NoError(t, err)
	require.False(t, end.Complete)
	require.NotEmpty(t, end.Reason)

	l := &tenant{answers: []http.HandlerFunc{
		say(400, `{"Status":400,"Message":"Paging limit should be between 1 and 500"}`), people(1, `{"id":1}`)}}
	out, _ := sdk.NewTestOutput()
	end, err = connect(t, l, `{"page_size":1000}`).Read(t.Context(), sdk.ReadRequest{Resource: "departments", Projection: []string{"id"}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, "0,500", l.queries[1].Get("paging"))
}

// Somebody asked for by id who isn't there: a 404, or a 500 that means it.
func TestNobodyHasTheID(t *testing.T) {
	t.Parallel()
	gone := say(500, `{"Status":500,"Message":"User Not Found"}`)
	one := func(id int) http.HandlerFunc { return people(1, fmt.Sprintf(`{"id":%d}`, id)) }
	for name, c := range map[string]struct {
		ids     []string
		answers []http.HandlerFunc
		found   []string
		code    string
	}{
		"500":               {[]string{"5"}, []http.HandlerFunc{gone}, nil, ""},
		"404":               {[]string{"5"}, []http.HandlerFunc{say(404, `{"Status":404,"Message":"Resource with ID 5 not found"}`)}, nil, ""},
		"one of two":        {[]string{"5", "6"}, []http.HandlerFunc{gone, gone, one(6)}, []string{"6"}, ""},
		"no Lucca there":    {[]string{"5"}, []http.HandlerFunc{say(404, ``)}, nil, "not-found"},
		"a true 500":        {[]string{"5"}, []http.HandlerFunc{say(500, ``), say(500, ``), say(500, ``)}, nil, "server-error"},
		"a 500 that passes": {[]string{"5"}, []http.HandlerFunc{say(500, ``), one(5)}, []string{"5"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, collected := sdk.NewTestOutput()
			end, err := connect(t, &tenant{answers: c.answers}, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, IDs: c.ids}, out)
			if c.code != "" {
				var complaint *sdk.Error
				require.ErrorAs(t, err, &complaint)
				require.Equal(t, c.code, complaint.Code)
				return
			}
			require.NoError(t, err)
			require.True(t, end.Complete)
			var found []string
			for _, r := range collected.Records() {
				found = append(found, r.Key)
			}
			require.Equal(t, c.found, found)
		})
	}
}

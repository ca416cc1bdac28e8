package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

var everybody = []string{"future", "former"}

func TestReadWhole(t *testing.T) {
	t.Parallel()
	p := func(id int) string { return fmt.Sprintf(`{"id":%d,"lastName":"N%d"}`, id, id) }
	for name, c := range map[string]struct {
		answers  []http.HandlerFunc
		pages    []string // paging asked for
		received int
		expected int64
		complete bool
		reason   string
	}{
		"three pages": {[]http.HandlerFunc{people(5, p(1), p(2)), people(5, p(2), p(3), p(4)), people(5, p(4), p(5))},
			[]string{"0,2", "1,3", "3,3"}, 5, 5, true, ""},
		"last page full":    {[]http.HandlerFunc{people(2, p(1), p(2))}, []string{"0,2"}, 2, 2, true, ""},
		"nobody":            {[]http.HandlerFunc{people(0)}, []string{"0,2"}, 0, 0, true, ""},
		"server caps pages": {[]http.HandlerFunc{people(3, p(1)), people(3, p(1), p(2)), people(3, p(2), p(3))}, []string{"0,2", "0,3", "1,3"}, 3, 3, true, ""},
		"no count: a page of nobody new is the end": {[]http.HandlerFunc{people(-1, p(1), p(2)), people(-1, p(2), p(3)), people(-1, p(3))},
			[]string{"0,2", "1,3", "2,3"}, 3, -1, true, ""},
		"fewer than counted": {[]http.HandlerFunc{people(5, p(1), p(2)), people(5, p(2))}, []string{"0,2", "1,3"}, 2, 5, false, "Lucca counts 5 users and gave 2"},
		"more than counted":  {[]http.HandlerFunc{people(1, p(1), p(2))}, []string{"0,2"}, 2, 1, false, "Lucca counts 1 users and gave 2"},
		"count changes": {[]http.HandlerFunc{people(4, p(1), p(2)), people(3, p(2), p(3))}, []string{"0,2", "1,3"}, 2, 4, false,
			"the number of users changed while they were read (from 4 to 3)"},
		"count vanishes": {[]http.HandlerFunc{people(4, p(1), p(2)), people(-1, p(2), p(3), p(4))}, []string{"0,2", "1,3"}, 2, 4, false,
			"the number of users changed while they were read (from 4 to -1)"},
		// Somebody was erased and somebody else hired in between: the count is the
		// same, nobody came twice, and 3 is on neither page.
		"pushed out of every page": {[]http.HandlerFunc{people(4, p(1), p(2)), people(4, p(3), p(4), p(5))}, []string{"0,2", "1,3"}, 2, 4, false,
			"the list of users moved while it was read: some may have been missed"},
		"the end is gone": {[]http.HandlerFunc{people(4, p(1), p(2)), people(4)}, []string{"0,2", "1,3"}, 2, 4, false,
			"the list of users moved while it was read: some may have been missed"},
		"somebody twice":      {[]http.HandlerFunc{people(4, p(1), p(2)), people(4, p(2), p(1))}, []string{"0,2", "1,3"}, 2, 4, false, "Lucca gave one of the users twice"},
		"one id in two forms": {[]http.HandlerFunc{people(2, p(1), `{"id":"1"}`)}, []string{"0,2"}, 1, -1, false, "Lucca gave one of the users twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tenant{answers: c.answers}
			out, collected := sdk.NewTestOutput()
			end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id", "lastName"}, Settings: readSettings(t, everybody...)}, out)
			require.NoError(t, err)
			require.Len(t, collected.Records(), c.received)
			require.Equal(t, c.complete, end.Complete)
			require.Equal(t, c.reason, end.Reason)
			require.Equal(t, c.expected, end.Expected)
			require.EqualValues(t, len(c.pages), end.Calls)
			var pages []string
			for _, q := range l.queries {
				pages = append(pages, q.Get("paging"))
				require.Equal(t, "id,asc", q.Get("orderBy"))
				require.Equal(t, "id,lastName,modifiedAt,collection.count", q.Get("fields"))
			}
			require.Equal(t, c.pages, pages)
		})
	}
}

func TestFieldsAreTheDeclaredOnes(t *testing.T) {
	t.Parallel()
	l := &tenant{choices: people(0)}
	out, _ := sdk.NewTestOutput()
	_, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Settings: readSettings(t, everybody...),
		Projection: []string{"mail", "department.name", "manager.id", "manager.manager.mail", "department.id", `extendedData["e_Nom-de-la-voie"]`, "extendedData.e_diploma", "habilitedRoles[0].name", "id"}}, out)
	require.NoError(t, err)
	require.Equal(t, []string{propertiesPath, definitionsPath, usersPath}, l.paths)
	require.Equal(t, "id,mail,department[name,id],manager[id,manager[mail]],extendedData,habilitedRoles[name],modifiedAt,collection.count", l.queries[2].Get("fields"))
}

func TestNoListsWithoutSections(t *testing.T) {
	t.Parallel()
	l := &tenant{}
	out, _ := sdk.NewTestOutput()
	_, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"mail"}}, out)
	require.NoError(t, err)
	require.Equal(t, []string{usersPath}, l.paths)
}

func TestPopulation(t *testing.T) {
	t.Parallel()
	hired := `{"id":1,"dtContractStart":"2014-09-01T00:00:00"}`
	today := `{"id":2,"dtContractStart":"2026-09-01T00:00:00"}`
	future := `{"id":3,"dtContractStart":"2026-09-02T00:00:00"}`
	unknown := `{"id":4,"dtContractStart":null}`
	for name, c := range map[string]struct {
		include  []string
		settings string
		former   string
		ids      []string
		expected int64
	}{
		"current":         {nil, `{}`, "", []string{"1", "2", "4"}, 3},
		"former":          {[]string{"former"}, `{}`, "true", []string{"1", "2", "4"}, 3},
		"future":          {[]string{"future"}, `{}`, "", []string{"1", "2", "3", "4"}, 4},
		"both":            {everybody, `{}`, "true", []string{"1", "2", "3", "4"}, 4},
		"still August 31": {nil, `{"timezone":"UTC"}`, "", []string{"1", "4"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tenant{answers: []http.HandlerFunc{people(4, hired, today, future, unknown)}}
			out, collected := sdk.NewTestOutput()
			end, err := connect(t, l, c.settings).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, Settings: readSettings(t, c.include...)}, out)
			require.NoError(t, err)
			require.True(t, end.Complete)
			require.Equal(t, c.expected, end.Expected, "those left out on purpose are not missing")
			require.Equal(t, c.former, l.queries[0].Get("formerEmployees"))
			var ids []string
			for _, r := range collected.Records() {
				var got map[string]any
				require.NoError(t, json.Unmarshal(r.Data, &got))
				ids = append(ids, fmt.Sprint(got["id"]))
				if c.expected != 4 {
					require.NotContains(t, got, "dtContractStart", "nobody declared it")
				}
			}
			require.Equal(t, c.ids, ids)
		})
	}
}

func TestReadByID(t *testing.T) {
	t.Parallel()
	l := &tenant{answers: []http.HandlerFunc{people(2, `{"id":5,"dtContractStart":"2099-01-01T00:00:00"}`, `{"id":"7"}`)}}
	out, collected := sdk.NewTestOutput()
	end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, IDs: []string{"5", "6", "7"}}, out)
	require.NoError(t, err)
	require.True(t, end.Complete)
	require.Equal(t, "5,6,7", l.queries[0].Get("id"))
	require.Equal(t, "true", l.queries[0].Get("formerEmployees"))
	require.Equal(t, "5", collected.Records()[0].Key)
	require.Equal(t, "7", collected.Records()[1].Key)

	_, err = connect(t, &tenant{}, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", IDs: []string{"like,x"}}, out)
	requireCode(t, err, "bad-id", protocol.Retry_RETRY_AFTER_FIX)
	_, err = connect(t, &tenant{answers: []http.HandlerFunc{people(1, `{"id":9}`)}}, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", IDs: []string{"5"}}, out)
	requireCode(t, err, "bad-answer", protocol.Retry_RETRY_AFTER_FIX)
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	const fix, later, credentials = protocol.Retry_RETRY_AFTER_FIX, protocol.Retry_RETRY_LATER, protocol.Retry_RETRY_CREDENTIALS
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   string
		retry  protocol.Retry
	}{
		"bad key":              {say(401, `{"Status":401,"Message":"Your token is invalid or you did not provide any"}`), "unauthorized", credentials},
		"right missing, 401":   {say(401, `{"Status":401,"Message":"You do not have sufficient permission to make a GET on type User"}`), "forbidden", credentials},
		"right missing, 403":   {say(403, `{"title":"Forbidden","status":403}`), "forbidden", credentials},
		"no Lucca there":       {say(404, ``), "not-found", fix},
		"unknown property":     {say(400, `{"Status":400,"Message":"Selected property ibAn does not exist on objet of type User"}`), "unknown-property", fix},
		"the same, bare text":  {say(400, `"Selected property iban does not exist on objet of type User"`), "unknown-property", fix},
		"the same, problem":    {say(400, `{"title":"Bad request","detail":"Property 'iban' does not exist","status":400}`), "unknown-property", fix},
		"the same, plain":      {say(400, `Selected property iban does not exist on objet of type User`), "unknown-property", fix},
		"undeclared property":  {say(400, `{"Status":400,"Message":"Selected property `+key+` does not exist on objet of type User"}`), "bad-request", fix},
		"another 400":          {say(400, `{"Status":400,"Message":"Paging limit should be between 1 and 1000"}`), "bad-request", fix},
		"500":                  {say(500, `{"Status":500,"Message":"boom `+key+`"}`), "server-error", later},
		"408":                  {say(408, ``), "timeout", later},
		"login page":           {say(200, `<html>`), "not-json", fix},
		"no envelope":          {say(200, `{"items":[]}`), "bad-answer", fix},
		"empty envelope":       {say(200, `{"data":{}}`), "bad-answer", fix},
		"a user without an id": {people(1, `{"lastName":"X"}`), "bad-answer", fix},
		"a user who is a list": {people(1, `[1]`), "bad-answer", fix},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tenant{answers: []http.HandlerFunc{c.answer, c.answer}}
			out, collected := sdk.NewTestOutput()
			end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id", "lastName", "iban"}, Settings: readSettings(t, everybody...)}, out)
			requireCode(t, err, c.code, c.retry)
			require.False(t, end.Complete)
			require.Empty(t, collected.Records())
			if c.code == "unknown-property" {
				require.Contains(t, err.Error(), "iban")
				require.Contains(t, err.Error(), "Lucca Expenses")
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request sdk.ReadRequest
		code    string
	}{
		"another resource":    {sdk.ReadRequest{Resource: "leave"}, "unknown-resource"},
		"a cursor of nobody":  {sdk.ReadRequest{Resource: "users", Cursor: "x"}, "bad-cursor"},
		"a cursor, of leaves": {sdk.ReadRequest{Resource: "leaves", Cursor: "v3:2026-01-01T00:00:00"}, "not-supported"},
		"keys":                {sdk.ReadRequest{Resource: "users", Keys: []sdk.Key{{}}}, "not-supported"},
		"a path with a comma": {sdk.ReadRequest{Resource: "users", Projection: []string{`["a,b"]`}}, "bad-path"},
		"no path":             {sdk.ReadRequest{Resource: "users", Projection: []string{`a..b`}}, "bad-path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &tenant{}
			out, _ := sdk.NewTestOutput()
			_, err := connect(t, l, `{}`).Read(t.Context(), c.request, out)
			requireCode(t, err, c.code, protocol.Retry_RETRY_AFTER_FIX)
			require.Empty(t, l.paths)
		})
	}
}

// The second page fails for good: what came stays sent, the read is an error.
func TestFailureInTheMiddle(t *testing.T) {
	t.Parallel()
	l := &tenant{answers: []http.HandlerFunc{people(4, `{"id":1}`, `{"id":2}`), say(502, ``), say(502, ``)}}
	out, collected := sdk.NewTestOutput()
	end, err := connect(t, l, `{}`).Read(t.Context(), sdk.ReadRequest{Resource: "users", Projection: []string{"id"}, Settings: readSettings(t, everybody...)}, out)
	requireCode(t, err, "server-error", protocol.Retry_RETRY_LATER)
	require.False(t, end.Complete)
	require.EqualValues(t, 3, end.Calls)
	require.Len(t, collected.Records(), 2)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	tenants := map[string]string{
		"https://Example.ilucca.net":                    "example.ilucca.net",
		"example.ilucca.ch":                             "example.ilucca.ch",
		"https://example.ilucca-test.net/home/":         "example.ilucca-test.net",
		"https://example.ilucca.net/api/v3/users":       "example.ilucca.net",
		"https://ex-box.sandbox.eu1.luccasoftware.com/": "ex-box.sandbox.eu1.luccasoftware.com",
		"https://lucca.example.com/hr/api/v3":           "lucca.example.com/hr",
		"http://127.0.0.1:8090/lucca":                   "127.0.0.1:8090/lucca",
	}
	open := func(t *testing.T, settings string) (sdk.Connection, error) {
		c := newConnector()
		checked, complaint := sdk.NewSettings([]byte(settings), c.Describe().GetSettings())
		require.Nil(t, complaint)
		return c.Configure(t.Context(), checked)
	}
	for text, want := range tenants {
		connection, err := open(t, `{"url":"`+text+`","api_key":"k"}`)
		require.NoError(t, err)
		require.Equal(t, want, connection.Tenant().GetId())
	}
	for settings, attribute := range map[string]string{
		`{"url":"example","api_key":"k"}`:                                           "url",
		`{"url":"http://example.ilucca.net","api_key":"k"}`:                         "url",
		`{"url":"https://u:` + key + `@example.ilucca.net","api_key":"k"}`:          "url",
		`{"url":"https://example.ilucca.net","api_key":"` + key + `\n` + key + `"}`: "api_key",
		`{"url":"https://example.ilucca.net","api_key":"k","page_size":0}`:          "page_size",
		`{"url":"https://example.ilucca.net","api_key":"k","page_size":1001}`:       "page_size",
		`{"url":"https://example.ilucca.net","api_key":"k","timezone":"Mars/X"}`:    "timezone",
	} {
		_, err := open(t, settings)
		var complaint *sdk.Error
		require.ErrorAs(t, err, &complaint, settings)
		require.Equal(t, []string{attribute}, complaint.Attribute)
		require.NotContains(t, fmt.Sprintf("%+v", complaint), "canary")
	}
}

func TestConnectionsToOneTenantShareABudget(t *testing.T) {
	t.Parallel()
	var budgets []*rest.Budget
	c := newConnector()
	c.tune = func(config *rest.Config) { budgets = append(budgets, config.Budget) }
	for _, object := range []string{`{"url":"https://a.ilucca.net","api_key":"1"}`, `{"url":"A.ilucca.net/","api_key":"2"}`, `{"url":"https://b.ilucca.net","api_key":"1"}`} {
		settings, complaint := sdk.NewSettings([]byte(object), c.Describe().GetSettings())
		require.Nil(t, complaint)
		_, err := c.Configure(t.Context(), settings)
		require.NoError(t, err)
	}
	require.Same(t, budgets[0], budgets[1])
	require.NotSame(t, budgets[0], budgets[2])
}

func requireCode(t *testing.T, err error, code string, retry protocol.Retry) {
	t.Helper()
	var complaint *sdk.Error
	require.ErrorAs(t, err, &complaint)
	require.Equal(t, code, complaint.Code)
	require.Equal(t, retry, complaint.Retry)
	require.NotEmpty(t, complaint.Remedy)
	require.NotContains(t, fmt.Sprintf("%+v", complaint), "canary")
}

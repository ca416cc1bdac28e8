package rest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const (
	opCreate     = protocol.Operation_OPERATION_CREATE
	opUpdate     = protocol.Operation_OPERATION_UPDATE
	opDeactivate = protocol.Operation_OPERATION_DEACTIVATE
	opReactivate = protocol.Operation_OPERATION_REACTIVATE
	opDelete     = protocol.Operation_OPERATION_DELETE
	opFind       = protocol.Operation_OPERATION_FIND
)

// api remembers what it received and answers as the test says.
type api struct {
	mu       sync.Mutex
	received []string // "METHOD /path?query body"
	headers  []http.Header
	answers  []func(http.ResponseWriter)
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	line := strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL.RequestURI(), body))
	a.mu.Lock()
	a.received = append(a.received, line)
	a.headers = append(a.headers, r.Header)
	var answer func(http.ResponseWriter)
	if len(a.answers) > 0 {
		answer, a.answers = a.answers[0], a.answers[1:]
	}
	a.mu.Unlock()
	if answer == nil {
		answer = say(200, `{"data":{"id":"n1"}}`)
	}
	answer(w)
}

// seen is what arrived so far. The lock matters: of a connection that was cut,
// nothing else orders the two goroutines.
func (a *api) seen() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.received)
}

func say(status int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func target(t *testing.T, a *api) *Target {
	return &Target{
		Client:      serve(t, a.ServeHTTP),
		ChangedOnly: true,
		Endpoints: []*sdk.EndpointDeclaration{
			{Operation: opFind, Method: "GET", Path: "/people", Items: "value", Id: "id"},
			{Operation: opCreate, Method: "POST", Path: "/people", Id: "data.id", IdempotencyHeader: "Idempotency-Key"},
			{Operation: opUpdate, Method: "PATCH", Path: "/people/{id}"},
		},
		Get:  &sdk.EndpointDeclaration{Operation: opFind, Method: "GET", Path: "/people/{id}", Items: "data"},
		Find: FindForm{Parameters: []string{"matricule", "email"}, Values: 2, FoldCase: []string{"email"}, Paging: Paging{By: ByPage, SizeParam: "per_page", Total: "total", Size: 2}},
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	type endpoints = []*sdk.EndpointDeclaration
	for name, c := range map[string]struct {
		declared endpoints
		record   sdk.WriteRecord
		answers  []func(http.ResponseWriter)
		sent     []string
		outcome  protocol.Outcome
		id       string
		code     string
	}{
		"create": {nil, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"matricule":"00057","nom":"D'Arcy"}`)}, nil,
			[]string{`POST /base/people {"matricule":"00057","nom":"D'Arcy"}`}, applied, "n1", ""},
		"create elsewhere": {endpoints{{Operation: opCreate, Method: "PUT", Path: "/salaries/{matricule}", BodyJson: []byte(`{"numero":"{matricule}","n":["{age}","x {nom}"],"actif":true}`), Id: "uuid"}},
			sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"matricule":"A/1 é","nom":"N\"Guyen","age":12}`)}, []func(http.ResponseWriter){say(201, `{"uuid":77}`)},
			[]string{`PUT /base/salaries/A%2F1%20%C3%A9 {"numero":"A/1 é","n":[12,"x N\"Guyen"],"actif":true}`}, applied, "77", ""},
		"wrapped": {endpoints{{Operation: opCreate, Wrap: "employee"}}, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"a":1}`)}, nil,
			[]string{`POST /base/people {"employee":{"a":1}}`}, applied, "n1", ""},
		"query and headers": {endpoints{{Operation: opCreate, Query: map[string]string{"site": "{site}"}, Headers: map[string]string{"X-Site": "{site}"}}},
			sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"site":"a&b"}`)}, nil,
			[]string{`POST /base/people?site=a%26b {"site":"a&b"}`}, applied, "n1", ""},
		"create without an id in the answer": {nil, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}, []func(http.ResponseWriter){say(201, `{"data":{}}`)},
			[]string{`POST /base/people {}`}, unknown, "", "no-id"},
		"conflict": {nil, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}, []func(http.ResponseWriter){say(409, `{}`)},
			[]string{`POST /base/people {}`}, refused, "", "conflict"},
		"own conflict": {endpoints{{Operation: opCreate, Conflict: []int32{422}}}, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}, []func(http.ResponseWriter){say(422, `{}`)},
			[]string{`POST /base/people {}`}, refused, "", "conflict"},
		"own success": {endpoints{{Operation: opDelete, Method: "DELETE", Path: "/people/{id}", Success: []int32{204, 404}}}, sdk.WriteRecord{Operation: opDelete, ID: "7"}, []func(http.ResponseWriter){say(404, ``)},
			[]string{`DELETE /base/people/7`}, applied, "7", ""},
		"success of another kind": {endpoints{{Operation: opCreate, Success: []int32{201}}}, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}, []func(http.ResponseWriter){say(202, `{}`)},
			[]string{`POST /base/people {}`}, unknown, "", "unexpected-status"},
		"update sends what changed": {nil, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"a":1,"b":2,"c":null}`), Changed: []string{"b", "c"}}, nil,
			[]string{`PATCH /base/people/7 {"b":2,"c":null}`}, applied, "7", ""},
		"update empties what is no longer sent": {nil, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"a":1}`), Changed: []string{"d"}}, nil,
			[]string{`PATCH /base/people/7 {"d":null}`}, applied, "7", ""},
		"clear = empty": {endpoints{{Operation: opUpdate, Clear: "empty"}}, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"a":null}`), Changed: []string{"a"}}, nil,
			[]string{`PATCH /base/people/7 {"a":""}`}, applied, "7", ""},
		"clear = omit": {endpoints{{Operation: opUpdate, Clear: "omit"}}, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"a":null,"b":1}`), Changed: []string{"a", "b"}}, nil,
			[]string{`PATCH /base/people/7 {"b":1}`}, applied, "7", ""},
		"clear = omit leaves nothing": {endpoints{{Operation: opUpdate, Clear: "omit"}}, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"a":null}`), Changed: []string{"a"}}, nil,
			nil, applied, "7", ""},
		"second way alone": {endpoints{{Operation: opUpdate, Fields: []string{"manager"}, Method: "PUT", Path: "/people/{id}/manager", BodyJson: []byte(`{"id":"{manager}"}`)}},
			sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"manager":12}`), Changed: []string{"manager"}}, nil,
			[]string{`PUT /base/people/7/manager {"id":12}`}, applied, "7", ""},
		"second way after the first": {endpoints{{Operation: opUpdate, Fields: []string{"manager"}, Method: "PUT", Path: "/people/{id}/manager", BodyJson: []byte(`{"id":"{manager}"}`)}},
			sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"X","manager":null,"z":1}`), Changed: []string{"manager", "nom"}}, nil,
			[]string{`PATCH /base/people/7 {"nom":"X"}`, `PUT /base/people/7/manager {"id":null}`}, applied, "7", ""},
		"second way refused": {endpoints{{Operation: opUpdate, Fields: []string{"manager"}, Method: "PUT", Path: "/people/{id}/manager"}},
			sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"X","manager":"m"}`), Changed: []string{"manager", "nom"}}, []func(http.ResponseWriter){say(200, `{}`), say(422, `{}`)},
			[]string{`PATCH /base/people/7 {"nom":"X"}`, `PUT /base/people/7/manager {"manager":"m"}`}, refused, "7", "invalid"},
		"deactivate": {endpoints{{Operation: opDeactivate, Method: "PATCH", Path: "/people/{id}", BodyJson: []byte(`{"active":false}`)}}, sdk.WriteRecord{Operation: opDeactivate, ID: "7"}, nil,
			[]string{`PATCH /base/people/7 {"active":false}`}, applied, "7", ""},
		"reactivate": {endpoints{{Operation: opReactivate, Method: "PATCH", Path: "/people/{id}", BodyJson: []byte(`{"active":true}`)}}, sdk.WriteRecord{Operation: opReactivate, ID: "7"}, nil,
			[]string{`PATCH /base/people/7 {"active":true}`}, applied, "7", ""},
		"no such endpoint": {nil, sdk.WriteRecord{Operation: opDelete, ID: "7"}, nil, nil, notSent, "", "no-endpoint"},
		"empty field in the path": {endpoints{{Operation: opCreate, Path: "/people/{matricule}"}}, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"matricule":""}`)}, nil,
			nil, notSent, "", "missing-field"},
		"no id": {nil, sdk.WriteRecord{Operation: opUpdate, Data: []byte(`{"a":1}`), Changed: []string{"a"}}, nil, nil, notSent, "", "missing-field"},
		"dots in the path": {endpoints{{Operation: opCreate, Path: "/people/{matricule}/x"}}, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"matricule":".."}`)}, nil,
			nil, notSent, "", "bad-path"},
		"field not in the record": {endpoints{{Operation: opCreate, BodyJson: []byte(`{"a":"{nope}"}`)}}, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}, nil,
			nil, notSent, "", "missing-field"},
		"no JSON": {nil, sdk.WriteRecord{Operation: opCreate, Data: []byte(`[1]`)}, nil, nil, notSent, "", "bad-record"},
		"never answered": {nil, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}, []func(http.ResponseWriter){func(w http.ResponseWriter) { cut(w, "") }},
			[]string{`POST /base/people {}`}, unknown, "", "no-answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{answers: c.answers}
			results, err := target(t, a).Write(t.Context(), sdk.WriteSession{Endpoints: c.declared}, []sdk.WriteRecord{c.record})
			require.NoError(t, err)
			require.Len(t, results, 1)
			require.Equal(t, c.sent, a.seen())
			require.Equal(t, c.outcome, results[0].Outcome)
			require.Equal(t, c.id, results[0].ID)
			if c.code == "" {
				require.Nil(t, results[0].Err)
				return
			}
			require.NotNil(t, results[0].Err)
			require.Equal(t, c.code, results[0].Err.Code)
		})
	}
}

func TestIdempotencyHeader(t *testing.T) {
	t.Parallel()
	a := &api{}
	_, err := target(t, a).Write(t.Context(), sdk.WriteSession{}, []sdk.WriteRecord{
		{Operation: opCreate, Data: []byte(`{}`), IdempotencyKey: "k-1"}, {Operation: opUpdate, ID: "1", Data: []byte(`{"a":1}`), IdempotencyKey: "k-2"}})
	require.NoError(t, err)
	require.Equal(t, "k-1", a.headers[0].Get("Idempotency-Key"))
	require.Empty(t, a.headers[1].Get("Idempotency-Key"))
}

// What the next record would meet as well is met once.
func TestRefusedKeyEndsTheBatch(t *testing.T) {
	t.Parallel()
	a := &api{answers: []func(http.ResponseWriter){say(201, `{"data":{"id":"1"}}`), say(422, `{}`), say(401, `{}`)}}
	records := make([]sdk.WriteRecord, 5)
	for i := range records {
		records[i] = sdk.WriteRecord{Operation: opCreate, Data: []byte(`{}`)}
	}
	results, err := target(t, a).Write(t.Context(), sdk.WriteSession{}, records)
	require.NoError(t, err)
	require.Len(t, a.seen(), 3)
	var outcomes []protocol.Outcome
	for _, r := range results {
		outcomes = append(outcomes, r.Outcome)
	}
	require.Equal(t, []protocol.Outcome{applied, refused, refused, notSent, notSent}, outcomes)
	require.Equal(t, "unauthorized", results[4].Err.Code)
}

// A path is shown with names where the request has values.
func TestErrorsShowThePathUnfilled(t *testing.T) {
	t.Parallel()
	a := &api{answers: []func(http.ResponseWriter){say(404, `{}`)}}
	results, err := target(t, a).Write(t.Context(), sdk.WriteSession{Endpoints: []*sdk.EndpointDeclaration{{Operation: opCreate, Path: "/people/{nom}", Query: map[string]string{"q": "{nom}"}}}},
		[]sdk.WriteRecord{{Operation: opCreate, Data: []byte(`{"nom":"Lajoie"}`)}})
	require.NoError(t, err)
	require.Contains(t, results[0].Err.Detail, "/base/people/{nom}")
	require.NotContains(t, fmt.Sprintf("%+v", *results[0].Err), "Lajoie")
}

// A connector's own wrap is for the body that it makes itself.
func TestADeclaredBodyGoesWithoutTheOwnWrap(t *testing.T) {
	t.Parallel()
	a := &api{answers: []func(http.ResponseWriter){say(201, `{"data":{"id":"n1"}}`)}}
	to := target(t, a)
	for _, own := range to.Endpoints {
		own.Wrap = "employee"
	}
	results, err := to.Write(t.Context(), sdk.WriteSession{Endpoints: []*sdk.EndpointDeclaration{{Operation: opCreate, BodyJson: []byte(`{"uid":"{nom}"}`)}}},
		[]sdk.WriteRecord{{Operation: opCreate, Data: []byte(`{"nom":"Roy"}`)}})
	require.NoError(t, err)
	require.Nil(t, results[0].Err)
	require.Equal(t, []string{`POST /base/people {"uid":"Roy"}`}, a.seen())
}

func TestBadDeclarations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared []*sdk.EndpointDeclaration
		code     string
	}{
		"page without a way":    {[]*sdk.EndpointDeclaration{{Operation: opFind, PageJson: []byte(`{}`)}}, "bad-endpoint"},
		"page, unknown word":    {[]*sdk.EndpointDeclaration{{Operation: opFind, PageJson: []byte(`{"by":"page","sise":3}`)}}, "bad-endpoint"},
		"page of a create":      {[]*sdk.EndpointDeclaration{{Operation: opCreate, PageJson: []byte(`{"by":"page"}`)}}, "bad-endpoint"},
		"unknown batch":         {[]*sdk.EndpointDeclaration{{Operation: opCreate, Batch: "csv"}}, "bad-endpoint"},
		"batch by id":           {[]*sdk.EndpointDeclaration{{Operation: opUpdate, Batch: "array"}}, "bad-endpoint"},
		"batch, field in query": {[]*sdk.EndpointDeclaration{{Operation: opCreate, Batch: "array", Query: map[string]string{"s": "{site}"}}}, "bad-endpoint"},
		"batch, one key":        {[]*sdk.EndpointDeclaration{{Operation: opCreate, Batch: "array", IdempotencyHeader: "K"}}, "bad-endpoint"},
		"wrap beside a body":    {[]*sdk.EndpointDeclaration{{Operation: opCreate, Wrap: "x", BodyJson: []byte(`{"a":"{a}"}`)}}, "bad-endpoint"},
		"lines in a wrapper":    {[]*sdk.EndpointDeclaration{{Operation: opCreate, Batch: "ndjson", Wrap: "x"}}, "bad-endpoint"},
		"find in batches":       {[]*sdk.EndpointDeclaration{{Operation: opFind, Batch: "array"}}, "bad-endpoint"},
		"batch and second way":  {[]*sdk.EndpointDeclaration{{Operation: opUpdate, Path: "/people", Batch: "array"}, {Operation: opUpdate, Fields: []string{"a"}, Path: "/a", Batch: "one"}}, "bad-endpoint"},
		"whole address":         {[]*sdk.EndpointDeclaration{{Operation: opCreate, Path: "https://evil.example/{id}"}}, "bad-endpoint"},
		"host in the path":      {[]*sdk.EndpointDeclaration{{Operation: opCreate, Path: "//evil.example/x"}}, "bad-endpoint"},
		"query in the path":     {[]*sdk.EndpointDeclaration{{Operation: opCreate, Path: "/x?a=b"}}, "bad-endpoint"},
		"method":                {[]*sdk.EndpointDeclaration{{Operation: opCreate, Method: "Post it"}}, "bad-endpoint"},
		"twice":                 {[]*sdk.EndpointDeclaration{{Operation: opCreate, Path: "/a"}, {Operation: opCreate, Path: "/b"}}, "bad-endpoint"},
		"no path":               {[]*sdk.EndpointDeclaration{{Operation: opDelete, Method: "DELETE"}}, "bad-endpoint"},
		"second way, no path":   {[]*sdk.EndpointDeclaration{{Operation: opUpdate, Fields: []string{"a"}}}, "bad-endpoint"},
		"fields on a create":    {[]*sdk.EndpointDeclaration{{Operation: opCreate, Fields: []string{"a"}}}, "bad-endpoint"},
		"find that changes":     {[]*sdk.EndpointDeclaration{{Operation: opFind, Method: "POST"}}, "bad-endpoint"},
		"clear":                 {[]*sdk.EndpointDeclaration{{Operation: opUpdate, Clear: "wipe"}}, "bad-endpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{}
			_, err := target(t, a).Write(t.Context(), sdk.WriteSession{Endpoints: c.declared}, []sdk.WriteRecord{{Operation: opCreate, Data: []byte(`{}`)}})
			var complaint *sdk.Error
			require.ErrorAs(t, err, &complaint)
			require.Equal(t, c.code, complaint.Code)
			require.NotEmpty(t, complaint.Remedy)
			require.Equal(t, "endpoint", complaint.Attribute[0])
			require.Empty(t, a.seen())
		})
	}
}

// What a target says is told by code and field, never by a sentence or a value.
func TestRefusalsAreSummedUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"code and field":       {`{"error":{"code":"invalid","field":"nom","message":"Dupont-Lajoie is too long"}}`, "“invalid” about nom"},
		"list of errors":       {`{"errors":[{"code":"too_long","property":"nom"}]}`, "“too_long” about nom"},
		"field not sent":       {`{"error":{"code":"invalid","field":"Lajoie"}}`, "“invalid”"},
		"value as code":        {`{"code":"Dupont-Lajoie","field":"nom"}`, "that nom is wrong"},
		"value within a code":  {`{"code":"dupont-lajoie_is_known"}`, ""},
		"part of a value":      {`{"code":"Lajoie"}`, ""},
		"key as code":          {`{"code":"` + canary + `"}`, ""},
		"sentence as code":     {`{"code":"the name Dupont"}`, ""},
		"number as code":       {`{"code":"1234567890123"}`, ""},
		"no JSON":              {`Dupont-Lajoie`, ""},
		"text where an object": {`{"error":"Dupont-Lajoie"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{answers: []func(http.ResponseWriter){say(422, c.body)}}
			results, err := target(t, a).Write(t.Context(), sdk.WriteSession{}, []sdk.WriteRecord{
				{Operation: opCreate, Data: []byte(`{"nom":"Dupont-Lajoie","adresse":{"rue":["x","Lajoie street"]}}`)}})
			require.NoError(t, err)
			complaint := results[0].Err
			shown := fmt.Sprintf("%+v", *complaint)
			require.NotContains(t, strings.ToLower(shown), "lajoie")
			require.NotContains(t, shown, canary)
			if c.want == "" {
				require.NotContains(t, complaint.Detail, "it says")
				return
			}
			require.True(t, strings.HasSuffix(complaint.Detail, "it says "+c.want), complaint.Detail)
		})
	}
}

func keys(field string, values ...string) []sdk.Key {
	var all []sdk.Key
	for i, v := range values {
		all = append(all, sdk.Key{Ref: fmt.Sprint("r", i), Fields: map[string]any{field: v}})
	}
	return all
}

func TestFind(t *testing.T) {
	t.Parallel()
	declared := []*sdk.EndpointDeclaration{{Operation: opFind, Method: "GET", Path: "/users", Query: map[string]string{"mail": "{email}"}, Items: "hits", Id: "ref.id"}}
	for name, c := range map[string]struct {
		request sdk.ReadRequest
		answers []func(http.ResponseWriter)
		sent    []string
		found   []string
		code    string
	}{
		"many values a request, exact": {sdk.ReadRequest{Keys: keys("matricule", "1", "01", "2")},
			[]func(http.ResponseWriter){say(200, `{"value":[{"id":"a","matricule":"01"}],"total":1}`), say(200, `{"value":[],"total":0}`)},
			[]string{"GET /base/people?matricule=1&matricule=01&page=1&per_page=2", "GET /base/people?matricule=2&page=1&per_page=2"},
			[]string{`r1 {"id":"a","matricule":"01"}`}, ""},
		"pages": {sdk.ReadRequest{Keys: keys("matricule", "1", "2")},
			[]func(http.ResponseWriter){say(200, `{"value":[{"id":"a","matricule":"1"},{"id":"b","matricule":"1"}],"total":3}`), say(200, `{"value":[{"id":"c","matricule":"2"}],"total":3}`)},
			[]string{"GET /base/people?matricule=1&matricule=2&page=1&per_page=2", "GET /base/people?matricule=1&matricule=2&page=2&per_page=2"},
			[]string{`r0 {"id":"a","matricule":"1"}`, `r0 {"id":"b","matricule":"1"}`, `r1 {"id":"c","matricule":"2"}`}, ""},
		"case of an e-mail": {sdk.ReadRequest{Keys: keys("email", "Zoe@x.fr")},
			[]func(http.ResponseWriter){say(200, `{"value":[{"id":"a","email":"zoe@x.fr"}],"total":1}`)},
			[]string{"GET /base/people?email=Zoe%40x.fr&page=1&per_page=2"}, []string{`r0 {"id":"a","email":"zoe@x.fr"}`}, ""},
		"filter left aside by the API": {sdk.ReadRequest{Keys: keys("matricule", "9")},
			[]func(http.ResponseWriter){say(200, `{"value":[{"id":"a","matricule":"1"}],"total":1}`)},
			[]string{"GET /base/people?matricule=9&page=1&per_page=2"}, nil, ""},
		"two fields": {sdk.ReadRequest{Keys: []sdk.Key{{Ref: "k", Fields: map[string]any{"matricule": json.Number("7"), "email": "x"}}}},
			[]func(http.ResponseWriter){say(200, `{"value":[{"id":1,"matricule":7,"email":"X"}],"total":1}`)},
			[]string{"GET /base/people?email=x&matricule=7&page=1&per_page=2"}, []string{`k {"id":1,"matricule":7,"email":"X"}`}, ""},
		"unknown key": {sdk.ReadRequest{Keys: keys("nom", "X")}, nil, nil, nil, "key-not-searchable"},
		"empty key":   {sdk.ReadRequest{Keys: keys("matricule", "")}, nil, nil, nil, "missing-field"},
		"count that never comes": {sdk.ReadRequest{Keys: keys("matricule", "1")},
			[]func(http.ResponseWriter){say(200, `{"value":[{"id":"a","matricule":"1"}],"total":5}`), say(200, `{"value":[],"total":5}`)},
			[]string{"GET /base/people?matricule=1&page=1&per_page=2", "GET /base/people?matricule=1&page=2&per_page=2"}, nil, "count-mismatch"},
		"no list": {sdk.ReadRequest{Keys: keys("matricule", "1")}, []func(http.ResponseWriter){say(200, `{"value":null,"total":0}`)},
			[]string{"GET /base/people?matricule=1&page=1&per_page=2"}, nil, "bad-answer"},
		"declared": {sdk.ReadRequest{Endpoints: declared, Keys: keys("email", "a@x", "b@x")},
			[]func(http.ResponseWriter){say(200, `{"hits":[{"ref":{"id":5},"email":"a@x"},{"ref":{"id":6},"email":"z@x"}]}`), say(404, ``)},
			[]string{"GET /base/users?mail=a%40x", "GET /base/users?mail=b%40x"}, []string{`r0 {"ref":{"id":5},"email":"a@x","id":5}`}, ""},
		"declared, key not shown, one hit": {sdk.ReadRequest{Endpoints: declared, Keys: keys("email", "a@x")},
			[]func(http.ResponseWriter){say(200, `{"hits":[{"ref":{"id":5}}]}`)}, []string{"GET /base/users?mail=a%40x"}, []string{`r0 {"ref":{"id":5},"id":5}`}, ""},
		"declared, key not shown, many": {sdk.ReadRequest{Endpoints: declared, Keys: keys("email", "a@x")},
			[]func(http.ResponseWriter){say(200, `{"hits":[{"ref":{"id":5}},{"ref":{"id":6}}]}`)}, []string{"GET /base/users?mail=a%40x"}, nil, "find-not-verifiable"},
		"by id": {sdk.ReadRequest{IDs: []string{"7", "8/9"}}, []func(http.ResponseWriter){say(200, `{"data":{"id":"7"}}`), say(404, ``)},
			[]string{"GET /base/people/7", "GET /base/people/8%2F9"}, []string{`7 {"id":"7"}`}, ""},
		"by id, though find was declared": {sdk.ReadRequest{IDs: []string{"7"}, Endpoints: declared}, nil, nil, nil, "not-supported"},
		"all": {sdk.ReadRequest{}, []func(http.ResponseWriter){say(200, `{"value":[{"id":"a"},{"id":"b"}],"total":3}`), say(200, `{"value":[{"id":"c"}],"total":3}`)},
			[]string{"GET /base/people?page=1&per_page=2", "GET /base/people?page=2&per_page=2"}, []string{` {"id":"a"}`, ` {"id":"b"}`, ` {"id":"c"}`}, ""},
		"all, though find was declared": {sdk.ReadRequest{Endpoints: declared}, nil, nil, nil, "not-supported"},
		"401": {sdk.ReadRequest{Keys: keys("matricule", "1")}, []func(http.ResponseWriter){say(401, `{}`)},
			[]string{"GET /base/people?matricule=1&page=1&per_page=2"}, nil, "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{answers: c.answers}
			out, collected := sdk.NewTestOutput()
			end, err := target(t, a).Read(t.Context(), c.request, out)
			require.Equal(t, c.sent, a.seen())
			var found []string
			for _, r := range collected.Records() {
				found = append(found, r.Key+" "+string(r.Data))
			}
			require.Equal(t, c.found, found)
			require.EqualValues(t, len(c.sent), end.Calls)
			require.Equal(t, c.code == "", end.Complete)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			var complaint *sdk.Error
			require.ErrorAs(t, err, &complaint)
			require.Equal(t, c.code, complaint.Code)
		})
	}
}

func FuzzFillBody(f *testing.F) {
	f.Add(`{"a":"{nom}","b":["{x}",1,null],"c":"é {nom}"}`, "D'Arcy \"\\")
	f.Add(`"{nom}"`, "\xff")
	f.Fuzz(func(t *testing.T, template, nom string) {
		record, err := json.Marshal(map[string]any{"nom": nom, "x": nil})
		require.NoError(t, err)
		if !json.Valid([]byte(template)) {
			return
		}
		filled, complaint := fillBody([]byte(template), values{record: record})
		if complaint == nil {
			require.True(t, json.Valid(filled), "%q", filled)
		}
	})
}

func FuzzIdentifiers(f *testing.F) {
	f.Add([]byte(`{"error":{"code":"invalid","field":"nom"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		require.NotContains(t, strings.ToLower(identifiers(body, []string{"secret-value"}, []string{"nom"})), "secret-value")
	})
}

package rest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

func creates(names ...string) []sdk.WriteRecord {
	var all []sdk.WriteRecord
	for _, name := range names {
		all = append(all, sdk.WriteRecord{Operation: opCreate, Data: fmt.Appendf(nil, `{"nom":"%s"}`, name)})
	}
	return all
}

func summary(results []sdk.WriteResult) string {
	var all []string
	for _, r := range results {
		text := map[protocol.Outcome]string{applied: "applied", refused: "refused", unknown: "unknown", notSent: "not-sent"}[r.Outcome] + ":" + r.ID
		if r.Err != nil {
			text += ":" + r.Err.Code
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

func TestBatches(t *testing.T) {
	t.Parallel()
	type answers = []func(http.ResponseWriter)
	array := &sdk.EndpointDeclaration{Operation: opCreate, Method: "POST", Path: "/bulk", Batch: "array", Items: "items", Id: "id"}
	lines := &sdk.EndpointDeclaration{Operation: opCreate, Method: "POST", Path: "/bulk", Batch: "ndjson", Id: "id"}
	declared := func(change func(*sdk.EndpointDeclaration)) *sdk.EndpointDeclaration {
		d := &sdk.EndpointDeclaration{Operation: opCreate, Method: "POST", Path: "/bulk", Batch: "array", Items: "items", Id: "id"}
		change(d)
		return d
	}
	update := &sdk.EndpointDeclaration{Operation: opUpdate, Method: "PATCH", Path: "/bulk", Batch: "array", Items: "items", Id: "id"}
	updates := []sdk.WriteRecord{{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","x":1}`), Changed: []string{"nom"}}, {Operation: opUpdate, ID: "8", Data: []byte(`{"nom":"B"}`), Changed: []string{"nom"}}}
	for name, c := range map[string]struct {
		endpoint *sdk.EndpointDeclaration
		records  []sdk.WriteRecord
		answers  answers
		sent     []string
		want     string
	}{
		"array, by place": {array, creates("A", "B"), answers{say(201, `{"items":[{"id":"1"},{"id":2}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "applied:1 applied:2"},
		"array in a wrapper": {declared(func(d *sdk.EndpointDeclaration) { d.Wrap, d.Items = "people", "" }), creates("A", "B"), answers{say(201, `[{"id":"1"},{"id":"2"}]`)},
			[]string{`POST /base/bulk {"people":[{"nom":"A"},{"nom":"B"}]}`}, "applied:1 applied:2"},
		"array of bodies": {declared(func(d *sdk.EndpointDeclaration) { d.BodyJson = []byte(`{"name":"{nom}","on":true}`) }), creates("A"), answers{say(201, `{"items":[{"id":"1"}]}`)},
			[]string{`POST /base/bulk [{"name":"A","on":true}]`}, "applied:1"},
		"lines": {lines, creates("A", "B"), answers{say(200, "{\"id\":\"1\"}\n{\"id\":\"2\"}\n")},
			[]string{"POST /base/bulk {\"nom\":\"A\"}\n{\"nom\":\"B\"}"}, "applied:1 applied:2"},
		"one refused by status": {array, creates("A", "B"), answers{say(207, `{"items":[{"id":"1","status":201},{"status":422,"error":{"code":"invalid","field":"nom"}}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "applied:1 refused::invalid"},
		"one refused by error": {array, creates("A", "B"), answers{say(200, `{"items":[{"id":"1","error":null},{"error":"B is known"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "applied:1 refused::invalid"},
		"one refused by a no": {array, creates("A", "B"), answers{say(200, `{"items":[{"success":false},{"id":"2","success":true}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "refused::invalid applied:2"},
		"conflict of one": {array, creates("A", "B"), answers{say(200, `{"items":[{"status":"409"},{"id":"2","status":"200"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "refused::conflict applied:2"},
		"one failed on the way": {array, creates("A", "B"), answers{say(207, `{"items":[{"status":500},{"id":"2","status":201}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::server-error applied:2"},
		"one without an id": {array, creates("A", "B"), answers{say(200, `{"items":[{},{"id":"2"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::no-id applied:2"},
		"too few": {array, creates("A", "B"), answers{say(200, `{"items":[{"id":"1"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::batch-unmatched unknown::batch-unmatched"},
		"another order": {array, creates("A", "B"), answers{say(200, `{"items":[{"id":"2","nom":"B"},{"id":"1","nom":"A"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::batch-unmatched unknown::batch-unmatched"},
		"in order, written otherwise": {array, creates("a", "b"), answers{say(200, `{"items":[{"id":"1","nom":"A"},{"id":"2","nom":"B"}]}`)},
			[]string{`POST /base/bulk [{"nom":"a"},{"nom":"b"}]`}, "applied:1 applied:2"},
		"nothing said": {array, creates("A", "B"), answers{say(202, ``)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::batch-unmatched unknown::batch-unmatched"},
		"whole refused: key": {array, creates("A", "B"), answers{say(401, `{}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "refused::unauthorized refused::unauthorized"},
		"422 may be about one": {array, creates("A", "B"), answers{say(422, `{}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::batch-unmatched unknown::batch-unmatched"},
		"422 about the only one": {array, creates("A"), answers{say(422, `{}`)}, []string{`POST /base/bulk [{"nom":"A"}]`}, "refused::invalid"},
		"422 declared for all": {declared(func(d *sdk.EndpointDeclaration) { d.Conflict = []int32{422} }), creates("A", "B"), answers{say(422, `{}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "refused::invalid refused::invalid"},
		"no answer": {array, creates("A", "B"), answers{func(w http.ResponseWriter) { cut(w, "") }},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "unknown::no-answer unknown::no-answer"},
		"one can't be sent": {declared(func(d *sdk.EndpointDeclaration) { d.BodyJson = []byte(`{"n":"{nope}"}`) }), creates("A"), nil, nil, "not-sent::missing-field"},
		"another operation between": {array, append(creates("A"), sdk.WriteRecord{Operation: opDelete, ID: "9"}), answers{say(200, `{"items":[{"id":"1"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"}]`}, "applied:1 not-sent::no-endpoint"},
		"three in requests of two": {array, creates("A", "B", "C"), answers{say(200, `{"items":[{"id":"1"},{"id":"2"}]}`), say(200, `{"items":[{"id":"3"}]}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`, `POST /base/bulk [{"nom":"C"}]`}, "applied:1 applied:2 applied:3"},
		"refused key ends it": {array, creates("A", "B", "C"), answers{say(401, `{}`)},
			[]string{`POST /base/bulk [{"nom":"A"},{"nom":"B"}]`}, "refused::unauthorized refused::unauthorized not-sent::unauthorized"},
		"updates, by id": {update, updates, answers{say(200, `{"items":[{"id":8,"status":404},{"id":7}]}`)},
			[]string{`PATCH /base/bulk [{"id":"7","nom":"A"},{"id":"8","nom":"B"}]`}, "applied:7 refused:8:not-found"},
		"updates, id of nobody": {update, updates, answers{say(200, `{"items":[{"id":7},{"id":9}]}`)},
			[]string{`PATCH /base/bulk [{"id":"7","nom":"A"},{"id":"8","nom":"B"}]`}, "unknown:7:batch-unmatched unknown:8:batch-unmatched"},
		"updates, declared success": {declared(func(d *sdk.EndpointDeclaration) { d.Operation, d.Method, d.Success = opUpdate, "PATCH", []int32{204} }), updates, answers{say(204, ``)},
			[]string{`PATCH /base/bulk [{"id":"7","nom":"A"},{"id":"8","nom":"B"}]`}, "applied:7 applied:8"},
		"deletes as a list of ids": {declared(func(d *sdk.EndpointDeclaration) {
			d.Operation, d.BodyJson, d.Success = opDelete, []byte(`"{id}"`), []int32{204}
		}), []sdk.WriteRecord{{Operation: opDelete, ID: "7"}, {Operation: opDelete, ID: "8"}}, answers{say(204, ``)},
			[]string{`POST /base/bulk ["7","8"]`}, "applied:7 applied:8"},
		"deletes, plain": {declared(func(d *sdk.EndpointDeclaration) { d.Operation, d.Success = opDelete, []int32{204} }),
			[]sdk.WriteRecord{{Operation: opDelete, ID: "7"}}, answers{say(204, ``)}, []string{`POST /base/bulk [{"id":"7"}]`}, "applied:7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{answers: c.answers}
			to := target(t, a)
			to.ChangedOnly, to.BatchSize = false, 2
			results, err := to.Write(t.Context(), sdk.WriteSession{Endpoints: []*sdk.EndpointDeclaration{c.endpoint}}, c.records)
			require.NoError(t, err)
			require.Equal(t, c.sent, a.seen())
			require.Equal(t, c.want, summary(results))
			for _, r := range results {
				if r.Err != nil {
					require.NotContains(t, fmt.Sprintf("%+v", *r.Err), "B is known")
				}
			}
		})
	}
}

func TestLinesSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	a := &api{answers: []func(http.ResponseWriter){say(200, `{"id":"1"}`)}}
	_, err := target(t, a).Write(t.Context(), sdk.WriteSession{Endpoints: []*sdk.EndpointDeclaration{{Operation: opCreate, Batch: "ndjson", Id: "id"}}}, creates("A"))
	require.NoError(t, err)
	require.Equal(t, "application/x-ndjson", a.headers[0].Get("Content-Type"))
	require.Empty(t, a.headers[0].Get("Idempotency-Key"), "the connector's own key is for one record")
}

// How emptied and absent fields are written, by template and without.
func TestEmptyFields(t *testing.T) {
	t.Parallel()
	schema := []*sdk.Field{{Path: "nom", Type: "string"}, {Path: "mail", Type: "string"}, {Path: "langues", Type: "list(string)"}, {Path: "poste.debut", Type: "date"}}
	body := []byte(`{"n":"{nom}","m":"{mail}","l":["{mail}","x"],"p":{"d":"{poste.debut}"},"la":"{langues}"}`)
	for name, c := range map[string]struct {
		method      string
		body        []byte
		clear       string
		changedOnly bool
		record      sdk.WriteRecord
		sent        string
		code        string
	}{
		"create leaves empty ones out": {"POST", body, "", false, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"nom":"A"}`)}, `{"n":"A","l":["x"],"p":{}}`, ""},
		"create, all there": {"POST", body, "", false, sdk.WriteRecord{Operation: opCreate, Data: []byte(`{"nom":"A","mail":"m","langues":["fr"],"poste":{"debut":"2026-01-01"}}`)},
			`{"n":"A","m":"m","l":["m","x"],"p":{"d":"2026-01-01"},"la":["fr"]}`, ""},
		"replace, one cleared": {"PUT", body, "", false, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","mail":null}`), Changed: []string{"mail"}},
			`{"n":"A","m":null,"l":[null,"x"],"p":{}}`, ""},
		"replace, list cleared as empty": {"PUT", body, "empty", false, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","langues":null,"mail":null}`), Changed: []string{"langues", "mail"}},
			`{"n":"A","m":"","l":["","x"],"p":{},"la":[]}`, ""},
		"replace, cleared left out": {"PUT", body, "omit", false, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","mail":null}`), Changed: []string{"mail"}}, `{"n":"A","l":["x"],"p":{}}`, ""},
		"declared as PUT, though the connector's own takes changes": {"PUT", nil, "", true, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","mail":"m"}`), Changed: []string{"mail"}},
			`{"nom":"A","mail":"m"}`, ""},
		"replace from changes alone": {"PUT", body, "", true, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"mail":"m"}`), Changed: []string{"mail"}}, "", "missing-field"},
		"no template, list as empty": {"PATCH", nil, "empty", false, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","langues":null}`), Changed: []string{"langues"}}, `{"langues":[]}`, ""},
		"PATCH takes changes":        {"PATCH", nil, "", false, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","mail":"m"}`), Changed: []string{"mail"}}, `{"mail":"m"}`, ""},
		"PUT takes all":              {"PUT", nil, "", false, sdk.WriteRecord{Operation: opUpdate, ID: "7", Data: []byte(`{"nom":"A","mail":"m"}`), Changed: []string{"mail"}}, `{"nom":"A","mail":"m"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &api{}
			to := &Target{Client: serve(t, a.ServeHTTP), ChangedOnly: c.changedOnly}
			endpoints := []*sdk.EndpointDeclaration{{Operation: c.record.Operation, Method: c.method, Path: "/x", BodyJson: c.body, Clear: c.clear, Id: "data.id"}}
			session := sdk.WriteSession{Schema: schema, Endpoints: endpoints}
			if c.code != "" { // the connector's own, then
				to.Endpoints, session.Endpoints = endpoints, nil
			}
			results, err := to.Write(t.Context(), session, []sdk.WriteRecord{c.record})
			require.NoError(t, err)
			if c.code != "" {
				require.Equal(t, c.code, results[0].Err.Code)
				require.Empty(t, a.seen())
				return
			}
			require.Equal(t, []string{c.method + " /base/x " + c.sent}, a.seen())
		})
	}
}

package oppus

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

type reply struct {
	status int
	body   map[string]any
}

func (a reply) code() string  { return a.said("code") }
func (a reply) field() string { return a.said("field") }

func (a reply) said(name string) string {
	trouble, _ := a.body["error"].(map[string]any)
	text, _ := trouble[name].(string)
	return text
}

func (a reply) data() map[string]any {
	data, _ := a.body["data"].(map[string]any)
	return data
}

func (h *Handler) do(t *testing.T, method, path, body string, headers ...string) reply {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("X-Api-Key", DefaultKey)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	a := reply{status: recorder.Code}
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &a.body))
	return a
}

const employees = "/api/v1/employees"

func profile(number string) string {
	return fmt.Sprintf(`{"matricule":%q,"nom":"N'GUYEN","prenom":"Zoé","email":"zoe.%s@x.example"}`, number, number)
}

func TestAddressesAndKey(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, path, key string
		status            int
		code              string
	}{
		"account":         {"GET", "/api/v1/account", DefaultKey, 200, ""},
		"list":            {"GET", employees, DefaultKey, 200, ""},
		"no key":          {"GET", employees, "", 401, "unauthorized"},
		"another key":     {"GET", employees, "x", 401, "unauthorized"},
		"nobody":          {"GET", employees + "/emp-000009", DefaultKey, 404, "not_found"},
		"never a delete":  {"DELETE", employees + "/emp-000001", DefaultKey, 405, "method_not_allowed"},
		"not this way":    {"PUT", employees, DefaultKey, 405, "method_not_allowed"},
		"nothing there":   {"GET", "/api/v1/people", DefaultKey, 404, "not_found"},
		"another version": {"GET", "/api/v2/employees", DefaultKey, 404, "not_found"},
		"deeper":          {"GET", employees + "/a/b", DefaultKey, 404, "not_found"},
	}
	h := New(Options{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := h.do(t, test.method, test.path, "", "X-Api-Key", test.key)
			require.Equal(t, test.status, got.status)
			require.Equal(t, test.code, got.code())
		})
	}
}

func TestCreateFindUpdate(t *testing.T) {
	t.Parallel()
	h := New(Options{})
	created := h.do(t, "POST", employees, `{"matricule":"00057","nom":"D'ARCY","prenom":"Loïc","email":"Loic@x.example","langues":["grec"],"points":12345678901234567890}`)
	require.Equal(t, 201, created.status)
	id := created.data()["id"].(string)
	require.Equal(t, 409, h.do(t, "POST", employees, profile("00057")).status)
	require.Equal(t, 201, h.do(t, "POST", employees, profile("57")).status, "leading zeros count")

	for query, total := range map[string]float64{
		"": 2, "?matricule=00057": 1, "?matricule=00057&matricule=57&matricule=x": 2, "?matricule=x": 0,
		"?email=LOIC@X.example": 1, "?email=loic@x.example&matricule=57": 0,
	} {
		require.Equal(t, total, h.do(t, "GET", employees+query, "").body["total"], query)
	}

	updated := h.do(t, "PATCH", employees+"/"+id, `{"email":null,"langues":["latin"],"matricule":"00058"}`)
	require.Equal(t, 200, updated.status)
	require.Equal(t, map[string]any{"id": id, "matricule": "00058", "nom": "D'ARCY", "prenom": "Loïc", "langues": []any{"latin"}, "points": 12345678901234567890.0}, updated.data())
	require.Equal(t, "12345678901234567890", fmt.Sprint(h.Profiles()[0]["points"]), "numbers are kept to the digit")
	require.Equal(t, updated.data(), h.do(t, "GET", employees+"/"+id, "").data())
	require.Equal(t, 0.0, h.do(t, "GET", employees+"?matricule=00057", "").body["total"])
	require.Equal(t, 1.0, h.do(t, "GET", employees+"?matricule=00058", "").body["total"])
	require.Equal(t, 409, h.do(t, "PATCH", employees+"/"+id, `{"matricule":"57"}`).status)
	require.Equal(t, 404, h.do(t, "PATCH", employees+"/emp-9", `{}`).status)
}

func TestValidation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ change, field string }{
		"no number":         {`"matricule":null`, "matricule"},
		"empty number":      {`"matricule":""`, "matricule"},
		"a number's number": {`"matricule":57`, "matricule"},
		"long number":       {`"matricule":"` + strings.Repeat("9", 51) + `"`, "matricule"},
		"empty name":        {`"nom":""`, "nom"},
		"no first name":     {`"prenom":null`, "prenom"},
		"title":             {`"civilite":"Mister"`, "civilite"},
		"country's name":    {`"nationalite":"France"`, "nationalite"},
		"alpha-3":           {`"nationalite":"FRA"`, "nationalite"},
		"ISO date":          {`"date_naissance":"1990-02-01"`, "date_naissance"},
		"no such day":       {`"date_naissance":"31/02/1990"`, "date_naissance"},
		"short date":        {`"date_naissance":"1/2/1990"`, "date_naissance"},
		"mail":              {`"email":"zoe"`, "email"},
		"mail with name":    {`"email":"Zoé <zoe@x.example>"`, "email"},
		"long phone":        {`"telephone_fixe":"` + strings.Repeat("0", 31) + `"`, "telephone_fixe"},
		"own id":            {`"id":"emp-1"`, "id"},
	}
	h := New(Options{})
	id := h.do(t, "POST", employees, profile("1")).data()["id"].(string)
	before := h.do(t, "GET", employees+"/"+id, "").data()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			update := h.do(t, "PATCH", employees+"/"+id, "{"+test.change+"}")
			require.Equal(t, 422, update.status)
			require.Equal(t, "invalid", update.code())
			require.Equal(t, test.field, update.field())
			require.Equal(t, before, h.do(t, "GET", employees+"/"+id, "").data())

			create := h.do(t, "POST", employees, `{"matricule":"2","nom":"X","prenom":"Y",`+test.change+`}`)
			require.Equal(t, 422, create.status)
			require.Equal(t, test.field, create.field())
		})
	}
	for _, missing := range []string{`{}`, `{"matricule":"3","nom":"X"}`, `[]`, `null`, `{"matricule":"3"`, `{"matricule":"3","nom":"X","prenom":"Y"}{}`, ``} {
		require.Equal(t, 422, h.do(t, "POST", employees, missing).status, missing)
	}
	require.Equal(t, 201, h.do(t, "POST", employees, `{"matricule":"4","nom":"X","prenom":"Y","civilite":"Mme","nationalite":"FR","date_naissance":"29/02/2000","email":"y@x.example","telephone_fixe":"+33199004512"}`).status)
	require.Equal(t, 201, h.do(t, "POST", employees, `{"matricule":"5","nom":"X","prenom":"Y","civilite":null,"email":null}`).status)
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	h := New(Options{})
	first := h.do(t, "POST", employees, profile("1"), "Idempotency-Key", "k1")
	again := h.do(t, "POST", employees, profile("1"), "Idempotency-Key", "k1")
	require.Equal(t, first, again)
	require.Equal(t, 201, again.status)
	require.Len(t, h.Profiles(), 1)
	other := h.do(t, "POST", employees, profile("2"), "Idempotency-Key", "k1")
	require.Equal(t, 422, other.status)
	require.Equal(t, "idempotency_mismatch", other.code())
	require.Equal(t, 409, h.do(t, "POST", employees, profile("1"), "Idempotency-Key", "k2").status)
	require.Equal(t, 409, h.do(t, "POST", employees, profile("1")).status)
	require.Equal(t, 400, h.do(t, "POST", employees, profile("3"), "Idempotency-Key", strings.Repeat("k", 65)).status)
	h.Reset()
	require.Equal(t, 201, h.do(t, "POST", employees, profile("2"), "Idempotency-Key", "k1").status)
}

func TestPages(t *testing.T) {
	t.Parallel()
	h := New(Options{})
	for i := range 120 {
		require.Equal(t, 201, h.do(t, "POST", employees, profile(fmt.Sprint(i))).status)
	}
	tests := map[string]struct {
		query string
		items int
		first string
	}{
		"default":     {"", 50, "emp-000001"},
		"third":       {"?page=3", 20, "emp-000101"},
		"beyond":      {"?page=4", 0, ""},
		"far beyond":  {"?page=9223372036854775807&per_page=200", 0, ""},
		"all":         {"?per_page=200", 120, "emp-000001"},
		"exact fit":   {"?per_page=60&page=2", 60, "emp-000061"},
		"after a fit": {"?per_page=60&page=3", 0, ""},
	}
	for name, test := range tests {
		got := h.do(t, "GET", employees+test.query, "")
		require.Equal(t, 120.0, got.body["total"], name)
		items := got.body["value"].([]any)
		require.Len(t, items, test.items, name)
		if test.items > 0 {
			require.Equal(t, test.first, items[0].(map[string]any)["id"], name)
		}
	}
	for query, field := range map[string]string{"?page=0": "page", "?page=x": "page", "?per_page=0": "per_page", "?per_page=201": "per_page", "?" + strings.Repeat("matricule=1&", 101): "matricule"} {
		got := h.do(t, "GET", employees+query, "")
		require.Equal(t, 400, got.status, query)
		require.Equal(t, field, got.field())
	}
}

func TestANumberIsTakenOnce(t *testing.T) {
	t.Parallel()
	h := New(Options{})
	var group sync.WaitGroup
	statuses := make([]int, 16)
	for i := range statuses {
		group.Go(func() { statuses[i] = h.do(t, "POST", employees, profile("1")).status })
	}
	group.Wait()
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	require.Equal(t, map[int]int{201: 1, 409: 15}, count)
}

func FuzzCreate(f *testing.F) {
	f.Add(profile("1"))
	f.Add(`{"matricule":"1","nom":"x","prenom":"y","date_naissance":"01/01/2000","a":{"b":[1e400]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		h := New(Options{})
		got := h.do(t, "POST", employees, body)
		require.Contains(t, []int{201, 422}, got.status)
		require.Equal(t, got.status == 201, len(h.Profiles()) == 1)
	})
}

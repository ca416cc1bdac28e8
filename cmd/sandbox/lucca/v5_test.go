package lucca

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type caller struct {
	tenant
	token string
}

// admit exchanges credentials for a token.
func (x tenant) admit(form url.Values) (status int, answer map[string]any) {
	x.t.Helper()
	request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:1/connect/token", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	x.ServeHTTP(recorder, request)
	require.NoError(x.t, json.Unmarshal(recorder.Body.Bytes(), &answer))
	return recorder.Code, answer
}

func credentials(scope string) url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {DefaultClient}, "client_secret": {DefaultSecret}, "scope": {scope}}
}

func (x tenant) caller(scope string) caller {
	status, answer := x.admit(credentials(scope))
	require.Equal(x.t, 200, status)
	return caller{x, answer["access_token"].(string)}
}

func (c caller) ask(path string, headers ...string) (int, map[string]any, http.Header) {
	c.t.Helper()
	request := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:1/lucca-api/"+path, nil)
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Api-Version", apiVersion)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	c.ServeHTTP(recorder, request)
	var body map[string]any
	if recorder.Body.Len() > 0 {
		require.NoError(c.t, json.Unmarshal(recorder.Body.Bytes(), &body))
	}
	return recorder.Code, body, recorder.Header()
}

const allScopes = "employees.readonly employee-personal-records.readonly employments.readonly job-positions.readonly departments.readonly " +
	"business-establishments.readonly legal-entities.readonly employee-attributes.readonly events.readonly"

func TestTokens(t *testing.T) {
	t.Parallel()
	now := today
	x := open(t, Options{NoRateLimit: true, Now: func() time.Time { return now }})
	status, answer := x.admit(credentials("employees.readonly"))
	require.Equal(t, 200, status)
	require.Equal(t, "Bearer", answer["token_type"])
	require.EqualValues(t, 1800, answer["expires_in"])
	c := caller{x, answer["access_token"].(string)}
	status, _, _ = c.ask("employees")
	require.Equal(t, 200, status)
	now = now.Add(30 * time.Minute)
	status, body, _ := c.ask("employees")
	require.Equal(t, 401, status, "a token lasts half an hour")
	require.EqualValues(t, 401, body["status"])

	for code, form := range map[string]url.Values{
		"invalid_client":         {"grant_type": {"client_credentials"}, "client_id": {DefaultClient}, "client_secret": {"x"}},
		"unsupported_grant_type": {"grant_type": {"password"}, "client_id": {DefaultClient}, "client_secret": {DefaultSecret}},
	} {
		status, answer := x.admit(form)
		require.Equal(t, 400, status)
		require.Equal(t, code, answer["error"])
	}
	rights := x.Rights()
	rights.Scopes = []string{"departments.readonly"}
	require.NoError(t, x.SetRights(rights))
	_, answer = x.admit(credentials("departments.readonly employees.readonly"))
	require.Equal(t, "invalid_scope", answer["error"])
}

func TestVersion5(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	c := x.caller(allScopes)
	status, body, _ := c.ask("employees", "Api-Version", "")
	require.Equal(t, 400, status)
	require.Contains(t, body["errors"], "Api-Version")
	status, _, _ = x.caller("departments.readonly").ask("employees")
	require.Equal(t, 403, status, "a scope that the token lacks")
	for path, want := range map[string]int{"employees/101": 200, "employees/9": 404, "nothing": 404, "employees?limit=101": 400, "employees?page=!x%": 400, "employee-attributes?limit=1000": 200} {
		status, _, _ := c.ask(strings.ReplaceAll(path, "%", "%25"))
		require.Equal(t, want, status, path)
	}

	_, plain, header := c.ask("employees")
	require.Len(t, plain["items"], 25)
	require.NotContains(t, plain, "links", "only for whom asks")
	require.NotContains(t, plain, "totalCount")
	require.NotContains(t, plain, "embedded")
	require.Equal(t, apiVersion, header.Get("Api-Version"))
	status, _, _ = c.ask("employees", "If-None-Match", header.Get("ETag"))
	require.Equal(t, 304, status)

	seen := map[string]bool{}
	next := "employees?include=links,totalCount,embedded&limit=50"
	for pages := 1; next != ""; pages++ {
		_, page, _ := c.ask(next)
		require.EqualValues(t, 120, page["totalCount"])
		for _, item := range page["items"].([]any) {
			id := item.(map[string]any)["id"].(string)
			require.False(t, seen[id])
			seen[id] = true
		}
		next = ""
		if link, more := page["links"].(map[string]any)["next"].(map[string]any); more {
			next = strings.TrimPrefix(link["href"].(string), "http://127.0.0.1:1/lucca/lucca-api/")
			require.Contains(t, next, "page=%21")
			require.LessOrEqual(t, pages, 2)
		}
		require.Len(t, page["embedded"].(map[string]any)["job-position"], len(page["items"].([]any)))
	}
	require.Len(t, seen, 120)

	rights := x.Rights()
	rights.Establishments, rights.Sections = []int{2}, []string{}
	require.NoError(t, x.SetRights(rights))
	_, few, _ := c.ask("employees?include=totalCount")
	require.Less(t, few["totalCount"], 60.)
	_, attributes, _ := c.ask("employee-attributes?include=totalCount&definition.id=e_diploma,e_languages")
	require.EqualValues(t, 0, attributes["totalCount"], "a section that wasn't given: nothing, without a word")
}

func TestEvents(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	c := x.caller(allScopes)
	_, err := x.company.Patch(110, []byte(`{"jobTitle":"Autre"}`), today)
	require.NoError(t, err)
	_, err = x.company.Hire([]byte(`{"firstName":"A","lastName":"B","dtContractStart":"2026-01-01"}`), today)
	require.NoError(t, err)
	require.NoError(t, x.company.Remove(115))
	_, page, _ := c.ask("events?limit=100")
	topics := map[string]int{}
	for _, item := range page["items"].([]any) {
		topics[item.(map[string]any)["topic"].(string)]++
	}
	require.Equal(t, map[string]int{"job-position.updated": 1,
		"employee.created": 1, "employee-personal-record.created": 1, "employment.created": 1, "job-position.created": 1,
		"employee.deleted": 1, "employee-personal-record.deleted": 1, "employment.deleted": 1, "job-position.deleted": 1}, topics)
	x.company.Reset()
	_, page, _ = c.ask("events")
	require.Empty(t, page["items"])
}

// A receiver answers the challenge, and then gets signed events, each once.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	answers, secret := 202, ""
	var topics []string
	echoes := true
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if word := r.URL.Query().Get("echo"); word != "" {
			if echoes {
				_, _ = w.Write([]byte(word))
			}
			return
		}
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = mac.Write([]byte(r.Header.Get("Lucca-Timestamp") + "." + string(body)))
		require.Equal(t, base64.StdEncoding.EncodeToString(mac.Sum(nil)), r.Header.Get("Lucca-Signature"))
		var event struct{ Topic string }
		require.NoError(t, json.Unmarshal(body, &event))
		topics = append(topics, event.Topic)
		w.WriteHeader(answers)
	}))
	defer receiver.Close()
	subscribe := func(scope, address string) (int, map[string]any) {
		body := `{"name":"n","webhookUrl":"` + address + `","apiVersion":"2024-11-01","topics":["employee.updated"],"status":"active"}`
		request := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:1/lucca-api/webhook-endpoints", strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer "+x.caller(scope).token)
		request.Header.Set("Api-Version", apiVersion)
		recorder := httptest.NewRecorder()
		x.ServeHTTP(recorder, request)
		var answer map[string]any
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer))
		return recorder.Code, answer
	}
	status, _ := subscribe("webhook-endpoints.readonly", receiver.URL)
	require.Equal(t, 403, status)
	status, _ = subscribe("webhook-endpoints.readwrite", "https://example.com/hook")
	require.Equal(t, 400, status, "nobody outside is called")
	echoes = false
	status, _ = subscribe("webhook-endpoints.readwrite", receiver.URL)
	require.Equal(t, 400, status)
	echoes = true
	status, made := subscribe("webhook-endpoints.readwrite", receiver.URL)
	require.Equal(t, 201, status)
	secret = made["secret"].(string)
	_, list, _ := x.caller("webhook-endpoints.readonly").ask("webhook-endpoints")
	require.NotContains(t, list["items"].([]any)[0], "secret", "shown once")

	_, err := x.company.Patch(110, []byte(`{"lastName":"Autre","jobTitle":"Autre"}`), today)
	require.NoError(t, err)
	require.Equal(t, 1, x.Deliver(t.Context()))
	require.Equal(t, []string{"employee.updated"}, topics, "only what it asked for")
	require.Equal(t, 0, x.Deliver(t.Context()), "once")
	_, err = x.company.Patch(111, []byte(`{"lastName":"Autre"}`), today)
	require.NoError(t, err)
	answers = 500
	require.Equal(t, 0, x.Deliver(t.Context()))
	answers = 410
	require.Equal(t, 0, x.Deliver(t.Context()), "again")
	answers = 202
	require.Equal(t, 0, x.Deliver(t.Context()), "who is gone is told no more")
	require.Len(t, topics, 3)
}

// What is served has the properties of Lucca's own description, and no others.
func TestVersion5FollowsTheDescription(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../../shared/reference/openapi/lucca/v5-2024-11-01.condensed.yaml")
	if err != nil {
		t.Skip("the condensed description of version 5 is not beside the repository")
	}
	_, schemas, _ := strings.Cut(string(text), "\nschemas:\n")
	described := map[string]string{}
	for _, match := range regexp.MustCompile(`(?m)^  ([a-z-]+): '\{(.*)\}'$`).FindAllStringSubmatch(schemas, -1) {
		described[match[1]] = match[2]
	}
	x := unlimited(t)
	_, err = x.company.Patch(110, []byte(`{"jobTitle":"Autre"}`), today)
	require.NoError(t, err)
	c := x.caller(allScopes)
	for _, collection := range collections5() {
		if collection.typ == "employee-attribute-definition" {
			continue // the description doesn't know it: it knows employee-extension-definition
		}
		properties := properties5(described[collection.typ])
		require.NotEmpty(t, properties, collection.typ)
		_, page, _ := c.ask(collection.path + "?limit=100")
		require.NotEmpty(t, page["items"], collection.path)
		for _, item := range page["items"].([]any) {
			for name, value := range item.(map[string]any) {
				optional, known := properties[name]
				require.True(t, known, "%s has no %s", collection.typ, name)
				require.True(t, optional || value != nil, "%s of %s is never null", name, collection.typ)
			}
			for name, optional := range properties {
				require.True(t, optional || item.(map[string]any)[name] != nil, "%s lacks %s", collection.typ, name)
			}
			require.Equal(t, collection.typ, item.(map[string]any)["type"])
		}
	}
	// Filters that the sandbox heeds are the description's.
	for _, collection := range collections5() {
		line := regexp.MustCompile(`(?ms)^  /lucca-api/` + collection.path + `:(.*?)^  /lucca-api/`).FindStringSubmatch(string(text))
		if line == nil || collection.path == "departments" {
			continue
		}
		view := x.view(httptest.NewRequest(http.MethodGet, "/", nil))
		for _, item := range collection.items(view, url.Values{}) {
			for name := range item.filter {
				require.Contains(t, line[1], name, collection.path)
			}
		}
	}
}

// properties5 reads a schema's line: names, and whether each may be null or absent.
func properties5(line string) map[string]bool {
	out := map[string]bool{}
	depth, quoted, start := 0, false, 0
	add := func(part string) {
		name, rest, _ := strings.Cut(strings.TrimSpace(part), ":")
		if strings.Contains(part, `"null|`) || strings.HasSuffix(strings.TrimSpace(rest), "?") || strings.Contains(name, "?") {
			out[regexp.MustCompile(`[?(].*`).ReplaceAllString(name, "")] = true
			return
		}
		out[regexp.MustCompile(`\(.*`).ReplaceAllString(name, "")] = false
	}
	for i, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case quoted:
		case r == '(' || r == '{' || r == '[':
			depth++
		case r == ')' || r == '}' || r == ']':
			depth--
		case r == ',' && depth == 0:
			add(line[start:i])
			start = i + 1
		}
	}
	if line != "" {
		add(line[start:])
	}
	return out
}

func TestKeys(t *testing.T) {
	t.Parallel()
	x := unlimited(t)
	rights := fullRights()
	rights.Establishments, rights.Leaves = []int{3}, false
	const narrow = "0d0e0f00-1111-4000-8000-000000000002"
	require.NoError(t, x.AddKey(Key{narrow, rights}))
	all := x.send(users+"?fields=collection.count", "lucca application="+DefaultKey)
	few := x.send(users+"?fields=collection.count", "lucca application="+narrow)
	require.Less(t, *few.Count, *all.Count/2, "each key has the population of its own role")
	require.Error(t, x.AddKey(Key{DefaultKey, rights}))
	rights.Denial = "x"
	require.Error(t, x.AddKey(Key{narrow, rights}))
	x.Reset()
	require.Equal(t, 401, x.send(users, "lucca application="+narrow).Status)
}

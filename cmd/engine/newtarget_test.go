package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/stretchr/testify/require"

	"passerelle/plugins/sdk/rest/resttest"
)

// keyring is the API of testdata/newtarget/keyring.yaml. Nobody but this test has
// ever heard of it.
type keyring struct {
	mu       sync.Mutex
	holders  []map[string]any
	received []string // writes, in order
	pages    int
	tokens   int
	refused  []string // for want of proof
}

const keyringSecret, keyringHMAC = "canary-secret-77ab", "canary-hmac-93fd"

func (k *keyring) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/v3")
	if path == "/token" {
		if id, secret, _ := r.BasicAuth(); id != "passerelle" || secret != keyringSecret {
			k.refuse(w, path)
			return
		}
		k.tokens++
		say(w, 200, `{"access_token":"t-1","token_type":"Bearer","expires_in":600}`)
		return
	}
	if !k.proven(path, body, r) {
		k.refuse(w, path)
		return
	}
	if r.Method == "GET" {
		k.find(w, r)
		return
	}
	k.received = append(k.received, strings.TrimSpace(r.Method+" "+path+" "+string(body)))
	switch {
	case r.Method == "POST" && path == "/holders":
		said := struct{ Holder map[string]any }{map[string]any{}}
		_ = json.Unmarshal(body, &said)
		said.Holder["uid"] = 700 + len(k.holders)
		k.holders = append(k.holders, said.Holder)
		say(w, 201, fmt.Sprintf(`{"holder":{"uid":%d}}`, said.Holder["uid"]))
	case path == "/badges":
		var said struct{ Badges []struct{ Number string } }
		_ = json.Unmarshal(body, &said)
		var done []map[string]string
		for _, b := range said.Badges {
			done = append(done, map[string]string{"id": "b-" + b.Number})
		}
		text, _ := json.Marshal(map[string]any{"done": done})
		say(w, 200, string(text))
	case path == "/visits":
		var done []map[string]string
		for line := range bytes.Lines(body) {
			var said struct{ Who string }
			_ = json.Unmarshal(line, &said)
			done = append(done, map[string]string{"id": "v-" + said.Who})
		}
		text, _ := json.Marshal(done)
		say(w, 200, string(text))
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// proven checks the token, or the signature: method, path, time and body, one a
// line, as the mapping file says.
func (k *keyring) proven(path string, body []byte, r *http.Request) bool {
	if strings.HasPrefix(path, "/holders") {
		return r.Header.Get("Authorization") == "Bearer t-1"
	}
	mac := hmac.New(sha256.New, []byte(keyringHMAC))
	fmt.Fprintf(mac, "%s\n%s\n%s\n%s", r.Method, r.URL.EscapedPath(), r.Header.Get("X-Timestamp"), body)
	return r.Header.Get("X-Timestamp") != "" && r.Header.Get("X-Signature") == "sha256="+hex.EncodeToString(mac.Sum(nil))
}

func (k *keyring) refuse(w http.ResponseWriter, path string) {
	k.refused = append(k.refused, path)
	w.WriteHeader(http.StatusUnauthorized)
}

// find shows others on the first page, as if the API matched loosely.
func (k *keyring) find(w http.ResponseWriter, r *http.Request) {
	k.pages++
	if r.URL.Query().Get("after") == "" {
		say(w, 200, `{"results":[],"paging":{"after":"p2"}}`)
		return
	}
	found := []map[string]any{}
	for _, h := range k.holders {
		if h["number"] == r.URL.Query().Get("number") {
			found = append(found, map[string]any{"uid": h["uid"], "number": h["number"]})
		}
	}
	text, _ := json.Marshal(map[string]any{"results": found, "paging": map[string]any{"after": nil}})
	say(w, 200, string(text))
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

// sent are the writes since the last call.
func (k *keyring) sent() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	out := k.received
	k.received = nil
	return out
}

// A wholly new target is reached by HCL alone: nobody built anything for it, and
// every request is what its OpenAPI file asks for.
func TestNewTarget(t *testing.T) {
	t.Parallel()
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		items := []any{}
		for decoder := json.NewDecoder(body); decoder.More(); {
			var item any
			if err := decoder.Decode(&item); err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	})
	k := &keyring{holders: []map[string]any{{"number": "00112", "uid": 700}}}
	server := httptest.NewServer(resttest.Open(t, "testdata/newtarget/keyring.yaml", "/v3").Hold(k))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	text, err := os.ReadFile("testdata/newtarget/main.hcl")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.hcl"), text, 0o600))
	r := &running{t: t, mapping: dir, dir: dir, env: []string{
		"HOME=" + dir, "NO_COLOR=1", "TMPDIR=" + os.TempDir(), "ENGINE_INPUT_keyring_url=" + server.URL + "/v3",
		"KEYRING_SECRET=" + keyringSecret, "KEYRING_HMAC=" + keyringHMAC,
		"ENGINE_KEY=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
	}}
	staff := func(lines ...string) {
		text := "number;last;first;born;site;left\r\n" + strings.Join(lines, "\r\n") + "\r\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "staff.csv"), []byte(text), 0o600))
	}

	// Two are new and one is there already, on the second page of the find.
	staff("00057;N'Guyen;Zoé;1990-02-05;Lyon;", "00003;Œuvrard;Gaëlle;;;", "00112;d'Aboville;Loïc;1979-07-14;Lille;")
	r.ends(codeDone, "run", "--only", "holders")
	require.Equal(t, []string{
		`POST /holders {"holder":{"born":"1990-02-05","name":{"first":"Zoé","last":"N'Guyen"},"number":"00057","site":"Lyon"}}`,
		`POST /holders {"holder":{"name":{"first":"Gaëlle","last":"Œuvrard"},"number":"00003"}}`,
		`PATCH /holders/700 {"last":"d'Aboville","first":"Loïc","born":"1979-07-14"}`,
		`PUT /holders/700/site {"name":"Lille"}`,
	}, k.sent())
	require.Equal(t, 6, k.pages, "two pages for each of three")
	r.ends(codeDone, "run", "--only", "holders")
	require.Empty(t, k.sent())

	// Each field by its own way; one is emptied; one has left.
	staff("00057;Guyen;Zoé;;Nantes;", "00003;Œuvrard;Gaëlle;;;2026-01-31", "00112;d'Aboville;Loïc;1979-07-14;Lille;")
	r.ends(codeDone, "run", "--only", "holders")
	require.ElementsMatch(t, []string{
		`PATCH /holders/701 {"last":"Guyen","born":null}`,
		`PUT /holders/701/site {"name":"Nantes"}`,
		`POST /holders/702/suspend {"reason":"left"}`,
	}, k.sent())

	// Several in one request: an array in a wrapper, two at a time; lines.
	r.ends(codeDone, "run", "--only", "badges", "--only", "visits")
	require.Equal(t, []string{
		`PUT /badges {"badges":[{"number":"00057","label":"Zoé Guyen"},{"number":"00003","label":"Gaëlle Œuvrard"}]}`,
		`PUT /badges {"badges":[{"number":"00112","label":"Loïc d'Aboville"}]}`,
		"POST /visits {\"who\":\"00057\"}\n{\"who\":\"00003\"}\n{\"who\":\"00112\"}",
	}, k.sent())
	staff("00057;Guyen;Zoé;;Nantes;", "00003;Œuvrard;Gaëlle;;;2026-01-31", "00112;d'Aboville;Jean-Loïc;1979-07-14;Lille;")
	r.ends(codeDone, "run", "--only", "badges", "--only", "visits")
	require.Equal(t, []string{`PUT /badges {"badges":[{"id":"b-00112","label":"Jean-Loïc d'Aboville","number":"00112"}]}`}, k.sent())

	require.Empty(t, k.refused, "something went without proof")
	require.Positive(t, k.tokens)

	// A wrong secret is said once, and is not in what is said.
	r.env = append(r.env, "KEYRING_SECRET=canary-wrong-11")
	staff("00057;Autre;Zoé;;Nantes;")
	said := r.ends(codeCredentials, "run", "--only", "holders")
	require.NotContains(t, said, "canary")
	require.Empty(t, k.sent())
}

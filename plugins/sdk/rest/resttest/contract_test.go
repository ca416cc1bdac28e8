package resttest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const file = `openapi: 3.1.0
info: { title: sample, version: "1" }
paths:
  /people:
    post:
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [name], properties: { name: { type: string } } } } } }
      responses: { "201": { description: ok, content: { application/json: { schema: { type: object, required: [id] } } } } }
`

// complaints is a test that only notes what it is told.
type complaints struct {
	testing.TB
	said []string
}

func (c *complaints) Helper() {}
func (c *complaints) Errorf(format string, args ...any) {
	c.said = append(c.said, fmt.Sprintf(format, args...))
}

func TestHold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "openapi.yaml")
	require.NoError(t, os.WriteFile(path, []byte(file), 0o600))
	for name, x := range map[string]struct {
		method, path, body string
		status             int
		answer, complaint  string
	}{
		"kept":            {"POST", "/v1/people", `{"name":"a"}`, 201, `{"id":1}`, ""},
		"wrong request":   {"POST", "/v1/people", `{"name":1}`, 201, `{"id":1}`, "the request breaks the contract"},
		"wrong answer":    {"POST", "/v1/people", `{"name":"a"}`, 201, `{}`, "the answer 201 breaks the contract"},
		"wrong status":    {"POST", "/v1/people", `{"name":"a"}`, 200, `{"id":1}`, "the answer 200 breaks the contract"},
		"unknown address": {"GET", "/v1/persons", ``, 404, `{}`, "not in the contract"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			noted := &complaints{TB: t}
			held := Open(noted, path, "/v1").Hold(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(x.status)
				_, _ = w.Write([]byte(x.answer))
			}))
			request := httptest.NewRequest(x.method, x.path, strings.NewReader(x.body))
			request.Header.Set("Content-Type", "application/json")
			recorder := httptest.NewRecorder()
			held.ServeHTTP(recorder, request)
			require.Equal(t, x.status, recorder.Code)
			require.Equal(t, x.answer, recorder.Body.String())
			if x.complaint == "" {
				require.Empty(t, noted.said)
				return
			}
			require.Len(t, noted.said, 1)
			require.Contains(t, noted.said[0], x.complaint)
		})
	}
}

package resttest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

const realKey = "key-of-a-real-account"

// account is a real one: two people, who can be listed, fetched and written.
func account(t *testing.T) (*httptest.Server, *atomic.Int64) {
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		w.Header().Set("Set-Cookie", "session=a-secret-session")
		switch {
		case r.Header.Get("Authorization") != "Bearer "+realKey:
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"id":4711}`)
		case r.URL.Path == "/v1/people":
			fmt.Fprint(w, `{"total":2,"items":[{"id":4242,"name":"Ada Martin","born":"1980-02-29","mail":"ada@acme.example","iban":"FR7630006000011234567890189","salary":3210.55,"active":true,"by_mail":{"ada@acme.example":7}},{"id":4343,"name":"Bruno Petit","manager":4242,"note":""}]}`)
		default:
			fmt.Fprint(w, `{"id":4242,"name":"Ada Martin"}`)
		}
	}))
	t.Cleanup(server.Close)
	return server, &calls
}

// talk is what a connector does: list, fetch the first by its id, write.
func talk(t *testing.T, client *http.Client, base, id string) (list, one string) {
	ask := func(method, path, body string) string {
		request, err := http.NewRequest(method, base+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+realKey)
		response, err := client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return string(text)
	}
	list = ask(http.MethodGet, "/people?page=1&team=Finance", "")
	one = ask(http.MethodGet, "/people/"+id, "")
	ask(http.MethodPost, "/people", `{"name":"Chloé Durand"}`)
	return list, one
}

// Each test records under an environment of its own: it is not parallel.
func TestATapeHoldsNoValue(t *testing.T) {
	server, calls := account(t)
	file := filepath.Join(t.TempDir(), "tape.json")
	rules := Rules{Keep: []string{"total", "page"}, Address: server.URL + "/v1"}

	t.Setenv(EnvRecord, "1")
	t.Run("record", func(t *testing.T) {
		list, _ := talk(t, &http.Client{Transport: Replay(t, file, rules, nil)}, server.URL+"/v1", "4242")
		require.Contains(t, list, "Ada Martin", "the test itself sees the real answers")
	})
	require.EqualValues(t, 3, calls.Load())

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, value := range []string{realKey, "a-secret-session", "Ada", "Bruno", "Chlo", "4242", "4343", "4711", "1980", "acme", "FR76", "3210", "Finance", strings.TrimPrefix(server.URL, "http://")} {
		require.NotContains(t, string(text), value)
	}
	require.Contains(t, string(text), `"total": 2`)
	require.Contains(t, string(text), "page=1")

	require.NoError(t, os.Unsetenv(EnvRecord))
	t.Run("replay", func(t *testing.T) {
		tape := Replay(t, file, Rules{Keep: rules.Keep, Address: "https://replayed.example/v1"}, nil)
		// What was replaced is replaced everywhere alike: the first person of the list
		// can be fetched by her id, and the second names her as his manager.
		id := strings.TrimPrefix(tape.exchanges[1].Path, "/people/")
		list, one := talk(t, &http.Client{Transport: tape}, "https://replayed.example/v1", id)
		require.Contains(t, list, `"id": `+id)
		require.Contains(t, list, `"manager": `+id)
		require.Contains(t, one, `"id": `+id)
	})
	require.EqualValues(t, 3, calls.Load(), "a replay asks nobody")
}

// verdict is a test that only notes how it ended.
type verdict struct {
	testing.TB
	said    string
	cleanup []func()
	failed  bool
}

func (v *verdict) Helper()          {}
func (v *verdict) Failed() bool     { return v.failed }
func (v *verdict) Cleanup(f func()) { v.cleanup = append(v.cleanup, f) }
func (v *verdict) Fatalf(format string, args ...any) {
	v.said, v.failed = fmt.Sprintf(format, args...), true
	runtime.Goexit()
}
func (v *verdict) Errorf(format string, args ...any) {
	v.said, v.failed = fmt.Sprintf(format, args...), true
}

// alone runs f as a test of its own, to its end.
func alone(t *testing.T, f func(*verdict)) *verdict {
	v := &verdict{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(v)
	}()
	<-done
	for _, cleanup := range v.cleanup {
		cleanup()
	}
	return v
}

func TestNothingIsRecordedWithoutARule(t *testing.T) {
	t.Setenv(EnvRecord, "1")
	file := filepath.Join(t.TempDir(), "tape.json")
	v := alone(t, func(v *verdict) { Replay(v, file, Rules{}, nil) })
	require.Contains(t, v.said, "nothing is recorded without a rule")
	require.NoFileExists(t, file)
}

func TestAFailedTestLeavesNoTape(t *testing.T) {
	server, _ := account(t)
	t.Setenv(EnvRecord, "1")
	file := filepath.Join(t.TempDir(), "tape.json")
	v := alone(t, func(v *verdict) {
		tape := Replay(v, file, Rules{Keep: []string{"total"}, Address: server.URL}, nil)
		response, err := (&http.Client{Transport: tape}).Get(server.URL + "/people")
		require.NoError(t, err)
		_ = response.Body.Close()
		v.Errorf("the test failed")
	})
	require.True(t, v.failed)
	require.NoFileExists(t, file)
}

func TestWhatIsNotOnTheTapeFailsTheTest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tape.json")
	require.NoError(t, os.WriteFile(file, []byte(`[{"method":"GET","path":"/a","status":200,"answer":{}}]`), 0o600))
	v := alone(t, func(v *verdict) {
		client := &http.Client{Transport: Replay(v, file, Rules{}, nil)}
		response, err := client.Get("https://replayed.example/a")
		require.NoError(t, err)
		_ = response.Body.Close()
		require.Empty(t, v.said)
		_, err = client.Get("https://replayed.example/a")
		require.Error(t, err)
	})
	require.Contains(t, v.said, "GET /a is not on the tape, or not once more")
}

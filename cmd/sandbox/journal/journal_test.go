package journal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEntries(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		method, body, logged string
		wrote                bool
	}{
		"read":       {"GET", "", "", false},
		"JSON":       {"POST", `{"a": 1}`, `{"a": 1}`, true},
		"no JSON":    {"PATCH", `{"a":`, `"{\"a\":"`, true},
		"no UTF-8":   {"POST", "\xff", `"�"`, true},
		"over a MiB": {"POST", `"` + strings.Repeat("x", bodyKept) + `"`, "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			journal := &Journal{}
			arrived := ""
			api := journal.Outside(journal.Inside(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				require.NoError(t, err)
				arrived = string(body)
				w.WriteHeader(http.StatusAccepted)
			})))
			request := httptest.NewRequest(test.method, "/a?b=c", strings.NewReader(test.body))
			request.Header.Set("Idempotency-Key", "k")
			api.ServeHTTP(httptest.NewRecorder(), request)

			require.Equal(t, test.body, arrived, "the API gets the whole body")
			entries := journal.Entries()
			require.Len(t, entries, 1)
			entry := entries[0]
			if test.logged != "" || test.body == "" {
				require.Equal(t, test.logged, string(entry.Body))
			} else {
				require.NotEmpty(t, entry.Body)
			}
			require.Equal(t, test.wrote, entry.Wrote())
			require.Equal(t, []any{"/a", "b=c", "k", 202, 202}, []any{entry.Path, entry.Query, entry.IdempotencyKey, entry.Handled, entry.Answered})
			journal.Clear()
			require.Empty(t, journal.Entries())
		})
	}
}

func TestTheOldestGoFirst(t *testing.T) {
	t.Parallel()
	journal := &Journal{entries: make([]Entry, longest)}
	journal.add(Entry{Path: "/new"})
	require.Len(t, journal.entries, longest-longest/10+1)
	require.Equal(t, "/new", journal.entries[len(journal.entries)-1].Path)
}

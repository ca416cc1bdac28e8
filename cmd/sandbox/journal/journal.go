package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	longest  = 100_000 // entries kept; then the oldest go
	bodyKept = 1 << 20 // bytes of a body
)

// Entry is one request and what became of it.
type Entry struct {
	Time           time.Time       `json:"time"`
	Method         string          `json:"method"`
	Path           string          `json:"path"`
	Query          string          `json:"query,omitempty"` // as sent
	Body           json.RawMessage `json:"body,omitempty"`  // a JSON string where the body is no JSON
	IdempotencyKey string          `json:"idempotency_key,omitempty"`
	// Handled is the API's own status; 0: a fault kept the request from it.
	Handled int `json:"handled"`
	// Answered is the status the caller saw; 0: the connection was closed
	// before a whole answer.
	Answered int `json:"answered"`
}

// Wrote reports whether the request meant to change something.
func (e *Entry) Wrote() bool { return e.Method != http.MethodGet && e.Method != http.MethodHead }

// Journal is ready when zero, and may be used concurrently.
type Journal struct {
	mu      sync.Mutex
	entries []Entry
}

// Entries returns the requests, oldest first, in the order in which they were
// finished.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Entry{}, j.entries...)
}

// Clear forgets everything.
func (j *Journal) Clear() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = nil
}

func (j *Journal) add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.entries) == longest {
		j.entries = append([]Entry{}, j.entries[longest/10:]...)
	}
	j.entries = append(j.entries, e)
}

type key struct{}

// Outside stands in front of everything: it writes the entry once the answer
// is given or the connection given up.
func (j *Journal) Outside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entry := &Entry{
			Time: time.Now().UTC(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
			Body: body(r), IdempotencyKey: r.Header.Get("Idempotency-Key"),
		}
		watched := &watcher{ResponseWriter: w, status: http.StatusOK}
		finished := false
		defer func() { // also when a fault hangs up, by a panic that goes on
			if finished {
				entry.Answered = watched.status
			}
			j.add(*entry)
		}()
		next.ServeHTTP(watched, r.WithContext(context.WithValue(r.Context(), key{}, entry)))
		finished = true
	})
}

// Inside stands right in front of the API, behind whatever may keep requests
// from it.
func (j *Journal) Inside(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &watcher{ResponseWriter: w, status: http.StatusOK}
		api.ServeHTTP(watched, r)
		if entry, ok := r.Context().Value(key{}).(*Entry); ok {
			entry.Handled = watched.status
		}
	})
}

// watcher notes the status.
type watcher struct {
	http.ResponseWriter
	status int
}

func (w *watcher) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the real writer.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// body reads the body and puts it back.
func body(r *http.Request) json.RawMessage {
	if r.Body == nil {
		return nil
	}
	start, _ := io.ReadAll(io.LimitReader(r.Body, bodyKept)) // what can't be read here can't be read there either
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), r.Body), r.Body}
	switch {
	case len(start) == 0:
		return nil
	case json.Valid(start):
		return start
	}
	text, err := json.Marshal(strings.ToValidUTF8(string(start), "�"))
	if err != nil {
		return nil
	}
	return text
}

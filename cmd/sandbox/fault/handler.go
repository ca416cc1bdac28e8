package fault

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Handler stands the rules of one side in front of its API. A hang-up is a
// panic with http.ErrAbortHandler, which net/http turns into a closed
// connection.
func (s *Set) Handler(side string, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rule, hit := s.pick(side, r)
		if !hit {
			api.ServeHTTP(w, r)
			return
		}
		if !wait(r, time.Duration(rule.DelayMS)*time.Millisecond) || rule.Close == "before" {
			panic(http.ErrAbortHandler)
		}
		for name, value := range rule.Headers {
			w.Header().Set(name, value)
		}
		if rule.instead() {
			rule.answer(w, r)
			return
		}
		rule.spoil(w, r, api)
	})
}

// wait reports whether the caller is still there afterwards.
func wait(r *http.Request, delay time.Duration) bool {
	if delay == 0 {
		return true
	}
	// The server notices a caller who hangs up only once the body is read.
	if body, err := io.ReadAll(r.Body); err == nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// answer speaks instead of the API.
func (r *Rule) answer(w http.ResponseWriter, request *http.Request) {
	status := r.Status
	if r.Redirect != "" {
		if status < 300 || status > 399 {
			status = http.StatusFound
		}
		http.Redirect(w, request, r.Redirect, status)
		return
	}
	if status == 0 {
		status = http.StatusOK
	}
	body := ""
	if r.Body != nil {
		body = *r.Body
	}
	if w.Header().Get("Content-Type") == "" && json.Valid([]byte(body)) {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a caller who hung up needs no answer
}

// spoil lets the API do its work, then tampers with what it says.
func (r *Rule) spoil(w http.ResponseWriter, request *http.Request, api http.Handler) {
	said := &recording{header: http.Header{}, status: http.StatusOK}
	api.ServeHTTP(said, request)
	if r.Close == "after" {
		panic(http.ErrAbortHandler)
	}
	body := said.body.Bytes()
	if r.EmptyList || r.HalfPages {
		body = shorten(body, r.EmptyList)
	}
	for name, values := range said.header {
		if _, overridden := r.Headers[name]; !overridden && !(r.Endless && name == "Content-Length") {
			w.Header()[name] = values
		}
	}
	if r.Endless {
		w.WriteHeader(said.status)
		dribble(w, request, body)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(said.status)
	if r.Truncate {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush() // or a short half would never leave
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// dribble sends half of the body, then a blank now and then for as long as the
// caller listens.
func dribble(w http.ResponseWriter, request *http.Request, body []byte) {
	w.Header().Del("Content-Length")
	_, _ = w.Write(body[:len(body)/2])
	for ever := true; ever; ever = wait(request, 20*time.Millisecond) {
		_, _ = w.Write([]byte(" "))
		_ = http.NewResponseController(w).Flush()
	}
}

// recording is the answer of an API, kept.
type recording struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recording) Header() http.Header         { return r.header }
func (r *recording) WriteHeader(status int)      { r.status = status }
func (r *recording) Write(b []byte) (int, error) { return r.body.Write(b) }

// shorten drops items of a list: all of them and their count, or the second
// half only. A list is {"data":{"items":[…],"count":n}}, {"items":[…],"count":n},
// {"value":[…],"total":n}, {"_data":[…]} or
// {"data":[…],"metadata":{"total_elements":n}}; anything else stays as it is.
func shorten(body []byte, all bool) []byte {
	var outer map[string]json.RawMessage
	if json.Unmarshal(body, &outer) != nil {
		return body
	}
	var items []json.RawMessage
	if json.Unmarshal(outer["data"], &items) == nil && items != nil {
		outer, _ = cutObject(outer, "data", "", all)
		var metadata map[string]json.RawMessage
		if all && json.Unmarshal(outer["metadata"], &metadata) == nil && metadata != nil {
			metadata["total_elements"] = json.RawMessage("0")
			outer["metadata"], _ = json.Marshal(metadata) // what was JSON before
		}
	} else if outer["_data"] != nil {
		outer, _ = cutObject(outer, "_data", "", all)
	} else if inner, has := outer["data"]; has {
		outer["data"] = cut(inner, "items", "count", all)
	} else if _, has := outer["items"]; has {
		outer, _ = cutObject(outer, "items", "count", all)
	} else {
		outer, _ = cutObject(outer, "value", "total", all)
	}
	short, err := json.Marshal(outer)
	if err != nil {
		return body
	}
	return short
}

func cut(text json.RawMessage, items, count string, all bool) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return text
	}
	object, changed := cutObject(object, items, count, all)
	if !changed {
		return text
	}
	short, err := json.Marshal(object)
	if err != nil {
		return text
	}
	return short
}

func cutObject(object map[string]json.RawMessage, items, count string, all bool) (map[string]json.RawMessage, bool) {
	var list []json.RawMessage
	if json.Unmarshal(object[items], &list) != nil {
		return object, false
	}
	keep := len(list) / 2
	if all {
		keep = 0
		if _, counted := object[count]; counted {
			object[count] = json.RawMessage("0")
		}
	}
	list = list[:keep]
	short, err := json.Marshal(list)
	if err != nil {
		return object, false
	}
	object[items] = short
	return object, true
}

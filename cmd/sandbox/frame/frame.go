package frame

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

const (
	maxBody    = 1 << 20 // bytes
	maxPerPage = 200
	perPage    = 50
)

// Problem is an error answer. Field and Message may be empty.
type Problem struct {
	Status               int
	Code, Field, Message string
}

// Refusal is a problem, in the order in which one is told.
func Refusal(status int, code, field, message string) *Problem {
	return &Problem{Status: status, Code: code, Field: field, Message: message}
}

// Invalid refuses a body for what one of its fields holds, or for the whole of it
// where field is empty.
func Invalid(field, message string) *Problem {
	return Refusal(http.StatusUnprocessableEntity, "invalid", field, message)
}

// What either API answers where there is nothing to be called.
var (
	NoSuchAddress = Refusal(http.StatusNotFound, "not_found", "", "nothing at this address")
	NoSuchMethod  = Refusal(http.StatusMethodNotAllowed, "method_not_allowed", "", "this address does not know the method")
)

// Read takes the body, which must be one JSON object and nothing after it.
// Without one the caller has been answered.
func Read(w http.ResponseWriter, r *http.Request) (map[string]any, bool) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.UseNumber()
	var body map[string]any
	if err := decoder.Decode(&body); err != nil || body == nil {
		Refuse(w, Invalid("", "the body must be one JSON object of at most 1 MiB"))
		return nil, false
	}
	if _, err := decoder.Token(); err != io.EOF {
		Refuse(w, Invalid("", "something follows the JSON object"))
		return nil, false
	}
	return body, true
}

// Page is what a list was asked for with page and per_page, both from 1.
type Page struct{ Number, Size int }

// PageOf reads it from a query.
func PageOf(query url.Values) (Page, *Problem) {
	page, ok := positive(query, "page", 1)
	if !ok {
		return Page{}, Refusal(http.StatusBadRequest, "bad_request", "page", "a number from 1")
	}
	size, ok := positive(query, "per_page", perPage)
	if !ok || size > maxPerPage {
		return Page{}, Refusal(http.StatusBadRequest, "bad_request", "per_page", "a number from 1 to 200")
	}
	return Page{page, size}, nil
}

// Cut is the page of a list, empty beyond its end.
func Cut[T any](p Page, list []T) []T {
	if p.Number-1 > len(list)/p.Size {
		return list[len(list):]
	}
	from := min((p.Number-1)*p.Size, len(list))
	return list[from:min(from+p.Size, len(list))]
}

func positive(query url.Values, name string, otherwise int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 1
}

// Refuse answers with a problem.
func Refuse(w http.ResponseWriter, p *Problem) {
	said := map[string]any{"code": p.Code}
	if p.Field != "" {
		said["field"] = p.Field
	}
	if p.Message != "" {
		said["message"] = p.Message
	}
	Answer(w, p.Status, map[string]any{"error": said})
}

// Answer answers with a body as JSON.
func Answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller who hung up needs no answer
}

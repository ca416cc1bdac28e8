package oppus

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// DefaultKey opens the sandbox's Oppus. It is no secret: it opens nothing else.
const DefaultKey = "oppus-sandbox-key"

const (
	maxBody    = 1 << 20 // bytes
	maxValues  = 100     // of matricule and email in one look-up
	maxPerPage = 200
	perPage    = 50
)

// Options says how the API behaves where a test may want it otherwise.
type Options struct {
	// Key is what callers must present in X-Api-Key; empty: DefaultKey.
	Key string
}

// Handler is one Oppus account. It may be called concurrently.
type Handler struct {
	options Options
	store   store
}

// New opens an account without any profile.
func New(options Options) *Handler {
	if options.Key == "" {
		options.Key = DefaultKey
	}
	h := &Handler{options: options}
	h.store.reset()
	return h
}

// Reset forgets every profile and every idempotency key.
func (h *Handler) Reset() { h.store.reset() }

// Profiles returns everything the account holds, ordered by id. What it
// returns is shared: don't change it.
func (h *Handler) Profiles() []map[string]any { return h.store.all() }

// ServeHTTP answers paths that begin with /api/v1.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Api-Key") != h.options.Key {
		refuse(w, problem{http.StatusUnauthorized, "unauthorized", "", "the key in X-Api-Key is missing or unknown"})
		return
	}
	path, known := strings.CutPrefix(r.URL.Path, "/api/v1/")
	collection, id, single := strings.Cut(path, "/")
	switch {
	case known && path == "account":
		allow(w, r, map[string]http.HandlerFunc{http.MethodGet: account})
	case known && collection == "employees" && !single:
		allow(w, r, map[string]http.HandlerFunc{http.MethodGet: h.list, http.MethodPost: h.create})
	case known && collection == "employees" && id != "" && !strings.Contains(id, "/"):
		allow(w, r, map[string]http.HandlerFunc{
			http.MethodGet:   func(w http.ResponseWriter, _ *http.Request) { h.get(w, id) },
			http.MethodPatch: func(w http.ResponseWriter, r *http.Request) { h.update(w, r, id) },
		})
	default:
		refuse(w, problem{http.StatusNotFound, "not_found", "", "nothing at this address"})
	}
}

// allow calls the method's handler. There is no DELETE anywhere.
func allow(w http.ResponseWriter, r *http.Request, methods map[string]http.HandlerFunc) {
	if handle, ok := methods[r.Method]; ok {
		handle(w, r)
		return
	}
	refuse(w, problem{http.StatusMethodNotAllowed, "method_not_allowed", "", "this address does not know the method"})
}

func account(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{"id": "acc-sandbox", "name": "Maison Exemple"})
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	numbers, mails := query["matricule"], query["email"]
	if len(numbers)+len(mails) > maxValues {
		refuse(w, problem{http.StatusBadRequest, "bad_request", "matricule", "at most 100 values in one look-up"})
		return
	}
	page, ok := positive(query, "page", 1)
	if !ok {
		refuse(w, problem{http.StatusBadRequest, "bad_request", "page", "a number from 1"})
		return
	}
	size, ok := positive(query, "per_page", perPage)
	if !ok || size > maxPerPage {
		refuse(w, problem{http.StatusBadRequest, "bad_request", "per_page", "a number from 1 to 200"})
		return
	}

	found := h.store.find(numbers, mails)
	from := len(found) // beyond the end, unless the page exists
	if page-1 <= len(found)/size {
		from = min((page-1)*size, len(found))
	}
	answer(w, http.StatusOK, map[string]any{
		"value": found[from:min(from+size, len(found))],
		"total": len(found), "page": page, "per_page": size,
	})
}

func positive(query url.Values, name string, otherwise int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 1
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > 64 {
		refuse(w, problem{http.StatusBadRequest, "bad_request", "Idempotency-Key", "at most 64 characters"})
		return
	}
	body, ok := read(w, r)
	if !ok {
		return
	}
	id, trouble := h.store.create(key, body)
	if trouble != nil {
		refuse(w, *trouble)
		return
	}
	answer(w, http.StatusCreated, map[string]any{"data": map[string]any{"id": id}})
}

func (h *Handler) get(w http.ResponseWriter, id string) {
	profile, ok := h.store.get(id)
	if !ok {
		refuse(w, notFound)
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": profile})
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, id string) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	profile, trouble := h.store.update(id, body)
	if trouble != nil {
		refuse(w, *trouble)
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": profile})
}

// read takes the body, which must be one JSON object and nothing after it.
func read(w http.ResponseWriter, r *http.Request) (map[string]any, bool) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.UseNumber()
	var body map[string]any
	if err := decoder.Decode(&body); err != nil || body == nil {
		refuse(w, problem{http.StatusUnprocessableEntity, "invalid", "", "the body must be one JSON object of at most 1 MiB"})
		return nil, false
	}
	if _, err := decoder.Token(); err != io.EOF {
		refuse(w, problem{http.StatusUnprocessableEntity, "invalid", "", "something follows the JSON object"})
		return nil, false
	}
	return body, true
}

// problem is an error answer.
type problem struct {
	status               int
	code, field, message string
}

var notFound = problem{http.StatusNotFound, "not_found", "", "no profile has this id"}

func refuse(w http.ResponseWriter, p problem) {
	said := map[string]any{"code": p.code}
	if p.field != "" {
		said["field"] = p.field
	}
	if p.message != "" {
		said["message"] = p.message
	}
	answer(w, p.status, map[string]any{"error": said})
}

func answer(w http.ResponseWriter, status int, body any) {
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

func contains(values []string, value any, equal func(a, b string) bool) bool {
	text, is := value.(string)
	return is && slices.ContainsFunc(values, func(v string) bool { return equal(v, text) })
}

package emasphere

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// DefaultKey opens the sandbox's Emasphère. It is no secret: it opens nothing else.
const DefaultKey = "5a4db0c5-e3a5-4e0a-9b1c-000000000001"

const (
	maxBody    = 1 << 20 // bytes
	maxValues  = 100     // of all parameters of one look-up
	maxPerPage = 200
	perPage    = 50
)

// Options says how the API behaves where a test may want it otherwise.
type Options struct {
	// Key is what callers must present in X-Access-Key; empty: DefaultKey.
	Key string
}

// Handler is one Emasphère account. It may be called concurrently.
type Handler struct {
	options Options
	store   store
}

// New opens an account that holds nothing.
func New(options Options) *Handler {
	if options.Key == "" {
		options.Key = DefaultKey
	}
	h := &Handler{options: options}
	h.store.reset()
	return h
}

// Reset forgets every record.
func (h *Handler) Reset() { h.store.reset() }

// Collections names what an account holds.
func Collections() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// Records returns everything of one of the Collections, ordered by id. What it
// returns is shared: don't change it.
func (h *Handler) Records(collection string) []map[string]any { return h.store.all(collection) }

// ServeHTTP answers paths that begin with /api/v1.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("X-Access-Key"), h.options.Key) {
		refuse(w, problem{http.StatusUnauthorized, "unauthorized", "", "the key in X-Access-Key is missing or unknown"})
		return
	}
	path, known := strings.CutPrefix(r.URL.Path, "/api/v1/")
	name, one, single := strings.Cut(path, "/")
	at := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if !known || at < 0 || (single && (one == "" || strings.Contains(one, "/"))) {
		refuse(w, problem{http.StatusNotFound, "not_found", "", "nothing at this address"})
		return
	}
	h.serve(w, r, kinds[at], one)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, k *kind, one string) {
	switch {
	case r.Method == http.MethodGet && one == "":
		h.list(w, r, k)
	case r.Method == http.MethodGet:
		h.get(w, k, one)
	case r.Method == http.MethodPut && k.keyInPath == (one != ""):
		h.upsert(w, r, k, one)
	case r.Method == http.MethodPatch && one != "":
		h.update(w, r, k, one)
	case r.Method == http.MethodDelete && one != "" && k.deletable:
		if !h.store.remove(k.name, one) {
			refuse(w, notFound)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, problem{http.StatusMethodNotAllowed, "method_not_allowed", "", "this address does not know the method"})
	}
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, k *kind) {
	query := r.URL.Query()
	wanted := map[string][]string{}
	values := 0
	for _, field := range k.key {
		if query.Has(field) {
			wanted[field] = query[field]
			values += len(query[field])
		}
	}
	if values > maxValues {
		refuse(w, problem{http.StatusBadRequest, "bad_request", k.key[0], "at most 100 values in one look-up"})
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
	found := h.store.find(k.name, wanted)
	from := len(found) // beyond the end, unless the page exists
	if page-1 <= len(found)/size {
		from = min((page-1)*size, len(found))
	}
	answer(w, http.StatusOK, map[string]any{"data": found[from:min(from+size, len(found))], "total": len(found)})
}

func positive(query url.Values, name string, otherwise int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 1
}

func (h *Handler) get(w http.ResponseWriter, k *kind, id string) {
	record, ok := h.store.get(k.name, id)
	if !ok {
		refuse(w, notFound)
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": record})
}

func (h *Handler) upsert(w http.ResponseWriter, r *http.Request, k *kind, key string) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if k.keyInPath && body[k.key[0]] != key {
		refuse(w, *invalid(k.key[0], "it is not the one in the address"))
		return
	}
	id, isNew, trouble := h.store.upsert(k.name, body)
	if trouble != nil {
		refuse(w, *trouble)
		return
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
	}
	answer(w, status, map[string]any{"data": map[string]any{"id": id}})
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, k *kind, id string) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	if trouble := h.store.update(k.name, id, body); trouble != nil {
		refuse(w, *trouble)
		return
	}
	answer(w, http.StatusOK, map[string]any{"data": map[string]any{"id": id}})
}

// read takes the body, which must be one JSON object and nothing after it.
func read(w http.ResponseWriter, r *http.Request) (map[string]any, bool) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.UseNumber()
	var body map[string]any
	if err := decoder.Decode(&body); err != nil || body == nil {
		refuse(w, *invalid("", "the body must be one JSON object of at most 1 MiB"))
		return nil, false
	}
	if _, err := decoder.Token(); err != io.EOF {
		refuse(w, *invalid("", "something follows the JSON object"))
		return nil, false
	}
	return body, true
}

// problem is an error answer.
type problem struct {
	status               int
	code, field, message string
}

var notFound = problem{http.StatusNotFound, "not_found", "", "no record has this id"}

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

package emasphere

import (
	"net/http"
	"slices"
	"strings"

	"passerelle/cmd/sandbox/frame"
)

// DefaultKey opens the sandbox's Emasphère. It is no secret: it opens nothing else.
const DefaultKey = "5a4db0c5-e3a5-4e0a-9b1c-000000000001"

const maxValues = 100 // of all parameters of one look-up

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
		frame.Refuse(w, frame.Refusal(http.StatusUnauthorized, "unauthorized", "", "the key in X-Access-Key is missing or unknown"))
		return
	}
	path, known := strings.CutPrefix(r.URL.Path, "/api/v1/")
	name, one, single := strings.Cut(path, "/")
	at := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if !known || at < 0 || (single && (one == "" || strings.Contains(one, "/"))) {
		frame.Refuse(w, frame.NoSuchAddress)
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
			frame.Refuse(w, notFound)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		frame.Refuse(w, frame.NoSuchMethod)
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
		frame.Refuse(w, frame.Refusal(http.StatusBadRequest, "bad_request", k.key[0], "at most 100 values in one look-up"))
		return
	}
	page, trouble := frame.PageOf(query)
	if trouble != nil {
		frame.Refuse(w, trouble)
		return
	}
	found := h.store.find(k.name, wanted)
	frame.Answer(w, http.StatusOK, map[string]any{"data": frame.Cut(page, found), "total": len(found)})
}

func (h *Handler) get(w http.ResponseWriter, k *kind, id string) {
	record, ok := h.store.get(k.name, id)
	if !ok {
		frame.Refuse(w, notFound)
		return
	}
	frame.Answer(w, http.StatusOK, map[string]any{"data": record})
}

func (h *Handler) upsert(w http.ResponseWriter, r *http.Request, k *kind, key string) {
	body, ok := frame.Read(w, r)
	if !ok {
		return
	}
	if k.keyInPath && body[k.key[0]] != key {
		frame.Refuse(w, frame.Invalid(k.key[0], "it is not the one in the address"))
		return
	}
	id, isNew, trouble := h.store.upsert(k.name, body)
	if trouble != nil {
		frame.Refuse(w, trouble)
		return
	}
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
	}
	frame.Answer(w, status, map[string]any{"data": map[string]any{"id": id}})
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, k *kind, id string) {
	body, ok := frame.Read(w, r)
	if !ok {
		return
	}
	if trouble := h.store.update(k.name, id, body); trouble != nil {
		frame.Refuse(w, trouble)
		return
	}
	frame.Answer(w, http.StatusOK, map[string]any{"data": map[string]any{"id": id}})
}

var notFound = frame.Refusal(http.StatusNotFound, "not_found", "", "no record has this id")

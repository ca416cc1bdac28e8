package oppus

import (
	"net/http"
	"slices"
	"strings"

	"passerelle/cmd/sandbox/frame"
)

// DefaultKey opens the sandbox's Oppus. It is no secret: it opens nothing else.
const DefaultKey = "oppus-sandbox-key"

const maxValues = 100 // of matricule and email in one look-up

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
		frame.Refuse(w, frame.Refusal(http.StatusUnauthorized, "unauthorized", "", "the key in X-Api-Key is missing or unknown"))
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
		frame.Refuse(w, frame.NoSuchAddress)
	}
}

// allow calls the method's handler. There is no DELETE anywhere.
func allow(w http.ResponseWriter, r *http.Request, methods map[string]http.HandlerFunc) {
	if handle, ok := methods[r.Method]; ok {
		handle(w, r)
		return
	}
	frame.Refuse(w, frame.NoSuchMethod)
}

func account(w http.ResponseWriter, _ *http.Request) {
	frame.Answer(w, http.StatusOK, map[string]any{"id": "acc-sandbox", "name": "Maison Exemple"})
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	numbers, mails := query["matricule"], query["email"]
	if len(numbers)+len(mails) > maxValues {
		frame.Refuse(w, frame.Refusal(http.StatusBadRequest, "bad_request", "matricule", "at most 100 values in one look-up"))
		return
	}
	page, trouble := frame.PageOf(query)
	if trouble != nil {
		frame.Refuse(w, trouble)
		return
	}

	found := h.store.find(numbers, mails)
	frame.Answer(w, http.StatusOK, map[string]any{
		"value": frame.Cut(page, found),
		"total": len(found), "page": page.Number, "per_page": page.Size,
	})
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	if len(key) > 64 {
		frame.Refuse(w, frame.Refusal(http.StatusBadRequest, "bad_request", "Idempotency-Key", "at most 64 characters"))
		return
	}
	body, ok := frame.Read(w, r)
	if !ok {
		return
	}
	id, trouble := h.store.create(key, body)
	if trouble != nil {
		frame.Refuse(w, trouble)
		return
	}
	frame.Answer(w, http.StatusCreated, map[string]any{"data": map[string]any{"id": id}})
}

func (h *Handler) get(w http.ResponseWriter, id string) {
	profile, ok := h.store.get(id)
	if !ok {
		frame.Refuse(w, notFound)
		return
	}
	frame.Answer(w, http.StatusOK, map[string]any{"data": profile})
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, id string) {
	body, ok := frame.Read(w, r)
	if !ok {
		return
	}
	profile, trouble := h.store.update(id, body)
	if trouble != nil {
		frame.Refuse(w, trouble)
		return
	}
	frame.Answer(w, http.StatusOK, map[string]any{"data": profile})
}

var notFound = frame.Refusal(http.StatusNotFound, "not_found", "", "no profile has this id")

func contains(values []string, value any, equal func(a, b string) bool) bool {
	text, is := value.(string)
	return is && slices.ContainsFunc(values, func(v string) bool { return equal(v, text) })
}

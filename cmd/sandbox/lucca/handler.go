package lucca

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"passerelle/cmd/sandbox/people"
)

// DefaultKey opens the sandbox's Lucca. It is no secret: it opens nothing else.
const DefaultKey = "5a9db0c5-0000-4000-8000-00000000d0e1"

// Options says how the API behaves where a test may want it otherwise.
type Options struct {
	// Key is what callers must present, a GUID; empty: DefaultKey.
	Key string
	// Path is where the handler is mounted, without a slash at the end; it only
	// shows in the url properties. The caller strips it before ServeHTTP.
	Path string
	// NoRateLimit lifts the 50 requests a minute.
	NoRateLimit bool
	// Now tells the time to the rate limit and to header.generated; nil: the clock.
	Now func() time.Time
}

// Handler is one Lucca tenant. It may be called concurrently.
type Handler struct {
	company *people.Company
	options Options
	schema  *schema
	limit   *window
	rights  atomic.Pointer[Rights]
	style   atomic.Pointer[Style]
}

// New opens the company's Lucca, with every right and the documented style.
func New(company *people.Company, options Options) *Handler {
	if options.Key == "" {
		options.Key = DefaultKey
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	h := &Handler{company: company, options: options, schema: newSchema(), limit: &window{}}
	h.Reset()
	return h
}

// Reset restores rights, style and the request budget. The people are the
// Company's to reset.
func (h *Handler) Reset() {
	rights, style := fullRights(), documentedStyle()
	h.rights.Store(&rights)
	h.style.Store(&style)
	h.limit.reset()
}

// ServeHTTP answers paths that begin with /api/v3.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.options.NoRateLimit {
		if wait, ok := h.limit.take(h.options.Now()); !ok {
			tooMany(w, wait)
			return
		}
	}
	if !authorised(r.Header.Get("Authorization"), h.options.Key) {
		fail(w, http.StatusUnauthorized, "Your token is invalid or you did not provide any")
		return
	}
	// The real server runs on a stack that ignores case in paths.
	path := strings.Split(strings.Trim(strings.ToLower(r.URL.Path), "/"), "/")
	if len(path) < 3 || len(path) > 4 || path[0] != "api" || path[1] != "v3" {
		fail(w, http.StatusNotFound, "No resource at this address")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		fail(w, http.StatusMethodNotAllowed, "The sandbox's Lucca can only be read")
		return
	}
	h.route(w, r, path[2], strings.Join(path[3:], ""))
}

func (h *Handler) route(w http.ResponseWriter, r *http.Request, collection, id string) {
	v := h.view(r)
	switch collection {
	case "users":
		h.users(w, r, v, id)
	case "departments":
		if id == "tree" {
			v.tree(w, r)
			return
		}
		v.answer(w, r, v.schema.department, departmentsOf(h.company), id)
	case "legalentities":
		v.answer(w, r, v.schema.legalEntity, legalEntitiesOf(h.company), id)
	case "extensionuserdefinitions":
		v.answer(w, r, v.schema.definition, definitionsOf(h.company), id)
	case "userproperties":
		v.answer(w, r, v.schema.userProperty, v.userPropertiesOf(), id)
	default:
		fail(w, http.StatusNotFound, "No resource at this address")
	}
}

// authorised reads "lucca application=KEY": the scheme in any case, the word
// application in lower case, no blank around the equals sign.
func authorised(header, key string) bool {
	scheme, credentials, _ := strings.Cut(header, " ")
	realm, given, _ := strings.Cut(credentials, "=")
	return strings.EqualFold(scheme, "lucca") && realm == "application" && strings.EqualFold(given, key)
}

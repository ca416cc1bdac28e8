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
	company  *people.Company
	options  Options
	schema   *schema
	limit    *window
	keys     *keys
	tokens   *tokens
	webhooks *webhooks
	rights   atomic.Pointer[Rights]
	style    atomic.Pointer[Style]
}

// New opens the company's Lucca, with every right and the documented style.
func New(company *people.Company, options Options) *Handler {
	if options.Key == "" {
		options.Key = DefaultKey
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	h := &Handler{company: company, options: options, schema: newSchema(), limit: &window{}, keys: &keys{}, tokens: &tokens{}, webhooks: &webhooks{}}
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
	h.keys.reset()
	h.tokens.reset()
	h.webhooks.reset()
}

// ServeHTTP answers what package lucca says that it answers.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The real server runs on a stack that ignores case in paths.
	path := strings.Trim(strings.ToLower(r.URL.Path), "/")
	if path == "connect/token" {
		h.exchange(w, r) // another host in reality, with limits of its own
		return
	}
	if !h.options.NoRateLimit {
		if wait, ok := h.limit.take(h.options.Now()); !ok {
			tooMany(w, wait)
			return
		}
	}
	if rest, is := strings.CutPrefix(path, "lucca-api/"); is {
		h.serve5(w, r, rest)
		return
	}
	key, known := h.keyOf(r.Header.Get("Authorization"))
	if !known {
		fail(w, http.StatusUnauthorized, "Your token is invalid or you did not provide any")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		fail(w, http.StatusMethodNotAllowed, "The sandbox's Lucca can only be read")
		return
	}
	v := h.view(r)
	v.rights = h.rightsOf(key)
	if v.route4(w, r, path) {
		return
	}
	parts := strings.Split(path, "/")
	if len(parts) < 3 || len(parts) > 4 || parts[0] != "api" || parts[1] != "v3" {
		fail(w, http.StatusNotFound, "No resource at this address")
		return
	}
	v.route(w, r, parts[2], strings.Join(parts[3:], ""))
}

// route4 answers the addresses of version 4 and says whether this was one.
func (v view) route4(w http.ResponseWriter, r *http.Request, path string) bool {
	switch path {
	case "organization/structure/api/establishments":
		if v.allowed(w, r, v.rights.Structure) {
			v.list4(w, r, v.establishments4(), fewPerPage)
		}
	case "organization/structure/api/legal-units":
		if v.allowed(w, r, v.rights.Structure) {
			v.list4(w, r, v.legalUnits4(), fewPerPage)
		}
	case "directory/api/4.0/work-contracts":
		if v.allowed(w, r, v.rights.Contracts) {
			v.list4(w, r, v.contracts4(r.URL.Query()), manyPerPage)
		}
	default:
		return false
	}
	return true
}

func (v view) route(w http.ResponseWriter, r *http.Request, collection, id string) {
	switch collection {
	case "users":
		v.users(w, r, id)
	case "departments":
		if id == "tree" {
			v.tree(w, r)
			return
		}
		v.answer(w, r, v.schema.department, departmentsOf(v.company), id)
	case "legalentities":
		v.answer(w, r, v.schema.legalEntity, legalEntitiesOf(v.company), id)
	case "extensionuserdefinitions":
		v.answer(w, r, v.schema.definition, definitionsOf(v.company), id)
	case "leaves":
		if v.allowed(w, r, v.rights.Leaves) {
			v.leaves(w, r, id)
		}
	case "leaverequests":
		if v.allowed(w, r, v.rights.Leaves) {
			v.leaveRequests(w, r, id)
		}
	case "userproperties":
		if !v.style.Catalogue {
			fail(w, http.StatusNotFound, "No resource at this address")
			return
		}
		v.answer(w, r, v.schema.userProperty, v.userPropertiesOf(), id)
	default:
		fail(w, http.StatusNotFound, "No resource at this address")
	}
}

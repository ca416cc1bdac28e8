package lucca

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// apiVersion is the only one there is; version 5 wants its name on each request.
const apiVersion = "2024-11-01"

// collection5 is one collection of version 5.
type collection5 struct {
	path  string // below /lucca-api/
	typ   string // the name of one
	scope string
	most  int // items a page
	items func(view, url.Values) []item5
}

// item5 is one resource, rendered when it is shown.
type item5 struct {
	id     int
	filter map[string]string
	show   func() object
	embed  func(add func(typ string, id int, body object)) // what include=embedded adds; nil: nothing
}

const (
	usual5 = 25
	most5  = 100
	mostOf = 1000 // of employee-attributes
)

func collections5() []collection5 {
	return []collection5{
		{"employees", "employee", "employees", most5, view.employees5},
		{"employee-personal-records", "employee-personal-record", "employee-personal-records", most5, view.personalRecords5},
		{"employments", "employment", "employments", most5, view.employments5},
		{"job-positions", "job-position", "job-positions", most5, view.jobPositions5},
		{"departments", "department", "departments", most5, view.departments5},
		{"business-establishments", "business-establishment", "business-establishments", most5, view.businessEstablishments5},
		{"legal-entities", "legal-entity", "legal-entities", most5, view.legalEntities5},
		{"employee-attributes", "employee-attribute", "employee-attributes", mostOf, view.attributes5},
		{"employee-attribute-definitions", "employee-attribute-definition", "employee-attributes", most5, view.attributeDefinitions5},
		{"events", "event", "events", most5, view.events5},
	}
}

// serve5 answers what lies below /lucca-api/.
func (h *Handler) serve5(w http.ResponseWriter, r *http.Request, path string) {
	rights, scopes, known := h.tokens.rights(r.Header.Get("Authorization"), h.options.Now())
	if !known {
		problem(w, r, http.StatusUnauthorized, nil)
		return
	}
	if r.Header.Get("Api-Version") == "" {
		problem(w, r, http.StatusBadRequest, map[string][]string{"Api-Version": {"The Api-Version header is required."}})
		return
	}
	w.Header().Set("Api-Version", apiVersion)
	v := h.view(r)
	v.rights = h.rightsOf(rights)
	name, id, _ := strings.Cut(path, "/")
	if name == "webhook-endpoints" {
		h.webhookEndpoints(w, r, scopes)
		return
	}
	for _, c := range collections5() {
		if c.path != name {
			continue
		}
		switch {
		case !slices.Contains(scopes, c.scope+".readonly") && !slices.Contains(scopes, c.scope+".readwrite"):
			problem(w, r, http.StatusForbidden, nil)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			problem(w, r, http.StatusMethodNotAllowed, nil)
		case id != "":
			v.one5(w, r, c, id)
		default:
			v.list5(w, r, c)
		}
		return
	}
	problem(w, r, http.StatusNotFound, nil)
}

func (v view) one5(w http.ResponseWriter, r *http.Request, c collection5, id string) {
	for _, item := range c.items(v, url.Values{}) {
		if strconv.Itoa(item.id) == id {
			tagged(w, r, item.show())
			return
		}
	}
	problem(w, r, http.StatusNotFound, nil) // absent, deleted, or not for this client
}

func (v view) list5(w http.ResponseWriter, r *http.Request, c collection5) {
	query := r.URL.Query()
	limit, err := positive(query, "limit", usual5)
	if err != nil || limit > c.most {
		problem(w, r, http.StatusBadRequest, map[string][]string{"limit": {fmt.Sprintf("The limit must be between 0 and %d.", c.most)}})
		return
	}
	if v.slow(limit) {
		problem(w, r, http.StatusRequestTimeout, nil)
		return
	}
	from, err := cursor5(query.Get("page"), limit)
	if err != nil {
		problem(w, r, http.StatusBadRequest, map[string][]string{"page": {"The cursor is not valid."}})
		return
	}
	all := slices.DeleteFunc(c.items(v, query), func(item item5) bool { return !item.passes(query) })
	if strings.HasPrefix(query.Get("sort"), "-") {
		slices.Reverse(all)
	}
	from = min(from, len(all))
	to := min(from+limit, len(all))
	items := []object{}
	for _, item := range all[from:to] {
		items = append(items, item.show())
	}
	include := strings.Split(query.Get("include"), ",")
	body := object{{"type", c.path}, {"url", v.base + r.URL.RequestURI()}}
	if slices.Contains(include, "totalCount") {
		body = append(body, member{"totalCount", len(all)})
	}
	body = append(body, member{"items", items})
	if slices.Contains(include, "links") {
		body = append(body, member{"links", object{{"prev", v.link5(r, from-limit, from > 0)}, {"next", v.link5(r, to, to < len(all) && limit > 0)}}})
	}
	if slices.Contains(include, "embedded") {
		body = append(body, member{"embedded", embedded(all[from:to])})
	}
	tagged(w, r, body)
}

// embedded are the resources beside the items, by type and id.
func embedded(items []item5) map[string]map[string]object {
	out := map[string]map[string]object{}
	for _, item := range items {
		if item.embed == nil {
			continue
		}
		item.embed(func(typ string, id int, body object) {
			if out[typ] == nil {
				out[typ] = map[string]object{}
			}
			out[typ][strconv.Itoa(id)] = body
		})
	}
	return out
}

func (i item5) passes(query url.Values) bool {
	for name, value := range i.filter {
		if wanted := query.Get(name); wanted != "" && !slices.Contains(strings.Split(wanted, ","), value) {
			return false
		}
	}
	return true
}

// cursor5 reads where a page begins: an opaque cursor, or a page's number from 1.
func cursor5(page string, limit int) (int, error) {
	if page == "" {
		return 0, nil
	}
	if number, err := strconv.Atoi(page); err == nil && number > 0 {
		return (number - 1) * limit, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(page, "!"))
	if err != nil || !strings.HasPrefix(page, "!") {
		return 0, strconv.ErrSyntax
	}
	return strconv.Atoi(strings.TrimPrefix(string(text), "at:"))
}

func (v view) link5(r *http.Request, from int, there bool) any {
	if !there {
		return nil
	}
	query := r.URL.Query()
	query.Set("page", "!"+base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("at:%d", max(0, from)))))
	return object{{"href", v.base + r.URL.Path + "?" + query.Encode()}}
}

// tagged answers with an ETag, or that nothing changed since the caller's.
func tagged(w http.ResponseWriter, r *http.Request, body object) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, json.RawMessage(text))
}

// ref is how version 5 names another resource.
func (v view) ref(typ, path string, id int) any {
	if id == 0 {
		return nil
	}
	return object{{"id", strconv.Itoa(id)}, {"type", typ}, {"url", v.url5(path, id)}}
}

func (v view) url5(path string, id int) string {
	return fmt.Sprintf("%s/lucca-api/%s/%d", v.base, path, id)
}

func href(format string, values ...any) object {
	return object{{"href", fmt.Sprintf(format, values...)}}
}

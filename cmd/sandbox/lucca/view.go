package lucca

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"passerelle/cmd/sandbox/people"
)

// view is the tenant as one request sees it: rights and style don't change
// half-way through an answer.
type view struct {
	company *people.Company
	schema  *schema
	base    string // http://host/path, without a slash at the end
	now     time.Time
	rights  Rights
	style   Style
}

func (h *Handler) view(r *http.Request) view {
	return view{
		company: h.company,
		schema:  h.schema,
		base:    "http://" + r.Host + h.options.Path,
		now:     h.options.Now(),
		rights:  h.Rights(),
		style:   h.Style(),
	}
}

func (v view) url(e *entity, id any) string {
	return fmt.Sprintf("%s/api/v3/%s/%v", v.base, e.path, id)
}

// answer serves a collection, or one of it by id.
func (v view) answer(w http.ResponseWriter, r *http.Request, e *entity, subjects []any, id string) {
	var err error
	if id == "" {
		err = v.collection(w, r.URL.Query(), e, subjects)
	} else {
		err = v.single(w, r.URL.Query(), e, subjects, id)
	}
	if err != nil {
		refuse(w, err)
	}
}

func (v view) single(w http.ResponseWriter, query url.Values, e *entity, subjects []any, id string) error {
	s, err := v.selected(query, e)
	if err != nil {
		return err
	}
	key, err := e.find(v, "id")
	if err != nil {
		return err
	}
	for _, subject := range subjects {
		if !strings.EqualFold(fmt.Sprint(key.value(v, subject)), id) {
			continue
		}
		if s.leaf() {
			v.envelope(w, v.everything(e, subject))
		} else {
			v.envelope(w, v.render(e, subject, s))
		}
		return nil
	}
	return &complaint{status: http.StatusNotFound, message: fmt.Sprintf("Resource %s with ID %s not found", e.name, id)}
}

// selected reads fields=, whatever the parameter's case, and checks it against
// the entity. collection.count is taken out of it: see counted.
func (v view) selected(query url.Values, e *entity) (*selection, error) {
	given := parameter(query, "fields")
	if given == "" {
		return nil, nil
	}
	s, err := parseFields(given)
	if err != nil {
		return nil, err
	}
	return s, v.validate(e, s.without("collection"))
}

func (v view) collection(w http.ResponseWriter, query url.Values, e *entity, subjects []any) error {
	s, err := v.selected(query, e)
	if err != nil {
		return err
	}
	counted, items := false, s.without("collection")
	if s != nil && s.children["collection"] != nil {
		if counted = s.children["collection"].children["count"] != nil; !counted {
			return badRequest("Selected property collection only has count")
		}
	}
	page, err := parsePaging(parameter(query, "paging"), e.most())
	if err != nil {
		return err
	}
	if v.slow(page.limit) {
		return &complaint{status: http.StatusRequestTimeout, message: "The request took too long"}
	}
	filters, err := v.filters(query, e)
	if err != nil {
		return err
	}
	order, err := v.order(parameter(query, "orderby"), e)
	if err != nil {
		return err
	}

	found := v.filter(subjects, filters)
	v.sort(found, order)
	data := object{}
	if !counted || !items.leaf() {
		rendered := make([]object, 0, page.limit)
		for _, subject := range page.of(found) {
			rendered = append(rendered, v.render(e, subject, items))
		}
		data = append(data, member{"items", rendered})
	}
	if counted {
		data = append(data, member{"count", len(found)})
	}
	v.envelope(w, data)
	return nil
}

// slow: a page of so many takes this tenant too long.
func (v view) slow(limit int) bool { return v.style.SlowOver > 0 && limit > v.style.SlowOver }

// parameter finds a query parameter whatever its case.
func parameter(query url.Values, name string) string {
	for key, values := range query {
		if strings.EqualFold(key, name) {
			return values[0]
		}
	}
	return ""
}

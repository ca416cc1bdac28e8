package personio

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listing is one collection of v2.
type listing struct {
	path            string
	items           []object
	most, otherwise int                 // of limit
	filters         map[string][]string // by field: "" is equality, else the operators
	alias           map[string]string   // parameters called otherwise than their field
	local           []string            // fields whose times have no offset and whose filters take none
	keep            []string            // parameters that the next page's address repeats
	show            func(object) object // leaves out what isn't readable
}

// page is what a cursor stands for.
type page struct {
	limit, offset int
	query         url.Values
}

func (c *call) cursor(p page) string {
	name := "cur_" + strings.ToLower(rand.Text())
	c.cursors[name] = p
	return name
}

// cursorOf is where a list goes on; without a cursor it is the beginning.
func (c *call) cursorOf(most, otherwise int) (limit, offset int, ok bool) {
	query := c.r.URL.Query()
	if name := query.Get("cursor"); name != "" {
		p, known := c.cursors[name]
		if !known {
			c.badRequest("Provided cursor is not valid.")
		}
		return p.limit, p.offset, known
	}
	limit = otherwise
	if query.Has("limit") {
		n, err := strconv.Atoi(query.Get("limit"))
		if err != nil || n < 1 || n > most {
			c.badRequest("Provided value for limit is not valid")
			return 0, 0, false
		}
		limit = n
	}
	return limit, 0, true
}

func (c *call) listOrGet(path string, rest []string, l listing) {
	if c.r.Method != http.MethodGet {
		c.w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	l.path = path
	if len(rest) == 0 {
		c.list(l)
		return
	}
	for _, item := range l.items {
		if item["id"] == rest[0] {
			c.one(item)
			return
		}
	}
	c.notFound()
}

// list answers with one page. The next one's address carries the cursor alone.
func (c *call) list(l listing) {
	limit, offset, ok := c.cursorOf(l.most, l.otherwise)
	if !ok {
		return
	}
	query := c.r.URL.Query()
	if p, known := c.cursors[query.Get("cursor")]; known {
		query = p.query
	}
	found, wrong := l.filter(query)
	if wrong != "" {
		c.badRequest(wrong)
		return
	}
	data := []object{}
	for _, item := range window(found, offset, limit) {
		if l.show != nil {
			item = l.show(item)
		}
		data = append(data, item)
	}
	base := c.base()
	if c.style.RelativeNext {
		base = ""
	}
	links := object{"self": object{"href": c.base() + l.path}}
	if offset+limit < len(found) {
		next := url.Values{}
		for _, name := range l.keep {
			if query.Has(name) {
				next[name] = query[name]
			}
		}
		at := page{limit: limit, offset: offset + limit, query: query}
		cursor := c.r.URL.Query().Get("cursor")
		if cursor == "" || !c.style.RepeatCursor {
			cursor = c.cursor(at)
		}
		if c.style.NextElsewhere {
			base = "https://api.personio.example"
		}
		next.Set("cursor", cursor)
		links["next"] = object{"href": base + l.path + "?" + next.Encode()}
	}
	c.enveloped(data, links)
}

// enveloped is a list as v2 wraps one.
func (c *call) enveloped(data []object, links object) {
	if c.style.Bare {
		c.json(http.StatusOK, object{"data": data, "meta": object{"links": links}})
		return
	}
	c.json(http.StatusOK, object{"_data": data, "_meta": object{"links": links}})
}

// one is a single object, which some clients see wrapped.
func (c *call) one(item object) {
	if c.style.Bare {
		item = object{"_data": item}
	}
	c.json(http.StatusOK, item)
}

// filter keeps the items that every parameter allows; values of one are
// alternatives.
func (l *listing) filter(query url.Values) (found []object, wrong string) {
	found = slices.Clone(l.items)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		field, operator, ok := l.filterOf(name)
		if !ok {
			if dot := strings.LastIndexByte(name, '.'); dot > 0 && l.filters[name[:dot]] != nil {
				return nil, "Provided filter encoding is invalid."
			}
			continue
		}
		wanted := strings.Split(strings.Join(query[name], ","), ",")
		if strings.Contains(field, "date") || strings.HasSuffix(field, "_at") {
			for _, value := range wanted {
				if slices.Contains(l.local, field) && strings.HasSuffix(value, "Z") {
					return nil, "Invalid request content."
				}
				if !isTime(value) {
					return nil, "Provided request parameters are invalid."
				}
			}
		}
		found = slices.DeleteFunc(found, func(item object) bool {
			held := fmt.Sprint(at(item, field))
			return !slices.ContainsFunc(wanted, func(value string) bool { return compares(held, operator, value) })
		})
	}
	return found, ""
}

func (l *listing) filterOf(name string) (field, operator string, ok bool) {
	if aliased, is := l.alias[name]; is {
		name = aliased
	}
	for field, operators := range l.filters {
		for _, operator := range operators {
			if name == field+operator {
				return field, operator, true
			}
		}
	}
	return "", "", false
}

func isTime(value string) bool {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if _, err := time.Parse(form, value); err == nil {
			return true
		}
	}
	return false
}

// compares times as text: all are of one form.
func compares(held, operator, value string) bool {
	switch operator {
	case ".gt":
		return held > value
	case ".gte":
		return held >= value
	case ".lt":
		return held < value
	case ".lte":
		return held <= value
	}
	return strings.EqualFold(held, value)
}

func at(item object, path string) any {
	name, rest, more := strings.Cut(path, ".")
	if !more {
		if v, is := item[name]; is && v != nil {
			return v
		}
		return ""
	}
	inner, _ := item[name].(object)
	return at(inner, rest)
}

// idIn reads {"id": "…"}; named: there is an id, or null to clear.
func idIn(v any) (string, bool) {
	inner, is := v.(map[string]any)
	if !is {
		return "", false
	}
	switch id := inner["id"].(type) {
	case string:
		return id, true
	case float64:
		return strconv.FormatFloat(id, 'f', -1, 64), true
	}
	return "", false
}

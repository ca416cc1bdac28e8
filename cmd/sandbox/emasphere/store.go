package emasphere

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"passerelle/cmd/sandbox/frame"
)

// store holds the records of all collections. One that was handed out never
// changes: an update puts a new one in its place.
type store struct {
	mu          sync.Mutex
	collections map[string]*collection
}

// collection is the records of one kind. Ids count up and are never given twice.
type collection struct {
	*kind
	records []map[string]any  // by id
	byID    map[string]int    // place in records
	byKey   map[string]string // key → id
	last    int
}

func (s *store) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collections = map[string]*collection{}
	for _, k := range kinds {
		s.collections[k.name] = &collection{kind: k, byID: map[string]int{}, byKey: map[string]string{}}
	}
}

func (s *store) all(name string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]map[string]any{}, s.collections[name].records...)
}

func (s *store) get(name, id string) (map[string]any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.collections[name].get(id)
}

func (c *collection) get(id string) (map[string]any, bool) {
	at, ok := c.byID[id]
	if !ok {
		return nil, false
	}
	return c.records[at], true
}

// upsert makes the record of the body's key what the body says, and reports
// whether it is new.
func (s *store) upsert(name string, body map[string]any) (id string, isNew bool, trouble *frame.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[name]
	if trouble := s.validate(c, body, true); trouble != nil {
		return "", false, trouble
	}
	id, there := c.byKey[c.keyOf(body)]
	if !there {
		c.last++
		id = fmt.Sprintf("%s-%06d", c.prefix, c.last)
		c.byID[id] = len(c.records)
		c.records = append(c.records, nil)
		c.byKey[c.keyOf(body)] = id
	}
	record := map[string]any{"id": id}
	merge(record, body)
	c.records[c.byID[id]] = record
	return id, !there, nil
}

// update changes what the body names, null emptying it.
func (s *store) update(name, id string, body map[string]any) *frame.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[name]
	before, ok := c.get(id)
	if !ok {
		return notFound
	}
	if trouble := s.validate(c, body, false); trouble != nil {
		return trouble
	}
	after := maps.Clone(before)
	merge(after, body)
	if owner, taken := c.byKey[c.keyOf(after)]; taken && owner != id {
		return frame.Refusal(http.StatusConflict, "already_exists", c.key[0], "another record has this key")
	}
	delete(c.byKey, c.keyOf(before))
	c.byKey[c.keyOf(after)] = id
	c.records[c.byID[id]] = after
	return nil
}

func (s *store) remove(name, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[name]
	record, ok := c.get(id)
	if !ok {
		return false
	}
	delete(c.byKey, c.keyOf(record))
	c.records = slices.Delete(slices.Clone(c.records), c.byID[id], c.byID[id]+1)
	clear(c.byID)
	for at, r := range c.records {
		c.byID[r["id"].(string)] = at
	}
	return true
}

// validate checks the body against the kind and against what else is stored.
func (s *store) validate(c *collection, body map[string]any, whole bool) *frame.Problem {
	if trouble := c.validate(body, whole); trouble != nil {
		return trouble
	}
	for field, to := range c.references {
		id, given := body[field].(string)
		if _, ok := s.collections[to].byID[id]; given && !ok {
			return frame.Refusal(http.StatusUnprocessableEntity, "unknown_reference", field, "nothing in "+to+" has this id")
		}
	}
	return nil
}

// keyOf joins the values that make a record the same one.
func (c *collection) keyOf(record map[string]any) string {
	var parts []string
	for _, name := range c.key {
		parts = append(parts, fmt.Sprint(record[name]))
	}
	return strings.Join(parts, "\x00")
}

// find returns the records that have, of each parameter, one of the values.
func (s *store) find(name string, wanted map[string][]string) []map[string]any {
	return slices.DeleteFunc(s.all(name), func(record map[string]any) bool {
		for field, values := range wanted {
			if !slices.ContainsFunc(values, func(v string) bool { return reflect.DeepEqual(record[field], v) }) {
				return true
			}
		}
		return false
	})
}

// merge sets what is given and drops what is null.
func merge(record, body map[string]any) {
	for name, value := range body {
		if value == nil {
			delete(record, name)
		} else {
			record[name] = value
		}
	}
}

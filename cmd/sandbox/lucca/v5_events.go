package lucca

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"passerelle/cmd/sandbox/people"
)

// kind5 is what a change of a person may be a change of.
var kinds5 = []struct {
	typ  string
	show func(view, person) object
}{
	{"employee", view.employee5},
	{"employee-personal-record", view.personalRecord5},
	{"employment", view.employment5},
	{"job-position", view.jobPosition5},
}

// events5 tell each change of each resource, the newest first: nothing promises an
// order. They are kept for two months.
func (v view) events5(url.Values) []item5 {
	changes := v.company.Changes()
	var all []item5
	for i := len(changes) - 1; i >= 0; i-- {
		all = append(all, v.eventsOf(changes[i])...)
	}
	return all
}

func (v view) eventsOf(c people.Change) []item5 {
	var all []item5
	for n, kind := range kinds5 {
		verb, data, different := v.difference(c, kind.show)
		if !different {
			continue
		}
		id := c.ID*10 + n
		topic := kind.typ + "." + verb
		all = append(all, item5{id: id, filter: map[string]string{"status": "delivered"}, show: func() object {
			return object{{"id", strconv.Itoa(id)}, {"type", "event"}, {"url", v.url5("events", id)}, {"apiVersion", apiVersion}, {"topic", topic},
				{"occurredAt", c.At.UTC().Format(time.RFC3339Nano)}, {"source", v.base}, {"businessEstablishment", nil}, {"data", data},
				{"previousAttributes", nil}, {"links", object{{"retry", nil}}}}
		}})
	}
	return all
}

// difference says whether a change shows in a resource: creation and erasure do.
func (v view) difference(c people.Change, show func(view, person) object) (verb string, data object, different bool) {
	switch {
	case c.Before == nil:
		return "created", show(v, c.After), true
	case c.After == nil:
		return "deleted", show(v, c.Before), true
	}
	// The moment of the change is on every resource of the person, changed or not.
	before, after := *c.Before, *c.After
	before.ModifiedAt = after.ModifiedAt
	a, errA := json.Marshal(show(v, &before))
	b, errB := json.Marshal(show(v, &after))
	return "updated", show(v, c.After), errA == nil && errB == nil && !bytes.Equal(a, b)
}

package main

import (
	"encoding/json"
	"net/url"
	"strconv"

	"passerelle/plugins/sdk"
)

// list4 is a collection of version 4: numbered pages from 1, and always all
// properties. query holds the documented filters.
type list4 struct {
	path  string
	what  string
	query url.Values
	size  int // items a page, at first
}

// walk4 reads all pages. What the server calls a page may be smaller than what
// was asked for, so only the count, or the missing link to a next page, ends it.
func (r *reading) walk4(l list4, each func(item json.RawMessage) *sdk.Error) *sdk.Error {
	l.query.Set("fields.root", "count")
	l.query.Set("sort", "id")
	count, received, number := int64(-1), int64(0), 1
	for {
		l.query.Set("page", strconv.Itoa(number))
		l.query.Set("limit", strconv.Itoa(l.size))
		a, more, complaint := r.page4(l)
		if complaint != nil {
			if smaller, may := a.smaller(l.size); may && l.size%2 == 0 {
				l.size, number = smaller, 2*number-1 // the same place, counted in smaller pages
				continue
			}
			return complaint
		}
		if number > 1 && received > 0 && a.count != count {
			return r.incomplete("the number of %s changed while they were read (from %d to %d)", l.what, count, a.count)
		}
		count = a.count
		for _, item := range a.items {
			if complaint := each(item); complaint != nil || r.failed != nil || r.end.Reason != "" {
				return complaint
			}
		}
		received += int64(len(a.items))
		if r.pageEnd(count); r.failed != nil {
			return nil
		}
		if len(a.items) == 0 || (count >= 0 && received >= count) || (count < 0 && !more) {
			return r.over(l.what, count, received)
		}
		number++
	}
}

func (l list4) once() []int {
	if l.size%2 != 0 {
		return nil
	}
	return slowAbove(l.size)
}

// page4 fetches one page; more says that Lucca names a next one.
func (r *reading) page4(l list4) (a answer, more bool, complaint *sdk.Error) {
	response, complaint := r.get(l.path, l.query, l.once()...)
	a.count = -1
	if complaint != nil {
		a.slow = tooSlow(response.Status)
		return a, false, explain(response, complaint, l.what)
	}
	var got struct {
		Items *[]json.RawMessage
		Next  json.RawMessage
		Count *int64
	}
	if json.Unmarshal(response.Body, &got) != nil || got.Items == nil {
		return a, false, badAnswer("it holds no list of " + l.what)
	}
	if got.Count != nil {
		a.count = *got.Count
	}
	a.items = *got.Items
	return a, !isNull(got.Next) && string(got.Next) != `""`, nil
}

// all4 reads a collection whose records need no more than their shape.
func (r *reading) all4(what string, query url.Values, size int) *sdk.Error {
	return r.walk4(list4{path: r.resource.path, what: what, query: query, size: size}, r.plain)
}

// plain hands on a record whose bytes need no more than the declared casing.
func (r *reading) plain(item json.RawMessage) *sdk.Error {
	id, data, complaint := r.shape(item)
	if complaint != nil {
		return complaint
	}
	r.record(id, data)
	return nil
}

// shape gives a record its published form, and its id.
func (r *reading) shape(item json.RawMessage) (id string, data json.RawMessage, complaint *sdk.Error) {
	if len(item) == 0 || item[0] != '{' {
		return "", nil, badAnswer("an item of the list is no object")
	}
	data, _ = r.conform(item, r.root)
	if id = idOf(data); id == "" {
		return "", nil, badAnswer("a record has no id")
	}
	return id, data, nil
}

// among reads everything of a small collection and answers with those asked for:
// one request finds them all, and works where there is no filter by id.
func (r *reading) among(ids []string, read func(keep func(id string, data json.RawMessage) *sdk.Error) *sdk.Error) *sdk.Error {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	return read(func(id string, data json.RawMessage) *sdk.Error {
		if wanted[id] && r.first(id) {
			r.failed = r.out.Answer(id, data)
		}
		return nil
	})
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// page is v3's envelope; header, where there is one, is nobody's business.
type page struct {
	Data *struct {
		Items []json.RawMessage
		Count *int64
	}
}

// list3 is a collection of version 3.
type list3 struct {
	path  string
	what  string // the records' name, for messages
	query url.Values
	size  int // items a page, at first
	most  int // the API's own limit
}

// walk3 reads page by page, in the order of ids. From the second page on it asks
// for the last item of the page before as well: if that is no longer there, the
// list has moved and somebody may lie between two pages. The read is complete when
// as many items came as Lucca counted, the same count on each page, nobody twice.
//
// A page that takes Lucca too long is asked for again in halves.
func (r *reading) walk3(l list3, each func(item json.RawMessage) *sdk.Error) *sdk.Error {
	l.query.Set("fields", r.fields())
	l.query.Set("orderBy", "id,asc")
	count, offset, anchor := int64(-1), int64(0), ""
	for {
		from, limit := offset, l.size
		if anchor != "" {
			from, limit = offset-1, min(l.size+1, l.most)
		}
		l.query.Set("paging", paging(int(from), limit))
		a, complaint := r.page3(l)
		if complaint != nil {
			if a.unknown != "" && r.forgo(a.unknown) {
				l.query.Set("fields", r.fields())
				continue
			}
			if smaller, may := a.smaller(l.size); may {
				l.size, l.most = smaller, max(smaller, a.most)
				continue
			}
			return complaint
		}
		if offset > 0 && a.count != count {
			return r.incomplete("the number of %s changed while they were read (from %d to %d)", l.what, count, a.count)
		}
		items := a.items
		if anchor != "" {
			if len(items) == 0 || idOf(items[0]) != anchor {
				return r.incomplete("the list of %s moved while it was read: some may have been missed", l.what)
			}
			items = items[1:]
		}
		count = a.count
		for _, item := range items {
			if offset == 0 {
				r.newest(item)
			}
			if complaint := each(item); complaint != nil || r.failed != nil || r.end.Reason != "" {
				return complaint
			}
		}
		if len(items) > 0 {
			anchor = idOf(items[len(items)-1])
		}
		offset += int64(len(items))
		if r.pageEnd(count); r.failed != nil {
			return nil
		}
		// Without a count only an empty page proves the end: a short one may be a
		// limit of the server's own.
		if len(items) == 0 || (count >= 0 && offset >= count) {
			return r.over(l.what, count, offset)
		}
	}
}

// pageEnd hands on what came, and says how far the read is.
func (r *reading) pageEnd(count int64) {
	r.end.Expected = count
	if count >= 0 {
		r.end.Expected = count - r.leftOut
	}
	if r.out == nil {
		return // a check hands nothing on
	}
	r.out.Progress(r.end.Expected, r.end.Calls)
	r.failed = r.out.PageEnd()
}

// over ends a list whose last page came.
func (r *reading) over(what string, count, received int64) *sdk.Error {
	if count >= 0 && received != count {
		return r.incomplete("Lucca counts %d %s and gave %d", count, what, received)
	}
	r.end.Complete = true
	return nil
}

// answer is one page.
type answer struct {
	items   []json.RawMessage
	count   int64  // over all pages; -1 where Lucca gave none
	unknown string // the declared property that Lucca refused to name
	slow    bool   // Lucca says that it took too long
	most    int    // the longest page that Lucca says it allows; 0: it said nothing
}

// page3 fetches one page; count is -1 where Lucca gave no count.
func (r *reading) page3(l list3) (answer, *sdk.Error) {
	response, complaint := r.get(l.path, l.query, l.once()...)
	return r.understood(l, response, complaint)
}

func (r *reading) understood(l list3, response *rest.Response, complaint *sdk.Error) (answer, *sdk.Error) {
	a := answer{count: -1}
	if complaint != nil {
		a.slow = tooSlow(response.Status)
		if response.Status == http.StatusBadRequest {
			message := messageOf(response.Body)
			a.unknown, a.most = r.unknown(message), mostAllowed(message)
		}
		if a.unknown != "" {
			return a, unknownPropertyError(a.unknown)
		}
		return a, explain(response, complaint, l.what)
	}
	var got page
	if json.Unmarshal(response.Body, &got) != nil || got.Data == nil {
		return a, badAnswer("it holds no list of " + l.what)
	}
	if got.Data.Count != nil {
		a.count = *got.Data.Count
	}
	if a.count < 0 && got.Data.Items == nil {
		return a, badAnswer("it holds no list of " + l.what)
	}
	a.items = got.Data.Items
	return a, nil
}

func paging(offset, limit int) string { return fmt.Sprintf("%d,%d", offset, limit) }

// once: too slow a page is not asked for again as it was, as long as it can be halved.
func (l list3) once() []int { return slowAbove(l.size) }

func slowAbove(size int) []int {
	if size > smallestPage {
		return []int{http.StatusRequestTimeout, http.StatusGatewayTimeout}
	}
	return nil
}

func tooSlow(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout
}

// smallestPage is where asking for less stops making sense.
const smallestPage = 25

// smaller is the size to try when a page took Lucca too long, or was more than it
// allows.
func (a answer) smaller(size int) (int, bool) {
	switch {
	case a.most > 0 && a.most < size:
		return a.most, true
	case a.slow && size > smallestPage:
		return size / 2, true
	}
	return size, false
}

// idOf is an item's id as text, whatever its case or type.
func idOf(item json.RawMessage) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(item, &members) != nil {
		return ""
	}
	id, _ := member(members, "id")
	return text(id)
}

package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// requestV2 is one request of v2.
type requestV2 struct {
	method, path string
	shown        string // path without values
	query        url.Values
	body         any
	right        string
	beta         bool // hidden without its header
}

func (q requestV2) request() rest.Request {
	r := rest.Request{Method: q.method, Path: q.path, Shown: q.shown, Query: q.query, Header: http.Header{}}
	if r.Shown == "" {
		r.Shown = q.path
	}
	if q.beta {
		r.Header.Set("Beta", "true")
	}
	r.Header.Set("Accept", "application/json, application/problem+json")
	if q.body != nil {
		r.Body, _ = json.Marshal(q.body) // made of strings, numbers and what was JSON before
	}
	return r
}

func (c *connection) callV2(w asker, q requestV2) (*rest.Response, *sdk.Error) {
	response, complaint := c.v2.Do(w.context(), q.request())
	w.counted(response.Attempts)
	if complaint != nil {
		return response, explain(response, complaint, q.right)
	}
	if q.method != http.MethodGet && len(response.Body) > 0 && response.Body[0] != '{' {
		response.Outcome = unknown // whoever answered may not be Personio at all
		return response, badAnswer("it is no object")
	}
	return response, nil
}

// listed is v2's envelope; some answers lack the underscores.
type listedV2 struct {
	Data  *[]json.RawMessage `json:"_data"`
	Plain *[]json.RawMessage `json:"data"`
	Meta  struct {
		Links struct{ Next *struct{ Href string } }
	} `json:"_meta"`
	PlainMeta struct {
		Links struct{ Next *struct{ Href string } }
	} `json:"meta"`
}

func (l *listedV2) items() ([]json.RawMessage, bool) {
	switch {
	case l.Data != nil:
		return *l.Data, true
	case l.Plain != nil:
		return *l.Plain, true
	}
	return nil, false
}

func (l *listedV2) next() string {
	for _, n := range []*struct{ Href string }{l.Meta.Links.Next, l.PlainMeta.Links.Next} {
		if n != nil {
			return n.Href
		}
	}
	return ""
}

// pagesV2 walks through a list: the next page is where the answer says, word for
// word. A page that comes again would go on for ever: the list is not whole then.
// whole: the end was seen; take may stop before it.
func (c *connection) pagesV2(w asker, q requestV2, limit int, take func(*rest.Response, []json.RawMessage) (more bool, _ *sdk.Error)) (whole bool, _ *sdk.Error) {
	q.method = http.MethodGet
	if q.query == nil {
		q.query = url.Values{}
	}
	if limit > 0 {
		q.query.Set("limit", strconv.Itoa(limit))
	}
	request := q.request()
	seen := map[string]bool{}
	for {
		response, complaint := c.v2.Do(w.context(), request)
		w.counted(response.Attempts)
		if complaint != nil {
			return false, explain(response, complaint, q.right)
		}
		var page listedV2
		_ = json.Unmarshal(response.Body, &page) // what isn't there is missed below
		items, ok := page.items()
		if !ok {
			return false, badAnswer("it holds no list")
		}
		next := page.next()
		more, complaint := take(response, items)
		if complaint != nil || !more {
			return false, complaint
		}
		if next == "" {
			return true, nil
		}
		if seen[next] {
			return false, &sdk.Error{Code: "page-repeats", Summary: "Personio: one page of a list comes again and again",
				Detail: "The address of the next page leads back to a page that was read already; a fault of Personio's, known since 2024.",
				Remedy: "Try again later; if it stays, report it to Personio's support.", Retry: protocol.Retry_RETRY_LATER}
		}
		seen[next] = true
		if request.URL, complaint = c.nextPage(next); complaint != nil {
			return false, complaint
		}
	}
}

// nextPage resolves the address of a page. Some are paths from the API's root; one
// on another host isn't followed, so that the token doesn't go there.
func (c *connection) nextPage(href string) (*url.URL, *sdk.Error) {
	address, err := url.Parse(href)
	if err == nil && address.Host == "" {
		root := c.base()
		if strings.HasPrefix(address.Path, "/v2/") {
			address.Path = root.Path + address.Path
		}
		address = root.ResolveReference(address)
	}
	if base := c.base(); err != nil || address.Scheme != base.Scheme || address.Host != base.Host {
		return nil, &sdk.Error{Code: "next-page-elsewhere", Summary: "Personio: the next page is said to be on another host",
			Detail: "It is not followed, so that the token doesn't go there.", Remedy: "Set url to the host that the API names itself by.", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	return address, nil
}

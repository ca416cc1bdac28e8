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

const (
	// apiVersion is the version of version 5 that the connector was built for.
	apiVersion = "2024-11-01"
	// tokenURL exchanges a client's id and secret for a token, for all tenants.
	tokenURL = "https://accounts.world.luccasoftware.com/connect/token"

	maxItems5 = 100 // a page's, but for employee-attributes
)

// list5 is a collection of version 5.
type list5 struct {
	path  string
	what  string
	query url.Values
	size  int
	// embed: resources beside the items are wanted.
	embed bool
}

// page5 is version 5's envelope.
type page5 struct {
	Items      *[]json.RawMessage
	TotalCount *int64
	Links      struct {
		Next *struct{ Href string }
	}
	Embedded map[string]map[string]json.RawMessage
}

// walk5 follows the cursors. Lucca gives the address of the next page only to
// whom asks for links; of that address the query is kept, and nothing else, so
// that the token goes nowhere but to the tenant.
func (r *reading) walk5(l list5, each func(item json.RawMessage, p *page5) *sdk.Error) *sdk.Error {
	include := "links,totalCount"
	if l.embed {
		include += ",embedded"
	}
	l.query.Set("include", include)
	count, received := int64(-1), int64(0)
	for first := true; ; first = false {
		l.query.Set("limit", strconv.Itoa(l.size))
		p, a, complaint := r.page5(l)
		if complaint != nil {
			if smaller, may := a.smaller(l.size); may {
				l.size = smaller
				continue
			}
			return complaint
		}
		if !first && a.count != count {
			return r.incomplete("the number of %s changed while they were read (from %d to %d)", l.what, count, a.count)
		}
		count = a.count
		for _, item := range *p.Items {
			if complaint := each(item, p); complaint != nil || r.failed != nil || r.end.Reason != "" {
				return complaint
			}
		}
		received += int64(len(*p.Items))
		if r.pageEnd(count); r.failed != nil {
			return nil
		}
		if p.Links.Next == nil || p.Links.Next.Href == "" {
			return r.over(l.what, count, received)
		}
		next, err := url.Parse(p.Links.Next.Href)
		if err != nil || next.Query().Get("page") == "" {
			return badAnswer("the address of the next page can't be read")
		}
		if next.Query().Get("page") == l.query.Get("page") {
			return r.incomplete("the pages of %s lead in circles", l.what)
		}
		l.query = next.Query()
		l.query.Set("include", include)
	}
}

func (r *reading) page5(l list5) (*page5, answer, *sdk.Error) {
	response, complaint := r.get(l.path, l.query, slowAbove(l.size)...)
	a := answer{count: -1}
	if complaint != nil {
		a.slow = tooSlow(response.Status)
		return nil, a, r.explain5(response, complaint, l.what)
	}
	var p page5
	if json.Unmarshal(response.Body, &p) != nil || p.Items == nil {
		return nil, a, badAnswer("it holds no list of " + l.what)
	}
	if p.TotalCount != nil {
		a.count = *p.TotalCount
	}
	return &p, a, nil
}

// explain5 says which scope is missing: Lucca refuses it either with the token or
// with the request.
func (r *reading) explain5(response *rest.Response, complaint *sdk.Error, what string) *sdk.Error {
	if response.Status != http.StatusForbidden && !strings.Contains(complaint.Detail, "invalid_scope") {
		return explain(response, complaint, what)
	}
	return &sdk.Error{Code: "forbidden", Summary: "Lucca: the client may not read " + what, Detail: complaint.Detail,
		Remedy: "give the client the scopes it needs, in Lucca under /identity/admin/integration-keys: " + strings.Join(r.resource.scopes, ", "),
		Retry:  protocol.Retry_RETRY_CREDENTIALS}
}

// embedded puts what came beside the items into the references that a record has
// to it.
func embedded(item json.RawMessage, p *page5, names []string) json.RawMessage {
	if len(p.Embedded) == 0 || len(names) == 0 {
		return item
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(item, &members) != nil {
		return item
	}
	n := &node{}
	for name, value := range members {
		n.children = append(n.children, &node{name: name})
		for _, wanted := range names {
			if name != wanted {
				continue
			}
			var ref struct{ ID, Type string }
			if json.Unmarshal(value, &ref) == nil && p.Embedded[ref.Type][ref.ID] != nil {
				members[name] = p.Embedded[ref.Type][ref.ID]
			}
		}
	}
	return encode(n, members, nil)
}

// wants reports whether the mapping declares more of a reference than the
// reference itself says.
func (r *reading) wants(names []string) bool {
	for _, name := range names {
		n := r.root.named(name)
		if n == nil {
			continue
		}
		for _, c := range n.children {
			if c.name != "id" && c.name != "type" && c.name != "url" {
				return true
			}
		}
	}
	return false
}

// client5 opens the way to a resource: each has the scopes that it needs and no
// others, so that a client with few of them can still read what it may.
func (c *connection) client5(scopes []string) *rest.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	scope := strings.Join(scopes, " ")
	if known, ok := c.clients[scope]; ok {
		return known
	}
	config := c.config
	config.Header = http.Header{"Api-Version": {apiVersion}}
	config.Authorizer = c.tokensFor(scope)
	client := rest.NewClient(config)
	c.clients[scope] = client
	return client
}

// tokensFor fetches tokens that are good for the given scopes.
func (c *connection) tokensFor(scope string) *rest.OAuth2 {
	return rest.NewOAuth2(rest.OAuth2Config{TokenURL: c.tokens, ClientID: c.clientID, ClientSecret: c.secret, Scope: scope, SecretInBody: true}, c.config)
}

package main

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"passerelle/plugins/sdk"
)

// sample is what a check has seen of a resource.
type sample struct {
	items   []json.RawMessage // in the shape that Describe publishes
	unknown string            // the declared property that Lucca refused to name
	count   int64             // of all that the key can see; -1: not told
	others  map[string]bool   // custom fields that it sees beside the declared ones
}

// probed is how many records the evidence for a field comes from.
const probed = 500

// sampleOf reads one page of a resource.
func (c *connection) sampleOf(ctx context.Context, res *resource, paths []string, settings sdk.Settings) (*reading, sample, *sdk.Error) {
	r, complaint := c.reading(ctx, sdk.ReadRequest{Resource: res.about.GetName(), Projection: paths, Settings: settings}, nil)
	if complaint != nil {
		return r, sample{}, complaint
	}
	s, complaint := res.probe(r)
	return r, s, complaint
}

// probe3 takes one page of a version 3 collection.
func probe3(what string, query url.Values) func(*reading) (sample, *sdk.Error) {
	return func(r *reading) (sample, *sdk.Error) {
		asked := url.Values{"fields": {r.fields()}, "orderBy": {"id,asc"}, "paging": {paging(0, probed)}}
		for name, values := range query {
			asked[name] = values
		}
		a, complaint := r.page3(list3{path: r.resource.path, what: what, query: asked})
		if complaint != nil {
			return sample{unknown: a.unknown}, complaint
		}
		return r.shaped(a.items)
	}
}

// probe4 takes one page of a version 4 collection.
func probe4(what string, size int) func(*reading) (sample, *sdk.Error) {
	return func(r *reading) (sample, *sdk.Error) {
		a, _, complaint := r.page4(list4{path: r.resource.path, what: what, query: url.Values{"page": {"1"}, "limit": {strconv.Itoa(size)}}})
		if complaint != nil {
			return sample{}, complaint
		}
		return r.shaped(a.items)
	}
}

func (r *reading) shaped(items []json.RawMessage) (sample, *sdk.Error) {
	var s sample
	for _, item := range items {
		_, data, complaint := r.shape(item)
		if complaint != nil {
			return s, complaint
		}
		s.items = append(s.items, data)
	}
	return s, nil
}

// probeUsers looks at everybody whom the key can see, whoever the mapping reads.
func probeUsers(r *reading) (sample, *sdk.Error) {
	a, complaint := r.page3(list3{path: usersPath, what: "users", query: url.Values{
		"fields": {r.fields()}, "orderBy": {"id,asc"}, "paging": {paging(0, probed)}, "formerEmployees": {"true"}}})
	if complaint != nil {
		return sample{unknown: a.unknown}, complaint
	}
	r.others = map[string]bool{}
	s := sample{count: a.count, others: r.others}
	for _, item := range a.items {
		u, complaint := r.user(item)
		if complaint != nil {
			return s, complaint
		}
		s.items = append(s.items, u.data)
	}
	return s, nil
}

// probeDepartments reads all of them: ancestors are known only then.
func probeDepartments(r *reading) (sample, *sdk.Error) {
	var s sample
	complaint := r.departments(func(_ string, data json.RawMessage) *sdk.Error {
		s.items = append(s.items, data)
		return nil
	})
	return s, complaint
}

// probeLeaves looks at the first of the window that would be read.
func probeLeaves(r *reading) (sample, *sdk.Error) {
	window, complaint := r.leaveWindow()
	if complaint != nil {
		return sample{}, complaint
	}
	owners, complaint := r.leaveOwners()
	if complaint != nil {
		return sample{}, complaint
	}
	return probe3("leaves", leaveFilter(window, owners[:min(len(owners), ownersAtOnce)]))(r)
}

// countOf asks how many users there are under a condition.
func (c *connection) countOf(ctx context.Context, query url.Values) (int64, *sdk.Error) {
	query.Set("fields", "id,collection.count")
	query.Set("paging", paging(0, 1))
	r, complaint := c.reading(ctx, sdk.ReadRequest{Resource: usersResource}, nil)
	if complaint != nil {
		return 0, complaint
	}
	a, complaint := r.page3(list3{path: usersPath, what: "users", query: query})
	if complaint != nil {
		return 0, complaint
	}
	if a.count < 0 {
		return int64(len(a.items)), nil
	}
	return a.count, nil
}

// denied reports whether an answer means that the right is missing.
func denied(complaint *sdk.Error) bool {
	return complaint.Code == "forbidden"
}

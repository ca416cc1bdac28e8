package rest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// all reads the whole resource, page by page, and is complete where the end was
// proven: by the API's own count, or by the sign that its way of paging gives.
func (f *finding) all(find *endpoint) *sdk.Error {
	f.whole = true
	request, complaint := find.request(values{})
	if complaint != nil {
		return complaint
	}
	return f.pages(find, request, func(items []json.RawMessage) *sdk.Error {
		for _, item := range items {
			record, complaint := f.withID(find, item)
			if complaint != nil {
				return complaint
			}
			if f.failed = f.out.Record(record); f.failed != nil {
				return nil
			}
		}
		f.out.Progress(f.end.Expected, f.end.Calls)
		f.failed = f.out.PageEnd()
		return nil
	})
}

// collect gathers all items of a look-up, and whether there was an answer at all:
// 404 says that there is nothing.
func (f *finding) collect(find *endpoint, request Request) ([]json.RawMessage, *sdk.Error) {
	var all []json.RawMessage
	complaint := f.pages(find, request, func(items []json.RawMessage) *sdk.Error {
		all = append(all, items...)
		return nil
	})
	if complaint != nil && complaint.Code == "not-found" && !find.own && len(all) == 0 {
		return nil, nil
	}
	return all, complaint
}

// pages walks through a list. An end that isn't proven makes the read incomplete,
// for a look-up too: one that misses somebody creates him twice.
func (f *finding) pages(find *endpoint, request Request, take func([]json.RawMessage) *sdk.Error) *sdk.Error {
	paging, complaint := f.target.paging(find)
	if complaint != nil {
		return complaint
	}
	p := newPager(paging, f.target.Client.Name())
	for more := true; more; {
		page, complaint := p.ask(request)
		if complaint != nil {
			return complaint
		}
		from, err := f.target.Client.address(page)
		if err != nil {
			return f.badAnswer(find)
		}
		response, complaint := f.do(page)
		if complaint != nil {
			return complaint
		}
		items, content, complaint := f.items(find, response.Body)
		if complaint != nil {
			return complaint
		}
		more, complaint = p.more(from, response, len(items), content)
		if p.total >= 0 {
			f.end.Expected = p.total
		}
		if complaint != nil {
			return complaint
		}
		if complaint := take(items); complaint != nil || f.failed != nil {
			return complaint
		}
	}
	if p.unproven != "" {
		f.end.Complete, f.end.Reason = false, p.unproven
	}
	return nil
}

// paging is the connector's own, or what the mapping declares with its find.
func (t *Target) paging(find *endpoint) (Paging, *sdk.Error) {
	if declared := find.GetPageJson(); len(declared) > 0 {
		return ParsePaging(declared)
	}
	if !find.own {
		return Paging{}, nil
	}
	return t.Find.Paging, nil
}

// items are the records of one answer; content is what holds them.
func (f *finding) items(find *endpoint, body []byte) (items []json.RawMessage, content []byte, _ *sdk.Error) {
	content, there := lookUp(body, find.GetItems())
	if !there {
		return nil, nil, f.badAnswer(find)
	}
	if json.Unmarshal(content, &items) != nil || items == nil {
		if !f.whole && bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
			return []json.RawMessage{content}, content, nil // an API that answers with the one it found
		}
		return nil, nil, f.badAnswer(find)
	}
	return items, content, nil
}

func (f *finding) badAnswer(find *endpoint) *sdk.Error {
	return &sdk.Error{Code: "bad-answer", Summary: f.target.Client.Name() + " answers in another form than the find endpoint says",
		Detail: fmt.Sprintf("items are expected at %q, their id at %q", find.GetItems(), find.GetId()),
		Remedy: "correct items and id of the find endpoint", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

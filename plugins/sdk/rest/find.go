package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// Read looks records up by id or by keys, or reads the whole resource through the
// connector's own find. What comes back has its id at "id", wherever the
// endpoint's answer holds it.
func (t *Target) Read(ctx context.Context, request sdk.ReadRequest, out *sdk.Output) (sdk.End, error) {
	p, complaint := t.plan(request.Endpoints)
	if complaint != nil {
		return sdk.End{}, complaint
	}
	f := &finding{target: t, ctx: ctx, out: out, end: sdk.End{Expected: -1, Complete: true}}
	find := p.one[protocol.Operation_OPERATION_FIND]
	switch {
	case request.Cursor != "":
		complaint = notSupported(t.Client.Name() + " can't be read from where one stopped")
	case len(request.IDs) > 0:
		complaint = f.byID(find, request.IDs)
	case find == nil:
		complaint = t.noEndpoint(protocol.Operation_OPERATION_FIND)
	case len(request.Keys) > 0 && find.own:
		complaint = f.byParameters(find, request.Keys)
	case len(request.Keys) > 0:
		complaint = f.oneByOne(find, request.Keys)
	case find.own:
		complaint = f.all(find)
	default:
		complaint = notSupported("the mapping declares its own find, which says how to look one record up, not how to read all")
	}
	if complaint != nil {
		f.end.Complete = false
		return f.end, complaint
	}
	return f.end, f.failed
}

func notSupported(what string) *sdk.Error {
	return &sdk.Error{Code: "not-supported", Summary: what, Remedy: "look records up by key instead", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// finding is one Read.
type finding struct {
	target *Target
	ctx    context.Context
	out    *sdk.Output
	end    sdk.End
	failed error // the engine went away
	whole  bool  // not a look-up: the answer must be a list
}

func (f *finding) do(r Request) (*Response, *sdk.Error) {
	response, complaint := f.target.Client.Do(f.ctx, r)
	f.end.Calls += int64(response.Attempts)
	return response, complaint
}

// byID fetches one record at a time; 404 is an answer: it isn't there.
func (f *finding) byID(find *endpoint, ids []string) *sdk.Error {
	if f.target.Get == nil || find == nil || !find.own {
		return notSupported("records can't be fetched by id here")
	}
	get := &endpoint{f.target.Get, true}
	for _, id := range ids {
		request, complaint := get.request(values{id: id})
		if complaint != nil {
			return complaint
		}
		response, complaint := f.do(request)
		if response.Status == 404 {
			continue
		}
		if complaint != nil {
			return complaint
		}
		item, there := lookUp(response.Body, get.GetItems())
		if !there {
			return f.badAnswer(get)
		}
		if f.failed = f.out.Answer(id, item); f.failed != nil {
			return nil
		}
	}
	return nil
}

// byParameters looks many values up in one request, where all keys are of the
// same fields and there is but one; else one key a request.
func (f *finding) byParameters(find *endpoint, keys []sdk.Key) *sdk.Error {
	form := f.target.Find
	for _, group := range groupByFields(keys) {
		size := max(1, form.Values)
		names := sortedKeys(group[0].Fields)
		for _, name := range names {
			if !slices.Contains(form.Parameters, name) {
				return &sdk.Error{Code: "key-not-searchable", Summary: fmt.Sprintf("%s can't find a record by %q", f.target.Client.Name(), name),
					Detail: "it can by " + strings.Join(form.Parameters, ", "), Remedy: `use one of those as key, or declare endpoint "find"`, Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
		}
		if len(names) != 1 && !form.Cross {
			size = 1
		}
		for chunk := range slices.Chunk(group, max(1, size/len(names))) {
			query, complaint := parameters(find, chunk, names)
			if complaint != nil {
				return complaint
			}
			headers, complaint := fillHeaders(find.GetHeaders(), values{})
			if complaint != nil {
				return complaint
			}
			items, complaint := f.collect(find, Request{Method: find.GetMethod(), Path: find.GetPath(), Query: query, Header: headers})
			if complaint != nil {
				return complaint
			}
			if complaint := f.answer(find, chunk, items); complaint != nil || f.failed != nil {
				return complaint
			}
		}
	}
	return nil
}

func parameters(find *endpoint, keys []sdk.Key, names []string) (url.Values, *sdk.Error) {
	query, complaint := fillQuery(find.GetQuery(), values{})
	if complaint != nil {
		return nil, complaint
	}
	for _, key := range keys {
		for _, name := range names {
			text, ok := keyText(key.Fields[name])
			if !ok {
				return nil, missing(name, "search")
			}
			if !slices.Contains(query[name], text) {
				query.Add(name, text)
			}
		}
	}
	return query, nil
}

// oneByOne carries out a declared find, whose query nobody but the API checks. An
// API that doesn't know a parameter may leave it aside and list everybody, so
// each record found must show the key again, or be the only one.
func (f *finding) oneByOne(find *endpoint, keys []sdk.Key) *sdk.Error {
	for _, key := range keys {
		record, err := json.Marshal(key.Fields)
		if err != nil {
			return missing("key", "search")
		}
		request, complaint := find.request(values{record: record, key: keyOf(key)})
		if complaint != nil {
			return complaint
		}
		items, complaint := f.collect(find, request)
		if complaint != nil {
			return complaint
		}
		if complaint := f.answer(find, []sdk.Key{key}, items); complaint != nil || f.failed != nil {
			return complaint
		}
	}
	return nil
}

// keyOf is what {key} stands for: the value of a key that is one field.
func keyOf(key sdk.Key) string {
	if len(key.Fields) != 1 {
		return ""
	}
	text := ""
	for _, value := range key.Fields {
		text, _ = keyText(value)
	}
	return text
}

// answer gives each key the records that show its values.
func (f *finding) answer(find *endpoint, keys []sdk.Key, items []json.RawMessage) *sdk.Error {
	for _, item := range items {
		for _, key := range keys {
			same, shown := f.matches(item, key.Fields)
			if !shown && (len(items) > 1 || len(keys) > 1) {
				return &sdk.Error{Code: "find-not-verifiable", Summary: f.target.Client.Name() + " found several records and doesn't show the key in them",
					Remedy: "let the find endpoint's answer hold the key's fields, or search by a key that only one record has", Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
			if shown && !same {
				continue
			}
			record, complaint := f.withID(find, item)
			if complaint != nil {
				return complaint
			}
			if f.failed = f.out.Answer(key.Ref, record); f.failed != nil {
				return nil
			}
		}
	}
	return nil
}

func (f *finding) matches(item json.RawMessage, fields map[string]any) (same, shown bool) {
	for name, want := range fields {
		raw, there := lookUp(item, name)
		if !there {
			return false, false
		}
		have, _ := scalar(raw)
		text, _ := keyText(want)
		if have != text && !(slices.Contains(f.target.Find.FoldCase, name) && strings.EqualFold(have, text)) {
			return false, true
		}
	}
	return true, true
}

// withID puts the id where Describe says it is.
func (f *finding) withID(find *endpoint, item json.RawMessage) (json.RawMessage, *sdk.Error) {
	path := find.GetId()
	if path == "" || path == "id" {
		return item, nil
	}
	id, there := lookUp(item, path)
	record, err := parseObject(item)
	if !there || err != nil {
		return nil, f.badAnswer(find)
	}
	record.set("id", id)
	return record.encode(), nil
}

func groupByFields(keys []sdk.Key) [][]sdk.Key {
	var groups [][]sdk.Key
	index := map[string]int{}
	for _, key := range keys {
		name := strings.Join(sortedKeys(key.Fields), "\x00")
		at, ok := index[name]
		if !ok {
			at = len(groups)
			index[name] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], key)
	}
	return groups
}

func keyText(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, v != ""
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

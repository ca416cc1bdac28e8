package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// asker is on whose behalf a request is made, and who counts it.
type asker interface {
	context() context.Context
	counted(attempts int)
}

// reading is one Read.
type reading struct {
	*connection
	ctx     context.Context
	request sdk.ReadRequest
	out     *sdk.Output
	end     sdk.End
	failed  error // the engine went away
	people  int   // employees that came
}

func (r *reading) context() context.Context { return r.ctx }
func (r *reading) counted(attempts int)     { r.end.Calls += int64(attempts) }

func (r *reading) incomplete(why string) *sdk.Error {
	r.end.Complete, r.end.Reason = false, why
	return nil
}

// pageEnd hands on what came and says how far the read is.
func (r *reading) pageEnd() {
	if len(r.request.IDs)+len(r.request.Keys) == 0 {
		r.out.Progress(r.end.Expected, r.end.Calls)
	}
	if r.failed == nil {
		r.failed = r.out.PageEnd()
	}
}

func (r *reading) record(data []byte) *sdk.Error {
	r.failed = r.out.Record(data)
	return nil
}

// listV2 hands on every item of a list of v2, shaped.
func (r *reading) listV2(q requestV2, limit int, shape func(json.RawMessage) (json.RawMessage, *sdk.Error)) *sdk.Error {
	whole, complaint := r.pagesV2(r, q, limit, func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
		for _, item := range items {
			shaped, complaint := shape(item)
			if complaint != nil {
				return false, complaint
			}
			if shaped == nil {
				continue
			}
			if r.record(shaped); r.failed != nil {
				return false, nil
			}
		}
		r.pageEnd()
		return r.failed == nil, nil
	})
	r.end.Complete = whole
	return complaint
}

// byID fetches records one by one where the API takes no list of ids; 404 is an
// answer: it isn't there.
func (r *reading) byID(path, right string, shape func(json.RawMessage) (json.RawMessage, *sdk.Error)) *sdk.Error {
	for _, id := range r.request.IDs {
		response, complaint := r.callV2(r, requestV2{method: "GET", path: path + "/" + url.PathEscape(id), shown: path + "/{id}", right: right})
		if response.Status == 404 {
			continue
		}
		if complaint != nil {
			return complaint
		}
		item := json.RawMessage(response.Body)
		if inner := at(item, "_data"); inner != nil { // some clients see the object wrapped
			item = inner
		}
		shaped, complaint := shape(item)
		if complaint != nil {
			return complaint
		}
		if r.failed = r.out.Answer(id, shaped); r.failed != nil {
			return nil
		}
	}
	r.end.Complete = true
	return nil
}

// plain reads a list whose records have the published shape already.
func (r *reading) plain() *sdk.Error {
	p := plainLists[r.request.Resource]
	return r.listV2(requestV2{path: p.path, right: p.right, beta: p.beta}, p.limit, func(item json.RawMessage) (json.RawMessage, *sdk.Error) { return item, nil })
}

// base is the API's address, before /v1 and /v2.
func (c *connection) base() *url.URL { b := *c.root; return &b }

// writing is one batch under way.
type writing struct {
	*connection
	ctx     context.Context
	session sdk.WriteSession
	calls   int
}

func (w *writing) context() context.Context { return w.ctx }
func (w *writing) counted(attempts int)     { w.calls += attempts }

// endings are failures that the next record would meet as well.
var endings = map[string]bool{"unauthorized": true, "forbidden": true, "cancelled": true, "unknown-host": true, "tls": true, "refused-connection": true,
	"unreachable": true, "redirected": true, "rate-limited": true, "unavailable": true}

// each applies records one after the other. After a failure that the next would
// meet as well, the rest is not sent, for the same reason.
func (w *writing) each(records []sdk.WriteRecord, one func(sdk.WriteRecord, object) sdk.WriteResult) []sdk.WriteResult {
	var end *sdk.Error
	results := make([]sdk.WriteResult, 0, len(records))
	for _, record := range records {
		if end == nil && w.ctx.Err() != nil {
			end = &sdk.Error{Code: "cancelled", Summary: "the record was not sent any more", Detail: "the run was stopped", Remedy: "run it again", Retry: protocol.Retry_RETRY_LATER}
		}
		if end != nil {
			results = append(results, sdk.WriteResult{Outcome: notSent, Err: end})
			continue
		}
		fields, complaint := fieldsOf(record)
		result := failure(complaint)
		if complaint == nil {
			before := w.calls
			result = one(record, fields)
			result.Attempts = w.calls - before
		}
		if result.Err != nil && endings[result.Err.Code] {
			end = result.Err
		}
		results = append(results, result)
	}
	return results
}

// failure is a record that was not sent.
func failure(complaint *sdk.Error) sdk.WriteResult {
	return sdk.WriteResult{Outcome: notSent, Err: complaint}
}

// answered is the result of the one request that a record needed.
func answered(id string, response *rest.Response, complaint *sdk.Error) sdk.WriteResult {
	return sdk.WriteResult{Outcome: response.Outcome, ID: id, Err: complaint, Status: response.Status}
}

// created reads the new record's id from an answer.
func createdAs(response *rest.Response, complaint *sdk.Error, path ...string) sdk.WriteResult {
	result := answered("", response, complaint)
	if complaint != nil {
		return result
	}
	if result.ID = text(at(response.Body, path...)); result.ID == "" {
		result.Outcome = unknown
		result.Err = &sdk.Error{Code: "no-id", Summary: "Personio doesn't say which id the new record has", Remedy: "Run again: the record is looked up first.", Retry: protocol.Retry_RETRY_LATER}
	}
	return result
}

// wrongOperation refuses an operation that the resource doesn't have.
func wrongOperation(resource string) sdk.WriteResult {
	return failure(&sdk.Error{Code: "no-endpoint", Summary: fmt.Sprintf("Personio: %s can't be changed in this way", resource),
		Remedy: "See the connector's documentation for what it can do.", Retry: protocol.Retry_RETRY_AFTER_FIX})
}

func fieldsOf(record sdk.WriteRecord) (object, *sdk.Error) {
	fields := object{}
	if len(record.Data) > 0 && json.Unmarshal(record.Data, &fields) != nil {
		return nil, &sdk.Error{Code: "bad-record", Summary: "the record to send is no JSON object", Remedy: "Report this: the engine should never send it.", Retry: protocol.Retry_RETRY_NEVER}
	}
	for _, name := range record.Changed {
		if _, there := fields[name]; !there && record.Operation == opUpdate {
			fields[name] = json.RawMessage("null") // changed and not sent any more: emptied
		}
	}
	return fields, nil
}

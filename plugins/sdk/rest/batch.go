package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const batchSize = 100

func (e *endpoint) batched() bool { return e.GetBatch() == "array" || e.GetBatch() == "ndjson" }

// checkBatch refuses what one request for many records can't have.
func (e *endpoint) checkBatch() *sdk.Error {
	d := e.EndpointDeclaration
	varies := placeholder.MatchString(e.GetPath())
	for _, text := range e.GetQuery() {
		varies = varies || placeholder.MatchString(text)
	}
	for _, text := range e.GetHeaders() {
		varies = varies || placeholder.MatchString(text)
	}
	switch {
	case e.GetOperation() == protocol.Operation_OPERATION_FIND:
		return declarationError(d, "a find is one request", "take batch out of it")
	case len(e.GetFields()) > 0:
		return declarationError(d, "a second way sends one record a request", `write batch = "one", or leave it out`)
	case varies:
		return declarationError(d, "its path, query or headers name a field, and it sends many records in one request", `put the field into body, or write batch = "one"`)
	case e.GetIdempotencyHeader() != "":
		return declarationError(d, "an idempotency key is for one record, and it sends many in one request", `take one of the two out`)
	case e.GetBatch() == "ndjson" && e.GetWrap() != "":
		return declarationError(d, "lines have no common wrapper", "take wrap out, or write the wrapper into body")
	case safe(e.GetMethod()):
		return declarationError(d, "a GET carries no records", "use POST, PUT or PATCH")
	}
	return nil
}

// run is how many records from the first on go into one request.
func (t *Target) run(records []sdk.WriteRecord) []sdk.WriteRecord {
	most := t.BatchSize
	if most < 1 {
		most = batchSize
	}
	n := 1
	for n < len(records) && n < most && records[n].Operation == records[0].Operation {
		n++
	}
	return records[:n]
}

// batch is one request for many records.
type batch struct {
	target  *Target
	e       *endpoint
	results []sdk.WriteResult
	sent    []writing // in the order of the request
	places  []int     // of sent, in results
}

// writeBatch sends records in one request and finds out what became of each. What
// can't be found out is unknown, unless the endpoint declares what the status
// means for all of them.
func (t *Target) writeBatch(ctx context.Context, p *plan, e *endpoint, session sdk.WriteSession, records []sdk.WriteRecord) []sdk.WriteResult {
	b := &batch{target: t, e: e, results: make([]sdk.WriteResult, len(records))}
	var items []json.RawMessage
	for i, r := range records {
		w, item, empty, complaint := t.item(ctx, p, e, session, r)
		switch {
		case complaint != nil:
			b.results[i] = sdk.WriteResult{Outcome: notSent, Err: complaint}
		case empty:
			b.results[i] = sdk.WriteResult{Outcome: applied, ID: r.ID}
		default:
			items, b.sent, b.places = append(items, item), append(b.sent, w), append(b.places, i)
		}
	}
	if len(items) == 0 {
		return b.results
	}
	request, complaint := e.request(values{})
	if complaint != nil {
		b.all(func(writing) sdk.WriteResult { return sdk.WriteResult{Outcome: notSent, Err: complaint} })
		return b.results
	}
	request.Body = e.join(items)
	if e.GetBatch() == "ndjson" {
		request.Header["Content-Type"], request.Lines = []string{"application/x-ndjson"}, true
	}
	response, failure := t.Client.Do(ctx, request)
	b.judge(request, response, failure)
	for _, place := range b.places[1:] {
		b.results[place].Shared = true
	}
	return b.results
}

// item is one record as it stands in the request: the endpoint's body, or the
// fields, with the id under "id" where the record exists already.
func (t *Target) item(ctx context.Context, p *plan, e *endpoint, session sdk.WriteSession, r sdk.WriteRecord) (w writing, item []byte, empty bool, complaint *sdk.Error) {
	if w, complaint = t.writing(ctx, p, session, r); complaint != nil {
		return w, nil, false, complaint
	}
	fields := w.record
	if r.Operation == protocol.Operation_OPERATION_UPDATE {
		fields = w.sent(e, func(string) bool { return true })
	}
	if r.Operation != protocol.Operation_OPERATION_CREATE && r.ID == "" {
		return w, nil, false, missing("id", "batch")
	}
	item, empty, complaint = w.body(e, fields)
	if complaint != nil || empty || r.Operation == protocol.Operation_OPERATION_CREATE || len(e.GetBodyJson()) > 0 {
		return w, item, empty, complaint
	}
	named := object{values: map[string]json.RawMessage{}}
	named.set("id", quote(r.ID))
	if body, err := parseObject(item); err == nil {
		for _, name := range body.names {
			named.set(name, body.values[name])
		}
	}
	return w, named.encode(), false, nil
}

func (e *endpoint) join(items []json.RawMessage) []byte {
	if e.GetBatch() == "ndjson" {
		var lines bytes.Buffer
		for _, item := range items {
			if json.Compact(&lines, item) != nil {
				lines.Write(item) // no JSON: a template that the plan has refused
			}
			lines.WriteByte('\n')
		}
		return lines.Bytes()
	}
	if wrap := e.GetWrap(); wrap != "" {
		return wrapped(wrap, encodeList(items))
	}
	return encodeList(items)
}

func (b *batch) all(result func(writing) sdk.WriteResult) {
	for i, w := range b.sent {
		b.results[b.places[i]] = result(w)
	}
}

// judge says what became of each record: from the answer's own list where there
// is one that can be matched, else from the status.
func (b *batch) judge(request Request, response *Response, failure *sdk.Error) {
	status := int32(response.Status)
	same := func(outcome protocol.Outcome, why *sdk.Error) {
		b.all(func(w writing) sdk.WriteResult {
			return sdk.WriteResult{Outcome: outcome, ID: w.r.ID, Err: why, Status: response.Status, Attempts: response.Attempts}
		})
	}
	matched := b.match(response.Body)
	declaredGood, declaredBad := slices.Contains(b.e.GetSuccess(), status), slices.Contains(b.e.GetConflict(), status)
	switch {
	case status == 0, failure != nil && response.Outcome == unknown && !declaredGood && matched == nil:
		same(response.Outcome, failure)
	case !declaredGood && wholeRefusal(response.Status),
		!declaredGood && matched == nil && len(b.sent) == 1 && outcome(response.Status) == refused:
		same(refused, failure)
	case matched != nil:
		for i, item := range matched {
			b.results[b.places[i]] = b.judgeItem(request, b.sent[i], item, response)
		}
	case declaredBad:
		same(refused, b.refusal(failure, response.Status))
	case declaredGood && b.sent[0].r.Operation != protocol.Operation_OPERATION_CREATE:
		same(applied, nil)
	default:
		same(unknown, b.unmatched(response.Status))
	}
}

// wholeRefusal are the statuses about the request itself, whatever it carries. A
// 400, 409 or 422 may be about one record, after the others were taken.
func wholeRefusal(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return false
	}
	return status >= 300 && outcome(status) == refused
}

func (b *batch) refusal(failure *sdk.Error, status int) *sdk.Error {
	if failure != nil {
		return failure
	}
	return &sdk.Error{Code: "conflict", Summary: b.target.Client.Name() + ": the records are not accepted", Detail: fmt.Sprintf("it answered %d", status),
		Remedy: `write batch = "one" to learn which of them it is about`, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func (b *batch) unmatched(status int) *sdk.Error {
	return &sdk.Error{Code: "batch-unmatched", Summary: b.target.Client.Name() + " doesn't say what became of each record",
		Detail: fmt.Sprintf("it answered %d to %d records, and has no list at %q that can be matched with them", status, len(b.sent), b.e.GetItems()),
		Remedy: `say with items where the answer's list is, with success or conflict what the status means for all, or write batch = "one"`, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

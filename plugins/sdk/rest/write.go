package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const (
	applied = protocol.Outcome_OUTCOME_APPLIED
	refused = protocol.Outcome_OUTCOME_REFUSED
	unknown = protocol.Outcome_OUTCOME_UNKNOWN
	notSent = protocol.Outcome_OUTCOME_NOT_SENT
)

// Write applies the records in order: one request each (an update with a second
// way may take more), or where the endpoint takes batches one for as many in a row
// as want the same. A failure that the next record would meet as well, such as a
// refused key, ends it: the rest is not sent, for the same reason.
func (t *Target) Write(ctx context.Context, session sdk.WriteSession, records []sdk.WriteRecord) ([]sdk.WriteResult, error) {
	p, complaint := t.plan(session.Endpoints)
	if complaint != nil {
		return nil, complaint
	}
	results := make([]sdk.WriteResult, 0, len(records))
	var end *sdk.Error
	for len(results) < len(records) {
		if end == nil && ctx.Err() != nil {
			end = &sdk.Error{Code: "cancelled", Summary: "the record was not sent any more", Detail: "the run was stopped",
				Remedy: "run it again", Retry: protocol.Retry_RETRY_LATER}
		}
		rest := records[len(results):]
		if end != nil {
			results = append(results, sdk.WriteResult{Outcome: notSent, Err: end})
			continue
		}
		var some []sdk.WriteResult
		if e := p.one[rest[0].Operation]; e != nil && e.batched() {
			some = t.writeBatch(ctx, p, e, session, t.run(rest))
		} else {
			some = []sdk.WriteResult{t.write(ctx, p, session, rest[0])}
		}
		for _, result := range some {
			if result.Err != nil && endsBatch(result.Err.Code) {
				end = result.Err
			}
		}
		results = append(results, some...)
	}
	return results, nil
}

func endsBatch(code string) bool {
	return slices.Contains([]string{"unauthorized", "cancelled", "unknown-host", "tls", "refused-connection", "unreachable", "redirected", "rate-limited", "unavailable"}, code)
}

func (t *Target) write(ctx context.Context, p *plan, session sdk.WriteSession, r sdk.WriteRecord) sdk.WriteResult {
	e, ok := p.one[r.Operation]
	if !ok {
		return sdk.WriteResult{Outcome: notSent, Err: t.noEndpoint(r.Operation)}
	}
	w, complaint := t.writing(ctx, p, session, r)
	if complaint != nil {
		return sdk.WriteResult{Outcome: notSent, Err: complaint}
	}
	if r.Operation == protocol.Operation_OPERATION_UPDATE {
		return w.update(e, p.updates)
	}
	return w.send(e, w.record)
}

func (t *Target) writing(ctx context.Context, p *plan, session sdk.WriteSession, r sdk.WriteRecord) (writing, *sdk.Error) {
	record := object{values: map[string]json.RawMessage{}}
	if len(r.Data) > 0 {
		var err error
		if record, err = parseObject(r.Data); err != nil {
			return writing{}, &sdk.Error{Code: "bad-record", Summary: "the record to send is no JSON object",
				Remedy: "report this: the engine should never send it", Retry: protocol.Retry_RETRY_NEVER}
		}
	}
	return writing{t, p, ctx, session, r, record}, nil
}

// writing is one record on its way.
type writing struct {
	target  *Target
	plan    *plan
	ctx     context.Context
	session sdk.WriteSession
	r       sdk.WriteRecord
	record  object
}

// update sends the fields that have a way of their own by it, after the others.
func (w writing) update(first *endpoint, others []*endpoint) sdk.WriteResult {
	changed := w.r.Changed
	if len(changed) == 0 {
		changed = w.record.names
	}
	special := map[string]bool{}
	for _, e := range others {
		for _, name := range e.GetFields() {
			special[name] = true
		}
	}
	isChanged := func(name string) bool { return slices.Contains(changed, name) }
	main := w.sent(first, func(name string) bool { return !special[name] })
	result := sdk.WriteResult{Outcome: applied, ID: w.r.ID}
	if slices.ContainsFunc(changed, func(name string) bool { return !special[name] }) {
		if result = w.send(first, main); result.Outcome != applied {
			return result
		}
	}
	for _, e := range others {
		if !slices.ContainsFunc(e.GetFields(), isChanged) {
			continue
		}
		part := w.record.only(func(name string) bool { return slices.Contains(e.GetFields(), name) })
		attempts := result.Attempts
		next := w.send(e, part)
		next.Attempts += attempts
		if next.Outcome != applied && attempts > 0 && next.Err != nil {
			// Sending the whole again is harmless: an update says the same twice.
			failure := *next.Err
			failure.Detail += "; the other fields of this update were applied"
			next.Err = &failure
			if next.Outcome == notSent {
				next.Outcome = refused
			}
		}
		if result = next; result.Outcome != applied {
			return result
		}
	}
	return result
}

// sent are the fields of an update that go to an endpoint: what changed, where
// the endpoint changes what it is sent (PATCH, RFC 5789), else all.
func (w writing) sent(e *endpoint, takes func(string) bool) object {
	changed := w.r.Changed
	changedOnly := len(changed) > 0 && (w.plan.partial || e.GetMethod() == http.MethodPatch)
	out := w.record.only(func(name string) bool { return takes(name) && (!changedOnly || slices.Contains(changed, name)) })
	for _, name := range changed {
		if _, there := out.values[name]; !there && takes(name) {
			out.set(name, json.RawMessage("null")) // changed and not sent any more: emptied
		}
	}
	return out
}

// send makes the request of one endpoint and reads its answer.
func (w writing) send(e *endpoint, fields object) sdk.WriteResult {
	body, empty, complaint := w.body(e, fields)
	if complaint != nil {
		return sdk.WriteResult{Outcome: notSent, Err: complaint}
	}
	if empty { // clear = "omit" left nothing to say
		return sdk.WriteResult{Outcome: applied, ID: w.r.ID}
	}
	request, complaint := e.request(w.values(e))
	if complaint != nil {
		return sdk.WriteResult{Outcome: notSent, Err: complaint}
	}
	request.Body = body
	if name := e.GetIdempotencyHeader(); name != "" && w.r.IdempotencyKey != "" {
		request.Header[name] = []string{w.r.IdempotencyKey}
	}
	response, failure := w.target.Client.Do(w.ctx, request)
	result := sdk.WriteResult{Outcome: response.Outcome, ID: w.r.ID, Err: failure, Status: response.Status, Attempts: response.Attempts}
	w.judge(e, response, &result)
	return result
}

// judge applies what the endpoint declares about answers.
func (w writing) judge(e *endpoint, response *Response, result *sdk.WriteResult) {
	status := int32(response.Status)
	switch {
	case status == 0:
		return
	case slices.Contains(e.GetSuccess(), status):
		if result.Err != nil && status >= 200 && status < 300 {
			return // the status is right, the body is not
		}
		result.Outcome, result.Err = applied, nil
	case slices.Contains(e.GetConflict(), status) || (len(e.GetConflict()) == 0 && status == http.StatusConflict):
		result.Outcome = refused
		result.Err = w.refusal(response, &sdk.Error{Code: "conflict", Summary: w.target.Client.Name() + ": another record there has the same key",
			Detail: fmt.Sprintf("it answered %d", status), Remedy: "find out which of the two is right; give the mapping a match block to adopt the one there", Retry: protocol.Retry_RETRY_AFTER_FIX})
		return
	case result.Outcome == applied && len(e.GetSuccess()) > 0:
		result.Outcome = unknown
		result.Err = &sdk.Error{Code: "unexpected-status", Summary: fmt.Sprintf("%s answered %d, which the endpoint doesn't count as success", w.target.Client.Name(), status),
			Remedy: "look whether the record arrived, then add the status to success or conflict", Retry: protocol.Retry_RETRY_AFTER_FIX}
		return
	case result.Err != nil:
		result.Err = w.refusal(response, result.Err)
		return
	}
	if w.r.Operation != protocol.Operation_OPERATION_CREATE || result.Err != nil {
		return
	}
	raw, _ := lookUp(response.Body, e.GetId())
	id, ok := scalar(raw)
	if !ok {
		result.Outcome, result.Err = unknown, w.noID(e)
		return
	}
	result.ID = id
}

func (w writing) noID(e *endpoint) *sdk.Error {
	return &sdk.Error{Code: "no-id", Summary: w.target.Client.Name() + " doesn't say which id the new record has",
		Detail: fmt.Sprintf("its answer has nothing at %q", e.GetId()), Remedy: "say with id where the create endpoint's answer holds it", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

func (w writing) refusal(response *Response, failure *sdk.Error) *sdk.Error {
	said := identifiers(response.Body, append(leaves(w.r.Data, nil), w.target.Client.secrets()...), w.record.names)
	if said == "" {
		return failure
	}
	more := *failure
	if more.Detail != "" {
		more.Detail += "; "
	}
	more.Detail += "it says " + said
	return &more
}

// values are what the endpoint's placeholders stand for.
func (w writing) values(e *endpoint) values {
	v := values{id: w.r.ID, record: w.r.Data, empties: empties{e.GetClear(), w.session.Schema}}
	if w.r.Operation == protocol.Operation_OPERATION_UPDATE {
		v.partial = w.plan.partial
		v.cleared = map[string]bool{}
		for _, name := range w.r.Changed {
			_, sent := w.record.values[name]
			v.cleared[name] = !sent
		}
	}
	return v
}

// body is what to send: the endpoint's template, or the fields. empty: clear =
// "omit" left nothing to say.
func (w writing) body(e *endpoint, fields object) (body []byte, empty bool, complaint *sdk.Error) {
	if template := e.GetBodyJson(); len(template) > 0 {
		body, complaint = fillBody(template, w.values(e))
		return body, false, complaint
	}
	if e.GetMethod() == http.MethodDelete || e.GetMethod() == http.MethodGet {
		return nil, false, nil
	}
	written := empties{e.GetClear(), w.session.Schema}.write(fields)
	if len(fields.names) > 0 && len(written.names) == 0 {
		return nil, true, nil
	}
	body = written.encode()
	if e.GetWrap() != "" && !e.batched() {
		body = wrapped(e.GetWrap(), body)
	}
	return body, false, nil
}

func wrapped(name string, body []byte) []byte {
	return object{names: []string{name}, values: map[string]json.RawMessage{name: body}}.encode()
}

// request fills method, path, query and headers. The path is shown unfilled in
// errors.
func (e *endpoint) request(v values) (Request, *sdk.Error) {
	path, complaint := fillPath(e.GetPath(), v)
	if complaint != nil {
		return Request{}, complaint
	}
	query, complaint := fillQuery(e.GetQuery(), v)
	if complaint != nil {
		return Request{}, complaint
	}
	headers, complaint := fillHeaders(e.GetHeaders(), v)
	if complaint != nil {
		return Request{}, complaint
	}
	return Request{Method: e.GetMethod(), Path: path, Shown: e.GetPath(), Query: query, Header: headers}, nil
}

package rest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// match pairs the answer's items with what was sent: by id where records have one
// and the items show it, else by place, provided that there are as many and none
// looks like another's. nil: they can't be paired.
func (b *batch) match(body []byte) []json.RawMessage {
	items := b.items(body)
	if len(items) != len(b.sent) {
		return nil
	}
	if b.sent[0].r.Operation != protocol.Operation_OPERATION_CREATE {
		if byID, shown := b.matchByID(items); shown {
			return byID
		}
	}
	for i, item := range items {
		if b.looksLikeAnother(item, i) {
			return nil
		}
	}
	return items
}

func (b *batch) items(body []byte) []json.RawMessage {
	content, there := lookUp(body, b.e.GetItems())
	var items []json.RawMessage
	if there && json.Unmarshal(content, &items) == nil {
		return items
	}
	if b.e.GetBatch() != "ndjson" || b.e.GetItems() != "" {
		return nil
	}
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			items = append(items, json.RawMessage(line))
		}
	}
	return items
}

func (b *batch) idOf(item json.RawMessage) (string, bool) {
	raw, _ := lookUp(item, orElse(b.e.GetId(), "id"))
	return scalar(raw)
}

// matchByID puts the items into the order sent. shown: every item shows an id.
func (b *batch) matchByID(items []json.RawMessage) (ordered []json.RawMessage, shown bool) {
	byID := map[string]json.RawMessage{}
	for _, item := range items {
		id, ok := b.idOf(item)
		if !ok {
			return nil, false
		}
		byID[id] = item
	}
	for _, w := range b.sent {
		item, ok := byID[w.r.ID]
		if !ok {
			return nil, true
		}
		delete(byID, w.r.ID) // one item for two records is one too few
		ordered = append(ordered, item)
	}
	return ordered, true
}

// looksLikeAnother: of the fields that the item repeats, another record sent more
// as they stand there than the one in its place. An id tied to the wrong person
// is worse than a question.
func (b *batch) looksLikeAnother(item json.RawMessage, place int) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(item, &members) != nil {
		return false
	}
	agree := func(w writing) (n int) {
		for name, value := range members {
			sent, there := scalar(w.record.values[name])
			got, ok := scalar(value)
			if there && ok && sent == got {
				n++
			}
		}
		return n
	}
	own := agree(b.sent[place])
	return slices.ContainsFunc(b.sent, func(w writing) bool { return agree(w) > own })
}

// judgeItem reads what an item says of its record: a status of its own, an error,
// a yes or no; saying nothing, it shares the status of the whole.
func (b *batch) judgeItem(request Request, w writing, item json.RawMessage, whole *Response) sdk.WriteResult {
	result := sdk.WriteResult{Outcome: applied, ID: w.r.ID, Status: whole.Status, Attempts: whole.Attempts}
	status, own := statusOf(item)
	if own {
		result.Status = status
	}
	good := result.Status < 300 || slices.Contains(b.e.GetSuccess(), int32(result.Status))
	answer := &Response{Status: result.Status, Body: item}
	switch {
	case slices.Contains(b.e.GetConflict(), int32(result.Status)):
		result.Outcome, result.Err = refused, w.refusal(answer, b.refusal(nil, result.Status))
	case !good:
		result.Outcome = outcome(result.Status)
		result.Err = w.refusal(answer, b.target.Client.statusError(&exchange{request: request}, answer))
	case saysNo(item):
		result.Outcome, result.Err = refused, w.refusal(answer, b.notAccepted())
	}
	if result.Outcome != applied || w.r.Operation != protocol.Operation_OPERATION_CREATE {
		return result
	}
	id, ok := b.idOf(item)
	if !ok {
		result.Outcome, result.Err = unknown, w.noID(b.e)
		return result
	}
	result.ID = id
	return result
}

func (b *batch) notAccepted() *sdk.Error {
	return &sdk.Error{Code: "invalid", Summary: b.target.Client.Name() + ": the record is not accepted",
		Remedy: "look at what the target says of this record's fields", Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// statusOf finds an HTTP status under the names that bulk answers give it.
func statusOf(item json.RawMessage) (int, bool) {
	for _, name := range []string{"status", "statusCode", "status_code", "code"} {
		raw, _ := lookUp(item, name)
		text, _ := scalar(raw)
		if n, err := strconv.Atoi(text); err == nil && n >= http.StatusOK && n < 600 {
			return n, true
		}
	}
	return 0, false
}

// saysNo: an error is there, or success is denied.
func saysNo(item json.RawMessage) bool {
	for _, name := range []string{"error", "errors"} {
		raw, there := lookUp(item, name)
		if there && !slices.Contains([]string{"null", `""`, "[]", "{}", "false"}, string(bytes.TrimSpace(raw))) {
			return true
		}
	}
	for _, name := range []string{"success", "ok"} {
		if yes, said := truth(item, name); said && !yes {
			return true
		}
	}
	return false
}

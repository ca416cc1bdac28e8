package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// A cursor is where a read began, in Lucca's own time: of version 3 the newest
// modifiedAt on its first page, of version 5 the hour that its answer bore.
const (
	cursor3 = "v3:"
	cursor5 = "v5:"

	// events arrive a little after what they tell of.
	eventsMayLag = 10 * time.Minute
	// events are kept for two months; a little less is taken for granted.
	eventsKept = 58 * 24 * time.Hour

	// the hours of version 3 are of no zone: no clock is further ahead than this.
	fromAnyZone = 15 * time.Hour

	local = "2006-01-02T15:04:05.999999999"
)

// since reads a cursor of its kind.
func (r *reading) since(kind, form string) (time.Time, *sdk.Error) {
	text, is := strings.CutPrefix(r.request.Cursor, kind)
	at, err := time.Parse(form, text)
	if !is || err != nil {
		return time.Time{}, &sdk.Error{Code: "bad-cursor", Summary: "Lucca: the place where the last read ended can't be used",
			Detail: "it was made by another version of this connector, or for another resource", Remedy: "read everything once", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	return at, nil
}

// newest remembers the latest modification on the first page; a day to come is
// none: from there on everything until then would be missed. What changes after
// that page was given is at least as new; what had changed before was read. So the
// next read misses nothing, though it may read a few again.
func (r *reading) newest(item json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(item, &members) != nil {
		return
	}
	value, _ := member(members, "modifiedAt")
	at, err := time.Parse(local, text(value))
	if err == nil && at.After(r.modified) && at.Before(r.now().UTC().Add(fromAnyZone)) {
		r.modified = at
	}
}

// next3 is the cursor for the next read: where this one began, or where the last
// one did when nobody changed.
func (r *reading) next3() string {
	if r.modified.IsZero() {
		return r.request.Cursor
	}
	return cursor3 + r.modified.Format(local)
}

// since5 is the hour at which Lucca gave the first answer, by its own clock.
func (r *reading) since5() string {
	at := r.answeredAt
	if at.IsZero() {
		at = r.now()
	}
	return cursor5 + at.Add(-eventsMayLag).UTC().Format(time.RFC3339)
}

// noteHour keeps the hour of the first answer.
func (r *reading) noteHour(header http.Header) {
	if at, err := http.ParseTime(header.Get("Date")); err == nil && r.answeredAt.IsZero() {
		r.answeredAt = at
	}
}

// changes5 reads the events since the cursor, then the records that they tell of as
// they are now, and those that are asked for besides: events come in no order and
// may come twice. Who was erased, or is no longer of the population that the filter
// lets through, is left out: a whole read finds that out.
func (r *reading) changes5(p plain5, list func(*reading, url.Values) list5, filter url.Values) *sdk.Error {
	since, complaint := r.since(cursor5, time.RFC3339)
	if complaint != nil {
		return complaint
	}
	if r.now().Sub(since) > eventsKept {
		return &sdk.Error{Code: "bad-cursor", Summary: "Lucca: the changes since the last read are not kept any more", Remedy: "read everything once", Retry: protocol.Retry_RETRY_AFTER_FIX}
	}
	var ids []string
	known := map[string]bool{}
	resource := r.client
	r.client = r.client5([]string{scopeEvents})
	complaint = r.walk5(list5{path: "/lucca-api/events", what: "events", query: url.Values{}, size: maxItems5}, func(item json.RawMessage, _ *page5) *sdk.Error {
		id, at, complaint := p.concerns(item)
		if complaint == nil && id != "" && !at.Before(since) && !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
		return complaint
	})
	r.client = resource
	if complaint != nil || r.failed != nil || !r.end.Complete {
		if complaint != nil && complaint.Code == "forbidden" {
			complaint.Remedy = "give the client the scope events.readonly, or read everything each time"
		}
		return complaint
	}
	r.end.Complete, r.end.Expected = false, -1
	for _, id := range r.request.Also {
		if !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	}
	complaint = r.some5(p, list, filter, ids, func(_ string, data json.RawMessage) error { return r.out.Record(data) })
	if complaint != nil || r.end.Reason != "" {
		return complaint
	}
	r.end.Complete, r.end.Expected, r.end.Cursor = true, -1, r.since5()
	return nil
}

// concerns gives the id by which a changed record is found: its own, or its
// employee's where it is a part of the employee's record.
func (p plain5) concerns(item json.RawMessage) (id string, at time.Time, complaint *sdk.Error) {
	var event struct {
		Topic      string
		OccurredAt time.Time
		Data       struct {
			ID       string
			Employee struct{ ID string }
		}
	}
	if json.Unmarshal(item, &event) != nil {
		return "", at, badAnswer("an event can't be read")
	}
	topic, verb, _ := strings.Cut(event.Topic, ".")
	if verb == "deleted" && topic == p.topics[0] {
		return "", at, nil
	}
	for i, t := range p.topics {
		switch {
		case t != topic:
		case i > 0 || p.byID == "employee.id":
			return event.Data.Employee.ID, event.OccurredAt, nil
		default:
			return event.Data.ID, event.OccurredAt, nil
		}
	}
	return "", at, nil
}

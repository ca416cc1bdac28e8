package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// pageV1 is as large as v1's documentation allows today; it was 200.
const pageV1 = 100

// envelope is around every answer of v1.
type envelope struct {
	Success  *bool
	Data     json.RawMessage
	Meta     json.RawMessage
	Metadata *struct {
		Total *int64 `json:"total_elements"`
		Page  *int64 `json:"current_page"`
		Pages *int64 `json:"total_pages"`
	}
}

func (e *envelope) total() int64 {
	if e.Metadata == nil || e.Metadata.Total == nil {
		return -1
	}
	return *e.Metadata.Total
}

// callV1 makes a request of v1 and looks at its flag, which can be false under 200.
func callV1(client *rest.Client, w asker, request rest.Request, right string) (*rest.Response, envelope, *sdk.Error) {
	response, complaint := client.Do(w.context(), request)
	w.counted(response.Attempts)
	var e envelope
	if complaint != nil {
		return response, e, explain(response, complaint, right)
	}
	if len(response.Body) > 0 && json.Unmarshal(response.Body, &e) != nil {
		response.Outcome = unknown // whoever answered may not be Personio at all
		return response, e, badAnswer("it is not v1's envelope")
	}
	if e.Success != nil && !*e.Success {
		response.Outcome = refused
		return response, e, unsuccessful()
	}
	return response, e, nil
}

// dialect is how an endpoint of v1 pages.
type dialect int

const (
	byRecord dialect = iota // offset counts records, from 0
	byPage                  // offset is the number of a page, from 1; 0 is the first one again
	byNumber                // the parameter is called page, from 1
)

// listV1 reads a whole list of v1. It is whole when as many records came as v1
// counts, the same count on each page, nobody twice; without a count only an empty
// page proves the end. id is what tells records apart.
func (r *reading) listV1(path string, query url.Values, by dialect, right string, items func(envelope) ([]json.RawMessage, *sdk.Error),
	id func(json.RawMessage) string, each func(json.RawMessage) *sdk.Error) *sdk.Error {
	seen := map[string]bool{}
	got, total := int64(0), int64(-1)
	query.Set("limit", strconv.Itoa(pageV1))
	for page := 0; ; page++ {
		switch by {
		case byRecord:
			query.Set("offset", strconv.FormatInt(got, 10))
		case byPage:
			query.Set("offset", strconv.Itoa(page+1))
		case byNumber:
			query.Set("page", strconv.Itoa(page+1))
		}
		_, answer, complaint := callV1(r.v1, r, rest.Request{Method: "GET", Path: path, Query: query}, right)
		if complaint != nil {
			return complaint
		}
		list, complaint := items(answer)
		if complaint != nil {
			return complaint
		}
		if page > 0 && answer.total() != total {
			return r.incomplete(fmt.Sprintf("the number of records changed while they were read (from %d to %d)", total, answer.total()))
		}
		total = answer.total()
		for _, item := range list {
			if name := id(item); name != "" && seen[name] {
				return r.incomplete("Personio gave one record on two pages")
			} else if name != "" {
				seen[name] = true
			}
			got++
			if complaint := each(item); complaint != nil || r.failed != nil {
				return complaint
			}
		}
		r.end.Expected = total
		if r.pageEnd(); r.failed != nil {
			return nil
		}
		if len(list) == 0 || (total >= 0 && got >= total) {
			if total >= 0 && got != total {
				return r.incomplete(fmt.Sprintf("Personio counts %d records and gave %d", total, got))
			}
			r.end.Complete = true
			return nil
		}
	}
}

// dataList is a list that v1 gives as its data.
func dataList(e envelope) ([]json.RawMessage, *sdk.Error) {
	var list []json.RawMessage
	if json.Unmarshal(e.Data, &list) != nil || list == nil {
		return nil, badAnswer("it holds no list")
	}
	return list, nil
}

// attributeID is the id of one of v1's typed objects.
func attributeID(item json.RawMessage) string { return text(at(item, "attributes", "id")) }

package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

// peopleAtOnce is how many people one look-up asks for.
const peopleAtOnce = 50

// byKeys looks records of people up: the API filters by person, the rest of the
// key is compared here. Times are equal that are the same moment.
func (r *reading) byKeys(q requestV2, shape func(json.RawMessage) (json.RawMessage, *sdk.Error)) *sdk.Error {
	of := map[string][]sdk.Key{}
	for _, key := range r.request.Keys {
		person, is := key.Fields["person"].(string)
		if !is {
			return &sdk.Error{Code: "key-not-searchable", Summary: "Personio can't find these records without their person",
				Remedy: `Make person a part of the key: key = ["person", "start_date"], for example.`, Retry: protocol.Retry_RETRY_AFTER_FIX}
		}
		of[person] = append(of[person], key)
	}
	for people := range slices.Chunk(slices.Sorted(maps.Keys(of)), peopleAtOnce) {
		asked := q
		asked.query = maps.Clone(q.query)
		if asked.query == nil {
			asked.query = map[string][]string{}
		}
		asked.query.Set("person.id", strings.Join(people, ","))
		complaint := r.answerKeys(asked, 100, shape, func(data json.RawMessage) []sdk.Key { return of[text(at(data, "person"))] })
		if complaint != nil || r.failed != nil || !r.end.Complete {
			return complaint
		}
	}
	r.end.Complete = true
	return nil
}

// answerKeys answers each key that a record of the list has.
func (r *reading) answerKeys(q requestV2, limit int, shape func(json.RawMessage) (json.RawMessage, *sdk.Error), keys func(json.RawMessage) []sdk.Key) *sdk.Error {
	return r.listV2(q, limit, func(item json.RawMessage) (json.RawMessage, *sdk.Error) {
		data, complaint := shape(item)
		if complaint != nil {
			return nil, complaint
		}
		for _, key := range keys(data) {
			if fits(data, key.Fields) && r.failed == nil {
				r.failed = r.out.Answer(key.Ref, data)
			}
		}
		return nil, nil // it has been answered
	})
}

func fits(data json.RawMessage, fields map[string]any) bool {
	for name, value := range fields {
		wanted, _ := json.Marshal(value) // a string, a bool or a number
		held := at(data, name)
		if !empty(held) && (string(held) == string(wanted) || (text(held) != "" && text(held) == text(wanted)) || sameMoment(text(held), text(wanted))) {
			continue
		}
		return false
	}
	return true
}

func sameMoment(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && x.Equal(y)
}

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// absences reads absence periods: v2's, in days and hours, or v1's time-offs.
func (r *reading) absences() *sdk.Error {
	if r.request.Settings.String("api") == "v1" && len(r.request.IDs)+len(r.request.Keys) == 0 {
		return r.timeOffs()
	}
	types, complaint := r.absenceTypeNames()
	if complaint != nil {
		return complaint
	}
	shape := func(item json.RawMessage) (json.RawMessage, *sdk.Error) { return r.absence(item, types) }
	switch {
	case len(r.request.IDs) > 0:
		return r.byID("/v2/absence-periods", readAbsences, shape)
	case len(r.request.Keys) > 0:
		return r.byKeys(requestV2{path: "/v2/absence-periods", right: readAbsences}, shape)
	}
	return r.listV2(requestV2{path: "/v2/absence-periods", right: readAbsences}, 100, shape)
}

// absenceTypeNames resolves types once a read: v2's periods hold ids alone.
func (r *reading) absenceTypeNames() (map[string]string, *sdk.Error) {
	names := map[string]string{}
	whole, complaint := r.pagesV2(r, requestV2{path: "/v2/absence-types", right: readAbsences}, 100, func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
		for _, item := range items {
			names[text(at(item, "id"))] = text(at(item, "name"))
		}
		return true, nil
	})
	if complaint == nil && !whole {
		complaint = badAnswer("the list of absence types breaks off")
	}
	return names, complaint
}

// absence flattens a period. In days it starts with the first half of a day, or
// with the second one, at midday; in hours it has no halves and real times.
func (r *reading) absence(item json.RawMessage, types map[string]string) (json.RawMessage, *sdk.Error) {
	id := text(at(item, "id"))
	if id == "" {
		return nil, badAnswer("an absence has no id")
	}
	kind := text(at(item, "absence_type", "id"))
	zone := r.zoneOf(text(at(item, "timezone_id")))
	out := []member{{"id", quote(id)}, {"person", asText(at(item, "person", "id"))}, {"absence_type_id", asText(at(item, "absence_type", "id"))}}
	name := null
	if types[kind] != "" {
		name = quote(types[kind])
	}
	out = append(out, member{"absence_type", name})
	for _, end := range []struct{ from, date, half, at, midday string }{
		{"starts_from", "start_date", "start_half", "starts_at", "SECOND_HALF"}, {"ends_at", "end_date", "end_half", "ends_at", "FIRST_HALF"}} {
		moment, half := at(item, end.from, "date_time"), text(at(item, end.from, "type"))
		switch {
		case text(moment) == "": // open-ended
			out = append(out, member{end.date, null}, member{end.half, null}, member{end.at, null})
		case half == "":
			out = append(out, member{end.date, day(moment)}, member{end.half, null}, member{end.at, withOffset(moment, zone)})
		default:
			out = append(out, member{end.date, day(moment)}, member{end.half, json.RawMessage(fmt.Sprint(half == end.midday))}, member{end.at, null})
		}
	}
	out = append(out, member{"comment", orNull(at(item, "comment"))}, member{"approval", orNull(at(item, "approval", "status"))}, member{"days_count", null},
		member{"timezone", orNull(at(item, "timezone_id"))}, member{"created_at", orNull(at(item, "created_at"))}, member{"updated_at", orNull(at(item, "updated_at"))})
	return encode(out), nil
}

// timeOffs reads v1, where offset is the number of a page, the first being 1.
func (r *reading) timeOffs() *sdk.Error {
	return r.listV1("/v1/company/time-offs", url.Values{}, byPage, readAbsences, dataList, attributeID, func(item json.RawMessage) *sdk.Error {
		a := at(item, "attributes")
		half := func(name string) json.RawMessage { // 0 and 1, or false and true
			return json.RawMessage(fmt.Sprint(strings.Contains("1 true", string(orNull(at(a, name))))))
		}
		return r.record(encode([]member{{"id", asText(at(a, "id"))}, {"person", superior("id")(at(a, "employee"))},
			{"absence_type_id", asText(at(a, "time_off_type", "attributes", "id"))}, {"absence_type", orNull(at(a, "time_off_type", "attributes", "name"))},
			{"start_date", day(at(a, "start_date"))}, {"start_half", half("half_day_start")}, {"starts_at", null},
			{"end_date", day(at(a, "end_date"))}, {"end_half", half("half_day_end")}, {"ends_at", null},
			{"comment", orNull(at(a, "comment"))}, {"approval", upper(at(a, "status"))}, {"days_count", orNull(at(a, "days_count"))}, {"timezone", null},
			{"created_at", orNull(at(a, "created_at"))}, {"updated_at", orNull(at(a, "updated_at"))}}))
	})
}

package main

import (
	"encoding/json"
	"net/url"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// report reads the rows of a custom report: v2's, or v1's where the account has
// none in v2. A row is an object by the columns' attribute ids.
func (r *reading) report() *sdk.Error {
	report, api := r.request.Settings.String("report"), r.request.Settings.String("api")
	if len(r.request.IDs)+len(r.request.Keys) > 0 || r.request.Cursor != "" {
		return notSupported("a report is read whole")
	}
	if api != "v1" {
		complaint := r.reportV2(report)
		if complaint == nil || api == "v2" || complaint.Code != "not-found" || r.end.Complete {
			return complaint
		}
	}
	return r.reportV1(report)
}

func (r *reading) reportV2(report string) *sdk.Error {
	var columns []string
	q := requestV2{path: "/v2/reports/" + escaped(report), shown: "/v2/reports/{id}", right: readReports}
	whole, complaint := r.pagesV2(r, q, 0, func(response *rest.Response, rows []json.RawMessage) (bool, *sdk.Error) {
		if named := list(at(response.Body, "_meta", "columns")); named != nil {
			columns = nil
			for _, column := range named {
				columns = append(columns, text(at(column, "name")))
			}
		}
		for _, row := range rows {
			record, complaint := rowOf(list(row), columns)
			if complaint != nil {
				return false, complaint
			}
			if r.record(record); r.failed != nil {
				return false, nil
			}
		}
		r.pageEnd()
		return r.failed == nil, nil
	})
	r.end.Complete = whole
	if complaint != nil {
		return explainReport(complaint)
	}
	return nil
}

// explainReport: a report that isn't released answers as one that isn't there.
func explainReport(complaint *sdk.Error) *sdk.Error {
	if complaint.Code != "bad-request" {
		return complaint
	}
	better := *complaint
	better.Code, better.Summary = "report-unavailable", "Personio gives no data for this report"
	better.Detail = "It isn't there, isn't released for the API, groups its rows or shows a chart, or its filter leads nowhere."
	better.Remedy = "In Personio: open the reports, release this one in the column “API access”, and compare its id. Use a plain list without groups."
	return &better
}

// rowOf aligns a row's cells with the columns.
func rowOf(cells []json.RawMessage, columns []string) (json.RawMessage, *sdk.Error) {
	if len(columns) > 0 && len(columns) != len(cells) {
		return nil, badAnswer("a row of the report has another length than its columns")
	}
	var out []member
	for i, cell := range cells {
		name := text(at(cell, "attribute_id"))
		if name == "" && len(columns) > 0 {
			name = columns[i]
		}
		out = append(out, member{name, cellOf(cell)})
	}
	return encode(out), nil
}

// cellOf is a cell's value: one <kind>_value, whose inside depends on the kind.
// Kinds whose layout nobody has published go through as they are.
func cellOf(cell json.RawMessage) json.RawMessage {
	var members object
	_ = json.Unmarshal(cell, &members) // part of a document already parsed
	for name, value := range members {
		if !strings.HasSuffix(name, "_value") {
			continue
		}
		for _, inner := range []string{"value", "number"} {
			if v := at(value, inner); v != nil {
				return orNull(v)
			}
		}
		if options := list(at(value, "options")); len(options) == 1 {
			return orNull(at(options[0], "value"))
		} else if len(options) > 1 {
			var names []string
			for _, option := range options {
				names = append(names, text(at(option, "value")))
			}
			all, _ := json.Marshal(names) // strings always encode
			return all
		}
		return orNull(value)
	}
	return null
}

// reportV1 counts pages from 1. Its values are texts, but for amounts and lists.
func (r *reading) reportV1(report string) *sdk.Error {
	items := func(e envelope) ([]json.RawMessage, *sdk.Error) {
		data := e.Data
		if several := list(data); len(several) == 1 { // the schema has a list of one
			data = several[0]
		}
		if status := text(at(data, "attributes", "status")); status == "update_failed" || status == "updating" {
			return nil, &sdk.Error{Code: "report-stale", Summary: "Personio is not done with this report", Detail: "Its data are being refreshed, or that failed.", Remedy: "Try again later.", Retry: protocol.Retry_RETRY_LATER}
		}
		raw := at(data, "attributes", "items")
		if raw == nil {
			return nil, badAnswer("the report holds no rows")
		}
		return list(raw), nil
	}
	path := "/v1/company/custom-reports/reports/" + escaped(report)
	complaint := r.listV1(path, url.Values{}, byNumber, readReports, items, func(json.RawMessage) string { return "" }, func(item json.RawMessage) *sdk.Error {
		out := []member{{"employee_id", asText(at(item, "employee_id"))}}
		cells := list(at(item, "attributes"))
		if cells == nil {
			cells = list(at(item, "historical_attributes"))
		}
		for _, cell := range cells {
			value := null
			for _, inside := range []string{"value", "amount", "cost_centers"} {
				if v := at(cell, inside); v != nil {
					value = orNull(v)
					break
				}
			}
			out = append(out, member{text(at(cell, "attribute_id")), value})
		}
		return r.record(encode(out))
	})
	if complaint != nil && complaint.Code == "not-found" {
		complaint.Code = "report-unavailable"
		complaint.Summary, complaint.Remedy = "Personio has no such report", "Compare the report's id with Personio."
	}
	return complaint
}

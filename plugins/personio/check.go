package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const (
	readable        = protocol.Evidence_EVIDENCE_READABLE
	emptyEverywhere = protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE
	notPermitted    = protocol.Evidence_EVIDENCE_NOT_PERMITTED
	noEvidence      = protocol.Evidence_EVIDENCE_NONE
)

// checking is one Check.
type checking struct {
	*connection
	ctx context.Context
}

func (c *checking) context() context.Context { return c.ctx }
func (c *checking) counted(int)              {}

// Check implements sdk.Checker: the rights of what is asked for, in order, and for
// employees each attribute. What a missing right looks like differs by endpoint;
// what is said of it names the box to tick.
func (c *connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error) {
	ch := &checking{c, ctx}
	if _, complaint := c.oauth.Token(ctx); complaint != nil {
		return nil, complaint
	}
	var findings []*protocol.Finding
	for _, resource := range resources {
		found, complaint := ch.resource(resource)
		if complaint != nil {
			return nil, complaint
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

func (c *checking) resource(asked *protocol.CheckResource) ([]*protocol.Finding, *sdk.Error) {
	name := asked.GetResource()
	if !asked.GetWrite() {
		return c.reads(name, asked)
	}
	writing, complaint := c.writes(asked)
	if complaint != nil {
		return nil, complaint
	}
	reading, complaint := c.reads(name, asked)
	return append(writing, reading...), complaint
}

// probe is the cheapest request that shows whether a resource can be read.
func (c *checking) probe(resource string, settings sdk.Settings) (requestV2, bool) {
	q := requestV2{method: "GET", query: url.Values{"limit": {"1"}}}
	if plain, is := plainLists[resource]; is {
		q.path, q.right, q.beta = plain.path, plain.right, plain.beta
		return q, true
	}
	switch resource {
	case persons, employments:
		q.path, q.right = "/v2/persons", readEmployees
	case absences:
		q.path, q.right = "/v2/absence-periods", readAbsences
	case attendances:
		q.path, q.right = "/v2/attendance-periods", readAttendances
	case reports:
		q.path, q.shown, q.right = "/v2/reports/"+escaped(settings.String("report")), "/v2/reports/{id}", readReports
		q.query = nil
	default:
		return q, false
	}
	return q, true
}

func (c *checking) reads(resource string, asked *protocol.CheckResource) ([]*protocol.Finding, *sdk.Error) {
	switch resource {
	case employees:
		return c.employees(asked)
	case documents:
		return c.found(resource, readDocuments, c.documents(), nil)
	}
	var settings sdk.Settings
	if !asked.GetWrite() {
		i := slices.IndexFunc(resources(), func(r *sdk.Resource) bool { return r.GetName() == resource })
		var complaint *sdk.Error
		if settings, complaint = sdk.NewSettings(asked.GetSettingsJson(), resources()[i].GetReadSettings()); complaint != nil {
			return nil, complaint
		}
	}
	q, is := c.probe(resource, settings)
	if !is {
		return nil, nil
	}
	_, complaint := c.callV2(c, q)
	var remark *protocol.Diagnostic
	switch {
	case resource == reports && complaint != nil && complaint.Code == "not-found" && settings.String("api") != "v2":
		_, _, complaint = callV1(c.v1, c, rest.Request{Method: "GET", Path: "/v1/company/custom-reports/reports/" + escaped(settings.String("report")),
			Shown: "/v1/company/custom-reports/reports/{id}", Query: url.Values{"limit": {"1"}}}, readReports)
	case resource == reports && complaint != nil:
		complaint = explainReport(complaint)
	}
	switch resource {
	case reports:
		remark = warning("reports-show-all", "A custom report shows all its columns, whatever is ticked among the readable employee attributes",
			"Release for the API only reports whose columns this integration may see.")
	case webhooks:
		remark = warning("webhooks-go-on", "A webhook keeps firing after the right to webhooks is taken away",
			"Delete or disable each webhook before you take the right away.")
	}
	return c.found(resource, q.right, complaint, remark)
}

// documents tries the categories, which v1 lists, and the documents of somebody,
// which v2 does: each generation has a right of its own for them.
func (c *checking) documents() *sdk.Error {
	_, _, complaint := callV1(c.v1, c, rest.Request{Method: "GET", Path: "/v1/company/document-categories"}, readDocuments)
	if complaint != nil {
		return complaint
	}
	someone, complaint := c.callV2(c, requestV2{method: "GET", path: "/v2/persons", query: url.Values{"limit": {"1"}}, right: readEmployees})
	if complaint != nil {
		return complaint
	}
	people := list(at(someone.Body, "_data"))
	if len(people) == 0 {
		return nil
	}
	q := documentsOf(text(at(people[0], "id")))
	q.method = "GET"
	q.query.Set("limit", "1")
	_, complaint = c.callV2(c, q)
	return complaint
}

// found makes a finding of what a probe met. What is no matter of rights is no
// evidence; wrong credentials end the check.
func (c *checking) found(resource, right string, complaint *sdk.Error, remark *protocol.Diagnostic) ([]*protocol.Finding, *sdk.Error) {
	finding := &protocol.Finding{Resource: resource, Right: right, Evidence: readable, Diagnostic: remark}
	switch {
	case complaint == nil:
		return []*protocol.Finding{finding}, nil
	case complaint.Code == "unauthorized":
		return nil, complaint
	case complaint.Code == "forbidden":
		finding.Evidence = notPermitted
	case complaint.Code == "not-found":
		finding.Evidence = protocol.Evidence_EVIDENCE_NOT_INSTALLED
	default:
		finding.Evidence = noEvidence
	}
	finding.Diagnostic = rest.Diagnostic(complaint)
	return []*protocol.Finding{finding}, nil
}

// employees looks at a page of people and at the list of readable attributes.
func (c *checking) employees(asked *protocol.CheckResource) ([]*protocol.Finding, *sdk.Error) {
	want, complaint := wantedOf(asked.GetProjection())
	if complaint != nil {
		return nil, complaint
	}
	mapped := len(want)
	if want, complaint = withPairs(want, asked); complaint != nil {
		return nil, complaint
	}
	_, answer, complaint := callV1(c.v1, c, rest.Request{Method: "GET", Path: employeesV1, Query: url.Values{"limit": {fmt.Sprint(pageV1)}}}, readEmployees)
	if complaint == nil && asked.GetWrite() { // who is there already is asked of v2, which v1's rights don't open
		_, complaint = c.callV2(c, requestV2{method: "GET", path: "/v2/persons", query: url.Values{"limit": {"1"}}, right: readEmployees})
	}
	findings, failed := c.found(employees, readEmployees, complaint, nil)
	if failed != nil || complaint != nil {
		return findings, failed
	}
	items, complaint := dataList(answer)
	if complaint != nil {
		return nil, complaint
	}
	listed, known, complaint := c.attributesV1(c)
	if complaint != nil {
		return nil, complaint
	}
	r := &reading{connection: c.connection, ctx: c.ctx}
	filledIn := map[string]bool{}
	for _, item := range items {
		_, data, complaint := r.flatten(item, want)
		if complaint != nil {
			return nil, complaint
		}
		for i, w := range want {
			filledIn[fmt.Sprint(i)] = filledIn[fmt.Sprint(i)] || holds(data, w)
		}
	}
	for i, w := range want {
		if w.custom == "" && w.v1 == "" {
			continue // written alone: there is nothing to read
		}
		finding := &protocol.Finding{Resource: employees, Path: pathOf(w), Evidence: readable}
		if w.v1 != "" && w.name != "id" {
			finding.Right = attributeRight(w.v1)
		}
		isListed := known && slices.ContainsFunc(listed, func(a custom) bool {
			return a.Key == w.v1 || (w.custom != "" && (a.Key == w.custom || sameName(a.Label, w.custom)))
		})
		switch {
		case w.name == "id":
		case !w.seen && !isListed && (known || len(items) > 0):
			finding.Evidence = notPermitted
			finding.Diagnostic = rest.Diagnostic(notReadable(w.label(), w.custom == ""))
		case len(items) == 0 && isListed: // readable, whoever comes
		case len(items) == 0:
			finding.Evidence = noEvidence
		case !filledIn[fmt.Sprint(i)]:
			finding.Evidence = emptyEverywhere
			finding.Diagnostic = warning("empty-everywhere", fmt.Sprintf("%s may be read, and is empty for each of the first %d people", w.label(), len(items)), "Fill it in in Personio, if it should be.")
		}
		if i >= mapped && finding.GetEvidence() != notPermitted {
			continue // it isn't sent: only that it can't be seen matters
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

func pathOf(w *wanted) string {
	switch {
	case w.inside:
		return customPath + "." + w.custom
	case w.custom != "":
		return w.custom
	}
	return w.name
}

func holds(data json.RawMessage, w *wanted) bool {
	path := []string{w.name}
	if w.custom != "" {
		path = []string{w.custom}
	}
	if w.inside {
		path = []string{customPath, w.custom}
	}
	return !empty(at(data, path...))
}

func warning(code, summary, remedy string) *protocol.Diagnostic {
	return &protocol.Diagnostic{Severity: protocol.Severity_SEVERITY_WARNING, Code: code, Summary: summary, Remedy: remedy, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

// Discover implements sdk.Discoverer: the custom attributes that the credential
// may read, with their labels in the account's language.
func (c *connection) Discover(ctx context.Context, resource string) ([]*protocol.CustomField, error) {
	if resource != employees && resource != persons {
		return nil, nil
	}
	all, listed, complaint := c.attributesV1(&checking{c, ctx})
	if complaint != nil {
		return nil, complaint
	}
	if !listed {
		return nil, missingRight(readEmployees)
	}
	var out []*protocol.CustomField
	for _, a := range all {
		if !isKey(a.Key) {
			continue
		}
		field := &protocol.CustomField{Field: &sdk.Field{Path: customPath + "." + a.Key, Type: typeOf(a.Type), Label: &sdk.Text{Fr: a.Label, En: a.Label}}}
		for _, option := range a.Options {
			field.Choices = append(field.Choices, &protocol.Choice{Code: option, Label: option})
		}
		out = append(out, field)
	}
	return out, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// checkedPeople is how many users the evidence for a field comes from.
const checkedPeople = 100

// Check implements sdk.Checker. Lucca says nothing where a right is missing: it
// leaves people or values out. So a field that somebody has filled in is
// readable, and one that nobody has is only that; what to look at is said.
func (c *connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error) {
	var findings []*protocol.Finding
	for _, resource := range resources {
		if resource.GetResource() != usersResource {
			continue
		}
		found, complaint := c.checkUsers(ctx, resource)
		if complaint != nil {
			return nil, complaint
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

func (c *connection) checkUsers(ctx context.Context, resource *protocol.CheckResource) ([]*protocol.Finding, *sdk.Error) {
	settings, complaint := sdk.NewSettings(resource.GetSettingsJson(), users().GetReadSettings())
	if complaint != nil {
		return nil, complaint
	}
	items, findings, complaint := c.checkFields(ctx, resource.GetProjection())
	if complaint != nil {
		if complaint.Code != "forbidden" {
			return nil, complaint
		}
		return []*protocol.Finding{{Resource: usersResource, Evidence: protocol.Evidence_EVIDENCE_NOT_PERMITTED, Right: rightUsers, Diagnostic: rest.Diagnostic(complaint)}}, nil
	}
	whole := &protocol.Finding{Resource: usersResource, Evidence: protocol.Evidence_EVIDENCE_READABLE, Right: rightUsers}
	if items == 0 {
		// A missing right may show as an empty list.
		whole.Evidence = protocol.Evidence_EVIDENCE_NONE
		whole.Diagnostic = warning("nobody-visible", "the key sees no employee at all",
			"give the key's role the right to consult users, for everybody the mapping is about")
	}
	findings = append([]*protocol.Finding{whole}, findings...)
	for _, population := range settings.Strings("include") {
		finding, complaint := c.checkPopulation(ctx, population)
		if complaint != nil {
			return nil, complaint
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

// checkFields reads a page and looks which declared paths anybody has filled in.
// A property that Lucca refuses to name is noted and the page asked for again
// without it.
func (c *connection) checkFields(ctx context.Context, paths []string) (people int, findings []*protocol.Finding, complaint *sdk.Error) {
	for {
		p, complaint := parseProjection(paths)
		if complaint != nil {
			return 0, nil, complaint
		}
		a, complaint := c.page(ctx, url.Values{
			"fields": {p.fields()}, "orderBy": {"id,asc"}, "paging": {paging(0, checkedPeople)}, "formerEmployees": {"true"}}, p)
		if a.unknown != "" {
			others, refused := without(paths, a.unknown, complaint)
			if len(refused) > 0 {
				paths = others
				findings = append(findings, refused...)
				continue
			}
		}
		if complaint != nil {
			return 0, nil, complaint
		}
		evidence, complaint := evidenceOf(p, paths, a.items)
		return len(a.items), append(findings, evidence...), complaint
	}
}

// without takes out the paths that name a property which Lucca doesn't know, and
// says so of each.
func without(paths []string, property string, complaint *sdk.Error) (others []string, findings []*protocol.Finding) {
	evidence := protocol.Evidence_EVIDENCE_UNKNOWN_FIELD
	if _, needsApp := appFields[strings.ToLower(property)]; needsApp {
		evidence = protocol.Evidence_EVIDENCE_NOT_INSTALLED
	}
	for _, text := range paths {
		named := false
		if path, err := record.ParsePath(text); err == nil {
			for _, step := range path {
				named = named || strings.EqualFold(step.Name, property)
			}
		}
		if !named {
			others = append(others, text)
			continue
		}
		findings = append(findings, &protocol.Finding{Resource: usersResource, Path: text, Evidence: evidence, Right: rightOf(text), Diagnostic: rest.Diagnostic(complaint)})
	}
	return others, findings
}

func evidenceOf(p *projection, paths []string, items []json.RawMessage) ([]*protocol.Finding, *sdk.Error) {
	filledIn := map[string]bool{}
	d := &decoder{projection: p}
	for _, item := range items {
		u, complaint := d.user(item)
		if complaint != nil {
			return nil, complaint
		}
		for _, text := range paths {
			path, err := record.ParsePath(text)
			filledIn[text] = filledIn[text] || (err == nil && holds(u.data, path))
		}
	}
	findings := make([]*protocol.Finding, 0, len(paths))
	for _, text := range paths {
		finding := &protocol.Finding{Resource: usersResource, Path: text, Right: rightOf(text), Evidence: protocol.Evidence_EVIDENCE_READABLE}
		switch {
		case len(items) == 0:
			finding.Evidence = protocol.Evidence_EVIDENCE_NONE
		case !filledIn[text]:
			finding.Evidence = protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE
			finding.Diagnostic = warning("empty-everywhere", fmt.Sprintf("%s is empty for each of the first %d people", text, len(items)),
				"if it is filled in in Lucca, the key lacks a right: "+rightName(rightOf(text)))
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

func rightName(id string) string {
	for _, r := range rights() {
		if r.GetId() == id {
			return r.GetLabel().GetFr() + " / " + r.GetLabel().GetEn()
		}
	}
	return rights()[0].GetLabel().GetFr() + " / " + rights()[0].GetLabel().GetEn()
}

// holds reports whether anything but null and "" lies at the path.
func holds(raw json.RawMessage, path record.Path) bool {
	if isNull(raw) || string(raw) == `""` {
		return false
	}
	if len(path) == 0 {
		return string(raw) != "[]"
	}
	if raw[0] == '[' {
		var items []json.RawMessage
		_ = json.Unmarshal(raw, &items) // part of a document already parsed
		if path[0].IsIndex {
			path = path[1:]
		}
		for _, item := range items {
			if holds(item, path) {
				return true
			}
		}
		return false
	}
	var members map[string]json.RawMessage
	if path[0].IsIndex || json.Unmarshal(raw, &members) != nil {
		return false
	}
	return holds(members[path[0].Name], path[1:])
}

// checkPopulation counts the people whom include adds. None is no proof of a
// missing right, but it is what a missing right looks like.
func (c *connection) checkPopulation(ctx context.Context, population string) (*protocol.Finding, *sdk.Error) {
	finding := &protocol.Finding{
		Resource: usersResource, Path: fmt.Sprintf("include %q", population), Right: population,
		Evidence: protocol.Evidence_EVIDENCE_READABLE,
	}
	more := int64(0)
	switch population {
	case rightFormer:
		all, complaint := c.count(ctx, url.Values{"formerEmployees": {"true"}})
		if complaint != nil {
			return nil, complaint
		}
		current, complaint := c.count(ctx, url.Values{})
		if complaint != nil {
			return nil, complaint
		}
		more = all - current
	case rightFuture:
		tomorrow := c.now().In(c.zone).AddDate(0, 0, 1).Format(time.DateOnly)
		future, complaint := c.count(ctx, url.Values{"dtContractStart": {"since," + tomorrow}})
		if complaint != nil {
			return nil, complaint
		}
		more = future
	}
	if more <= 0 {
		finding.Evidence = protocol.Evidence_EVIDENCE_NONE
		finding.Diagnostic = warning("population-not-visible", fmt.Sprintf("include names %q, and the key sees nobody of that kind", population),
			"if there should be some, give the key's role the right: "+rightName(population))
	}
	return finding, nil
}

func (c *connection) count(ctx context.Context, query url.Values) (int64, *sdk.Error) {
	query.Set("fields", "id,collection.count")
	query.Set("paging", paging(0, 1))
	a, complaint := c.page(ctx, query, nil)
	if complaint != nil {
		return 0, complaint
	}
	if a.count < 0 {
		return int64(len(a.items)), nil
	}
	return a.count, nil
}

func warning(code, summary, remedy string) *protocol.Diagnostic {
	return &protocol.Diagnostic{Severity: protocol.Severity_SEVERITY_WARNING, Code: code, Summary: summary, Remedy: remedy, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

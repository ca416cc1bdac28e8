package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/record"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// Check implements sdk.Checker. Lucca says nothing where a right is missing: it
// leaves people or values out. So a field that somebody has filled in is
// readable, and one that nobody has is only that; what to look at is said.
func (c *connection) Check(ctx context.Context, asked []*protocol.CheckResource) ([]*protocol.Finding, error) {
	var findings []*protocol.Finding
	for _, a := range asked {
		res, complaint := resourceNamed(a.GetResource())
		if complaint != nil {
			return nil, complaint
		}
		found, complaint := c.checkResource(ctx, res, a)
		if complaint != nil {
			return nil, complaint
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

func (c *connection) checkResource(ctx context.Context, res *resource, asked *protocol.CheckResource) ([]*protocol.Finding, *sdk.Error) {
	settings, complaint := sdk.NewSettings(asked.GetSettingsJson(), res.about.GetReadSettings())
	if complaint != nil {
		return nil, complaint
	}
	checked := &checking{connection: c, ctx: ctx, res: res, settings: settings}
	seen, findings, complaint := checked.fields(asked.GetProjection())
	if complaint != nil {
		if !denied(complaint) {
			return nil, complaint
		}
		whole := checked.finding("", protocol.Evidence_EVIDENCE_NOT_PERMITTED)
		whole.Right, whole.Diagnostic = res.right, rest.Diagnostic(complaint)
		return []*protocol.Finding{whole}, nil
	}
	whole := checked.finding("", protocol.Evidence_EVIDENCE_READABLE)
	whole.Right = res.right
	if len(seen.items) == 0 {
		// A missing right may show as an empty list.
		whole.Evidence = protocol.Evidence_EVIDENCE_NONE
		whole.Diagnostic = warning("nothing-visible", "the key sees none of the "+res.about.GetName(),
			"if there are some, grant the key's role, for everybody the mapping is about: "+rightName(res.right))
	}
	if whole.Diagnostic == nil && res.api == v5 {
		whole.Diagnostic = checked.mayWrite()
	}
	findings = append([]*protocol.Finding{whole}, findings...)
	if res.about.GetName() != usersResource || len(seen.items) == 0 {
		return findings, nil
	}
	more, complaint := checked.populations(seen)
	return append(append(findings, more...), checked.tooMuch(seen)...), complaint
}

// checking is one resource under check.
type checking struct {
	*connection
	ctx      context.Context
	res      *resource
	settings sdk.Settings
}

func (c *checking) finding(path string, evidence protocol.Evidence) *protocol.Finding {
	return &protocol.Finding{Resource: c.res.about.GetName(), Path: path, Evidence: evidence, Right: c.res.rightOf(path)}
}

// fields reads a page and looks which declared paths anybody has filled in. A
// property that Lucca refuses to name is noted and the page asked for again
// without it.
func (c *checking) fields(paths []string) (seen sample, findings []*protocol.Finding, complaint *sdk.Error) {
	paths, findings, complaint = c.customFields(paths)
	if complaint != nil {
		return sample{}, nil, complaint
	}
	for {
		_, seen, complaint := c.sampleOf(c.ctx, c.res, paths, c.settings)
		if seen.unknown != "" {
			others, refused := c.without(paths, seen.unknown, complaint)
			if len(refused) > 0 {
				paths = others
				findings = append(findings, refused...)
				continue
			}
		}
		if complaint != nil {
			return sample{}, nil, complaint
		}
		return seen, append(findings, c.evidence(paths, seen.items)...), nil
	}
}

// without takes out the paths that name a property which Lucca doesn't know, and
// says so of each.
func (c *checking) without(paths []string, property string, complaint *sdk.Error) (others []string, findings []*protocol.Finding) {
	evidence := protocol.Evidence_EVIDENCE_UNKNOWN_FIELD
	if _, needsApp := appFields[strings.ToLower(property)]; needsApp {
		evidence = protocol.Evidence_EVIDENCE_NOT_INSTALLED
	}
	for _, text := range paths {
		if !names(text, property) {
			others = append(others, text)
			continue
		}
		finding := c.finding(text, evidence)
		finding.Diagnostic = rest.Diagnostic(complaint)
		findings = append(findings, finding)
	}
	return others, findings
}

// evidence says of each path whether anybody has it filled in.
func (c *checking) evidence(paths []string, items []json.RawMessage) []*protocol.Finding {
	findings := make([]*protocol.Finding, 0, len(paths))
	for _, text := range paths {
		finding := c.finding(text, protocol.Evidence_EVIDENCE_READABLE)
		path, err := record.ParsePath(text)
		filledIn := err == nil && slices.ContainsFunc(items, func(item json.RawMessage) bool { return holds(item, path) })
		switch {
		case len(items) == 0:
			finding.Evidence = protocol.Evidence_EVIDENCE_NONE
		case !filledIn:
			finding.Evidence = protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE
			finding.Diagnostic = warning("empty-everywhere", fmt.Sprintf("%s is empty in each of the first %d records", text, len(items)),
				"if it is filled in in Lucca, the key's role lacks a right: "+rightName(cmp.Or(finding.Right, c.res.right)))
		}
		findings = append(findings, finding)
	}
	return findings
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

func warning(code, summary, remedy string) *protocol.Diagnostic {
	return &protocol.Diagnostic{Severity: protocol.Severity_SEVERITY_WARNING, Code: code, Summary: summary, Remedy: remedy, Retry: protocol.Retry_RETRY_AFTER_FIX}
}

package main

import (
	"net/url"
	"slices"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// writeRights are the rights to write each resource.
var writeRights = map[string]string{employees: writeEmployees, absences: writeAbsences, attendances: writeAttendances, documents: writeDocuments}

// kindsOf are the fields that a mapping sends by name, and the lists they are
// looked for in.
var kindsOf = map[string]map[string]kind{
	employees: {"department": departmentKind, "team": teamKind, "office": officeKind, "legal_entity": legalEntityKind,
		"cost_center": costCenterKind, "cost_centers": costCenterKind},
	absences:    {"absence_type": absenceTypeKind},
	attendances: {"project": projectKind},
}

// writes looks for the right to write, and for the lists that turn the mapped names
// into ids.
func (c *checking) writes(asked *protocol.CheckResource) ([]*protocol.Finding, *sdk.Error) {
	resource := asked.GetResource()
	settings, complaint := writeSettings(asked)
	if complaint != nil {
		return nil, complaint
	}
	v1 := settings.String("api") == "v1" || resource == documents // uploads are v1's
	findings := []*protocol.Finding{c.mayWrite(resource, v1)}
	if v1 {
		return findings, nil // it takes names
	}
	seen := map[string]bool{}
	for _, path := range asked.GetProjection() {
		k, named := kindsOf[resource][path]
		if !named || seen[k.path] {
			continue
		}
		seen[k.path] = true
		finding, complaint := c.lists(resource, path, k)
		if complaint != nil {
			return nil, complaint
		}
		if finding != nil {
			findings = append(findings, finding)
		}
	}
	return findings, nil
}

// withPairs adds what v2 writes together with a mapped field: who may not see the
// team can't change the department.
func withPairs(want []*wanted, asked *protocol.CheckResource) ([]*wanted, *sdk.Error) {
	settings, complaint := writeSettings(asked)
	if complaint != nil || !asked.GetWrite() || settings.String("api") == "v1" {
		return want, complaint
	}
	for _, pair := range pairs {
		sent := func(name string) bool {
			return slices.ContainsFunc(want, func(w *wanted) bool { return w.custom == "" && w.name == name })
		}
		if sent(pair[0]) && !sent(pair[1]) {
			more, _ := wantedOf([]string{pair[1]}) // a known name
			want = append(want, more...)
		}
	}
	return want, nil
}

func writeSettings(asked *protocol.CheckResource) (sdk.Settings, *sdk.Error) {
	for _, r := range resources() {
		if r.GetName() == asked.GetResource() {
			if !asked.GetWrite() {
				return sdk.Settings{}, nil
			}
			return sdk.NewSettings(asked.GetSettingsJson(), r.GetWriteSettings())
		}
	}
	return sdk.Settings{}, nil
}

// mayWrite looks for the right to write among what the token was given for:
// whether it works can't be known without writing.
func (c *checking) mayWrite(resource string, v1 bool) *protocol.Finding {
	right := writeRights[resource]
	finding := &protocol.Finding{Resource: resource, Right: right, Evidence: noEvidence}
	granted := strings.Fields(c.oauth.Granted())
	scopes := rightOf(right).scopes
	if v1 {
		scopes = append(slices.Clone(scopes), rightOf(right).scopesV1...)
	}
	switch {
	case len(granted) == 0:
		finding.Diagnostic = warning("rights-unknown", "Personio doesn't say what the credential may write",
			"Look in Personio whether it is ticked: "+whereRights+".")
	case slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(granted, s) }):
		finding.Evidence = readable
	default:
		finding.Evidence = notPermitted
		finding.Diagnostic = rest.Diagnostic(missingRight(right))
	}
	return finding
}

// lists tries the list that a field's names are looked for in. Nothing is said of
// one that can be read.
func (c *checking) lists(resource, field string, k kind) (*protocol.Finding, *sdk.Error) {
	query := url.Values{"limit": {"1"}}
	for name, values := range k.query {
		query[name] = values
	}
	_, complaint := c.callV2(c, requestV2{method: "GET", path: k.path, query: query, beta: k.beta, right: k.right})
	if complaint == nil {
		return nil, nil
	}
	if complaint.Code == "not-found" {
		complaint = noList(k).refusal()
		return &protocol.Finding{Resource: resource, Path: field, Right: k.right, Evidence: protocol.Evidence_EVIDENCE_NOT_INSTALLED, Diagnostic: rest.Diagnostic(complaint)}, nil
	}
	found, complaint := c.found(resource, k.right, complaint, nil)
	if complaint != nil {
		return nil, complaint
	}
	found[0].Path = field
	return found[0], nil
}

package main

import (
	"context"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

// Check implements sdk.Checker. A source is asked for its first page. At a target
// nothing can be tried without writing: its key is tried by a source's read or by
// the first write.
func (c *connection) Check(ctx context.Context, resources []*protocol.CheckResource) ([]*protocol.Finding, error) {
	var findings []*protocol.Finding
	for _, asked := range resources {
		finding := &protocol.Finding{Resource: asked.GetResource(), Evidence: protocol.Evidence_EVIDENCE_NONE}
		findings = append(findings, finding)
		if asked.GetWrite() {
			continue
		}
		settings, complaint := sdk.NewSettings(asked.GetSettingsJson(), readSettings())
		if complaint != nil {
			return nil, complaint
		}
		find, _, complaint := source(sdk.ReadRequest{Settings: settings, Projection: asked.GetProjection()})
		if complaint == nil {
			_, complaint = c.client.Do(ctx, rest.Request{Method: find.GetMethod(), Path: find.GetPath(), Query: values(find.GetQuery()), Header: values(find.GetHeaders())})
		}
		switch {
		case complaint == nil:
			finding.Evidence = protocol.Evidence_EVIDENCE_READABLE
			continue
		case complaint.Code == "unauthorized":
			return nil, complaint
		case complaint.Code == "forbidden":
			finding.Evidence = protocol.Evidence_EVIDENCE_NOT_PERMITTED
		}
		finding.Diagnostic = rest.Diagnostic(complaint)
	}
	return findings, nil
}

func values(texts map[string]string) map[string][]string {
	out := map[string][]string{}
	for name, text := range texts {
		out[name] = []string{text}
	}
	return out
}

package engine

import (
	"context"

	"passerelle/engine/compile"
	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/lang"
	"passerelle/plugins/protocol"
)

// Evidence is what a check found of one field, or of a resource as a whole.
type Evidence string

const (
	Readable        Evidence = "readable"
	EmptyEverywhere Evidence = "empty everywhere"
	NotPermitted    Evidence = "not permitted"
	NotInstalled    Evidence = "not installed"
	UnknownField    Evidence = "unknown"
	NoEvidence      Evidence = "no evidence"
)

var evidence = map[protocol.Evidence]Evidence{
	protocol.Evidence_EVIDENCE_READABLE:         Readable,
	protocol.Evidence_EVIDENCE_EMPTY_EVERYWHERE: EmptyEverywhere,
	protocol.Evidence_EVIDENCE_NOT_PERMITTED:    NotPermitted,
	protocol.Evidence_EVIDENCE_NOT_INSTALLED:    NotInstalled,
	protocol.Evidence_EVIDENCE_UNKNOWN_FIELD:    UnknownField,
	protocol.Evidence_EVIDENCE_NONE:             NoEvidence,
}

// Checked is what one side of one mapping may do.
type Checked struct {
	Mapping    string
	System     string // what people call it
	Connection string
	Resource   string
	Write      bool // the target's side
	Findings   []Finding
	Found      diag.Diagnostics
}

// Finding is about one path, a setting (include "future"), or with an empty Path
// the whole resource.
type Finding struct {
	Path     string
	Evidence Evidence
	RightFR  string // the right it needs, as the other system calls it
	RightEN  string
	Say      string // what is known beyond the evidence
	Remedy   string
}

// Check tries the credentials, the rights and each declared field of every
// mapping, and changes nothing. A connection that can't be tried says so in its
// Found; the others go on.
func (w *Workspace) Check(ctx context.Context, only []string) ([]*Checked, diag.Diagnostics) {
	mappings, found := w.prepare(ctx, only)
	if found.HasErrors() {
		return nil, found
	}
	var out []*Checked
	for _, m := range mappings {
		out = append(out,
			w.checkSource(ctx, m, m.Source.Connection, m.Source.Resource, &protocol.CheckResource{
				Resource: m.Source.Resource.GetName(), Projection: m.Source.Projection, SettingsJson: m.Source.Settings,
			}))
		out = append(out, w.checkOthers(ctx, m)...)
		out = append(out,
			w.checkSide(ctx, m, m.Target.Connection, m.Target.Resource, &protocol.CheckResource{
				Resource: m.Target.Resource.GetName(), Projection: targetPaths(m), SettingsJson: m.Target.Settings, Write: true,
			}))
	}
	return out, found
}

// checkSource also holds the mapping's tables against the values that the source
// really has.
func (w *Workspace) checkSource(ctx context.Context, m *compile.Mapping, c *lang.Connection, r *protocol.Resource, ask *protocol.CheckResource) *Checked {
	out := w.checkSide(ctx, m, c, r, ask)
	if !out.Found.HasErrors() {
		out.Findings = append(out.Findings, w.checkTables(ctx, m)...)
	}
	return out
}

func targetPaths(m *compile.Mapping) []string {
	var out []string
	for _, f := range m.Target.Schema {
		out = append(out, f.GetPath())
	}
	return out
}

func (w *Workspace) checkSide(ctx context.Context, m *compile.Mapping, c *lang.Connection, r *protocol.Resource, ask *protocol.CheckResource) *Checked {
	out := &Checked{
		Mapping: m.Address, System: title(w.schemas[c.Plugin]), Connection: c.Name,
		Resource: r.GetName(), Write: ask.Write,
	}
	connection, found := w.connect(ctx, c)
	if found.HasErrors() {
		out.Found = found
		return out
	}
	findings, complaints := connection.Check(ctx, []*protocol.CheckResource{ask})
	out.Found = append(found, complaints.Located(func(attribute []string) *diag.Range { return placeOf(c, attribute) })...)
	for _, f := range findings {
		out.Findings = append(out.Findings, findingOf(connection.Plugin(), r, f))
	}
	return out
}

func findingOf(plugin *host.Plugin, r *protocol.Resource, f *protocol.Finding) Finding {
	out := Finding{Path: f.GetPath(), Evidence: evidence[f.GetEvidence()]}
	if out.Evidence == "" {
		out.Evidence = NoEvidence
	}
	for _, right := range r.GetRights() {
		if right.GetId() == f.GetRight() {
			out.RightFR, out.RightEN = right.GetLabel().GetFr(), right.GetLabel().GetEn()
		}
	}
	if f.GetDiagnostic() != nil {
		complaint := plugin.Complaint(f.GetDiagnostic())
		out.Say, out.Remedy = complaint.Summary, complaint.Remedy
	}
	return out
}

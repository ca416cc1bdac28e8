package apply

import (
	"slices"
	"strings"

	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// complaints reads what a plugin complains of: a *host.Plugin.
type complaints interface {
	Complaint(*protocol.Diagnostic) host.Complaint
}

// leftOut takes out of a result the fields that the target did not take although
// it took the record. They keep the fingerprints they had, so that the next plan
// sends them again, and each is listed.
func (r *result) leftOut(from complaints, p *plan.Plan, e *plan.Entry, answer *protocol.WriteResult) {
	if r.Outcome != ledger.Succeeded {
		return
	}
	for _, d := range answer.GetLeftOut() {
		complaint := from.Complaint(d)
		field := strings.Join(d.GetAttribute(), ".")
		for i, sent := range e.Changed {
			name := p.Summary.Fields[sent].Name
			if name == field || strings.HasPrefix(name, field+".") {
				r.Prints = slices.DeleteFunc(slices.Clone(r.Prints), func(print ledger.Print) bool { return print.Field == e.Prints[i].Field })
			}
		}
		complaint.Summary, complaint.Detail, complaint.Remedy =
			redact(complaint.Summary, e.Body), redact(complaint.Detail, e.Body), redact(complaint.Remedy, e.Body)
		r.LeftOut = append(r.LeftOut, ledger.LeftOut{Field: field, Code: complaint.Code, Summary: complaint.Summary, Remedy: complaint.Remedy})
		r.missing = append(r.missing, Failed{
			Person: plan.Person{SourceID: e.SourceID, Shown: e.Shown},
			Code:   complaint.Code, Summary: complaint.Summary, Detail: complaint.Detail, Remedy: complaint.Remedy,
			Status: r.Status, Retry: complaint.Retry,
		})
	}
}

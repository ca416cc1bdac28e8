package apply

import (
	"slices"

	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// lost: the answer does not say what became of the record, or not where a new
// one is.
func lost(e *plan.Entry, answer *protocol.WriteResult) bool {
	switch answer.GetOutcome() {
	case protocol.Outcome_OUTCOME_APPLIED:
		return e.Operation == plan.Create && answer.GetId() == ""
	case protocol.Outcome_OUTCOME_REFUSED, protocol.Outcome_OUTCOME_NOT_SENT:
		return false
	}
	return true
}

// answered is what the ledger remembers of an answer that is clear.
func (a *applier) answered(e *plan.Entry, answer *protocol.WriteResult) ledger.Applied {
	out := applied(e)
	out.Status, out.Attempts = int(answer.GetStatus()), int(answer.GetAttempts())
	if answer.GetOutcome() == protocol.Outcome_OUTCOME_APPLIED {
		if answer.GetId() != "" {
			out.TargetID = answer.GetId()
		}
		return out
	}
	complaint := a.Target.Plugin().Complaint(answer.GetDiagnostic())
	refuse(&out, e)
	out.Code, out.Summary, out.Remedy = complaint.Code, complaint.Summary, complaint.Remedy
	if out.Remedy == "" {
		out.Remedy = complaint.Detail
	}
	out.Retry = complaint.Retry.String()
	return out
}

// applied is an operation that took effect.
func applied(e *plan.Entry) ledger.Applied {
	return ledger.Applied{
		Position:  e.Position,
		SourceID:  e.SourceID,
		TargetID:  e.TargetID,
		Outcome:   ledger.Succeeded,
		Operation: e.Operation.String(),
		State:     ledger.Active,
		Prints:    sorted(e.Prints),
		ShownName: e.Shown,
	}
}

// adoptedAsIs is a link that needed nothing to be sent.
func adoptedAsIs(e *plan.Entry) ledger.Applied { return applied(e) }

// refuse turns a result into one that took no effect. Who was adopted stays
// linked, for that is a fact whatever the target thought of the changes; what it
// did not take is not remembered, so that the next run sends it again.
func refuse(out *ledger.Applied, e *plan.Entry) {
	out.Outcome = ledger.Failed
	out.Prints = nil
	out.State = ledger.NoLink
	if e.Operation == plan.Link {
		out.State = ledger.Active
	}
}

// ambiguous is an operation of which nobody knows what became.
func ambiguous(e *plan.Entry) ledger.Applied {
	out := applied(e)
	out.Outcome, out.State, out.Prints = ledger.Ambiguous, ledger.NoLink, nil
	out.Code = "ambiguous"
	out.Summary = "It was sent, and the target never answered"
	out.Remedy = "Look at the target whether it is there as it should be. Nothing more is sent for this person until that is settled."
	out.Retry = protocol.Retry_RETRY_NEVER.String()
	return out
}

// sorted copies: an entry's prints stay in the order of its fields.
func sorted(prints []ledger.Print) []ledger.Print {
	prints = slices.Clone(prints)
	slices.SortFunc(prints, func(a, b ledger.Print) int { return int(a.Field) - int(b.Field) })
	return prints
}

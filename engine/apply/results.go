package apply

import (
	"cmp"
	"slices"

	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// result is what became of one operation: what the ledger has to remember of it,
// and what only the report of this run says.
type result struct {
	ledger.Applied
	detail   string
	missing  []Failed // the fields that were left out of an operation that took effect
	notTried bool     // because the target or its credentials failed, not because of the record
}

func remembered(results []result) []ledger.Applied {
	return appendApplied(make([]ledger.Applied, 0, len(results)), results)
}

func appendApplied(dst []ledger.Applied, results []result) []ledger.Applied {
	for i := range results {
		dst = append(dst, results[i].Applied)
	}
	return dst
}

func (r *result) failed(e *plan.Entry) Failed {
	return Failed{
		Person: plan.Person{SourceID: e.SourceID, Shown: e.Shown},
		Code:   r.Code, Summary: r.Summary, Detail: r.detail, Remedy: r.Remedy,
		Status: r.Status, Retry: protocol.Retry(protocol.Retry_value[r.Retry]),
	}
}

// lost: there is no answer, or it does not say what became of the record, or not
// where a new one is.
func lost(e *plan.Entry, answer *protocol.WriteResult) bool {
	switch answer.GetOutcome() {
	case protocol.Outcome_OUTCOME_APPLIED:
		return e.Operation == plan.Create && answer.GetId() == ""
	case protocol.Outcome_OUTCOME_REFUSED, protocol.Outcome_OUTCOME_NOT_SENT:
		return false
	}
	return true
}

// answered is the result of an answer that is clear.
func answered(from *host.Plugin, e *plan.Entry, answer *protocol.WriteResult) result {
	out := applied(e)
	if answer.GetOutcome() == protocol.Outcome_OUTCOME_APPLIED {
		if answer.GetId() != "" {
			out.TargetID = answer.GetId()
		}
	} else {
		complaint := from.Complaint(answer.GetDiagnostic())
		complaint.Summary, complaint.Detail, complaint.Remedy =
			redact(complaint.Summary, e.Body), redact(complaint.Detail, e.Body), redact(complaint.Remedy, e.Body)
		if e.Operation == plan.Delete && complaint.Code == "not-found" {
			return out // it is not there: that is what was wanted
		}
		out = refused(e)
		out.Code, out.Summary, out.detail, out.Remedy = complaint.Code, complaint.Summary, complaint.Detail, complaint.Remedy
		out.Retry, out.Answer = complaint.Retry.String(), complaint.Detail
		out.notTried = neverLeft(answer) &&
			(complaint.Retry == protocol.Retry_RETRY_LATER || complaint.Retry == protocol.Retry_RETRY_CREDENTIALS)
	}
	out.Status, out.Attempts = int(answer.GetStatus()), int(answer.GetAttempts())
	return out
}

// applied is an operation that took effect.
func applied(e *plan.Entry) result {
	return result{Applied: ledger.Applied{
		Position:  e.Position,
		SourceID:  e.SourceID,
		TargetID:  e.TargetID,
		Outcome:   ledger.Succeeded,
		Operation: e.Operation.String(),
		State:     stateAfter(e.Operation),
		Prints:    sorted(e.Prints, e.Agreed, e.Facts),
		Why:       e.Why,
		MovedFrom: e.From, DropPrints: e.From != "", Person: e.Person,
		ShownName: e.Shown,
	}}
}

// nothingSent is an entry that sends nothing: an adoption of what needs no change, or
// what was read of somebody and is remembered. The latter is no result: nothing
// happened.
func nothingSent(e *plan.Entry) result {
	out := applied(e)
	if e.Operation == plan.Note {
		out.Outcome, out.State = "", ledger.NoLink
	}
	return out
}

func stateAfter(o plan.Operation) ledger.State {
	switch o {
	case plan.Deactivate:
		return ledger.Deactivated
	case plan.Delete, plan.Unlink:
		return ledger.Deleted
	case plan.Update:
		return ledger.NoLink // as it is
	}
	return ledger.Active
}

// refused is an operation that took no effect: its fields keep the fingerprints
// they had, so that the next run sends them again. Who was adopted stays linked,
// for that is a fact whatever the target thought of the changes, and the fields
// that needed no change are as they should be.
func refused(e *plan.Entry) result {
	out := applied(e)
	out.Outcome, out.State, out.Prints = ledger.Failed, ledger.NoLink, sorted(e.Facts)
	if e.Operation == plan.Link {
		out.State = ledger.Active
	}
	if e.Operation == plan.Link || e.From != "" {
		out.Prints = sorted(e.Agreed, e.Facts)
	}
	return out
}

// ambiguous is an operation of which nobody knows what became, and of which
// nothing can be learnt.
func ambiguous(e *plan.Entry) result {
	out := applied(e)
	out.Outcome, out.State, out.Prints = ledger.Ambiguous, ledger.NoLink, sorted(e.Facts)
	out.MovedFrom, out.DropPrints = "", false
	out.Code = "ambiguous"
	out.Summary = "It was sent, and the target never answered"
	out.Remedy = "Look at the target whether it is there as it should be. Nothing more is sent for this record until that is settled."
	out.Retry = protocol.Retry_RETRY_NEVER.String()
	return out
}

// sorted puts fingerprints in the ledger's order; an entry's own stay in the
// order of its fields. What is in order by itself, such as those of nearly every
// create, is given as it is: change nothing in it.
func sorted(first []ledger.Print, others ...[]ledger.Print) []ledger.Print {
	all := slices.Clip(first)
	for _, more := range others {
		all = append(all, more...)
	}
	if slices.IsSortedFunc(all, byField) {
		return all
	}
	all = slices.Clone(all)
	slices.SortFunc(all, byField)
	return all
}

func byField(a, b ledger.Print) int { return cmp.Compare(a.Field, b.Field) }

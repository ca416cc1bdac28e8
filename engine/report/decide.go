package report

import (
	"context"
	"slices"
	"time"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// Held are the held records of one person, or of everybody when asked is "", in
// one mapping or in all when it is "".
func Held(ctx context.Context, l *ledger.Ledger, asked, mapping string) ([]ledger.HeldRecord, error) {
	held, err := l.HeldNow(ctx, mapping)
	if err != nil || asked == "" {
		return held, err
	}
	person, err := One(ctx, l, asked)
	if err != nil {
		return nil, err
	}
	held = slices.DeleteFunc(held, func(h ledger.HeldRecord) bool {
		return h.SourceID != person.SourceID ||
			!slices.ContainsFunc(person.ways, func(w ledger.Way) bool { return w.Mapping == h.Mapping })
	})
	if len(held) == 0 {
		return nil, diag.Diagnostic{
			Code: "not-held", Summary: "Nothing of this " + person.Called() + " is held",
			Detail: "It is neither held, waiting, refused by the target nor ambiguous.",
			Remedy: "engine who NAME says what is known.",
		}
	}
	return held, nil
}

// Retry begins to count the attempts of a person's held records anew.
func Retry(ctx context.Context, l *ledger.Ledger, asked, mapping string) ([]ledger.HeldRecord, error) {
	held, err := Held(ctx, l, asked, mapping)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if h.Outcome == ledger.Ambiguous {
			return nil, mustDecide()
		}
	}
	for _, h := range held {
		if err := l.RetryHeld(ctx, h.Mapping, h.SourceID); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// Decision is what a person found who looked at the target after an answer never
// came.
type Decision struct {
	TargetID  string // it is there, under this id
	SendAgain bool   // it is not there, or not as it should be
}

// Drop forgets the held records of a person. One that is ambiguous needs a
// decision, and nothing else may have one.
func Drop(ctx context.Context, l *ledger.Ledger, asked, mapping string, d Decision) ([]ledger.HeldRecord, error) {
	held, err := Held(ctx, l, asked, mapping)
	if err != nil {
		return nil, err
	}
	decided := d.SendAgain != (d.TargetID != "")
	for _, h := range held {
		switch ambiguous := h.Outcome == ledger.Ambiguous; {
		case ambiguous && !decided:
			return nil, mustDecide()
		case !ambiguous && (d.SendAgain || d.TargetID != ""):
			return nil, nothingToDecide()
		}
	}
	if d.TargetID != "" && len(held) > 1 {
		return nil, diag.Diagnostic{
			Code: "ambiguous-person", Summary: "Several mappings sent this and had no answer",
			Detail: "One id belongs to one of their targets. Nothing was changed.", Remedy: "Name the mapping with --mapping.",
		}
	}
	for _, h := range held {
		if err := drop(ctx, l, h, d); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func drop(ctx context.Context, l *ledger.Ledger, h ledger.HeldRecord, d Decision) error {
	if h.Outcome != ledger.Ambiguous {
		return l.ClearHeld(ctx, h.Mapping, []string{h.SourceID})
	}
	ways, err := l.Ways(ctx)
	if err != nil {
		return err
	}
	for _, way := range slices.Backward(ways) { // the latest one is where it was sent
		if way.Mapping == h.Mapping {
			return l.Decide(ctx, way.Scope, h.Mapping, h.SourceID, d.TargetID)
		}
	}
	return diag.Diagnostic{
		Code: "unknown-run", Summary: "The ledger no longer knows where this was sent",
		Detail: "The plan that sent it is gone. Nothing was changed.", Remedy: "Restore the ledger from a backup.",
	}
}

// Acknowledge records that somebody knows of a person's held records: until then
// they make no run partial.
func Acknowledge(ctx context.Context, l *ledger.Ledger, asked, mapping, who string, now, until time.Time) ([]ledger.HeldRecord, error) {
	if !until.After(now) {
		return nil, diag.Diagnostic{
			Code: "wrong-date", Summary: "That day has passed", Detail: "--until is the last day on which nobody needs to be told again.",
			Remedy: "Give a day to come, as 2027-01-31.",
		}
	}
	held, err := Held(ctx, l, asked, mapping)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if _, err := l.Acknowledge(ctx, h.Mapping, h.SourceID, who, until); err != nil {
			return nil, err
		}
	}
	return held, nil
}

func mustDecide() error {
	return diag.Diagnostic{
		Code: "must-decide", Summary: "The target never answered, and somebody must say what became of it",
		Detail: "Sent again unseen, it might take effect twice: two accounts, two payments. Nothing was changed.",
		Remedy: "Look at the target. If it is there: engine held drop PERSON --target ID, with the target's own id. If it is not, or is not as it should be: engine held drop PERSON --send-again.",
	}
}

func nothingToDecide() error {
	return diag.Diagnostic{
		Code: "not-ambiguous", Summary: "There is nothing to decide here",
		Detail: "--target and --send-again are for what the target never answered. This record was not sent, or was clearly refused. Nothing was changed.",
		Remedy: "Leave them out.",
	}
}

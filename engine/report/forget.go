package report

import (
	"context"

	"passerelle/engine/diag"
	"passerelle/engine/ledger"
)

// Forget erases what the ledger has about one person. The target is not touched.
func Forget(ctx context.Context, l *ledger.Ledger, asked string) (*Person, ledger.Forgotten, error) {
	person, err := One(ctx, l, asked)
	if err != nil {
		return nil, ledger.Forgotten{}, err
	}
	for _, way := range person.ways {
		open, err := l.Unanswered(ctx, way.Scope)
		if err != nil {
			return nil, ledger.Forgotten{}, err
		}
		if len(open) > 0 {
			return nil, ledger.Forgotten{}, diag.Diagnostic{
				Code: "unsettled", Summary: "An earlier run was interrupted, and what it had sent is not settled yet",
				Detail: "Settled later, it would write down again what was just forgotten. Nothing was changed.",
				Remedy: "Run engine run first, then forget.",
			}
		}
	}
	gone, err := l.Forget(ctx, person.SourceID, person.ways)
	return person, gone, err
}

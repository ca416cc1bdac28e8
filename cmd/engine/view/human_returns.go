package view

import "passerelle/engine/plan"

// returns says who comes back under another id, before anybody wonders why their
// account is not a new one.
func (h *human) returns(list []plan.Return, everybody bool) {
	if len(list) == 0 {
		return
	}
	h.printf("  Back under another id\n")
	for i, r := range list {
		if !everybody && i == firstOfEach {
			h.printf("    and %d more; --all lists everybody\n", len(list)-i)
			break
		}
		what := "the account is taken over"
		switch {
		case r.Reactivated:
			what = "the account is switched on again and taken over"
		case r.Off:
			what = `the account is taken over and stays switched off (back = "keep")`
		}
		h.printf("    & %s comes back under another id (%s before): %s\n", Name(r.Shown, r.SourceID), Name("", r.From), what)
	}
	h.printf("\n")
}

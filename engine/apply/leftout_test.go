package apply

import (
	"testing"

	"github.com/stretchr/testify/require"

	"passerelle/engine/diag"
	"passerelle/engine/host"
	"passerelle/engine/ledger"
	"passerelle/engine/plan"
	"passerelle/plugins/protocol"
)

// asItIs takes complaints as they come.
type asItIs struct{}

func (asItIs) Complaint(d *protocol.Diagnostic) host.Complaint {
	return host.Complaint{Diagnostic: diag.Diagnostic{Code: d.GetCode(), Summary: d.GetSummary()}}
}

// What the target left out of a record that it took is listed and keeps the
// fingerprint that it had: only then is it sent again.
func TestLeftOutIsSentAgain(t *testing.T) {
	t.Parallel()
	p := &plan.Plan{Summary: plan.Summary{Fields: []plan.FieldCount{{Name: "name"}, {Name: "department"}, {Name: "post.start"}, {Name: "poster"}}}}
	e := &plan.Entry{
		SourceID: "7", Shown: "Zoé", TargetID: "t7", Operation: plan.Update, Changed: []int{0, 1, 2, 3}, Body: []byte(`{"department":"Atelier"}`),
		Prints: []ledger.Print{{Field: 10, Sum: 1}, {Field: 11, Sum: 2}, {Field: 12, Sum: 3}, {Field: 13, Sum: 4}},
	}
	leftOut := func(path ...string) *protocol.Diagnostic {
		return &protocol.Diagnostic{Code: "name-not-found", Summary: "No Atelier there", Attribute: path}
	}
	for name, c := range map[string]struct {
		outcome protocol.Outcome
		leftOut []*protocol.Diagnostic
		kept    []ledger.FieldID
		listed  int
	}{
		"nothing":          {protocol.Outcome_OUTCOME_APPLIED, nil, []ledger.FieldID{10, 11, 12, 13}, 0},
		"a field":          {protocol.Outcome_OUTCOME_APPLIED, []*protocol.Diagnostic{leftOut("department")}, []ledger.FieldID{10, 12, 13}, 1},
		"what is inside":   {protocol.Outcome_OUTCOME_APPLIED, []*protocol.Diagnostic{leftOut("post")}, []ledger.FieldID{10, 11, 13}, 1},
		"by its path":      {protocol.Outcome_OUTCOME_APPLIED, []*protocol.Diagnostic{leftOut("post", "start")}, []ledger.FieldID{10, 11, 13}, 1},
		"a refused record": {protocol.Outcome_OUTCOME_REFUSED, []*protocol.Diagnostic{leftOut("department")}, nil, 0},
	} {
		r := refused(e)
		if c.outcome == protocol.Outcome_OUTCOME_APPLIED {
			r = applied(e)
		}
		r.leftOut(asItIs{}, p, e, &protocol.WriteResult{Outcome: c.outcome, LeftOut: c.leftOut})
		var kept []ledger.FieldID
		for _, print := range r.Prints {
			kept = append(kept, print.Field)
		}
		require.Equal(t, c.kept, kept, name)
		require.Len(t, r.missing, c.listed, name)
		require.Len(t, r.LeftOut, c.listed, name)
		for _, left := range r.LeftOut {
			require.Equal(t, "No ‹department› there", left.Summary)
			require.Contains(t, []string{"department", "post", "post.start"}, left.Field)
		}
		for _, m := range r.missing {
			require.Equal(t, "No ‹department› there", m.Summary, "without the value that was sent")
			require.Equal(t, "Zoé", m.Shown)
		}
	}
}
